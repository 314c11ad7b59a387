"""`foodgan evaluate`: hold a model against photos that it has not seen."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

CACHE = Path("runs") / "cache"


def evaluate(
    photos: Annotated[
        Path | None,
        typer.Option(help="A folder of labelled photos with both splits.", file_okay=False),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="A model's folder; else the shipped one.")
    ] = None,
    kondate: Annotated[
        Path | None,
        typer.Option(
            help="A folder of `foodgan kondate render`: how much of a name is painted.",
            file_okay=False,
        ),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(
            help="With --kondate: a training run of a 64×64 network instead of a model.",
            file_okay=False,
        ),
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
    """Distance to held-out photos, copying, faithfulness and spread, each beside its controls.

    Against photos, against drawn dishes, or both.
    """
    if photos is None and kondate is None:
        raise typer.BadParameter("name --photos, --kondate, or both")
    if run is not None and (kondate is None or photos is not None or model is not None):
        raise typer.BadParameter("--run goes with --kondate alone")
    figures: dict[str, Any] = {}
    if photos is not None:
        figures = _on_photos(photos, model, pictures, device, as_json, report, judges, train_judges)
    if kondate is not None and not train_judges:
        figures["kondate"] = _on_kondate(kondate, model, run, device, as_json)
    if as_json and figures:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))


def _on_kondate(
    folder: Path, model: Path | None, run: Path | None, device: str | None, as_json: bool
) -> dict[str, Any]:
    """Figures on drawn dishes; shown as Markdown unless they are to be JSON."""
    from foodgan.evaluate.board import measure, open_board
    from foodgan.experiment.results import Row, markdown
    from foodgan.experiment.sketches import averaged, painted_by
    from foodgan.painter import Painter
    from foodgan.progress import track

    paint = averaged(run) if run else painted_by(Painter.load(model, device=device))
    found = measure(open_board(folder, track=track), paint)
    if not as_json:
        typer.echo(markdown([Row(str(run or "model"), (found,))]))
    return found


def _on_photos(
    photos: Path,
    model: Path | None,
    pictures: int,
    device: str | None,
    as_json: bool,
    report: Path | None,
    judges: Path | None,
    train_judges: bool,
) -> dict[str, Any]:
    """Figures on photos, shown as a table unless they are to be JSON; with `report`, a page."""
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
        return {}
    findings = measure(Painter.load(model, device=device), photos, CACHE, pictures, judges)
    if report:
        written = page.write(findings, report)
        typer.echo(f"{written} shows photos: not for publication", err=True)
    figures = findings.figures
    if as_json:
        return figures
    console = Console()
    table = Table("measure", "value", "controls", title=figures["model"])
    for meaning in MEANINGS:
        beside = "\n".join(f"{name}: {value}" for name, value in controls(meaning, figures))
        table.add_row(meaning.title, shown(figures[meaning.key]), beside)
    console.print(table)
    for sentence in figures["alarms"]:
        console.print(f"! {sentence}", style="yellow")
    return figures
