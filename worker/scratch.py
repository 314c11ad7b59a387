"""Folders to work in, whose locks die with their process: what a killed one left is seen at once.

A release's photos are unpacked there, and some of them may be withdrawn the next day.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from foodgan.contract import private


@contextmanager
def folder_in(home: Path) -> Iterator[Path]:
    """A folder of this process alone, gone afterwards."""
    private.make_folder(home)
    with _locked(home):  # so that nobody sweeps it before it has its lock
        made = Path(mkdtemp(dir=home))
        held = os.open(made, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        shutil.rmtree(made)
        os.close(held)


def sweep(home: Path) -> int:
    """Remove the folders that killed processes left in `home`; returns how many."""
    if not home.is_dir():
        return 0
    gone = 0
    with _locked(home):
        for left in home.iterdir():
            with suppress(OSError), _locked(left, fcntl.LOCK_NB):  # else somebody works there
                shutil.rmtree(left)
                gone += 1
    return gone


@contextmanager
def _locked(folder: Path, how: int = 0) -> Iterator[None]:
    file = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(file)
