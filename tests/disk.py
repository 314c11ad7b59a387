"""A small disk that fills up: a real file system of a few kilobytes."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BALLAST = "ballast"


class Disk:
    """A mounted file system. place: its folder."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def fill(self, spare: int = 0) -> None:
        """Leave no more than so many bytes free."""
        free = shutil.disk_usage(self.place).free
        with (self.place / BALLAST).open("ab", buffering=0) as file:
            file.write(bytes(max(0, free - spare)))

    def clear(self) -> None:
        """Let it be as it was before it was filled."""
        (self.place / BALLAST).unlink()

    def files(self) -> list[str]:
        """Names of the files on it."""
        return sorted(path.name for path in self.place.rglob("*") if path.is_file())


@contextmanager
def small_disk(place: Path, size: str = "256k") -> Iterator[Disk]:
    """A disk mounted at `place`, where this machine lets us mount one; else the test is skipped."""
    place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
