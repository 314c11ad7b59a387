"""Copies of the store's models on a machine: fetched whole, gone when nobody needs them."""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from foodgan import registry
from foodgan.contract import private
from foodgan.contract.errors import ModelError
from foodgan.contract.models import MODEL, MODEL_MAX, MODELS
from foodgan.contract.store import Store
from foodgan.registry import digest_of

HOME = "models"  # in VAR_DIR: copies of the store's models
COPY_S = 3600.0  # a copy that is not served is kept for so long: somebody may be opening it

_FETCHING, _GOING = ".fetching-", ".going-"  # how names of what is half made or half gone begin
_OURS = re.compile(rf"[0-9a-f]{{64}}|({re.escape(_FETCHING)}|{re.escape(_GOING)}).*")


def fetch(store: Store, digest: str, home: Path) -> Path:
    """The folder of a published model below `home`, copied there once and whole.

    Raises ModelError where the store has no such model, or a damaged one.
    """
    place = home / digest
    if _is_whole(place, digest):
        os.utime(place)  # in use, see `forget`
        return place
    private.make_folder(home)
    with TemporaryDirectory(prefix=_FETCHING, dir=home) as made:
        fresh = Path(made) / digest
        fresh.mkdir()
        _copy(store, digest, fresh)
        if not _is_whole(place, digest):  # another worker of this machine may have been quicker
            discard(place)
            with suppress(OSError):  # or is so just now
                fresh.rename(place)
    return place


def _is_whole(place: Path, digest: str) -> bool:
    """Whether a copy is there, and every file of it as model.json says: some 30 ms."""
    try:
        files = registry.describe(place).hashes if digest_of(place) == digest else None
        return files is not None and all(
            registry.sha256(place / name) == sha256 for name, sha256 in files.items()
        )
    except (ModelError, OSError):
        return False


def forget(home: Path, kept: Collection[str]) -> None:
    """Remove copies below `home` that nobody has used for an hour, but for those `kept`.

    Whoever serves a copy keeps it young. So do leftovers go of who was killed in fetching one.
    What else lies there is an operator's own, and stays.
    """
    if not home.is_dir():
        return
    for place in home.iterdir():
        with suppress(OSError):  # another worker of this machine was quicker
            if not (_OURS.fullmatch(place.name) and place.is_dir()):
                continue
            if place.name not in kept and time.time() - place.stat().st_mtime > COPY_S:
                discard(place)


def discard(place: Path) -> None:
    """Remove a copy, so that nobody takes up half of it. One that is not there is no error."""
    going = place.with_name(f"{_GOING}{uuid4().hex[:12]}")
    with suppress(FileNotFoundError):
        place.rename(going)
        shutil.rmtree(going)


def _copy(store: Store, digest: str, folder: Path) -> None:
    path = f"{MODELS}/{digest}"
    try:
        (folder / MODEL).write_bytes(store.read(f"{path}/{MODEL}", MODEL_MAX))
        if digest_of(folder) != digest:
            raise ModelError(f"model {digest[:12]} of the store is another than its name says")
        for name, sha256 in registry.describe(folder).hashes.items():
            data = store.read(f"{path}/{name}")
            if hashlib.sha256(data).hexdigest() != sha256:
                raise ModelError(f"{name} of model {digest[:12]} is damaged in the store")
            (folder / name).write_bytes(data)
    except FileNotFoundError as error:
        raise ModelError(f"the store has no whole model {digest[:12]}") from error
