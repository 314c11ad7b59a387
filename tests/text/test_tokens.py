"""A dish's name falls into the words that a cook would see in it."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from foodgan.text.ngrams import BUCKETS, NGRAMS_MAX, buckets, ngrams
from foodgan.text.tokens import MORPHEMES, listed_keys, morphemes, pinned_keys, tokens
from foodgan.text.vectors import table


def keys(name: str) -> list[str]:
    return [token.key for token in tokens(name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("チーズ味噌カツ丼", ["チーズ", "味噌", "カツ", "丼"]),
        ("虹色マグロカレーうどん", ["虹", "色", "鮪", "カレー", "饂飩"]),
        ("海老天丼", ["海老", "天麩羅", "丼"]),
        ("ピリ辛サーモン丼", ["ピリ辛", "サーモン", "丼"]),
        ("親子丼", ["鶏", "卵", "丼"]),
        ("きつねうどん", ["油揚げ", "饂飩"]),
        ("カニサラダ", ["蟹", "サラダ"]),
        ("抹茶と小豆のパフェ", ["抹茶", "小豆", "パフェ"]),
        ("目玉焼きのせご飯", ["目玉焼き", "乗せる", "飯"]),
        ("四川風麻婆豆腐", ["四川", "麻婆", "豆腐"]),
        ("お刺身 定食!", ["刺身", "定食"]),
        ("味噌だれ和えそば", ["味噌", "タレ", "和え", "蕎麦"]),
        ("🍣寿司🍣", ["寿司"]),
    ],
)
def test_a_name_is_its_words(name: str, expected: list[str]) -> None:
    assert keys(name) == expected


@pytest.mark.parametrize(
    "spellings",
    [
        ("唐揚げ", "からあげ", "から揚げ", "空揚げ", "カラアゲ"),
        ("うどん", "饂飩", "ウドン", "udon"),
        ("マグロ", "まぐろ", "鮪"),
        ("海老", "エビ", "えび", "蝦"),
        ("鮭", "シャケ", "しゃけ", "サケ"),
        ("餃子", "ギョーザ", "ぎょうざ"),
        ("焼売", "シュウマイ", "シューマイ"),
        ("ハンバーグ", "はんばーぐ"),
        ("ピザ", "ぴざ", "Pizza", "PIZZA"),
        ("天ぷら", "てんぷら", "天麩羅"),
        ("親子丼", "おやこどん"),
        ("冷やし中華", "冷し中華"),
    ],
)
def test_spellings_of_one_word_share_its_keys(spellings: tuple[str, ...]) -> None:
    assert len({tuple(keys(spelling)) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("カツオのたたき", "鰹"),
        ("パンダまん", "パンダ"),
        ("天の川ゼリー", "天の川"),
        ("タイ風カレー", "タイ"),
    ],
)
def test_a_short_food_word_inside_another_word_is_left_alone(name: str, kept: str) -> None:
    assert keys(name)[0] == kept


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Aセット", ["a", "セット"]),
        ("Bセット", ["b", "セット"]),
        ("日替わりAランチ", ["日替わり", "a", "ランチ"]),
        ("A 定食", ["a", "定食"]),
        ("カレーA", ["カレー", "a"]),
        ("A bowl of ramen", ["丼", "ラーメン"]),
        ("ramen with a egg", ["ラーメン", "卵"]),
        ("a la carte", ["アラカルト"]),
    ],
)
def test_an_a_is_a_dishs_letter_unless_an_english_word_follows(
    name: str, expected: list[str]
) -> None:
    assert keys(name) == expected


@pytest.mark.parametrize("name", ["", "の", "!?", "🍣", "お", "  "])
def test_a_name_without_words_has_no_tokens(name: str) -> None:
    assert tokens(name) == ()


@pytest.mark.parametrize(
    "name", ["特製チーズ味噌カツ丼", "PIZZA と はんばーぐ", "海老天丼", "İstanbulケバブ"]
)
def test_a_token_knows_where_it_stands(name: str) -> None:
    found = tokens(name)
    assert found
    assert all(name[token.start : token.end] == token.surface for token in found)
    assert all(one.start <= other.start for one, other in pairwise(found))


def test_an_invented_word_stays_one_token() -> None:
    assert keys("ゲロンチョペペ丼")[-1] == "丼"
    assert keys("ショプスカサラダ") == ["ショプスカ", "サラダ"]


def test_many_threads_may_cut_names() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(keys, ["チーズ味噌カツ丼"] * 200))
    assert all(one == ["チーズ", "味噌", "カツ", "丼"] for one in found)


def test_the_list_has_no_word_twice_and_no_key_that_the_table_lacks() -> None:
    lines = MORPHEMES.read_text(encoding="utf-8").splitlines()
    words = [line.split()[0] for line in lines if line.strip() and line[0] != "#"]
    assert len(words) == len(set(words))
    assert [key for key in listed_keys() if key not in table()] == []


def test_a_listed_key_leads_to_itself() -> None:
    pinned = pinned_keys()
    assert [word for word, key in pinned.items() if pinned.get(key, key) != key] == []
    assert all(len(parts) == 1 or word not in parts for word, parts in morphemes().items())


def test_ngrams_are_marked_at_the_ends_and_hash_the_same_everywhere() -> None:
    assert ngrams("鮪丼") == ["⟨鮪", "鮪丼", "丼⟩", "⟨鮪丼", "鮪丼⟩"]
    assert buckets("鮪丼") == [2752, 21, 920, 1825, 2229]
    assert len(buckets("あ" * 60)) == NGRAMS_MAX
    assert all(1 <= bucket <= BUCKETS for bucket in buckets("チーズ味噌カツ"))
