"""`foodgan evaluate`: hold a model against photos that it has not seen."""

import json
from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    photos: Annotated[
        Path, typer.Option(help="A folder of labelled photos with both splits.", file_okay=False)
    ],
    model: Annotated[
        Path | None, typer.Option(help="A model's folder; else the shipped one.")
    ] = None,
    pictures: Annotated[int, typer.Option(help="How many to paint.", min=10)] = 600,
    device: Annotated[str | None, typer.Option(help="cpu, cuda; else the best.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Distance to held-out photos, copying, spread and colours, each beside its control."""
    from rich.console import Console
    from rich.table import Table

    from foodgan.evaluate.report import evaluate as measure
    from foodgan.painter import Painter

    figures = measure(Painter.load(model, device=device), photos, Path("runs") / "cache", pictures)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    table = Table(title=figures["model"])
    for column in ("measure", "value"):
        table.add_column(column)
    for name, value in figures.items():
        table.add_row(name, f"{value:.4g}" if isinstance(value, float) else str(value))
    Console().print(table)
