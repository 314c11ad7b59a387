"""`foodgan up`: open the whole house on this machine; Ctrl-C closes it."""

from typing import Annotated

import typer


def up(
    workers: Annotated[int, typer.Option(min=1, max=64)] = 1,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8700,
    logs: Annotated[bool, typer.Option("--logs")] = False,
) -> None:
    """Start the bot, the queue and the workers here; Ctrl-C stops everything."""
    from foodgan.cli.front import run

    run(workers, port, logs)
