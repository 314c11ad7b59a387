"""`foodgan chaos`: kill, freeze and storm a whole house, then count what became of each order."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from foodgan.contract.terminal import say


def chaos(
    orders: Annotated[int, typer.Option(min=1)] = 1000,
    kills: Annotated[int | None, typer.Option(min=0)] = None,
    seed: int = 0,
    workers: Annotated[int, typer.Option(min=1, max=16)] = 3,
    every_s: Annotated[float, typer.Option(min=0.3)] = 2.5,
    redis_away_s: Annotated[float, typer.Option(min=0)] = 0.0,
    model: Path | None = None,
    folder: Path | None = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Try a whole house of its own: no order may be lost or answered twice."""
    if folder is not None and folder.exists():
        raise typer.BadParameter(say("cli-chaos-there", folder=str(folder)), param_hint="--folder")
    from foodgan.chaos.run import Trial, measure

    some = orders // 10 if kills is None else kills
    figures = measure(Trial(orders, some, seed, workers, every_s, model, redis_away_s, folder))
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
    else:
        done, killed = figures["orders"], figures["kills"]
        table = Table(title=say("cli-chaos-trial", orders=done, kills=killed, seed=str(seed)))
        table.add_column("")
        table.add_column("", justify="right")
        for name, figure in figures.items():
            table.add_row(name, str(figure))
        Console().print(table)
    if figures["lost"] or figures["doubled"]:
        raise typer.Exit(1)
