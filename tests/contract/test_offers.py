"""The buttons under a finished dish."""

from typing import Any

import pytest

from foodgan.contract.offers import CUSTOM_ID_MAX, custom_id, mark_of, offers
from tests.contract.test_orders import KINDS, an_order


def ids(**order: Any) -> list[list[str]]:
    """The custom_ids of an order's buttons, row by row, without the order's own id."""
    rows = offers(an_order(buttons=True, **order))
    return [[each.custom_id.replace(":abcdef12", "") for each in row] for row in rows]


def test_one_picture_has_all_its_buttons_in_one_row() -> None:
    assert ids() == [["reroll", "vary:0", "enlarge:0", "check:0"]]


def test_of_several_pictures_each_has_buttons_with_its_number() -> None:
    rows = offers(an_order(count=2, buttons=True))
    assert ids(count=2) == [
        ["reroll"],
        ["vary:0", "vary:1"],
        ["enlarge:0", "enlarge:1"],
        ["check:0", "check:1"],
    ]
    assert [each.label for each in rows[2]] == ["大きく 1", "大きく 2"]


def test_each_but_another_one_says_which_model_painted_its_picture() -> None:
    rows = offers(an_order(count=2, buttons=True), mark_of("first·a1b2c3"))
    marks = [[each.custom_id.split(":")[3:] for each in row] for row in rows]
    assert marks == [[[]], *[[[mark_of("first·a1b2c3")]] * 2] * 3]
    assert mark_of("first·a1b2c3") != mark_of("first·a1b2c4")


def test_what_follows_depends_on_the_kind() -> None:
    follow = {
        kind: {each.split(":")[0] for row in ids(kind=kind, **fields) for each in row}
        for kind, fields in KINDS.items()
    }
    assert follow == {
        "dish": {"reroll", "vary", "enlarge", "check"},
        "mix": {"reroll", "vary", "enlarge", "check"},
        "variations": {"reroll", "enlarge", "check"},
        "enlarged": {"check"},  # of a variation: it has none near itself
        "check": set(),
    }
    assert ids(kind="enlarged") == [["vary:0", "check:0"]]


def test_a_bot_that_does_not_serve_them_gets_none() -> None:
    assert offers(an_order()) == []


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_discord_takes_them_all(kind: str, locale: str) -> None:
    many = {"count": 4} if kind in ("dish", "mix", "variations") else {}
    order = an_order(buttons=True, kind=kind, locale=locale, **KINDS[kind] | many)
    rows = offers(order, mark_of("model"))
    assert len(rows) <= 5
    assert all(len(row) <= 5 for row in rows)
    every = [each for row in rows for each in row]
    assert len({each.custom_id for each in every}) == len(every)
    assert all(len(each.custom_id) <= CUSTOM_ID_MAX for each in every)
    assert all(len(each.label) <= 20 for each in every)


def test_a_custom_id_that_discord_would_not_take_is_an_error() -> None:
    with pytest.raises(ValueError, match="reroll"):
        custom_id("reroll", "x" * CUSTOM_ID_MAX)
