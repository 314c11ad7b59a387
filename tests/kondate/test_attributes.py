"""Attribute accuracy by hand."""

import pytest

from foodgan.kondate.attributes import accuracy, shuffled, truths
from foodgan.kondate.recipe import NONE, Recipe, says
from foodgan.kondate.taster import Tasted

PLAIN = {"vessel": "don", "base": "rice", "cooking": "grilled", "sauce": NONE, "garnish": NONE}


def tasted(*mains: str, **changes: str) -> Tasted:
    return Tasted({**PLAIN, **changes}, mains)


def test_only_what_a_name_states_is_measured() -> None:
    found = accuracy([says({"base": "rice"})], [tasted("egg", vessel="nabe", sauce="miso")])
    assert found["base"] == found["all"] == found["mean"] == 1
    assert found["vessel"] is found["main"] is None


def test_a_main_is_right_when_seen_and_a_name_only_without_others() -> None:
    name = says({}, ["egg", "pork"])
    found = accuracy([name, name], [tasted("egg"), tasted("egg", "pork", "tofu")])
    assert found["main"] == pytest.approx(3 / 4)
    assert found["mains"] == found["all"] == 0


def test_either_of_two_contradicting_values_will_do() -> None:
    name = says({"sauce": "miso"}) | says({"sauce": "curry"})
    found = accuracy([name, name, name], [tasted(sauce=s) for s in ("miso", "curry", "shio")])
    assert found["sauce"] == pytest.approx(2 / 3)


def test_under_other_names_only_guessing_is_left() -> None:
    sauces = ("miso", "curry", "shio", "cream", "tomato", "chili") * 20
    names = [says({"sauce": sauce}) for sauce in sauces]
    pictures = [tasted(sauce=sauce) for sauce in sauces]
    assert accuracy(names, pictures)["sauce"] == 1
    assert (shuffled(names, pictures)["sauce"] or 0) < 0.35


def test_a_whole_truth_states_everything() -> None:
    recipe = Recipe("don", "rice", ("egg",), "grilled", NONE, NONE)
    assert accuracy(truths([recipe]), [tasted("egg")])["all"] == 1
    assert accuracy(truths([recipe]), [tasted("egg", garnish="negi")])["all"] == 0


def test_what_guessing_is_worth_is_measured_over_every_name_under_every_other_picture() -> None:
    names = [says({"sauce": sauce}) for sauce in ("miso", "miso", "curry", "curry")]
    pictures = [tasted(sauce=sauce) for sauce in ("miso", "miso", "curry", "curry")]
    assert shuffled(names, pictures)["sauce"] == pytest.approx(4 / 12)


def test_what_guessing_is_worth_does_not_go_by_the_order_of_the_names() -> None:
    sauces = ("miso", "curry", "shio", "curry", "tomato", "miso", "curry", "cream")
    names = [says({"sauce": sauce}, ["egg"]) for sauce in sauces]
    pictures = [tasted("egg", sauce=sauce) for sauce in reversed(sauces)]
    turned = shuffled(names[3:] + names[:3], pictures[3:] + pictures[:3])
    assert turned == pytest.approx(shuffled(names, pictures))


def test_one_name_alone_has_no_other_names() -> None:
    assert set(shuffled([says({"sauce": "miso"})], [tasted(sauce="miso")]).values()) == {None}
