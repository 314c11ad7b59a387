"""The frozen word vectors: 20,000 rows of chiVe in few bytes, found by SudachiPy's normalised form.

K keys, R rows, V = 128 dimensions. Rows are unit vectors, centred on all, so that a
dot product of two is their cosine and unrelated dishes stand near 0.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from foodgan.contract.errors import ModelError

Floats = NDArray[np.float32]

DIMENSIONS = 128
TABLE = Path(__file__).parent / "vectors.safetensors"
ARRAYS = ("blob", "lengths", "rows", "codes", "scales", "owners")  # of the file
PIECE_MAX = 12  # characters of the longest piece tried when a word is composed


@dataclass(frozen=True)
class VectorTable:
    """Words and their rows.

    blob: the keys' UTF-8 bytes end to end, in byte order; ends (K + 1,): where each key ends, from
    0; rows (K,): each key's row; codes (R, V) int8 and scales (R,) float32: a row is code × scale;
    owners (R,): the key whose very own vector a row is.
    """

    blob: bytes
    ends: NDArray[np.int64]
    rows: NDArray[np.uint16]
    codes: NDArray[np.int8]
    scales: Floats
    owners: NDArray[np.uint32]
    about: dict[str, str]

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: str) -> bool:
        return self._find(key) is not None

    def key(self, index: int) -> str:
        """The key at an index, 0 … K - 1."""
        return self.blob[self.ends[index] : self.ends[index + 1]].decode()

    def keys(self) -> Iterator[str]:
        """Every key, in byte order."""
        return (self.key(index) for index in range(len(self)))

    def vector(self, key: str) -> Floats | None:
        """The unit vector (V,) of a key, None where the table does not hold it."""
        index = self._find(key)
        return None if index is None else self._row(int(self.rows[index]))

    def compose(self, word: str) -> Floats:
        """A unit vector (V,) for a word outside the table, from the longest pieces that it holds.

        Pieces weigh by their length; zero where no piece is known.
        """
        total: Floats = np.zeros(self.codes.shape[1], np.float32)
        for piece in self._pieces(word):
            known = self.vector(piece)
            if known is not None:
                total += len(piece) * known
        length = float(np.linalg.norm(total))
        return np.asarray(total / length if length > 0 else total, np.float32)

    def nearest(self, vector: Floats, count: int = 8) -> list[tuple[str, float]]:
        """The words that own the rows nearest to a vector (V,), best first, with their cosines."""
        length = float(np.linalg.norm(vector))
        if length == 0:
            return []
        cosines = (self.codes @ (vector / length)) * self.scales
        best = np.argsort(-cosines)[:count]
        return [(self.key(int(self.owners[row])), float(cosines[row])) for row in best]

    def _row(self, row: int) -> Floats:
        vector: Floats = self.codes[row].astype(np.float32)
        vector *= self.scales[row]
        return vector

    def _find(self, key: str) -> int | None:
        wanted = key.encode(errors="replace")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.blob[self.ends[middle] : self.ends[middle + 1]] < wanted:
                low = middle + 1
            else:
                high = middle
        found = low < len(self) and self.blob[self.ends[low] : self.ends[low + 1]] == wanted
        return low if found else None

    def _pieces(self, word: str) -> list[str]:
        """The cut of a word with the fewest characters unknown, then the fewest pieces."""
        best: list[tuple[int, int, list[str]]] = [(0, 0, [])]
        for end in range(1, len(word) + 1):
            unknown, count, pieces = best[end - 1]
            choice = (unknown + 1, count, pieces)
            for start in range(max(0, end - PIECE_MAX), end):
                piece = word[start:end]
                # Two kana of a foreign word mean nothing by themselves; a kanji does.
                if (len(piece) > 2 or piece > "㐀") and piece in self:
                    unknown, count, pieces = best[start]
                    choice = min(choice, (unknown, count + 1, [*pieces, piece]))
            best.append(choice)
        return best[-1][2]


def load(path: Path) -> VectorTable:
    """Read a table. Raises ModelError when it is missing, damaged or of another format."""
    try:
        with safe_open(path, framework="numpy") as file:
            about: dict[str, str] = json.loads(file.metadata()["about"])
            arrays: dict[str, NDArray[Any]] = {name: file.get_tensor(name) for name in ARRAYS}
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the word vectors {path} cannot be read: {error}") from error
    ends = np.zeros(len(arrays["lengths"]) + 1, np.int64)
    np.cumsum(arrays["lengths"], out=ends[1:])
    return VectorTable(
        blob=arrays["blob"].tobytes(),
        ends=ends,
        rows=arrays["rows"],
        codes=arrays["codes"],
        scales=arrays["scales"].astype(np.float32),
        owners=arrays["owners"],
        about=about,
    )


@cache
def table() -> VectorTable:
    """The table that ships with the package, read once a process."""
    return load(TABLE)
