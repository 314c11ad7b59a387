"""The word vectors: related foods stand near each other, also those that no photo shows."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from foodgan.contract.errors import ModelError
from foodgan.text.tokens import tokens
from foodgan.text.vectors import DIMENSIONS, TABLE, load, table

MENU = Path(__file__).parent / "menu_names.txt"


def similarity(one: str, other: str) -> float:
    """The cosine of two names that are one word each."""
    (first,), (second,) = tokens(one), tokens(other)
    return float(np.dot(table().vector(first.key), table().vector(second.key)))


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("サーモン", "鮭", "チョコ"),
        ("サーモン", "マグロ", "チョコ"),
        ("鮭", "マグロ", "プリン"),
        ("唐揚げ", "天ぷら", "プリン"),
        ("からあげ", "コロッケ", "抹茶"),
        ("うどん", "そば", "ケーキ"),
        ("饂飩", "ラーメン", "苺"),
        ("抹茶", "緑茶", "カツ"),
        ("抹茶", "きなこ", "唐揚げ"),
        ("カレー", "シチュー", "苺"),
        ("餃子", "焼売", "苺"),
        ("エビ", "カニ", "パン"),
        ("牛肉", "豚肉", "ゼリー"),
        ("りんご", "いちご", "ラーメン"),
        ("担々麺", "ラーメン", "ケーキ"),
    ],
)
def test_a_word_stands_nearer_to_its_like(word: str, near: str, far: str) -> None:
    assert similarity(word, near) > similarity(word, far) + 0.25


@pytest.mark.parametrize(
    ("one", "other"),
    [("唐揚げ", "空揚げ"), ("唐揚げ", "からあげ"), ("うどん", "饂飩"), ("マグロ", "鮪")],
)
def test_spellings_are_one_point(one: str, other: str) -> None:
    assert similarity(one, other) == pytest.approx(1, abs=0.01)


def test_what_no_cook_would_mix_up_is_far() -> None:
    assert similarity("抹茶", "カツ") < 0.35
    assert similarity("サーモン", "自転車") < 0.2


@pytest.mark.parametrize(
    ("word", "neighbour"),
    [
        ("サーモン", "鮭"),
        ("唐揚げ", "コロッケ"),
        ("うどん", "蕎麦"),
        ("抹茶", "大福"),
        ("虹", "空"),
    ],
)
def test_neighbours_are_found(word: str, neighbour: str) -> None:
    key = tokens(word)[0].key
    vector = table().vector(key)
    assert vector is not None
    near = table().nearest(vector, 12)
    assert near[0][0] == key
    assert neighbour in [word for word, _ in near]
    assert [cosine for _, cosine in near] == sorted((cosine for _, cosine in near), reverse=True)


def test_the_words_of_menus_are_known() -> None:
    lines = MENU.read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if line and line[0] != "#"]
    words = [token.key for name in names for token in tokens(name)]
    known = sum(word in table() for word in words)
    assert len(set(names)) >= 300
    assert known / len(words) >= 0.95


def test_a_compound_outside_the_table_is_composed_of_what_it_holds() -> None:
    assert table().vector("深海鮪煮込み") is None
    composed = table().compose("深海鮪煮込み")
    assert np.linalg.norm(composed) == pytest.approx(1, abs=0.01)
    tuna, strawberry = table().vector("鮪"), table().vector("苺")
    assert np.dot(composed, tuna) > np.dot(composed, strawberry) + 0.25


@pytest.mark.parametrize("word", ["", "ゔぁゔぁ", "qzx", "\ud800", "🍣"])
def test_of_a_word_without_any_known_piece_nothing_is_claimed(word: str) -> None:
    assert table().vector(word) is None
    assert not table().compose(word).any()
    assert table().nearest(table().compose(word)) == []


def test_every_key_can_be_found() -> None:
    words = table()
    sample = range(0, len(words), 997)
    assert all(words.key(index) in words for index in [*sample, 0, len(words) - 1])
    vector = words.vector(words.key(0))
    assert vector is not None
    assert vector.shape == (DIMENSIONS,)
    assert vector.dtype == np.float32


def test_the_table_is_small_and_quick_to_read() -> None:
    assert TABLE.stat().st_size <= 12_000_000
    took_s = []
    for _ in range(5):
        began = time.perf_counter()
        load(TABLE)
        took_s.append(time.perf_counter() - began)
    assert min(took_s) < 0.1  # others may keep the machine busy


@pytest.mark.parametrize("content", [b"", b"not a table", b"\xff" * 100])
def test_a_damaged_table_says_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vectors.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"vectors\.safetensors"):
        load(path)


def test_a_cut_off_table_says_so(tmp_path: Path) -> None:
    path = tmp_path / "vectors.safetensors"
    path.write_bytes(TABLE.read_bytes()[:-1000])
    with pytest.raises(ModelError):
        load(path)
    with pytest.raises(ModelError):
        load(tmp_path / "none.safetensors")


def test_no_spacy_and_no_torch_is_needed() -> None:
    code = (
        "import sys; sys.modules['spacy'] = sys.modules['torch'] = None;"
        "from foodgan.text.tokens import tokens; from foodgan.text.vectors import table;"
        "sys.exit(tokens('鮭丼')[0].key not in table())"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_notice_names_chive_and_its_licence() -> None:
    notice = (TABLE.parent / "NOTICE").read_text(encoding="utf-8")
    assert "chiVe" in notice
    assert "Apache License, Version 2.0" in notice
    assert (TABLE.parent / "LICENSE-APACHE.txt").exists()
    assert "Apache License 2.0" in table().about["vectors"]
