"""Names as words without a dictionary, and which words the photos lack most."""

from collections import Counter

import pytest

from bot.photos import words


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("海老天のカレーうどん", ["海老天", "カレー", "うどん"]),
        ("Curry with Rice", ["curry", "rice"]),
        ("チーズ入りオムレツ", ["チーズ", "オムレツ"]),
        ("鶏の唐揚げ", ["鶏", "唐揚げ"]),
        ("お好み焼き", ["好み", "焼き"]),
        ("冷やし中華", ["冷やし", "中華"]),
        ("鮭といくら", ["鮭", "といくら"]),
        ("のの", ["のの"]),
        ("비빔밥", ["비빔밥"]),
        ("ผัดไทย", ["ผัดไทย"]),
        ("борщ", ["борщ"]),
    ],
)
def test_a_name_is_read_as_runs_of_one_script(name: str, found: list[str]) -> None:
    assert words.runs(name) == found


def test_a_run_is_cut_where_another_name_shows_how() -> None:
    counted = words.count([("マグロカレー", 2), ("カレー", 1)])
    assert counted == Counter({"カレー": 3, "マグロ": 2})


def test_what_is_asked_for_and_lacking_comes_first() -> None:
    asked, covered = Counter(カレー=9, 寿司=5, 餅=1), Counter(カレー=20, 餅=1)
    assert words.wanted(asked, covered, 5) == [("寿司", 5)]
