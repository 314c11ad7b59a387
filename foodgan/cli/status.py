"""`foodgan status`: queue, workers, failures. `foodgan drain`: take a worker out of service."""

from typing import Annotated

import typer


def status(
    as_json: Annotated[bool, typer.Option("--json")] = False,
    watch: Annotated[bool, typer.Option("--watch")] = False,
    every: Annotated[float, typer.Option(min=0.2)] = 2.0,
) -> None:
    """How the kitchen is doing: what waits and how long, who works, what failed."""
    from foodgan.cli import kitchen

    kitchen.show(as_json, watch, every)


def drain(
    workers: list[str],
    back: Annotated[bool, typer.Option("--back")] = False,
    wait_s: Annotated[float, typer.Option("--wait")] = 90,
) -> None:
    """Take workers out of service: they finish what they have, take no more, and stay warm."""
    from foodgan.cli import kitchen

    kitchen.move(workers, back, wait_s)
