"""Rivals of an invented name: other names of the same dish, and none that is to measure."""

from random import Random

from foodgan.text.encode import heard
from foodgan.text.invent import Inventor

PHOTOS = ("鮭とチーズのサラダ",) * 4
ASKED = "鮭うどん"


def test_a_name_is_no_rival_of_its_own() -> None:
    assert ASKED not in Inventor(PHOTOS, (), Random(0)).rivals(ASKED, 400)


def test_names_that_are_to_measure_are_no_rivals() -> None:
    never = {"チーズうどん", "鮭うどん"}
    rivals = Inventor(PHOTOS, never, Random(0)).rivals("海老カレーうどん", 400)
    assert not never & set(rivals)
    assert {heard(name)[-1].surface for name in rivals} == {"うどん"}
