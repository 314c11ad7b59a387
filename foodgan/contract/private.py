"""Files and folders for this user alone: tokens, records, photos that nobody has reviewed yet."""

from pathlib import Path

_OTHERS = 0o077  # what a mode lets group and others do


def make_folder(path: Path) -> None:
    """Make a folder, and what is missing above it, for this user alone.

    One that is there stays as it is: an operator may have opened it on purpose.
    """
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def make_file(path: Path) -> None:
    """Make an empty file for this user alone; one that is there is closed to others."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        close(path)


def close(path: Path) -> None:
    """Take from a file what others may do with it. A folder, or what is not there, is let be."""
    if path.is_file() and is_open(path):
        path.chmod(path.stat().st_mode & ~_OTHERS)


def is_open(path: Path) -> bool:
    """Whether others may do something with a file or a folder, by its mode."""
    return bool(path.stat().st_mode & _OTHERS)
