"""Figures about the photos, as PNG: `/dataset`, and the one that lies beside a release.

Words are strangers' text: no mathematics is read out of them, and a sign that no font has is shown
as 〓, which Japanese printers put where a type was missing, never as an empty box.
"""

import io
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

import matplotlib
import matplotlib_fontja
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from foodgan.contract.phrases import say
from foodgan.photos.words import Count, Coverage

FONTS = ("IPAexGothic", "DejaVu Sans")  # of matplotlib-fontja and of matplotlib itself
MISSING = "〓"
DPI = 110
SHOWN = 8  # words in a panel
TICKS = 10  # weeks that are written out
LETTERS = 14  # of a word
PAPER, INK, WARM, CALM = "#fffaf2", "#3b2f2a", "#d9772b", "#6f9a8d"


def draw(locale: str, weeks: Sequence[Count], words: Coverage) -> bytes:
    """The picture of `/dataset`: weeks above; words with most, with fewest, and wanted below."""
    few = sorted(words.covered, key=lambda count: (count[1], count[0]))
    figure = _figure(say(locale, "plot-title"))
    grid = figure.add_gridspec(2, 3)
    _weeks(figure.add_subplot(grid[0, :]), weeks, locale, "plot-weeks")
    for place, (phrase, counts, colour) in enumerate((
        ("plot-most", words.covered, CALM),
        ("plot-least", few, CALM),
        ("plot-wanted", sorted(words.wanted, key=lambda count: -count[1]), WARM),
    )):  # fmt: skip
        _bars(figure.add_subplot(grid[1, place]), counts, locale, phrase, colour)
    return _png(figure)


def draw_release(
    release: str,
    weeks: Sequence[Count],
    names: Sequence[Count],
    licences: Sequence[Count],
    splits: Sequence[Count],
) -> bytes:
    """The figure beside a release, in English: what came when, and what it is."""
    figure = _figure(say("en", "plot-release-title", release=release))
    grid = figure.add_gridspec(2, 3)
    _weeks(figure.add_subplot(grid[0, :]), weeks, "en", "plot-weeks")
    panels = (("plot-names", names), ("plot-licences", licences), ("plot-splits", splits))
    for place, (phrase, counts) in enumerate(panels):
        _bars(figure.add_subplot(grid[1, place]), counts, "en", phrase, CALM)
    return _png(figure)


def drawable(text: str) -> str:
    """The text with 〓 for every sign that no font has, and without what cannot be seen."""
    known = _known()
    letters = []
    for letter in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(letter)[0]
        if letter.isspace():
            letters.append(" ")
        elif ord(letter) in known and kind != "C":
            letters.append(letter)
        elif kind not in "CM":  # a mark that no font has may be left out
            letters.append(MISSING)
    return "".join(letters)


@cache
def _known() -> frozenset[int]:
    """The signs that the fonts have, as code points."""
    paths = [font_manager.findfont(name, fallback_to_default=False) for name in FONTS]
    return frozenset().union(*(FT2Font(path).get_charmap() for path in paths))


def _figure(title: str) -> Figure:
    matplotlib_fontja.japanize()  # tells matplotlib where its font lies
    matplotlib.rcParams["font.family"] = list(FONTS)
    layout = ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.15)  # inches
    figure = Figure(figsize=(11, 8), dpi=DPI, layout=layout, facecolor=PAPER)
    figure.suptitle(drawable(title), fontsize=18, color=INK, parse_math=False)
    return figure


def _weeks(axes: Axes, weeks: Sequence[Count], locale: str, phrase: str) -> None:
    _prepare(axes, say(locale, phrase))
    if not weeks:
        _say_none(axes, locale)
        return
    axes.bar(range(len(weeks)), [count for _, count in weeks], color=WARM, width=0.8)
    step = -(-len(weeks) // TICKS)
    places = range(0, len(weeks), step)
    axes.set_xticks(places, [drawable(weeks[place][0]) for place in places], parse_math=False)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _bars(axes: Axes, counts: Sequence[Count], locale: str, phrase: str, colour: str) -> None:
    _prepare(axes, say(locale, phrase))
    shown = list(counts[:SHOWN])
    if not shown:
        _say_none(axes, locale)
        return
    bars = axes.barh(range(len(shown)), [count for _, count in shown], color=colour)
    axes.bar_label(bars, padding=3, color=INK)
    axes.set_yticks(range(len(shown)), [_short(word) for word, _ in shown], parse_math=False)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xticks([])


def _short(word: str) -> str:
    word = drawable(word)
    return word if len(word) <= LETTERS else word[: LETTERS - 1] + "…"


def _say_none(axes: Axes, locale: str) -> None:
    axes.text(0.5, 0.5, say(locale, "plot-none"), ha="center", color=INK, transform=axes.transAxes)
    axes.set_xticks([])
    axes.set_yticks([])


def _prepare(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=12, color=INK)
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=INK, length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    options: dict[str, Any] = {"metadata": {"Software": None}}
    figure.savefig(buffer, format="png", **options)
    return buffer.getvalue()
