"""`foodgan evaluate`: hold models and training runs against photos that they have not seen."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from foodgan.cli.device import Device
from foodgan.contract.terminal import locale, say
from foodgan.contract.whole import write_text

CACHE = Path("runs") / "cache"
PICTURES = 600
DRAWN = "kondate"  # of a report, the folder of the page about drawn dishes
FIGURES = "figures.json"  # beside the pages of a report: what `--json` prints


def evaluate(
    photos: Annotated[Path | None, typer.Option(file_okay=False)] = None,
    model: Path | None = None,
    kondate: Annotated[Path | None, typer.Option(file_okay=False)] = None,
    run: Annotated[list[str] | None, typer.Option(metavar="[NAME=]RUN")] = None,
    pictures: Annotated[int | None, typer.Option(min=10)] = None,
    device: Device = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    report: Annotated[Path | None, typer.Option(file_okay=False)] = None,
    judges: Annotated[Path | None, typer.Option(file_okay=False)] = None,
    train_judges: bool = False,
) -> None:
    """Distance to held-out photos, copying, faithfulness and spread, each beside its controls."""
    if photos is None and kondate is None:
        raise typer.BadParameter(say("cli-evaluate-nothing"))
    runs = run or []
    if runs and kondate is not None and (photos is not None or model is not None or len(runs) > 1):
        raise typer.BadParameter(say("cli-evaluate-one-run"))
    if photos is None:
        judging = {"--judges": judges, "--train-judges": train_judges, "--pictures": pictures}
        _refuse(judging, say("cli-evaluate-needs-photos"))
    if train_judges:
        measuring: dict[str, object] = {"--pictures": pictures, "--report": report}
        measuring |= {"--model": model, "--run": runs, "--kondate": kondate, "--device": device}
        _refuse(measuring, say("cli-evaluate-only-judges"))
    figures: dict[str, Any] = {}
    if photos is not None and train_judges:
        _train_judges(photos, judges)
    elif photos is not None:
        rest = device, report, judges, DRAWN if kondate is not None else None
        found = _on_photos(photos, model, runs, pictures or PICTURES, *rest)
        figures = dict(found[0]) | ({"beside": list(found[1:])} if runs else {})
        if not as_json:
            _show(found)
    if kondate is not None:
        run_said = runs[0] if runs else None
        page = report / DRAWN if report else None
        figures["kondate"] = _on_kondate(kondate, model, run_said, device, as_json, page)
    written = json.dumps(figures, ensure_ascii=False, indent=1)
    if report is not None:
        write_text(report / FIGURES, written + "\n")
    if as_json and figures:
        typer.echo(written)


def _refuse(options: Mapping[str, object], why: str) -> None:
    """No option is left unheard. options: what was given of each, by its name."""
    for name, given in options.items():
        if given:
            raise typer.BadParameter(why, param_hint=name)


def _on_kondate(
    folder: Path,
    model: Path | None,
    run: str | None,
    device: str | None,
    as_json: bool,
    report: Path | None,
) -> dict[str, Any]:
    """Figures on drawn dishes; shown as Markdown unless they are to be JSON.

    report: a folder for a page of them.
    """
    import torch

    from foodgan.evaluate.entrants import titled
    from foodgan.experiment.results import Row, markdown
    from foodgan.kondate.baselines import painted_by
    from foodgan.kondate.board import Sketches, ceiling, findings, open_board
    from foodgan.machine.place import best
    from foodgan.machine.progress import track
    from foodgan.painting.painter import Painter
    from foodgan.painting.trained import averaged

    place = torch.device(device or best())
    title, paths = titled(run) if run else ("model", [])
    if len(paths) > 1:
        raise typer.BadParameter(say("cli-evaluate-one-stage"), param_hint="--run")
    paint: Sketches
    if paths:
        paint, painter = averaged(paths[0], device=place), title
    else:
        loaded = Painter.load(model, device=str(place))
        paint, painter = painted_by(loaded), loaded.model_id
    found = findings(open_board(folder, device=place, track=track), paint)
    if not as_json:
        typer.echo(markdown([Row(title, (found.figures,))]))
    if report:
        from foodgan.evaluate import kondate_page

        page = kondate_page.write(found, painter, report, locale())
        typer.echo(say("cli-evaluate-drawn", page=str(page)), err=True)
    return found.figures | {"ceiling": ceiling(found.board)}


def _train_judges(photos: Path, judges: Path | None) -> None:
    from foodgan.evaluate.yardstick import judges_of
    from foodgan.metrics.exam import open_exam
    from foodgan.metrics.panel import seat

    exam = open_exam(photos, CACHE)
    folder = judges or judges_of(exam, CACHE)
    seated = seat(exam, folder, anew=True)
    typer.echo(f"{seated.about['judge']}; {seated.about['readers']}: {folder}")


def _on_photos(
    photos: Path,
    model: Path | None,
    runs: Sequence[str],
    pictures: int,
    device: str | None,
    report: Path | None,
    judges: Path | None,
    drawn: str | None,
) -> list[Mapping[str, Any]]:
    """Figures of the model, then of its sketches and the runs where there are any.

    drawn: of the report, the folder of a page about drawn dishes.
    """
    from foodgan.evaluate.entrants import named, of_model, sketches_of, told_apart
    from foodgan.evaluate.report import measure
    from foodgan.evaluate.yardstick import open_yardstick
    from foodgan.painting.painter import Painter

    painter = Painter.load(model, device=device)
    entrants = [of_model(painter)]
    if runs:
        entrants += [sketches_of(painter), *(named(run, painter.device) for run in runs)]
        entrants = told_apart(entrants)
    left_out = frozenset.intersection(*(entrant.left_out for entrant in entrants))
    yardstick = open_yardstick(photos, CACHE, pictures, judges, left_out)
    findings = [measure(entrant, yardstick) for entrant in entrants]
    if report:
        from foodgan.evaluate import beside_page, page  # plots take seconds to load

        if runs:
            written = beside_page.write(findings, report, locale())
        else:
            beside = f"{drawn}/index.html" if drawn else ""
            written = page.write(findings[0], report, locale(), beside)
        typer.echo(say("cli-evaluate-private", page=str(written)), err=True)
    return [found.figures for found in findings]


def _show(found: Sequence[Mapping[str, Any]]) -> None:
    """The figures as a table: a column an entrant."""
    from rich.console import Console
    from rich.table import Table

    from foodgan.evaluate.beside import table
    from foodgan.metrics import alarms

    console = Console()
    titles = [str(figures["model"]) for figures in found]
    heads = say("report-measure"), *titles, say("report-controls")
    shown = Table(*heads, title=None if len(found) > 1 else titles[0])
    for row in table(found, locale()):
        shown.add_row(row.title, *row.cells, "\n".join(f"{n}: {v}" for n, v in row.controls))
    console.print(shown)
    for figures in found:
        for alarm in alarms.ringing(figures):
            console.print(f"! {figures['model']}: {say(alarm)}", style="yellow")
