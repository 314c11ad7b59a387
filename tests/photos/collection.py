"""Collections of photos as people have them, and what an import makes of one."""

import os
from pathlib import Path

from foodgan.contract.store import Store
from foodgan.photos.collect import Report, Terms, collect
from tests.photos.hostile import dish, saved


def lay(path: Path, seed: int = 0, kind: str = "JPEG") -> Path:
    """A photo at a path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(saved(dish((64, 48), seed), kind))
    return path


def take(store: Store, place: Path, **terms: str) -> Report:
    return collect(store, place, "web", Terms(**terms))


def names(store: Store) -> list[str]:
    return sorted(entry.name for entry in store.entries("web"))


def cp932(path: str) -> str:
    """A path as a plain `unzip` writes it of a ZIP from Windows in Japan: no UTF-8."""
    return os.fsdecode(path.encode("cp932"))
