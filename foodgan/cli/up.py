"""`foodgan up`: open the whole house on this machine; Ctrl-C closes it."""

from typing import Annotated

import typer


def up(
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many workers paint.")] = 1,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Of the chat page; a free one where it is taken.")
    ] = 8700,
    logs: Annotated[
        bool, typer.Option("--logs", help="Show all log lines, not only warnings.")
    ] = False,
) -> None:
    """Start the bot, the queue and the workers here; Ctrl-C stops everything.

    Without DISCORD_TOKEN a chat page in the browser stands in for Discord; without REDIS_URL an
    embedded Valkey holds the queue. Settings come from the environment and .env.
    """
    from foodgan.cli.front import run

    run(workers, port, logs)
