"""Puts a release into the store: a reader sees all of it, or no manifest."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from foodgan.contract.errors import StoreError
from foodgan.contract.store import PARTIAL, Store, object_path
from foodgan.machine.progress import Track
from foodgan.photos.folder import MANIFEST


@dataclass(frozen=True)
class Shipment:
    """photos: path in the release -> SHA-256 of the object; texts: path -> bytes of a file."""

    photos: Mapping[str, str]
    texts: Mapping[str, bytes]
    manifest: bytes


def ship(store: Store, path: str, shipment: Shipment, track: Track) -> None:
    """Write a release to `path` in the store."""
    if store.is_folder:
        _ship_in_folder(Path(store.full(path)), store, shipment, track)
        return
    for place, sha256 in track(shipment.photos.items(), "Copying photos"):
        store.copy(object_path(sha256), f"{path}/{place}")
    for place, text in shipment.texts.items():
        store.write(f"{path}/{place}", text)
    store.write(f"{path}/{MANIFEST}", shipment.manifest)  # last: without it there is no release


def _ship_in_folder(target: Path, store: Store, shipment: Shipment, track: Track) -> None:
    """Under a temporary name, then renamed. Photos are links: objects never change."""
    partial = target.with_name(f"{target.name}{PARTIAL}{uuid4().hex[:12]}")
    try:
        for place, sha256 in track(shipment.photos.items(), "Linking photos"):
            _link(Path(store.full(object_path(sha256))), partial / place)
            os.utime(partial)  # a sign of life: a sweep takes what has given none for an hour
        for place, text in {**shipment.texts, MANIFEST: shipment.manifest}.items():
            (partial / place).parent.mkdir(parents=True, exist_ok=True)
            (partial / place).write_bytes(text)
        if not all((partial / place).is_file() for place in shipment.photos):
            raise StoreError("the release lost photos while it was written: freeze it again")
        # Another process may have frozen the same release meanwhile; it is the same.
        if not (target / MANIFEST).exists():
            shutil.rmtree(target, ignore_errors=True)
            partial.rename(target)
    except OSError as error:
        raise StoreError(f"the release cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # no links on this file system, or too many of one file
        target.hardlink_to(source)
        return
    shutil.copyfile(source, target)
