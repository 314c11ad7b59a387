"""The table is built from a wheel alone, and the same wheel gives the same bytes."""

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from foodgan.contract.errors import FoodganError
from foodgan.text.build import FOOD_SEEDS, build_vectors, murmur64
from foodgan.text.vectors import DIMENSIONS, load

# 餃子 is spelt ギョーザ, as in chiVe; 空 is the last with a row of its own.
WORDS = [*FOOD_SEEDS.split(), "自転車", "ギョーザ", "%%", "空", "青空"]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel of ja_ginza's layout: a row for each word but the last, which shares 空's."""
    rows = np.random.default_rng(0).normal(size=(len(WORDS) - 1, 300)).astype(np.float32)
    array = io.BytesIO()
    np.save(array, rows)
    packed = b"\xdf" + struct.pack(">I", len(WORDS))
    for row, word in enumerate(WORDS):
        packed += b"\xcf" + struct.pack(">Q", murmur64(word.encode()))
        packed += _number(min(row, len(rows) - 1))
    path = tmp_path / "ja_ginza-0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ja_ginza/vocab/strings.json", json.dumps(["nowhere", *WORDS]))
        archive.writestr("ja_ginza/vocab/key2row", packed)
        archive.writestr("ja_ginza/vocab/vectors", array.getvalue())
    return path


def _number(value: int) -> bytes:
    """A msgpack unsigned integer, small ones in one byte."""
    return bytes([value]) if value < 0x80 else b"\xcc" + bytes([value])


def test_strings_are_named_as_spacy_names_them() -> None:
    assert murmur64(b"coffee") == 3197928453018144401
    assert murmur64(b"apple") == 8566208034543834098


def test_a_wheel_becomes_a_table(wheel: Path, tmp_path: Path) -> None:
    counted = build_vectors(wheel, tmp_path / "table.safetensors")
    table = load(tmp_path / "table.safetensors")
    assert counted == {
        "keys": len(table),
        "rows": len(WORDS) - 1,
        "bytes": (tmp_path / "table.safetensors").stat().st_size,
    }
    assert list(table.keys()) == sorted(table.keys(), key=str.encode)
    assert {"鮪", "自転車", "空", "青空"} <= set(table.keys())
    assert "%%" not in table
    assert "nowhere" not in table
    vector = table.vector("鮪")
    assert vector is not None
    assert vector.shape == (DIMENSIONS,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=0.01)


def test_words_that_share_a_row_stay_together_and_its_own_word_names_it(
    wheel: Path, tmp_path: Path
) -> None:
    build_vectors(wheel, tmp_path / "table.safetensors")
    table = load(tmp_path / "table.safetensors")
    sky = table.vector("青空")
    assert sky is not None
    assert np.dot(table.vector("空"), sky) == pytest.approx(1, abs=0.01)
    assert table.nearest(sky, 1)[0][0] == "空"


def test_a_listed_word_is_reached_under_its_own_spelling(wheel: Path, tmp_path: Path) -> None:
    build_vectors(wheel, tmp_path / "table.safetensors")
    table = load(tmp_path / "table.safetensors")
    assert np.dot(table.vector("餃子"), table.vector("ギョーザ")) == pytest.approx(1, abs=0.01)


def test_the_same_wheel_gives_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.safetensors", tmp_path / "other.safetensors"
    build_vectors(wheel, one)
    build_vectors(wheel, other)
    assert one.read_bytes() == other.read_bytes()
    assert not list(tmp_path.glob("*.partial"))


def test_a_wheel_of_another_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ja_ginza/vocab/strings.json", "[]")
    with pytest.raises(FoodganError, match="key2row"):
        build_vectors(path, tmp_path / "table.safetensors")
    assert not (tmp_path / "table.safetensors").exists()
