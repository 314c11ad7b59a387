"""Blocked words are found however they are spelt, and nothing else is."""

import pytest

from bot.blocklist import Blocklist
from foodgan.contract.errors import UserError


def blocks(word: str, name: str) -> bool:
    blocklist = Blocklist()
    blocklist.hold([word])
    try:
        blocklist.name(name)
    except UserError as refusal:
        return refusal.phrase == "name-blocked"
    return False


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("カレー", "カ レ ー うどん"),
        ("カレー", "かれー"),
        ("カレー", "ｶﾚｰ"),
        ("カレー", "力レー"),  # kanji
        ("カレー", "カレ一"),
        ("カレー", "カレ-"),
        ("カレー", "かれ-"),
        ("ドクタケ", "ドク夕ケ"),
        ("ニラ", "二ラ"),
        ("エビ", "工ビ"),
        ("力士", "力士鍋"),
        ("curry", "сurrу"),  # Cyrillic
        ("curry", "ᴄᴜʀʀʏ"),
        ("curry", "cսrry"),  # Armenian
        ("curry", "𝒸𝓊𝓇𝓇𝓎"),
        ("curry", "c.u.r.r.y"),
        ("coco", "сосо"),
    ],
)
def test_a_blocked_word_is_found_however_it_is_drawn(word: str, name: str) -> None:
    assert blocks(word, name)


@pytest.mark.parametrize(
    ("word", "name"),
    [("カレー", "カレイの煮付け"), ("エビ", "海老天"), ("どく", "読書"), ("タコ", "夕焼けスープ")],
)
def test_a_name_that_only_resembles_one_is_let_through(word: str, name: str) -> None:
    assert not blocks(word, name)
