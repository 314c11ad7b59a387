"""`foodgan chaos`: kill, freeze and storm a whole house, then count what became of each order."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table


def chaos(
    orders: Annotated[int, typer.Option(min=1, help="That the bot has to acknowledge.")] = 1000,
    kills: Annotated[
        int | None, typer.Option(min=0, help="SIGKILLs; one for ten orders if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the dice: what goes wrong, and when.")] = 0,
    workers: Annotated[int, typer.Option(min=1, max=16, help="How many paint.")] = 3,
    every_s: Annotated[float, typer.Option(min=0.3, help="Mean seconds between faults.")] = 2.5,
    redis_away_s: Annotated[
        float, typer.Option(min=0, help="Seconds without Redis, after half of the kills.")
    ] = 0.0,
    model: Annotated[Path | None, typer.Option(help="A model's folder.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="A new folder: the house's files and logs stay in it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Try a whole house of its own: no order may be lost or answered twice. Exit code 1 if one is.

    Bot, workers with their model, Valkey, supervisor and the sandbox in Discord's place are the
    real processes. All but the last two are killed and frozen; workers are parted from Redis or
    from Discord, their devices hang or have no memory, all are restarted in turn and given another
    model, also one that is damaged; the sandbox answers with 429 and 5xx, late or not at all.
    `--model` names a smaller one.
    """
    if folder is not None and folder.exists():
        raise typer.BadParameter(f"{folder} is there already", param_hint="--folder")
    from foodgan.chaos.run import Trial, measure

    some = orders // 10 if kills is None else kills
    figures = measure(Trial(orders, some, seed, workers, every_s, model, redis_away_s, folder))
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
    else:
        table = Table(title=f"{figures['orders']} orders, {figures['kills']} kills, seed {seed}")
        table.add_column("")
        table.add_column("", justify="right")
        for name, figure in figures.items():
            table.add_row(name, str(figure))
        Console().print(table)
    if figures["lost"] or figures["doubled"]:
        raise typer.Exit(1)
