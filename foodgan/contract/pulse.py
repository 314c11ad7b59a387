"""A file that a living process touches, so that `make up` and container health checks see it."""

import time
from pathlib import Path
from typing import Literal

from foodgan.contract import private

BEAT_S = 2.0  # how often a process touches its file
STALE_S = 15.0  # older than this: not alive, or not able to serve

Kind = Literal["worker", "intake", "trainer"]


def of_bot(var: Path) -> Path:
    """The file that a serving bot touches, in VAR_DIR."""
    return var / "bot.pulse"


def of_worker(var: Path, kind: Kind, label: str) -> Path:
    """The file that a living worker of a kind touches. label: its name on this machine."""
    return var / f"{kind}-{label}.pulse"


def living(var: Path, kind: Kind) -> int:
    """How many workers of a kind live."""
    return sum(map(alive, var.glob(f"{kind}-*.pulse")))


def beat(path: Path) -> None:
    """Say "alive and able to serve" now."""
    private.make_folder(path.parent)
    path.touch()


def still(path: Path) -> None:
    """Say "not able to serve": a dropped gateway, an orderly stop."""
    path.unlink(missing_ok=True)


def alive(path: Path, stale_s: float = STALE_S) -> bool:
    """Whether the process behind `path` said so within `stale_s` seconds.

    A time to come says nothing: the clock was set back since.
    """
    try:
        return abs(time.time() - path.stat().st_mtime) < stale_s
    except FileNotFoundError:
        return False
