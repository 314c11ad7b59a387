"""Files that appear whole or not at all, and what a killed process leaves of them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from foodgan.contract.private import make_file, make_folder

PARTIAL = ".partial-"  # in the name of what is being written
LEFTOVER_S = 3600.0  # a partial file of this age has no writer any more
_MARK = re.escape(PARTIAL) + "[0-9a-f]{12}"


@contextmanager
def whole(path: Path, *, private: bool = False, lasting: bool = True) -> Iterator[Path]:
    """A temporary name to write to: it becomes `path` at the end, and is gone after a failure.

    private: for this user alone, as is a folder that is made for it. lasting: on the disk before it
    has its name; without that a power cut may leave an empty file under it.
    """
    partial = path.with_name(f"{path.name}{PARTIAL}{uuid4().hex[:12]}")
    try:
        if private:
            make_folder(path.parent)
            make_file(partial)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        if lasting:
            settle(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str, *, private: bool = False, lasting: bool = True) -> None:
    """A text file in UTF-8, whole or not at all."""
    with whole(path, private=private, lasting=lasting) as partial:
        partial.write_text(text, encoding="utf-8")


def settle(path: Path) -> None:
    """Have what a file holds, or which names a folder has, survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def sweep_beside(partial: Path) -> None:
    """Remove what killed processes left beside what is being written, of files with its ending.

    It is a folder that others may write to, and maybe another machine's: its clock tells the age.
    """
    name = partial.name.partition(PARTIAL)[0]
    of_this_kind = re.compile(".*" + re.escape(Path(name).suffix or name) + _MARK)
    now = partial.stat().st_mtime
    for left in filter(lambda path: of_this_kind.fullmatch(path.name), partial.parent.iterdir()):
        with suppress(OSError):  # another user's, say
            if now - left.stat().st_mtime >= LEFTOVER_S:
                left.unlink()


def sweep(folder: Path) -> None:
    """Remove what killed processes left half-written in a folder that no other one writes to."""
    for partial in folder.rglob(f"*{PARTIAL}*"):
        partial.unlink(missing_ok=True)
