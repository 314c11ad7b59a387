"""`foodgan evaluate`: hold a model against photos that it has not seen."""

import json
from pathlib import Path
from typing import Annotated

import typer

CACHE = Path("runs") / "cache"


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
    report: Annotated[
        Path | None, typer.Option(help="Also write a page into this folder.", file_okay=False)
    ] = None,
    judges: Annotated[
        Path | None,
        typer.Option(
            help="A folder of networks that judge, to hold several models to the same; those "
            "that are missing are trained first, on these photos.",
            file_okay=False,
        ),
    ] = None,
    train_judges: Annotated[
        bool, typer.Option(help="Only train the networks that judge, anew; measure no model.")
    ] = False,
) -> None:
    """Distance to held-out photos, copying, faithfulness and spread, each beside its controls."""
    from rich.console import Console
    from rich.table import Table

    from foodgan.evaluate import page
    from foodgan.evaluate.exam import open_exam
    from foodgan.evaluate.meaning import MEANINGS, controls, shown
    from foodgan.evaluate.panel import seat
    from foodgan.evaluate.report import evaluate as measure
    from foodgan.evaluate.report import judges_of
    from foodgan.painter import Painter

    if train_judges:
        exam = open_exam(photos, CACHE)
        folder = judges or judges_of(exam, CACHE)
        seated = seat(exam, folder, anew=True)
        typer.echo(f"{seated.about['judge']}; {seated.about['readers']}: {folder}")
        return
    findings = measure(Painter.load(model, device=device), photos, CACHE, pictures, judges)
    if report:
        written = page.write(findings, report)
        typer.echo(f"{written} shows photos: not for publication", err=True)
    figures = findings.figures
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    console = Console()
    table = Table("measure", "value", "controls", title=figures["model"])
    for meaning in MEANINGS:
        beside = "\n".join(f"{name}: {value}" for name, value in controls(meaning, figures))
        table.add_row(meaning.title, shown(figures[meaning.key]), beside)
    console.print(table)
    for sentence in figures["alarms"]:
        console.print(f"! {sentence}", style="yellow")
