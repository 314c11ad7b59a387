"""Figures about the photos, as PNG: `/dataset`, and the one that lies beside a release.

Words are strangers' text: no mathematics is read out of them, see also `lettering`.
"""

import io
import textwrap
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from foodgan.contract.phrases import say
from foodgan.machine import lettering
from foodgan.machine.lettering import drawable
from foodgan.photos.words import Count, Coverage

DPI = 110
SIZE = (7.2, 5.4)  # inches: a chat shows the figure at half of its 792 by 594 pixels or more
TITLE, HEAD, TEXT = 18, 13, 12  # points
SHOWN = 6  # words in a panel
TICKS = 5  # weeks that are written out
WIDTH = 14  # of a word: a kana is 2, a Latin letter 1
LINE = 24  # Latin letters of a panel's title in a line
PAPER, INK, WARM, CALM = "#fffaf2", "#3b2f2a", "#d9772b", "#6f9a8d"

Panels = Sequence[tuple[str, Sequence[Count], str]]  # phrase, counts, colour


def draw(locale: str, weeks: Sequence[Count], words: Coverage) -> bytes:
    """The picture of `/dataset`: weeks above; words with most, with fewest, and wanted below."""
    few = sorted(words.covered, key=lambda count: (count[1], count[0]))
    panels: Panels = (
        ("plot-most", words.covered, CALM),
        ("plot-least", few, CALM),
        ("plot-wanted", sorted(words.wanted, key=lambda count: -count[1]), WARM),
    )
    return _drawn(locale, say(locale, "plot-title"), weeks, panels)


def draw_release(
    release: str,
    weeks: Sequence[Count],
    names: Sequence[Count],
    licences: Sequence[Count],
    splits: Sequence[Count],
) -> bytes:
    """The figure beside a release, in English: what came when, and what it is."""
    title = say("en", "plot-release-title", release=release)
    panels = (("plot-names", names), ("plot-licences", licences), ("plot-splits", splits))
    return _drawn("en", title, weeks, [(*panel, CALM) for panel in panels])


def _drawn(locale: str, title: str, weeks: Sequence[Count], panels: Panels) -> bytes:
    """Weeks in the upper row, panels in the lower; nothing stands for what there is none of."""
    full = [panel for panel in panels if panel[1]]
    rows = bool(weeks) + bool(full)
    figure = _figure(title, rows or 0.4)
    if not rows:
        figure.text(0.5, 0.4, say(locale, "plot-none"), ha="center", color=INK, fontsize=HEAD)
        return _png(figure)
    bands = figure.subfigures(rows, 1, squeeze=False)[:, 0]
    if weeks:
        _weeks(_axes(bands[0], say(locale, "plot-weeks")), weeks)
    if full:
        parts = bands[-1].subfigures(1, len(full), squeeze=False)[0]
        for part, (phrase, counts, colour) in zip(parts, full, strict=True):
            _bars(_axes(part, say(locale, phrase)), counts, colour)
    return _png(figure)


def _figure(title: str, rows: float) -> Figure:
    lettering.set_up()
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)  # inches
    width, height = SIZE
    size = (width, height * (rows + 0.2) / 2.2)  # the title has its part of it
    figure = Figure(figsize=size, dpi=DPI, layout=layout, facecolor=PAPER)
    figure.suptitle(drawable(title), fontsize=TITLE, color=INK, parse_math=False)
    return figure


def _weeks(axes: Axes, weeks: Sequence[Count]) -> None:
    axes.bar(range(len(weeks)), [count for _, count in weeks], color=WARM, width=0.8)
    step = -(-len(weeks) // TICKS)
    places = range(0, len(weeks), step)
    axes.set_xticks(places, _mondays([weeks[place][0] for place in places]))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _mondays(weeks: Sequence[str]) -> list[str]:
    """The first day of each ISO week ("2026-W07"), with the year where it is another."""
    days = [date.fromisocalendar(int(week[:4]), int(week[-2:]), 1) for week in weeks]
    years = [0, *(day.year for day in days)]
    return [
        f"{day.month}/{day.day}" if day.year == year else f"{day.year}/{day.month}/{day.day}"
        for day, year in zip(days, years, strict=False)
    ]


def _bars(axes: Axes, counts: Sequence[Count], colour: str) -> None:
    shown = list(counts[:SHOWN])
    bars = axes.barh(range(len(shown)), [count for _, count in shown], color=colour)
    axes.bar_label(bars, padding=3, color=INK, fontsize=TEXT)
    axes.set_yticks(range(len(shown)), [_short(word) for word, _ in shown], parse_math=False)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xticks([])


def _short(word: str) -> str:
    word = drawable(word)
    width, kept = 0, 0
    for letter in word:
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        kept += width < WIDTH
    return word if width <= WIDTH else word[:kept] + "…"


def _axes(part: SubFigure, title: str) -> Axes:
    """Axes for a part of the figure, below its title: what is in brackets has a line of its own."""
    lines = [line for each in title.split("(", 1) for line in textwrap.wrap(each, LINE)]
    if "(" in title:
        lines[-1] = f"({lines[-1]}"
    wide = part.bbox.width > part.figure.bbox.width / 2
    part.suptitle(title if wide else "\n".join(lines), x=0.03, ha="left", fontsize=HEAD, color=INK)
    part.set_facecolor(PAPER)
    axes = part.add_subplot()
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=INK, length=0, labelsize=TEXT)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return axes


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    options: dict[str, Any] = {"metadata": {"Software": None}}
    figure.savefig(buffer, format="png", **options)
    return buffer.getvalue()
