"""`foodgan experiment`: hold generators against one another on drawn dishes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foodgan.cli.device import usable
from foodgan.cli.kondate import FEWEST
from foodgan.contract.terminal import Terminal, say

if TYPE_CHECKING:
    from foodgan.experiment.plan import Plan

app = Terminal(no_args_is_help=True)

OUT = Path("runs") / "experiment"
QUICK = Path("runs") / "experiment-quick"
SHOWN = 102_400  # pictures that eyes of their own are shown

Seeds = str
Out = Annotated[Path, typer.Option(file_okay=False)]
Names = Annotated[int, typer.Option("--n", min=FEWEST)]
Jobs = Annotated[int, typer.Option(min=0)]
Arms = Annotated[str, typer.Option("--arms")]
Device = Annotated[str, typer.Option(callback=usable)]
Until = Annotated[float, typer.Option(min=0)]
Judge = Annotated[Path | None, typer.Option(exists=True)]


@app.command()
def arms() -> None:
    """List what can be compared."""
    from foodgan.experiment.arms import ABLATIONS, BASELINES, LESSONS, RECIPE

    for title, table in (
        (say("cli-experiment-baselines"), BASELINES),
        (say("cli-experiment-recipe"), RECIPE),
        (say("cli-experiment-lessons"), LESSONS),
        (say("cli-experiment-ablations"), ABLATIONS),
    ):
        typer.echo(f"{title}:")
        for name, arm in table.items():
            typer.echo(f"  {name:22} {arm.title}")


@app.command()
def run(
    which: Arms = "all",
    seeds: Seeds = "0,1,2",
    names: Names = 130,
    pictures: Annotated[int, typer.Option(min=64)] = 20_000,
    minutes: Annotated[float, typer.Option(min=0)] = 0.0,
    jobs: Jobs = 0,
    out: Out = OUT,
    device: Device = "cpu",
    until: Until = 0.0,
    measured: Annotated[bool, typer.Option("--measure/--no-measure")] = True,
    judge: Judge = None,
) -> None:
    """Train arms and measure them. Stop it at any time: the same command goes on from there."""
    from foodgan.experiment.plan import Plan

    plan = Plan(
        out=out,
        arms=_arms(which),
        seeds=_numbers(seeds),
        names=names,
        pictures=pictures,
        limit_s=minutes * 60 or None,
        jobs=_at_once(jobs),
        device=device,
        until=_moment(until),
        measures=measured,
        judge=_judge(judge),
    )
    _carry_out(plan)
    if measured:
        table(which, seeds, names, out)


@app.command()
def measure(
    which: Arms = "all",
    seeds: Seeds = "0,1,2",
    names: Names = 130,
    jobs: Jobs = 0,
    out: Out = OUT,
    device: Device = "cpu",
    until: Until = 0.0,
    judge: Judge = None,
) -> None:
    """Measure the runs that are trained, where this judge has not measured them yet."""
    from foodgan.experiment.plan import Plan

    plan = Plan(
        out=out,
        arms=_arms(which),
        seeds=_numbers(seeds),
        names=names,
        jobs=_at_once(jobs),
        device=device,
        until=_moment(until),
        trains=False,
        judge=_judge(judge),
    )
    _carry_out(plan)
    table(which, seeds, names, out)


@app.command()
def table(
    which: Arms = "all",
    seeds: Seeds = "0,1,2",
    names: Names = 130,
    out: Out = OUT,
    write: Path | None = None,
) -> None:
    """Show what the runs that are done have found; as Markdown."""
    from foodgan.experiment.results import markdown, report

    stem = f"kondate-{names}" + (f"-{which}" if which in ("baselines", "ablations") else "")
    found = report(out, _arms(which), _numbers(seeds), names, write, stem)
    for title, rows in found.items():
        typer.echo(f"\n{title}\n\n{markdown(rows)}")
    if not found:
        typer.echo(say("cli-experiment-nothing"))


@app.command()
def pupil(
    names: Annotated[str, typer.Option("--n")] = "130",
    own: Annotated[bool, typer.Option("--own-eyes")] = False,
    pictures: Annotated[int | None, typer.Option(min=64, show_default=str(SHOWN))] = None,
    jobs: Jobs = 0,
    out: Out = OUT,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show how much n photos can teach at all: what an eye learns to tell apart from so many."""
    sizes = _numbers(names)
    if min(sizes) < FEWEST:
        raise typer.BadParameter(say("cli-experiment-few-names", least=FEWEST), param_hint="--n")
    if pictures is not None and not own:
        wrong = say("cli-experiment-counted-for-own-eyes")
        raise typer.BadParameter(wrong, param_hint="--pictures")

    import json
    from dataclasses import asdict

    from foodgan.experiment.pupil import learning, markdown
    from foodgan.machine.progress import track

    shown = (pictures or SHOWN) if own else None
    curve = learning(out, sizes, shown=shown, jobs=_at_once(jobs), track=track)
    if as_json:
        typer.echo(json.dumps([asdict(lesson) for lesson in curve], indent=1))
    else:
        typer.echo(markdown(curve), nl=False)


@app.command()
def blog(
    quick: bool = False,
    jobs: Jobs = 0,
    out: Annotated[Path | None, typer.Option(file_okay=False)] = None,
) -> None:
    """Train the blog post's attempts again and print its claims beside what is measured."""
    from foodgan.experiment.arms import BLOG, RECIPE
    from foodgan.experiment.blog import told
    from foodgan.experiment.plan import Plan

    plan = Plan(
        out=out or (QUICK if quick else OUT),
        arms=(*BLOG, *RECIPE),
        seeds=(0,) if quick else (0, 1, 2),
        pictures=6_000 if quick else 20_000,
        limit_s=100.0 if quick else None,
        hasty=quick,
        jobs=_at_once(jobs),
    )
    _carry_out(plan)
    for claim in told(plan):
        typer.echo(f"\n“{claim.said}”\n  {claim.measured}")


def _carry_out(plan: "Plan") -> None:
    from foodgan.contract import logs
    from foodgan.experiment.run import carry_out
    from foodgan.machine.progress import track

    logs.set_up()
    carry_out(plan, track=track)


def _at_once(jobs: int) -> int:
    import os

    return jobs or os.cpu_count() or 1


def _moment(seconds: float) -> float | None:
    import time

    return time.time() + seconds if seconds else None


def _judge(file: Path | None) -> Path:
    from foodgan.kondate.taster import SHIPPED

    return file or SHIPPED


def _numbers(written: str) -> tuple[int, ...]:
    """Each once: a run that is said twice is one run."""
    try:
        return tuple(dict.fromkeys(int(number) for number in written.split(",")))
    except ValueError as error:
        wrong = say("cli-experiment-no-numbers", written=written)
        raise typer.BadParameter(wrong) from error


def _arms(written: str) -> tuple[str, ...]:
    from foodgan.experiment.arms import ABLATIONS, ARMS, BASELINES, RECIPE

    groups = {
        "all": tuple(ARMS),
        "baselines": (*BASELINES, *RECIPE),
        "ablations": (*RECIPE, *ABLATIONS),
    }
    if written in groups:
        return groups[written]
    chosen = tuple(dict.fromkeys(written.split(",")))
    unknown = [name for name in chosen if name not in ARMS]
    if unknown:
        raise typer.BadParameter(say("cli-experiment-no-arm", names=", ".join(unknown)))
    return chosen


@app.command()
def nicknames(
    photos: Annotated[Path, typer.Option(file_okay=False)],
    model: Path | None = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """How well `foodgan model learn` teaches nicknames of dishes by 1, 3 and 10 photos of each."""
    import json

    from foodgan import registry
    from foodgan.cli.evaluate import CACHE
    from foodgan.experiment import nicknames as trial
    from foodgan.metrics.exam import open_exam

    found = trial.measure(model or registry.SHIPPED, open_exam(photos, CACHE))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for what in ("photos_told", "own_names", "without"):
        typer.echo(f"{what:12} {_interval(found[what])}")
    for part in ("right", "unlike"):
        for count, figures in found[part].items():
            told = say(
                "cli-experiment-nicknames",
                count=int(count),
                painted=_interval(figures["painted"]),
                wrong=f"{figures['wrong']['mean']:.2f}",
                likened=f"{figures['likened']:.2f}",
                off=f"{figures['off']:.2f}",
                moved=f"{figures['moved']:.2f}",
            )
            typer.echo(f"{part:8} {told}")


def _interval(figure: dict[str, float]) -> str:
    return "{mean:.2f} ({low:.2f} … {high:.2f})".format(**figure)
