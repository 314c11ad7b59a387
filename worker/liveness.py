"""By which a worker knows at once that a neighbour has died: a lock that dies with its process.

A claim that is not renewed runs out after seconds, which a machine that is busy may need and a
member who waits does not. The kernel frees a dead process's lock in that moment, and nobody else's:
one that is frozen, or parted from Redis, still holds its own, and its claims run out as ever.
"""

import fcntl
import logging
import os
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from typing import Self

from foodgan.contract import private

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_FOLDER = "alive"  # within the data folder

_log = logging.getLogger(__name__)


class Liveness:
    """Holds the lock of this worker while entered, and looks at those of its neighbours.

    Neighbours are workers of one kernel that share a data folder, containers among them. A folder
    that several machines share is no danger: each looks only at its own part. var_dir: that
    folder; name: the worker's, unique among living ones.
    """

    def __init__(self, var_dir: Path, name: str) -> None:
        self._folder = var_dir / _FOLDER / _machine()
        self._name = name
        self._held: int | None = None  # the open file

    def __enter__(self) -> Self:
        try:
            self._clear_former_boots()
            self._hold()
        except OSError as error:  # its claims run out by themselves
            _log.warning("neighbours will be slower to see this worker die (%s)", error)
        return self

    def __exit__(self, *_: object) -> None:
        if self._held is not None:
            self.bury(self._name)
            os.close(self._held)
            self._held = None

    def dead(self) -> list[str]:
        """Names of the neighbours that have died and are not buried yet."""
        files = self._folder.glob("[!.]*")  # none where there is no folder
        return [file.name for file in files if file.name != self._name and _free(file)]

    def bury(self, name: str) -> None:
        """Whatever it had claimed is seen to."""
        with suppress(OSError):
            (self._folder / name).unlink()

    def _hold(self) -> None:
        """The file has its name once it is locked: nobody shall find it free before."""
        private.make_folder(self._folder)
        unready = self._folder / f".{self._name}"
        self._held = os.open(unready, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unready.rename(self._folder / self._name)

    def _clear_former_boots(self) -> None:
        """Of this machine, and of others that share the folder where nobody holds a lock."""
        for folder in self._folder.parent.glob("*"):
            if folder != self._folder and all(map(_free, folder.glob("*"))):
                shutil.rmtree(folder, ignore_errors=True)


def _machine() -> str:
    """What every process of this kernel calls it, and those of no other."""
    try:
        return _BOOT.read_text().strip()
    except OSError:  # not Linux
        return socket.gethostname()


def _free(path: Path) -> bool:
    """Whether nobody holds this file's lock."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(file)
    return True
