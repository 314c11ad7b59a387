"""64 invented names that every model is asked for."""

from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "invented.txt"


@cache
def invented() -> tuple[str, ...]:
    """64 names that no photo has, eight of each kind in the order of KINDS; they never change."""
    return tuple(_FILE.read_text(encoding="utf-8").split())
