"""Names as the dictionary reads them, and which words the photos lack most."""

import pytest

from foodgan.photos import words


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("海老天のカレーうどん", ("海老", "天麩羅", "カレー", "うどん")),
        ("親子丼", ("鶏", "卵", "丼")),
        ("カレーうどんとうどん", ("カレー", "うどん")),
        ("Curry with Rice", ("Curry", "Rice")),
        ("鮭といくら", ("鮭", "いくら")),
        ("борщ", ("борщ",)),
        ("비빔밥", ()),
        ("のの", ()),
    ],
)
def test_a_name_is_read_as_words_each_once(name: str, found: tuple[str, ...]) -> None:
    assert words.read(name) == found


def test_spellings_of_one_word_count_together_and_show_the_most_frequent() -> None:
    found = words.coverage({"カレーうどん": 2, "カレーウドン": 1, "うどん": 1}, {}, 9)
    assert found.covered == (("うどん", 4), ("カレー", 3))


def test_what_is_asked_for_and_lacking_comes_first() -> None:
    covered = {"カレー": 20, "餅": 1}
    asked = {"カレー": 9, "寿司": 5, "餅": 1, "ピザ": 6, "비빔밥": 2}
    found = words.coverage(covered, asked, 2)
    assert found.wanted == (("ピザ", 6), ("寿司", 5))
    assert words.coverage(covered, asked, 9).wanted[-1] == ("비빔밥", 2)


def test_nobody_is_asked_to_photograph_a_number() -> None:
    found = words.coverage({"カレー2": 1}, {"カレー0": 3, "0": 5, "7": 2}, 9)
    assert (found.covered, found.wanted) == ((("カレー", 1),), (("カレー", 3),))
