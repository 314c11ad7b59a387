"""Names as the dictionary reads them, and which words the photos lack most."""

import pytest

from foodgan.photos import words


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("海老天のカレーうどん", ("海老", "天ぷら", "カレー", "うどん")),
        ("親子丼", ("鶏", "卵", "丼")),
        ("きつねうどん", ("油揚げ", "うどん")),
        ("天そば", ("天ぷら", "そば")),
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


def by(count: int) -> range:
    """So many members."""
    return range(count)


def test_what_is_asked_for_and_lacking_comes_first() -> None:
    covered = {"カレー": 20, "餅": 1}
    asked = {"カレー": by(9), "寿司": by(5), "餅": by(1), "ピザ": by(6), "うどん": by(2)}
    found = words.coverage(covered, asked, 2)
    assert found.wanted == (("ピザ", 6), ("寿司", 5))
    assert words.coverage(covered, asked, 9).wanted[-1] == ("うどん", 2)


def test_nobody_is_asked_to_photograph_a_number() -> None:
    found = words.coverage({"カレー2": 1}, {"カレー0": by(3), "0": by(5), "7": by(2)}, 9)
    assert (found.covered, found.wanted) == ((("カレー", 1),), (("カレー", 3),))


def test_what_one_member_alone_wants_is_not_said_however_often_they_ordered_it() -> None:
    asked = {"納豆カレー": [1], "納豆うどん": [1], "カレー": [2], "うどん": [1]}
    assert words.coverage({}, asked, 9).wanted == (("カレー", 2),)


@pytest.mark.parametrize(
    "name",
    [
        "@everyone カレー",
        "https://example.com/カレー",
        "カレーの前",
        "ヒミツノコトバカレー",
        "田中カレー",
    ],
)
def test_only_words_of_the_kitchen_are_said_to_be_wanted(name: str) -> None:
    assert words.coverage({}, {name: by(5)}, 9).wanted == (("カレー", 5),)


def test_a_word_of_an_accepted_photo_may_be_said_to_be_wanted() -> None:
    found = words.coverage({"部長カレー": 1}, {"部長うどん": by(3)}, 9)
    assert ("部長", 3) in found.wanted
