"""Invented names: a known dish under a word from anywhere."""

from collections import Counter
from random import Random

from foodgan.contract import dishname
from foodgan.text.encode import heard
from foodgan.text.invent import Inventor
from foodgan.text.kinds import KINDS, WORDS, kind_of

PHOTOS = ("味噌ラーメン",) * 100 + ("鮭とチーズのサラダ",) * 4 + ("ビビンバ",)
DISHES = {word for words in WORDS.values() for word in words.split()}


def drawn(count: int, *, seed: int = 0, unasked: tuple[str, ...] = ()) -> list[str]:
    inventor = Inventor(PHOTOS, unasked, Random(seed))
    return [inventor.name() for _ in range(count)]


def test_every_name_is_of_a_kind_and_each_kind_comes_as_often() -> None:
    kinds = Counter(map(kind_of, drawn(1600)))
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) > 120


def test_names_are_spelt_as_members_names_are() -> None:
    assert all(dishname.normalise(name) == name for name in drawn(300))


def test_a_seed_tells_which_names_are_drawn() -> None:
    assert drawn(20) == drawn(20)
    assert drawn(20) != drawn(20, seed=1)


def test_names_that_are_to_measure_are_never_drawn() -> None:
    never = tuple(dict.fromkeys(drawn(200)))
    assert not set(never) & set(drawn(400, unasked=never))


def test_words_of_many_photos_come_more_often_but_not_as_many_times_as_often() -> None:
    names = drawn(3000)
    miso, salmon = (sum(name.startswith(word) for name in names) for word in ("味噌", "鮭"))
    assert 3 * salmon < miso < 8 * salmon  # √100 to √4
    assert any(name.startswith("ビビンバ") and name != "ビビンバ" for name in names)


def test_some_names_are_a_dish_alone_and_some_have_words_that_no_photo_has() -> None:
    names = drawn(1000)
    alone = sum(name in DISHES for name in names)
    known = sum(name.startswith(("味噌", "鮭", "チーズ", "ビビンバ")) for name in names)
    assert 100 < alone < 220
    assert 500 < known < 800


def test_rivals_are_the_same_dish_under_other_words() -> None:
    inventor = Inventor(PHOTOS, (), Random(0))
    rivals = inventor.rivals("海老カレーうどん", 40)
    assert {heard(name)[-1].surface for name in rivals} == {"うどん"}
    assert len(set(rivals)) > 10


def test_without_photos_names_are_invented_of_any_words() -> None:
    inventor = Inventor((), (), Random(0))
    assert all(kind_of(inventor.name()) for _ in range(50))
