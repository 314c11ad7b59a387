"""Small files of a store that several change: of two changes in the same moment none is lost.

In a folder the kernel's lock has them wait for one another; an S3 server takes a change only where
the file is still the one that it was made of, and else it is made of the newer one. A server that
has no conditional writes takes the last one, as do other file systems.
"""

import fcntl
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from foodgan.contract.errors import StoreError
from foodgan.contract.store import Store, reason_of

LOCK = ".lock"  # beside the file, in a folder; it is empty and stays
HELD_S = 30.0  # that somebody may have the lock: one who is frozen has it for ever
TRIES = 10
_PAUSE_S = 0.2  # at most; after a change that came too late
_LATE = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "409", "412"})
_NOT_KNOWN = frozenset({"NotImplemented", "501"})

Change = Callable[[bytes | None], bytes | None]  # None: there is no such file; it stays as it is


def change(store: Store, path: str, how: Change, most: int | None = None) -> None:
    """Replace a small file by what `how` makes of it; it may be asked several times.

    most: bytes that it may have. Raises StoreError, and what `how` raises: then it stays as it is.
    """
    if store.is_folder:
        _change_locked(store, path, how, most)
    elif "s3" in store.fs.protocol:
        _change_on_s3(store, path, how, most)
    else:
        _write(store, path, how(_read(store, path, most)))


def _change_locked(store: Store, path: str, how: Change, most: int | None) -> None:
    lock = Path(store.full(f"{path}{LOCK}"))
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = lock.open("a")
    except OSError as error:
        raise StoreError(f"the store fails at {path}: {error.strerror}") from error
    with held:
        _lock(held, path)
        _write(store, path, how(_read(store, path, most)))


def _lock(held: IO[str], path: str) -> None:
    until = time.monotonic() + HELD_S
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise StoreError.of("cli-store-busy", path=path) from None
            time.sleep(random.uniform(0, _PAUSE_S))
        except OSError:
            return  # a file system that knows no locks
        else:
            return


def _change_on_s3(store: Store, path: str, how: Change, most: int | None) -> None:
    for _ in range(TRIES):
        tag = _tag(store, path)  # first: a file that is newer than its tag is not overwritten
        data = how(_read(store, path, most) if tag else None)
        if data is None or _exchanged(store, path, data, tag):
            return
        time.sleep(random.uniform(0, _PAUSE_S))
    raise StoreError.of("cli-store-busy", path=path)


def _tag(store: Store, path: str) -> str | None:
    try:
        return str(store.about(path)["ETag"])
    except FileNotFoundError:
        return None


def _exchanged(store: Store, path: str, data: bytes, tag: str | None) -> bool:
    """False where another one was quicker. tag: of the file that is replaced."""
    only: dict[str, Any] = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
    try:
        store.fs.pipe_file(store.full(path), data, **only)
    except Exception as error:  # S3's library has its own tree of errors
        code = _code(error)
        if code in _NOT_KNOWN:
            store.write(path, data)
        elif code in _LATE or (tag and code == "NoSuchKey"):
            return False
        else:
            raise StoreError(f"the store fails at {path}: {reason_of(error)}") from error
    return True


def _code(error: Exception) -> str:
    """What an S3 server calls it."""
    told = getattr(error.__cause__ or error, "response", {})
    return str(told.get("Error", {}).get("Code", ""))


def _read(store: Store, path: str, most: int | None) -> bytes | None:
    try:
        return store.read(path, most)
    except FileNotFoundError:
        return None


def _write(store: Store, path: str, data: bytes | None) -> None:
    if data is not None:
        store.write(path, data)
