"""Removes releases: those that hold photos withdrawn since, old ones that no model names, halves.

A release is there whole, or not at all: its name is the hash of all that is in it. So a withdrawn
photo takes its release along, and the next one is frozen without it.
"""

import json
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foodgan.contract.errors import FoodganError
from foodgan.contract.models import MODEL, MODEL_MAX, MODELS
from foodgan.contract.photos import PRUNED, RELEASES, Pruned
from foodgan.contract.store import Store, lines_of
from foodgan.contract.whole import LEFTOVER_S
from foodgan.photos.folder import MANIFEST, PhotosError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stale:
    """A release that may go. withdrawn: of its photos, how many were withdrawn since.

    old: not among the newest, and named by no model; damaged: its manifest cannot be read, so that
    the photos are those that still lie in it.
    """

    digest: str
    photos: int
    withdrawn: int
    old: bool
    damaged: bool = False


def stale(store: Store, *, keep: int | None = None, named: Iterable[str] = ()) -> list[Stale]:
    """The releases that may go.

    keep: the newest so many stay, withdrawn photos aside; None: age counts for nothing. named:
    digests that stay however old they are, or damaged: once one is gone, whatever learned from it
    counts as knowing withdrawn photos.
    """
    stones = {stone.sha256 for stone in store.tombstones()}
    frozen = {}
    for digest in store.folders(RELEASES):
        with suppress(FileNotFoundError):  # without a manifest it is no release
            frozen[digest] = store.written_at(_manifest(digest))
    newest = sorted(frozen, key=lambda digest: (-frozen[digest], digest))
    named = set(named)
    staying = {*newest[:keep], *named}
    found = []
    for digest in newest:
        photos, damaged = _photos_found(store, digest)
        withdrawn = sum(sha256 in stones for sha256 in photos)
        old = digest not in staying
        if withdrawn or old or (damaged and digest not in named):
            found.append(Stale(digest, len(photos), withdrawn, old, damaged))
    return found


def _photos_found(store: Store, digest: str) -> tuple[list[str], bool]:
    """Hashes of a release's photos, and whether it is damaged: then by the names of its files."""
    try:
        return photos_of(store, digest), False
    except PhotosError as error:
        log.warning("%s", error)
        files = store.below(f"{RELEASES}/{digest}")
        return [name.removesuffix(".jpg") for name in files if name.endswith(".jpg")], True


def abandoned(store: Store) -> list[str]:
    """Folders of releases that nobody finishes: no manifest, and nothing new for an hour.

    On an object store a killed freeze leaves one, with photos that may be withdrawn since.
    """
    return [
        digest
        for digest in store.folders(RELEASES)
        if not store.exists(_manifest(digest))
        and time.time() - store.newest(f"{RELEASES}/{digest}") >= LEFTOVER_S
    ]


def prune(store: Store, releases: Iterable[Stale]) -> None:
    """Remove releases, and on record stays that they were; and what is abandoned.

    What a killed prune left goes at once.
    """
    records = store.pruned()
    for release in releases:
        records.append(
            Pruned(
                digest=release.digest,
                pruned_at=datetime.now(UTC),
                photos=release.photos,
                withdrawn=release.withdrawn,
            )
        )
        store.write(PRUNED, lines_of(records))  # first: a release must not vanish without a word
        store.delete_folder(f"{RELEASES}/{release.digest}", MANIFEST)
        log.info("release %s pruned", release.digest[:12])
    known = {record.digest for record in records}
    left = {one for one in store.folders(RELEASES) if one in known}
    for digest in sorted({*left, *abandoned(store)}):
        if not store.exists(_manifest(digest)):
            store.delete_folder(f"{RELEASES}/{digest}", MANIFEST)


def releases_of(model: Path) -> set[str]:
    """The releases that a model saw in any run of either stage, as its folder names them.

    Raises PhotosError where there is no model.
    """
    try:
        return _seen((model / MODEL).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PhotosError(f"{model} holds no model: {type(error).__name__}") from error


def releases_of_models(store: Store) -> set[str]:
    """The releases that the models of a store saw. A damaged model is named in the log."""
    found = set()
    for digest in store.folders(MODELS):
        try:
            found |= releases_seen(store, digest)
        except FoodganError as error:
            log.warning("which releases a model saw cannot be read: %s", error)
    return found


def releases_seen(store: Store, digest: str) -> set[str]:
    """The releases that a model of a store saw. Raises PhotosError for a damaged one."""
    try:
        return _seen(store.read(f"{MODELS}/{digest}/{MODEL}", MODEL_MAX))
    except FileNotFoundError:  # one that is only half there is no model
        return set()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{MODELS}/{digest} holds no model: {type(error).__name__}"
        raise PhotosError(why) from error


def _seen(described: bytes) -> set[str]:
    """The releases that a model.json names."""
    about: dict[str, Any] = json.loads(described)
    stages = about["training"].values()
    runs = [run for stage in stages for run in (*stage.get("before", ()), stage)]
    seen = [run["photos"].get("release") for run in runs]
    return {digest for digest in seen if digest}


def _manifest(digest: str) -> str:
    return f"{RELEASES}/{digest}/{MANIFEST}"


def photos_of(store: Store, digest: str) -> list[str]:
    """Hashes of the photos of a release. Raises FileNotFoundError where there is no such one,
    PhotosError for a damaged one.
    """
    try:
        files: dict[str, str] = json.loads(store.read(_manifest(digest)))["files"]
        return [sha256 for path, sha256 in files.items() if path.endswith(".jpg")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PhotosError(f"{_manifest(digest)} is damaged: {type(error).__name__}") from error
