"""Character 2- and 3-grams of a token, hashed into buckets: they carry what no table knows."""

from zlib import crc32

BUCKETS = 4096  # n-grams fall into buckets 1 … 4096, 0 is padding
NGRAMS_MAX = 20  # per token; a token of 9 characters has 19


def ngrams(word: str) -> list[str]:
    """The 2- and 3-grams of a word between boundary marks: 鮪丼 → ⟨鮪 鮪丼 丼⟩ ⟨鮪丼 鮪丼⟩."""
    marked = f"⟨{word}⟩"
    return [marked[i : i + n] for n in (2, 3) for i in range(len(marked) - n + 1)]


def buckets(word: str) -> list[int]:
    """The buckets (1 … BUCKETS) of a word's first NGRAMS_MAX n-grams; the same everywhere."""
    return [crc32(gram.encode()) % BUCKETS + 1 for gram in ngrams(word)[:NGRAMS_MAX]]
