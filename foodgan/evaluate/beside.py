"""Several entrants in one table: the same photos, names, seeds and networks for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foodgan.contract import phrases
from foodgan.evaluate.meaning import MEANINGS, Meaning, shown

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A measure: its value for each entrant, and what photos and known bad pictures get."""

    title: str
    cells: tuple[str, ...]
    controls: tuple[tuple[str, str], ...]


def table(entrants: Sequence[Figures], locale: str = "en") -> list[Row]:
    """A row a measure. A control that differs by entrant stands in the entrant's own cell."""
    head = [
        Row("Pixels a side", tuple(str(f["about"]["pixels"]) for f in entrants), ()),
        Row("Parameters", tuple(f"{f['about']['parameters']:,}" for f in entrants), ()),
        Row("Photos seen in training", tuple(_seen(f) for f in entrants), ()),
    ]
    return head + [_row(meaning, entrants, locale) for meaning in MEANINGS]


def _seen(figures: Figures) -> str:
    seen: Mapping[str, int] = figures["about"]["seen"]
    return " + ".join(f"{count:,}" for count in seen.values())


def _row(meaning: Meaning, entrants: Sequence[Figures], locale: str) -> Row:
    first = entrants[0]
    common: dict[str, str] = {}
    own: dict[str, str] = {}
    for name, key in meaning.controls.items():
        same = all(figures.get(key) == first.get(key) for figures in entrants)
        (common if same else own)[name] = key
    known = any(figures[meaning.key] is not None for figures in entrants)
    cells = []
    for figures in entrants:
        beside = [
            f"{name} {shown(figures[key], locale)}"
            for name, key in own.items()
            if figures.get(key) is not None
        ]
        silent = figures[meaning.key] is None and not figures["about"]["hears_names"]
        deaf = known and silent  # else nobody was measured: no photos for it
        value = shown(figures[meaning.key], locale)
        said = phrases.say(locale, "report-hears-no-name") if deaf else value
        cells.append(f"{said} ({'; '.join(beside)})" if beside else said)
    present = [(name, key) for name, key in common.items() if key in first]
    controls = tuple((name, shown(first[key], locale)) for name, key in present)
    return Row(meaning.title, tuple(cells), controls)


def markdown(entrants: Sequence[Figures]) -> str:
    """The table for a document."""
    titles = ["", *(figures["model"] for figures in entrants), "photos, or what guesses"]
    lines = [titles, ["---"] * len(titles)]
    for row in table(entrants):
        beside = ", ".join(f"{name} {value}" for name, value in row.controls)
        lines.append([row.title, *row.cells, beside])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
