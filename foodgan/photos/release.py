"""A release: the accepted photos, frozen into an immutable folder that trainers can trust.

A Hugging Face imagefolder named by the SHA-256 of its manifest: train/ and test/, each with
metadata.jsonl and a folder for every dish, so that torchvision's ImageFolder reads it too. The same
catalogues and tombstones give the same release, whoever freezes it, wherever.
"""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from foodgan.contract.errors import FoodganError, StoreError
from foodgan.contract.photos import CLUB, RELEASES, UNKNOWN, Entry
from foodgan.contract.store import Store
from foodgan.machine.progress import Track, untracked
from foodgan.photos import looks, near
from foodgan.photos.counts import counted
from foodgan.photos.dishfolder import folder_of
from foodgan.photos.folder import METADATA, SPLITS
from foodgan.photos.picture import thumbnail
from foodgan.photos.shipping import Shipment, is_there, ship

VERSION = 2  # of the manifest; counts up when the same photos give another release
TEST_SHARE = 10  # of 100 groups of near-duplicates, by hash
ROUNDS = 2  # that a release may take in which photos are lost
ENOUGH = 10  # groups from which on there is always something to test on

log = logging.getLogger(__name__)


class ReleaseError(FoodganError):
    """There is nothing to release."""


@dataclass(frozen=True)
class Frozen:
    """A release. path: in the store; left_out: photos tombstoned, missing or damaged; catalogue:
    SHA-256 of the club's, as it was read.
    """

    digest: str
    path: str
    train: int
    test: int
    left_out: int
    catalogue: str


@dataclass(frozen=True)
class Placed:
    """A photo of the release. path: within it."""

    entry: Entry
    split: str
    path: str


def freeze(store: Store, *, track: Track = untracked) -> Frozen:
    """Freeze what all catalogues hold now. Raises ReleaseError when no photo is left.

    A release that is there already is left as it is, unless it is damaged: then it is made anew.
    Raises StoreError where photos go all the time that it is made.
    """
    listed, placed, catalogue = _all_placed(store, track)
    texts = _texts(placed)
    manifest = _manifest(placed, texts)
    digest = hashlib.sha256(manifest).hexdigest()
    path = f"{RELEASES}/{digest}"
    if not is_there(store, path, texts, manifest):
        from foodgan.photos.about import beside  # matplotlib: not for a release that is there

        photos = {each.path: each.entry.sha256 for each in placed}
        ship(store, path, Shipment(photos, texts, beside(digest, placed), manifest), track)
    counts = Counter(each.split for each in placed)
    left_out = listed - len(placed)
    log.info("release %s: %s, %d left out", digest[:12], dict(counts), left_out)
    return Frozen(digest, path, counts["train"], counts["test"], left_out, catalogue)


def _all_placed(store: Store, track: Track) -> tuple[int, list[Placed], str]:
    """How many photos the catalogues hold, those that may be released, and the club's SHA-256.

    Where one is withdrawn after its hash was checked, all of it begins again.
    """
    for _ in range(ROUNDS):
        listed, catalogue = _listed(store)
        entries = _sound(store, listed, track)
        if not entries:
            raise ReleaseError.of("cli-photos-nothing-to-release")
        with suppress(FileNotFoundError):
            return len(listed), _place(store, entries, track), catalogue
    raise StoreError("the store loses photos while the release is made: freeze it again")


def _listed(store: Store) -> tuple[dict[str, Entry], str]:
    """Every photo of every catalogue, by hash, in order of acceptance; the club's word counts.

    And the SHA-256 of the club's, as it was read.
    """
    names = (CLUB, *sorted({*store.catalogues()} - {CLUB}))
    read = {name: store.listing(name) for name in names}
    found: dict[str, Entry] = {}
    for entries, _ in read.values():
        for entry in entries:
            found.setdefault(entry.sha256, entry)
    order = sorted(found.values(), key=lambda entry: (entry.accepted_at, entry.sha256))
    return {entry.sha256: entry for entry in order}, read[CLUB][1]


def _sound(store: Store, listed: dict[str, Entry], track: Track) -> list[Entry]:
    """Those that are not tombstoned and whose bytes are there and are what they should be."""
    stones = {stone.sha256 for stone in store.tombstones()}
    sound = []
    for sha256, entry in track(listed.items(), "Checking every hash"):
        if sha256 in stones:
            continue
        try:
            data = store.get(sha256)
        except FileNotFoundError:
            log.warning("%s (%s) left out: its bytes are missing", sha256[:12], entry.name)
            continue
        if hashlib.sha256(data).hexdigest() != sha256:
            log.warning("%s (%s) left out: its bytes are damaged", sha256[:12], entry.name)
            continue
        sound.append(entry)
    return sound


def _place(store: Store, entries: Sequence[Entry], track: Track) -> list[Placed]:
    """Give every photo its split and its path; near-duplicates come into the same split."""

    @cache
    def thumb(i: int) -> looks.Thumbnail:
        return looks.thumb(thumbnail(store.get(entries[i].sha256)))

    def alike(i: int, j: int, turned: bool) -> bool:
        return looks.alike(thumb(i), looks.flipped(thumb(j)) if turned else thumb(j))

    hashes = [entry.perceptual_hash for entry in entries]
    groups = near.groups(hashes, alike, track=track)
    members: dict[int, list[Entry]] = {}
    for group, entry in zip(groups, entries, strict=True):
        members.setdefault(group, []).append(entry)
    splits = _splits(members)
    placed = []
    for group, entry in zip(groups, entries, strict=True):
        split = splits[group]
        path = f"{split}/{folder_of(entry.name)}/{entry.sha256}.jpg"
        placed.append(Placed(entry, split, path))
    return sorted(placed, key=lambda each: each.path)


def _splits(members: dict[int, list[Entry]]) -> dict[int, str]:
    """The split of each group.

    A name's first photo is never held out by chance: of a dish that has no other, nothing would
    ever be learned. Of few groups chance may hold out none: then it is the lowest, one without such
    a photo where there is any.
    """
    splits = {group: split_of(photos) for group, photos in members.items()}
    free = [group for group, photos in members.items() if not any(each.split for each in photos)]
    firsts = _begun_by_a_first(members)
    splits |= {group: "train" for group in free if group in firsts}
    if "test" not in splits.values() and len(splits) >= ENOUGH and free:
        rest = [group for group in free if group not in firsts] or free
        splits[min(rest, key=lambda group: members[group][0].sha256)] = "test"
    return splits


def _begun_by_a_first(members: dict[int, list[Entry]]) -> set[int]:
    """The groups whose oldest photo is the oldest of its name, so that one that joins later moves
    none of the others.
    """
    first: dict[str, Entry] = {}
    photos = (photo for group in members.values() for photo in group)
    for photo in sorted(photos, key=lambda each: (each.accepted_at, each.sha256)):
        first.setdefault(photo.name, photo)
    return {group for group, photos in members.items() if first[photos[0].name] is photos[0]}


def split_of(group: Sequence[Entry]) -> str:
    """The split of near-duplicates, oldest first: as a collection prescribes, else by hash.

    The oldest decides, so that a photo that joins later moves none of the others.
    """
    prescribed = next((entry.split for entry in group if entry.split), None)
    if prescribed:
        return prescribed
    return "test" if int(group[0].sha256[:8], 16) % 100 < TEST_SHARE else "train"


def _texts(placed: Sequence[Placed]) -> dict[str, bytes]:
    """metadata.jsonl of each split that has photos."""
    texts = {}
    for split in SPLITS:
        lines = [_line(each) for each in placed if each.split == split]
        if lines:
            texts[f"{split}/{METADATA}"] = "".join(lines).encode()
    return texts


def _line(each: Placed) -> str:
    entry = each.entry
    line = {
        "file_name": each.path.partition("/")[2],
        "name": entry.name,
        "licence": entry.licence,
        "credit": entry.credit,
        "source": entry.source or UNKNOWN,
        "sha256": entry.sha256,
        "perceptual_hash": entry.perceptual_hash,
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


def _manifest(placed: Sequence[Placed], texts: dict[str, bytes]) -> bytes:
    """What a release is made of, in one canonical form: its hash is the release's name."""
    entries = [each.entry for each in placed]
    files = {each.path: each.entry.sha256 for each in placed}
    files |= {path: hashlib.sha256(text).hexdigest() for path, text in texts.items()}
    manifest = {
        "format": "foodgan-release",
        "version": VERSION,
        "photos": counted(each.split for each in placed),
        "names": len({entry.name for entry in entries}),
        "newest": max(entry.accepted_at for entry in entries).isoformat(),
        "licences": counted(entry.licence for entry in entries),
        "sources": counted(entry.source for entry in entries if entry.source),
        "contributors": counted(entry.credit for entry in entries if entry.credit),
        "anonymous": sum(not entry.credit for entry in entries),
        "files": files,
    }
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
