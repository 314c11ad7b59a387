"""Puts a release into the store: a reader sees all of it, or no manifest."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from foodgan.contract.errors import StoreError
from foodgan.contract.store import Store, link, object_path
from foodgan.contract.whole import PARTIAL, settle
from foodgan.machine.progress import Track
from foodgan.photos.folder import MANIFEST


@dataclass(frozen=True)
class Shipment:
    """photos: path in the release -> SHA-256 of the object; texts: path -> bytes of a file.

    beside: the same of what is for people, which the manifest does not vouch for.
    """

    photos: Mapping[str, str]
    texts: Mapping[str, bytes]
    beside: Mapping[str, bytes]
    manifest: bytes


def is_there(store: Store, path: str, texts: Mapping[str, bytes], manifest: bytes) -> bool:
    """Whether a release is there with this manifest and these texts, byte for byte.

    A power cut may have left a file of earlier builds with its name and without its bytes.
    """
    wanted = {**texts, MANIFEST: manifest}
    try:
        return all(store.read(f"{path}/{place}") == text for place, text in wanted.items())
    except FileNotFoundError:
        return False


def ship(store: Store, path: str, shipment: Shipment, track: Track) -> None:
    """Write a release to `path` in the store."""
    if store.is_folder:
        _ship_in_folder(path, store, shipment, track)
        return
    for place, sha256 in track(shipment.photos.items(), "Copying photos"):
        store.copy(object_path(sha256), f"{path}/{place}")
    for place, text in {**shipment.texts, **shipment.beside}.items():
        store.write(f"{path}/{place}", text)
    store.write(f"{path}/{MANIFEST}", shipment.manifest)  # last: without it there is no release


def _ship_in_folder(path: str, store: Store, shipment: Shipment, track: Track) -> None:
    """Under a temporary name, then renamed. Photos are links: objects never change.

    All of it is on the disk before it has its name: who sees the manifest trusts the release.
    """
    target = Path(store.full(path))
    partial = target.with_name(f"{target.name}{PARTIAL}{uuid4().hex[:12]}")
    try:
        for place, sha256 in track(shipment.photos.items(), "Linking photos"):
            link(Path(store.full(object_path(sha256))), partial / place)
            os.utime(partial)  # a sign of life: a sweep takes what has given none for an hour
        texts = {**shipment.texts, **shipment.beside, MANIFEST: shipment.manifest}
        for place, text in texts.items():
            (partial / place).parent.mkdir(parents=True, exist_ok=True)
            (partial / place).write_bytes(text)
            settle(partial / place)
        if not all((partial / place).is_file() for place in shipment.photos):
            raise StoreError("the release lost photos while it was written: freeze it again")
        # Another process may have frozen the same release meanwhile; it is the same.
        if not is_there(store, path, shipment.texts, shipment.manifest):
            if target.exists():
                store.delete_folder(path, MANIFEST)
            _settle_all(partial)
            partial.rename(target)
            settle(target.parent)
    except OSError as error:
        raise StoreError(f"the release cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _settle_all(folder: Path) -> None:
    for inner in folder.rglob("*"):
        if inner.is_dir():
            settle(inner)
    settle(folder)
