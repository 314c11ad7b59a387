"""Checks a store: every hash, every catalogue, release and model; and mends what can be mended."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from foodgan.contract.errors import StoreError, StoreRefused
from foodgan.contract.models import MODEL, MODEL_MAX, MODELS
from foodgan.contract.photos import CATALOGUES, CLUB, RELEASES, WAITING
from foodgan.contract.store import Object, Store
from foodgan.machine.progress import Track, untracked
from foodgan.photos import catalogues
from foodgan.photos.folder import MANIFEST

# So long a bot that was away finds what the intake took in: an object may be of such a photo.
YOUNG_S = 8 * 86_400.0


@dataclass
class Findings:
    """What is wrong, by hash or path.

    damaged: bytes that are not what their name says; orphans: in no catalogue and waiting for no
    review; missing: catalogue -> hashes without bytes; withdrawn: tombstoned, but still there;
    releases: files of releases that are not what the manifest says; models: the same of models that
    were published, by their model.json.
    """

    objects: int = 0
    young: int = 0  # in no catalogue, but too new to judge
    damaged: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)
    releases: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    removed_objects: int = 0
    removed_entries: int = 0
    removed_leftovers: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        faults = (self.damaged, self.orphans, self.withdrawn, self.missing, self.releases)
        return not any((*faults, self.models))

    @property
    def beyond_repair(self) -> bool:
        """Whether something was found that a repair leaves as it is."""
        return any((self.releases, self.models, self.missing.get(CLUB)))


def verify(store: Store, *, repair: bool = False, track: Track = untracked) -> Findings:
    """Look at everything. repair: remove orphans, damaged and withdrawn bytes, and entries without
    bytes, but none of the bot's own catalogue: only the bot writes that.

    Raises StoreError where a catalogue cannot be read: nothing is removed then.
    """
    objects = list(store.objects())  # before the lists: what comes later is young
    known = _known(store)
    stones = {stone.sha256 for stone in store.tombstones()}
    findings = Findings(objects=len(objects))
    sound: set[str] = set()
    listed = {one.sha256 for one in objects}
    for one in track(objects, "Checking every hash"):
        if _is_damaged(store, one):
            findings.damaged.append(one.sha256)
            continue
        if one.sha256 in stones:
            findings.withdrawn.append(one.sha256)
            continue
        sound.add(one.sha256)
        if one.sha256 not in known:
            if one.age_s < YOUNG_S:
                findings.young += 1
            else:
                findings.orphans.append(one.sha256)
    for name in store.catalogues():
        for entry in store.entries(name):
            lacking = entry.sha256 not in sound and entry.sha256 not in stones
            if lacking and not (entry.sha256 not in listed and store.holds(entry.sha256)):
                findings.missing.setdefault(name, []).append(entry.sha256)
    _check_releases(store, findings, track)
    _check_models(store, findings, track)
    if repair:
        _repair(store, findings)
    return findings


def _known(store: Store) -> set[str]:
    """Every hash that somebody still wants: waiting first, as the bot moves photos from there."""
    known = {waiting.sha256 for waiting in store.waiting()}
    for name in store.catalogues():
        known |= {entry.sha256 for entry in store.entries(name)}
    return known


def _is_damaged(store: Store, one: Object) -> bool:
    try:
        return hashlib.sha256(store.get(one.sha256)).hexdigest() != one.sha256
    except FileNotFoundError:
        return False  # removed since it was listed


def _check_releases(store: Store, findings: Findings, track: Track) -> None:
    for release in store.folders(RELEASES):
        path = f"{RELEASES}/{release}"
        try:
            manifest = store.read(f"{path}/{MANIFEST}")
        except FileNotFoundError:
            findings.releases.append(f"{path}/{MANIFEST}")
            continue
        if hashlib.sha256(manifest).hexdigest() != release:
            findings.releases.append(f"{path}/{MANIFEST}")
            continue
        files: dict[str, Any] = json.loads(manifest)["files"]
        for place, sha256 in track(files.items(), f"Checking release {release[:12]}"):
            if not _is(store, f"{path}/{place}", sha256):
                findings.releases.append(f"{path}/{place}")


def _check_models(store: Store, findings: Findings, track: Track) -> None:
    """One without a model.json is being published, or was left half-way: it counts for nothing."""
    for digest in store.folders(MODELS):
        path = f"{MODELS}/{digest}"
        try:
            described = store.read(f"{path}/{MODEL}", MODEL_MAX)
            if hashlib.sha256(described).hexdigest() != digest:
                raise ValueError("another file than its name says")
            hashes: dict[str, str] = json.loads(described)["hashes"]
        except FileNotFoundError:
            continue
        except (StoreError, ValueError, KeyError, TypeError):
            findings.models.append(f"{path}/{MODEL}")
            continue
        for name, sha256 in track(hashes.items(), f"Checking model {digest[:12]}"):
            if not _is(store, f"{path}/{name}", sha256):
                findings.models.append(f"{path}/{name}")


def _is(store: Store, path: str, sha256: str) -> bool:
    try:
        return hashlib.sha256(store.read(path)).hexdigest() == sha256
    except (FileNotFoundError, StoreRefused):
        return False


def _repair(store: Store, findings: Findings) -> None:
    if findings.orphans and CLUB in store.catalogues() and not store.exists(WAITING):
        raise StoreError(
            f"{CATALOGUES}/{CLUB}.jsonl is there, but {WAITING} is not: without the bot's list of "
            "photos that wait for a review, theirs cannot be told from orphans. Start the bot once."
        )
    wanted = _known(store)  # again: the bot may have accepted one meanwhile
    orphans = [each for each in findings.orphans if each not in wanted]
    for sha256 in (*orphans, *findings.damaged, *findings.withdrawn):
        store.remove(sha256)
        findings.removed_objects += 1
    lost = set(findings.damaged)
    for name in store.catalogues():
        if name == CLUB:
            continue
        if gone := lost | set(findings.missing.get(name, ())):
            findings.removed_entries += catalogues.remove(store, name, gone)
    findings.removed_leftovers = store.sweep()
