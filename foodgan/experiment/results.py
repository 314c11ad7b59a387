"""What came out: a row an arm, with intervals over seeds, as Markdown and as a plot."""

import json
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from foodgan.contract.whole import write_text
from foodgan.experiment.arms import ARMS

Figures = Mapping[str, Any]
# Student's t at 97.5 % for 1, 2, … degrees of freedom: runs are few.
STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)


@dataclass(frozen=True)
class Measure:
    """A column. best: what a perfect generator would have."""

    title: str
    of: Callable[[Figures], float | None]
    best: float | None = None


def _set(kind: str, key: str) -> Callable[[Figures], float | None]:
    return lambda figures: figures["accuracy"]["sets"][kind][key]


def _gained(figures: Figures) -> float | None:
    """What a run gets right of its names more than of others: paired, as both are of one judge."""
    accuracy = figures["accuracy"]
    right, guessed = accuracy["sets"]["unseen_pair"]["mean"], accuracy["control_shuffled"]["mean"]
    return None if right is None or guessed is None else right - guessed


MEASURES = (
    Measure("unseen pairs, an attribute right", _set("unseen_pair", "mean"), 1.0),
    Measure("the same under other names", lambda f: f["accuracy"]["control_shuffled"]["mean"]),
    Measure("more than under other names", _gained),
    Measure("all right", _set("unseen_pair", "all"), 1.0),
    Measure("seen names, an attribute right", _set("seen", "mean"), 1.0),
    Measure("unseen spelling", lambda f: f["synonyms"]["unseen"], 1.0),
    Measure("same, usual spelling", lambda f: f["synonyms"]["usual"], 1.0),
    Measure("FoodKID, random features", lambda f: f["kid"]["mean"], 0.0),
    Measure("FoodKID, taster", lambda f: f["kid_taster"]["mean"], 0.0),
    Measure("ρ, texture", lambda f: f["rho"], 1.0),
    Measure("ρ, shape", lambda f: f["rho_shapes"], 1.0),
    Measure("suspicious", lambda f: f["suspicious_share"], 0.01),
    Measure("spread ÷ real", lambda f: f["spread_within_name"]["ratio"], 1.0),
)
PLOTTED = (0, 3, 7, 8, 9, 10, 11, 12)


@dataclass(frozen=True)
class Interval:
    """A mean over runs and, with two runs or more, its 95 % interval by Student's t."""

    mean: float
    half: float | None

    def __str__(self) -> str:
        return f"{self.mean:.2f}" if self.half is None else f"{self.mean:.2f} ± {self.half:.2f}"


def interval(values: Sequence[float]) -> Interval:
    """Over independent runs."""
    if len(values) < 2:
        return Interval(values[0], None)
    t = STUDENT[min(len(values) - 2, len(STUDENT) - 1)]
    return Interval(statistics.fmean(values), t * statistics.stdev(values) / len(values) ** 0.5)


@dataclass(frozen=True)
class Row:
    """An arm with every run's figures at one budget."""

    arm: str
    runs: tuple[Figures, ...]

    @property
    def title(self) -> str:
        return ARMS[self.arm].title if self.arm in ARMS else self.arm

    def of(self, measure: Measure) -> Interval | None:
        values = [value for run in self.runs if (value := measure.of(run)) is not None]
        return interval(values) if values else None


def rows(paths: Iterable[Path], budget: str) -> list[Row]:
    """Results by arm, in the order of `paths`. budget: "at_equal_pictures" or "at_equal_time"."""
    runs: dict[str, list[Figures]] = {}
    for path in paths:
        if not path.exists():
            continue
        found = json.loads(path.read_text(encoding="utf-8"))
        if budget in found:
            runs.setdefault(found["arm"], []).append(found[budget])
    return [Row(arm, tuple(figures)) for arm, figures in runs.items()]


def untrained(path: Path) -> list[Row]:
    """The oracle and the copying baselines, one run each; none before they are measured."""
    if not path.exists():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    return [Row(name, (figures,)) for name, figures in found.items() if "accuracy" in figures]


def markdown(table: Sequence[Row]) -> str:
    """A table, a row an arm."""
    titles = ["arm", "runs", "pictures seen", *(measure.title for measure in MEASURES)]
    lines = ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]
    for row in table:
        seen = [run["seen"] for run in row.runs if "seen" in run]
        cells = [row.title, str(len(row.runs)), f"{statistics.fmean(seen):,.0f}" if seen else "—"]
        cells += [str(row.of(measure) or "—") for measure in MEASURES]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def plot(table: Sequence[Row], path: Path) -> None:
    """A panel a measure, a dot and its interval an arm."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    columns = 4
    lines = -(-len(PLOTTED) // columns)
    figure, panels = pyplot.subplots(
        lines, columns, figsize=(16, lines * (1.2 + 0.28 * len(table))), sharey=True, squeeze=False
    )
    for panel, number in zip(panels.flat, PLOTTED, strict=False):
        measure = MEASURES[number]
        for y, row in enumerate(reversed(table)):
            found = row.of(measure)
            if found is not None:
                panel.errorbar(found.mean, y, xerr=found.half, fmt="o", capsize=3, color="#c2452d")
        if measure.best is not None:
            panel.axvline(measure.best, color="#999999", linewidth=1, linestyle=":")
        panel.set_title(measure.title, fontsize=10)
        panel.set_yticks(range(len(table)), [row.title for row in reversed(table)], fontsize=9)
        panel.grid(axis="x", alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def report(
    out: Path,
    arms: Sequence[str],
    seeds: Sequence[int],
    names: int,
    write: Path | None,
    stem: str | None = None,
) -> dict[str, list[Row]]:
    """Tables by their title; with `write`, also files of them, plots and the arms' grids.

    stem: what the files' names begin with.
    """
    results = out / "results"
    paths = [results / f"{arm}-{names}-{seed}.json" for arm in arms for seed in seeds]
    tables = {
        "At equal pictures seen": rows(paths, "at_equal_pictures"),
        "At equal time": rows(paths, "at_equal_time"),
        "Without training": untrained(results / f"untrained-{names}.json"),
    }
    tables = {title: table for title, table in tables.items() if table}
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        stem = stem or f"kondate-{names}"
        text = "".join(f"## {title}\n\n{markdown(table)}\n" for title, table in tables.items())
        write_text(write / f"{stem}.md", text)
        for title, table in tables.items():
            plot(table, write / f"{stem}-{title.split()[-1]}.png")
        for arm in arms:
            grid = results / f"{arm}-{names}-{seeds[0]}.png"
            if grid.exists():
                with Image.open(grid) as picture:
                    picture.save(write / f"{stem}-{arm}.jpg", quality=88)
    return tables
