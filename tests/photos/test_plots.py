"""Figures about the photos show every word, and never an empty box."""

import io
import warnings
from collections.abc import Sequence
from typing import Any

import pytest
from matplotlib.axes import Axes
from PIL import Image

from foodgan.machine.lettering import MISSING, drawable
from foodgan.photos import plots
from foodgan.photos.words import Count, Coverage

WEEKS = tuple((f"2026-W{week:02d}", week % 7) for week in range(1, 40))
WORDS = (("カレー", 40), ("味噌", 12), ("担々麺", 9), ("抹茶パフェ", 1), ("$x^$_{", 3))
STRANGE = (
    ("김치찌개", 5),
    ("🍛🍜", 4),
    ("麻婆豆腐", 3),
    ("พะแนง", 2),
    ("a\x00\u202eb", 1),
    ("𠮷野家", 1),
)


def drawn(locale: str = "ja") -> bytes:
    return plots.draw(locale, WEEKS, Coverage(WORDS, STRANGE))


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_a_figure_is_drawn_without_a_sign_that_the_fonts_lack(locale: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns where it has to draw an empty box
        picture = Image.open(io.BytesIO(drawn(locale)))
    assert picture.size == (792, 594)
    assert len(set(picture.convert("L").resize((40, 40)).tobytes())) > 10


def test_the_warning_that_the_test_relies_on_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "drawable", lambda text: text)
    with pytest.warns(UserWarning, match="Glyph"):
        drawn()


def test_japanese_is_drawn_as_it_is_and_what_no_font_has_as_a_geta() -> None:
    assert drawable("親子丼・ｶﾚｰ ñ") == "親子丼・ｶﾚｰ ñ"
    assert drawable("김") == MISSING
    assert drawable("a\x00\u202eb\nc") == "ab c"


def test_a_week_is_told_by_its_monday_and_the_year_once() -> None:
    weeks = ["2025-W45", "2025-W52", "2026-W01", "2026-W07"]
    assert plots._mondays(weeks) == ["2025/11/3", "12/22", "12/29", "2026/2/9"]


def test_the_axis_of_weeks_counts_no_iso_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    label = Axes.set_xticks

    def heard(axes: Axes, places: Sequence[int], labels: Sequence[str] = ()) -> Any:
        told.extend(labels)
        return label(axes, places, labels)

    monkeypatch.setattr(Axes, "set_xticks", heard)
    drawn()
    assert told[0] == "2025/12/29"
    assert not any("W" in text for text in told)


def test_nothing_yet_is_said_and_drawn() -> None:
    assert plots.draw("ja", (), Coverage((), ()))


def test_no_room_is_kept_for_what_there_is_none_of() -> None:
    def height(weeks: Sequence[Count], words: Coverage) -> int:
        return Image.open(io.BytesIO(plots.draw("ja", weeks, words))).height

    whole, without_weeks = height(WEEKS, Coverage(WORDS, STRANGE)), height((), Coverage((), WORDS))
    assert without_weeks < 0.6 * whole
    assert height((), Coverage((), ())) < without_weeks


def test_the_chat_shows_the_figure_with_letters_that_can_be_read() -> None:
    """At 480 pixels, which is what a chat has room for, and 10 pixels are a legible kana."""
    width = plots.SIZE[0] * plots.DPI
    assert plots.TEXT / 72 * plots.DPI * 480 / width >= 10


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert drawn() == drawn()
