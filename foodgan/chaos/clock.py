"""A wall clock that jumps: what the Python code of one process reads, and not its machine's own.

`libfaketime` would move all of a process, but the one that Debian brings breaks `time.sleep`.
"""

import ctypes
import gc
import time
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

# A program for `python -c`: the bot with such a clock, then what `python -m bot` takes.
BOT = (
    "import os, pathlib; from foodgan.chaos import clock; "
    "clock.jump(clock.switch(pathlib.Path(os.environ['VAR_DIR']), 'bot', 1)); "
    "from bot.__main__ import cli; cli()"
)
_KEPT_S = 0.2  # between two looks at the file


def switch(var: Path, program: str, number: int) -> Path:
    """The file that says by how many seconds the clock of a process is wrong."""
    return var / f"chaos-{program}-{number}.clock"


def jump(file: Path) -> None:
    """Let `time.time` and `datetime.now` of this process be wrong by what the file says from now
    on; right while there is no file. Not for modules that hold a `time` of their own already.
    """
    right, looked_at, off_s = time.time, -_KEPT_S, 0.0

    def wrong() -> float:
        nonlocal looked_at, off_s
        if time.monotonic() - looked_at >= _KEPT_S:
            looked_at, off_s = time.monotonic(), _read(file)
        return right() + off_s

    def now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
        return cls.fromtimestamp(wrong(), tz)

    time.time = wrong
    # A type of C takes no new attribute, but what holds its own does.
    [held, *_] = gc.get_referents(datetime.__dict__)
    held["now"] = classmethod(now)
    _type_modified(ctypes.py_object(datetime))


def _read(file: Path) -> float:
    try:
        return float(file.read_text())
    except (FileNotFoundError, ValueError):
        return 0.0


def _type_modified(kind: Any) -> None:
    """Let CPython forget what it has cached of a type."""
    ctypes.pythonapi.PyType_Modified(kind)
