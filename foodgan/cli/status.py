"""`foodgan status`: queue, workers, failures. `foodgan drain`: take a worker out of service."""

from typing import Annotated

import typer


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as one line of JSON.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again and again until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.2)] = 2.0,
) -> None:
    """How the kitchen is doing: what waits and how long, who works, what failed.

    Reads REDIS_URL; without one, the queue of the house that is open in this folder.
    """
    from foodgan.cli import board

    board.show(as_json, watch, every)


def drain(
    workers: Annotated[list[str], typer.Argument(help="Names, as `foodgan status` shows them.")],
    back: Annotated[bool, typer.Option("--back", help="Let them take orders again.")] = False,
    wait_s: Annotated[float, typer.Option("--wait", help="Seconds to wait till they rest.")] = 90,
) -> None:
    """Take workers out of service: they finish what they have, take no more, and stay warm.

    A drained worker can be stopped with nothing lost. It rests until `--back`, even after a
    restart.
    """
    from foodgan.cli import board

    board.move(workers, back, wait_s)
