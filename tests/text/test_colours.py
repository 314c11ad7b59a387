"""Words of a name that say a colour."""

import pytest

from foodgan.contract.dishname import normalise
from foodgan.text.colours import colour_words, dyed_by, palette
from foodgan.text.encode import heard
from foodgan.text.tokens import tokens


def said(name: str) -> list[str]:
    """The colour words of a name as they are written there."""
    words = heard(normalise(name))
    return [words[word.slot].surface for word in colour_words(normalise(name))]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("抹茶ラーメン", ["抹茶"]),
        ("わさびチョコレートケーキ", ["わさび", "チョコレート"]),
        ("イカスミアイス", ["イカスミ"]),
        ("虹色たこ焼き丼", ["虹"]),
        ("真っ赤な天丼", ["真っ赤"]),
        ("きなこパン", ["きなこ"]),
        ("matcha ramen", ["matcha"]),
        ("Blue curry", ["Blue"]),
        ("きつねうどん", []),
        ("のの", []),
        ("𩸽" * 60, []),
    ],
)
def test_a_colour_is_heard_in_every_spelling(name: str, words: list[str]) -> None:
    assert said(name) == words


KINDS = [
    "黒胡椒鍋",
    "赤ワイン煮込み",
    "青じそパスタ",
    "赤海老焼き",
    "銀シャリ",
    "銀しゃり丼",
    "青トマトカレー",
    "ブルーチーズピザ",
]


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_an_ingredient_colours_no_dish(name: str) -> None:
    assert said(name) == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("チョコソースのステーキ", "チョコ"),
        ("抹茶チーズケーキ", "抹茶"),
        ("青いトマト鍋", "青い"),
        ("黒カレーの海老丼", "黒"),
    ],
)
def test_a_taste_an_adjective_or_a_colour_of_something_else_colours_the_dish(
    name: str, word: str
) -> None:
    assert said(name) == [word]


@pytest.mark.parametrize(
    "name", ["白菜鍋", "金目鯛の煮付け", "桜えびのかき揚げ", "黒酢あん", "虹鱒"]
)
def test_a_colour_inside_another_word_is_none(name: str) -> None:
    assert said(name) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("水色カレー", ["水色"]),
        ("バラ色のケーキ", ["バラ色"]),
        ("茶色ご飯", ["茶色"]),
        ("水餃子", []),
        ("茶漬け", []),
        ("レモンケーキ", []),
        ("豚バラ丼", []),
    ],
)
def test_some_words_say_a_colour_before_iro_alone(name: str, told: list[str]) -> None:
    assert dyed_by([name]) == told


def test_what_is_told_is_what_was_written_and_each_word_once() -> None:
    assert dyed_by(["虹色そば", "青いきな粉色の虹色パフェ"]) == ["虹色", "青い", "きな粉色"]


def test_spellings_of_one_thing_have_one_colour() -> None:
    found = {colour_words(name)[0].colours for name in ("苺パフェ", "いちごパフェ", "イチゴパフェ")}
    assert len(found) == 1


def test_every_word_of_the_table_is_one_that_names_can_have() -> None:
    # 黄粉 alone is read as 黄な粉, きなこ as 黄粉: both are keys.
    unheard = {key for key in palette().colours if key not in {t.key for t in tokens(key)}}
    assert unheard == {"黄粉"}
    known = palette()
    spoken = {t.key for kind in known.kinds for name in (kind, f"銀{kind}") for t in tokens(name)}
    assert known.kinds <= spoken


def test_colours_are_shares_of_one() -> None:
    for colours in palette().colours.values():
        assert all(0 <= part <= 1 for colour in colours for part in colour)
