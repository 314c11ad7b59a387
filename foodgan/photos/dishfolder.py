"""A folder's name for a dish's name, safe on every file system and for every reader.

Hugging Face's datasets takes words such as `test` in a path for the name of a split, and signs such
as `*` for patterns. A name that is changed carries a piece of its hash, so that none fall together.
"""

import hashlib
import re

_LENGTH_MAX = 150  # bytes; file systems take 255
# What datasets looks for in paths, `datasets/data_files.py`.
_SPLIT_WORDS = re.compile(
    r"(?<![a-z0-9])(train|training|valid|validation|dev|val|test|testing|eval|evaluation)(?![a-z])",
    re.IGNORECASE,
)


def folder_of(name: str) -> str:
    """The folder in which the photos of a dish lie."""
    plain = "".join(
        letter if letter.isalnum() or letter in "ー・々〆 -" else "_" for letter in name
    )
    plain = plain.strip(" -_")
    if plain == name and len(name.encode()) <= _LENGTH_MAX and not _SPLIT_WORDS.search(name):
        return name
    tail = hashlib.sha256(name.encode()).hexdigest()[:8]
    if _SPLIT_WORDS.search(plain):
        return f"dish-{tail}"
    head = plain.encode()[:_LENGTH_MAX].decode(errors="ignore").strip(" -_")
    return f"{head}-{tail}" if head else f"dish-{tail}"
