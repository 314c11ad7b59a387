"""`foodgan model`: a model of two training runs, its card, its index, its code for this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foodgan.cli import lessons
from foodgan.cli.evaluate import CACHE
from foodgan.cli.serving import tell_gates
from foodgan.contract.terminal import Terminal, say

if TYPE_CHECKING:
    from foodgan.registry import ModelFile

app = Terminal(no_args_is_help=True)


@app.command()
def export(
    stage1: Annotated[Path, typer.Option()],
    stage2: Annotated[Path, typer.Option()],
    out: Annotated[Path, typer.Option(file_okay=False)],
    name: str = "foodgan",
) -> None:
    """Make a model of two runs. MODEL_DIR=OUT lets workers paint with it."""
    from foodgan import registry

    _made(registry.export(name, {"stage1": stage1, "stage2": stage2}, out), out)


@app.command()
def between(
    before: Annotated[Path, typer.Argument(file_okay=False)],
    after: Annotated[Path, typer.Argument(file_okay=False)],
    out: Annotated[Path, typer.Option()],
    share: Annotated[float, typer.Option(min=0, max=1)] = 0.5,
) -> None:
    """Make a model between two: what a lesson taught in part, for a part of what it cost."""
    from foodgan import registry

    _made(registry.between(before, after, share, out), out)


@app.command()
def widen(
    photos: Annotated[Path, typer.Option(file_okay=False)],
    out: Annotated[Path, typer.Option(file_okay=False)],
    model: Path | None = None,
    layout: Annotated[float, typer.Option(min=0.1, max=3)] = 1.2,
    names: Annotated[float, typer.Option(min=0.1, max=3)] = 1.1,
    around: Annotated[float, typer.Option(min=0.1, max=5)] = 1.5,
    name: str = "",
) -> None:
    """Make a model whose seeds and names lie further apart: more variety, without training."""
    from foodgan.publishing.widening import Widths, widen

    _made(widen(model, photos, Widths(layout, names, around), out, name), out)


@app.command()
def light(
    photos: Annotated[Path, typer.Option(file_okay=False)],
    out: Annotated[Path, typer.Option(file_okay=False)],
    model: Path | None = None,
    share: Annotated[float, typer.Option(min=0, max=1)] = 1.0,
    name: str = "",
) -> None:
    """Make a model whose seeds also say in what light a dish stands, as photos' cameras do."""
    from foodgan.publishing import lighting

    _made(lighting.light(model, photos, CACHE, share, out, name), out)


def _made(model: "ModelFile", out: Path) -> None:
    """Write a new model's card, without figures, and say what it is called."""
    from foodgan import registry
    from foodgan.contract.whole import write_text
    from foodgan.publishing import card

    write_text(out / registry.CARD, card.render(model, None))
    typer.echo(say("cli-model-made", model=model.model_id, out=str(out)))


app.command()(lessons.teach)
app.command()(lessons.polish)


@app.command()
def learn(
    photos: Annotated[Path, typer.Option(file_okay=False)],
    out: Annotated[Path, typer.Option()],
    model: Path | None = None,
    name: str = "",
    every: Annotated[bool, typer.Option("--every")] = False,
    seed: int = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Teach a model names that it has never heard, by a few photos of each: minutes on a CPU."""
    import json
    from dataclasses import asdict

    from foodgan import registry
    from foodgan.contract import logs
    from foodgan.contract.models import PICTURE
    from foodgan.publishing import candidate
    from foodgan.training.hearing import farthest

    logs.set_up()
    if out.resolve() == registry.SHIPPED.resolve():
        raise typer.BadParameter(say("cli-model-shipped-stays"), param_hint="--out")
    made = candidate.learn(model, photos, out, CACHE, name=name, every=every, seed=seed)
    done = made.learned
    if as_json:
        told = {
            "model": made.model_id,
            "names": [asdict(each) for each in done.likenesses],
            "known": done.known,
            "unheard": done.unheard,
            "heard": {
                stage: {"off": farthest([heard.off]), "moved": farthest([heard.moved])}
                for stage, heard in done.heard.items()
            },
            "gates": [gate.model_dump() for gate in made.gates],
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for each in done.likenesses:
        likest = "  ".join(f"{known} {share:.2f}" for known, share in each.known)
        typer.echo(say("cli-model-likeness", name=each.name, photos=each.photos, known=likest))
    if done.known:
        typer.echo(say("cli-model-known", names=" ".join(done.known)))
    for stage, heard in done.heard.items():
        off, moved = f"{farthest([heard.off]):.2f}", f"{farthest([heard.moved]):.2f}"
        typer.echo(say("cli-model-heard", stage=stage, off=off, moved=moved))
    if done.unheard:
        typer.echo(say("cli-model-unheard", names=" ".join(done.unheard)))
    tell_gates(made.gates)
    picture = str(out / PICTURE)
    typer.echo(say("cli-model-learned", model=made.model_id, out=str(out), picture=picture))


@app.command()
def choose(
    run: Annotated[Path, typer.Argument(file_okay=False, exists=True)],
    photos: Annotated[Path, typer.Option(file_okay=False)],
    stage1: Path | None = None,
    pictures: Annotated[int, typer.Option(min=10)] = 256,
    plot: Path | None = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say which snapshot of a run to ship: the least held-out FoodKID of those that do not copy."""
    import json

    from foodgan.cli.chosen import show
    from foodgan.evaluate import choice, plots
    from foodgan.metrics.exam import open_exam
    from foodgan.registry import left_out, training_of

    paths = choice.snapshots(run)
    styles = left_out(training_of(path) for path in (paths[0], stage1) if path)
    choosing = choice.open_choosing(open_exam(photos, CACHE, styles), pictures)
    table = [choice.judge(choosing, path, stage1) for path in paths]
    picked = choosing.pick(table)
    found = choice.report(choosing, table)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        show(found)
    plots.curve(
        [judged.seen for judged in table],
        [judged.kid for judged in table],
        choosing.floor.mean,
        {
            "ρ": [judged.rho for judged in table],
            "authenticity": [judged.authenticity for judged in table],
        },
        picked.seen if picked else None,
        plot or run / "choice.png",
    )
    raise typer.Exit(0 if picked else 1)


@app.command("card")
def write_card(
    figures: Annotated[Path, typer.Option(dir_okay=False)], model: Path | None = None
) -> None:
    """Write a model's card with the figures of an evaluation."""
    import json

    from foodgan import registry
    from foodgan.contract.errors import UserError
    from foodgan.contract.whole import write_text
    from foodgan.publishing import card

    folder = model or registry.SHIPPED
    described = registry.describe(folder)
    try:
        measured = json.loads(figures.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError("cli-model-no-figures", file=figures.name, fault=str(error)) from error
    if not isinstance(measured, dict):
        raise UserError("cli-model-no-evaluation", file=figures.name)
    if (other := str(measured.get("model"))) != described.model_id:
        values = {"file": figures.name, "other": other, "model": described.model_id}
        raise UserError("cli-model-other-figures", **values)
    write_text(folder / registry.CARD, card.render(described, measured))
    typer.echo(str(folder / registry.CARD))


@app.command()
def index(
    photos: Annotated[Path, typer.Option(file_okay=False)], model: Path | None = None
) -> None:
    """Index the training photos, so that `foodgan dish --nearest` finds the nearest ones."""
    from foodgan import registry
    from foodgan.metrics import index as indexing
    from foodgan.metrics.exam import open_exam

    folder = model or registry.SHIPPED
    styles = registry.left_out(registry.describe(folder).training.values())
    written = indexing.write(open_exam(photos, CACHE, styles), folder)
    typer.echo(f"{written}, {written.stat().st_size / 1e6:.2f} MB")


@app.command("compile")
def compile_ahead(model: Path | None = None) -> None:
    """Compile a model for this machine's CPU: workers that start afterwards paint faster."""
    from foodgan.contract.settings import read_settings
    from foodgan.painting import compiled
    from foodgan.painting.painter import Painter

    if not compiled.compiler():
        typer.echo(say("cli-model-no-compiler"), err=True)
        raise typer.Exit(2)
    settings = read_settings()
    painter = Painter.load(model or settings.model_dir, device="cpu", threads=settings.threads)
    typer.echo(str(compiled.ahead(painter, settings.var_dir / compiled.FOLDER)))
