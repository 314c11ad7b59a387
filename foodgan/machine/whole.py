"""Files that appear whole or not at all, and what a killed process leaves of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary name to write to: it becomes `path` at the end, and is gone after a failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".partial-{os.getpid()}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """A text file in UTF-8, safe on the disk before it has its name."""
    with whole(path) as partial, partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sweep(folder: Path) -> None:
    """Remove what killed processes left half-written in a folder that no other one writes to."""
    for partial in folder.rglob("*.partial-*"):
        partial.unlink(missing_ok=True)
