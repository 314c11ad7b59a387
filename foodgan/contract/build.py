"""Which build this is: the version and a hash of the sources, which most updates change alone."""

import hashlib
from functools import cache
from pathlib import Path

from foodgan import __version__

PACKAGES = ("bot", "foodgan", "worker")
SOURCES = frozenset({".ftl", ".py", ".toml"})
_DIGITS = 6
_ROOT = Path(__file__).parents[2]


@cache
def build() -> str:
    """Like 0.1.0+3fa9c2: of the sources that lie here when it is first asked for, at the start."""
    return f"{__version__}+{sources(_ROOT)[:_DIGITS]}"


def sources(root: Path) -> str:
    """A hash of the packages' sources, the same in a checkout and where they are installed."""
    found = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in SOURCES:
                data = path.read_bytes()
                found.update(f"{path.relative_to(root).as_posix()} {len(data)}\n".encode())
                found.update(data)
    return found.hexdigest()
