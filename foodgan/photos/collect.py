"""Takes an existing collection into the store, as a catalogue of its own.

Stopped or killed, the same command goes on where it was: what has become of each file is written
down beside the catalogue, every so many photos.
"""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from foodgan.contract import dishname, swap
from foodgan.contract.errors import UserError
from foodgan.contract.photos import CLUB, UNKNOWN, Entry
from foodgan.contract.store import Store, catalogue_path
from foodgan.machine.progress import Track, untracked
from foodgan.photos import catalogues, intake
from foodgan.photos.filenames import readable
from foodgan.photos.folder import PhotosError
from foodgan.photos.labels import Label, labels
from foodgan.photos.trees import MissingFile, Tree, opened

SAVED_EVERY = 200  # photos
JOURNALS = "imports"  # in the store: what has become of every file of a collection
_SILENT = {"licence": UNKNOWN, "credit": "", "source": "", "split": None}  # where it says nothing
_NO_ID = "00000000"  # imported photos have no number of an order

log = logging.getLogger(__name__)

_Fates = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Terms:
    """What holds for every photo of which the collection says nothing else."""

    licence: str = ""
    credit: str = ""
    source: str = ""


@dataclass
class Report:
    """What has become of a collection. refused: file -> phrase and its values.

    corrected: of the known ones those of which the collection says something else now.
    """

    catalogue: str
    taken: int = 0
    known: int = 0  # lay in this catalogue already, from this run or one before
    corrected: int = 0
    refused: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[str, int]:
        """How often each phrase was the reason."""
        return dict(Counter(phrase for phrase, _ in self.refused.values()))


@dataclass(frozen=True)
class _Done:
    """One file's fate. draft: what is said of it, "" and None where nothing is; sha256: of the
    photo, where it was taken now or before; fresh: whether it was looked at now.
    """

    label: Label
    original: str
    draft: Entry | None = None
    sha256: str = ""
    fresh: bool = True
    phrase: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def collect(
    store: Store, place: Path, catalogue: str, terms: Terms, *, track: Track = untracked
) -> Report:
    """Take in the folder, ZIP or CSV at `place`. Raises PhotosError where it cannot be read."""
    if catalogue == CLUB:
        raise PhotosError.of("cli-photos-clubs-own", catalogue=CLUB)
    catalogue_path(catalogue)  # raises before a long run, not after it
    report = Report(catalogue)
    with opened(place) as (tree, table):
        listed = labels(tree, table)
        if not listed:
            raise PhotosError.of("cli-photos-none-in-it", place=str(place))
        _collect(store, tree, listed, terms, report, track)
    return report


def _collect(
    store: Store,
    tree: Tree,
    listed: Sequence[Label],
    terms: Terms,
    report: Report,
    track: Track,
) -> None:
    catalogue = _Catalogue(store, report.catalogue)
    journal = _Journal(store, report.catalogue, frozenset(catalogue.entries))
    stones = intake.tombs(store)
    take = partial(_take, store, tree, journal, stones, terms)
    try:
        with ThreadPoolExecutor() as pool:  # Pillow decodes outside the interpreter's lock
            batches = (listed[i : i + SAVED_EVERY] for i in range(0, len(listed), SAVED_EVERY))
            finished = (done for batch in batches for done in [*pool.map(take, batch), None])
            for done in track_photos(track, finished, len(listed)):
                if done is None:
                    _save(catalogue, journal)
                else:
                    journal.note(done)
                    _count(done, catalogue, report)
    finally:
        _save(catalogue, journal)


def track_photos(
    track: Track, finished: Iterator[_Done | None], total: int
) -> Iterator[_Done | None]:
    """The same, with a bar of `total` photos; None marks the end of a batch."""
    bar = iter(track(range(total), "Taking in photos"))
    for done in finished:
        if done is not None:
            next(bar, None)
        yield done
    for _ in bar:  # lets the bar end
        continue


def _take(
    store: Store, tree: Tree, journal: "_Journal", stones: intake.Tombs, terms: Terms, label: Label
) -> _Done:
    """Take in one file, or say why not."""
    original = ""
    try:
        data = tree.read(label.path)
        original = hashlib.sha256(data).hexdigest()
        recalled = journal.recall(label, original)
        if recalled and recalled.phrase:
            return recalled
        draft = _draft(label, terms)  # before anything is stored
        if recalled:
            return replace(recalled, draft=draft)
        taken = intake.take_in(store, _NO_ID, data, stones)
        found = {"sha256": taken.sha256, "perceptual_hash": taken.perceptual_hash}
        draft = draft.model_copy(update=found)
    except UserError as refusal:
        return _Done(label, original, phrase=refusal.phrase, values=dict(refusal.values))
    except MissingFile:
        return _Done(label, original, phrase="import-missing")
    except PhotosError as error:
        log.warning("%s", readable(str(error)))
        return _Done(label, original, phrase="intake-damaged")
    except ValidationError:
        return _Done(label, original, phrase="import-label")
    return _Done(label, original, draft, taken.sha256)


def _draft(label: Label, terms: Terms) -> Entry:
    """The entry of a photo that is still to be looked at. Raises UserError and ValidationError."""
    return Entry(
        sha256="0" * 64,
        name=dishname.normalise(label.name),
        licence=label.licence or terms.licence or UNKNOWN,
        perceptual_hash="0" * 16,
        accepted_at=datetime.now(UTC),
        credit=label.credit or terms.credit,
        source=label.source or terms.source,
        split="test" if label.split == "test" else "train" if label.split else None,
    )


def _count(done: _Done, catalogue: "_Catalogue", report: Report) -> None:
    if done.draft is None:
        report.refused[done.label.path] = (done.phrase, done.values)
        return
    fate = catalogue.tell(done.sha256, done.draft)
    report.taken += fate == "new"
    report.known += fate != "new"
    report.corrected += fate == "corrected"


def _corrected(before: Entry, draft: Entry) -> Entry:
    """An entry with what is said of its photo now; what is not said stays as it was."""
    said = draft.model_dump(include={"name", *_SILENT})
    update = {key: value for key, value in said.items() if value != _SILENT.get(key)}
    return before.model_copy(update=update)


def _save(catalogue: "_Catalogue", journal: "_Journal") -> None:
    """The catalogue first: a file that the journal knows is in it for certain."""
    catalogue.save()
    journal.save()


class _Catalogue:
    """What this run says of photos. Others may say something of theirs in the same moment.

    entries: by hash, as far as this run knows them.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self.entries = {entry.sha256: entry for entry in store.entries(name)}
        self._told: set[str] = set()  # what is said of another copy of such a photo is moot
        self._unsaved: dict[str, Entry] = {}  # drafts, by the hash of the photo

    def tell(self, sha256: str, draft: Entry) -> Literal["new", "known", "corrected"]:
        """Say what a photo is."""
        before = self.entries.get(sha256)
        if before and sha256 in self._told:
            return "known"
        self._told.add(sha256)
        after = self.entries[sha256] = _corrected(before, draft) if before else draft
        if after == before:
            return "known"
        self._unsaved[sha256] = draft
        return "corrected" if before else "new"

    def save(self) -> None:
        """Have the store know what was said since the last time."""
        if self._unsaved:
            catalogues.change(self._store, self._name, self._merged)
            self._unsaved.clear()

    def _merged(self, entries: list[Entry]) -> Iterable[Entry]:
        held = {entry.sha256: entry for entry in entries}
        for sha256, draft in self._unsaved.items():
            if sha256 in held:
                held[sha256] = _corrected(held[sha256], draft)
            elif draft.sha256 == sha256:  # one that was only recalled, and has gone, stays gone
                held[sha256] = draft
        return held.values()


class _Journal:
    """What has become of each file, by its path and hash, over all runs. held: the catalogue's."""

    def __init__(self, store: Store, catalogue: str, held: frozenset[str]) -> None:
        self._store = store
        self._held = held
        self._path = f"{JOURNALS}/{catalogue}.json"
        self._unsaved: _Fates = {}
        try:
            self._fates: _Fates = json.loads(store.read(self._path))
        except FileNotFoundError:
            self._fates = {}

    def recall(self, label: Label, original: str) -> _Done | None:
        """The fate of a file that has not changed; None where it is to be taken in (again)."""
        fate = self._fates.get(self._key(label))
        if fate is None or fate["original_sha256"] != original:
            return None
        if not fate["phrase"] and fate["sha256"] not in self._held:
            return None
        return _Done(
            label,
            original,
            sha256=fate["sha256"],
            fresh=False,
            phrase=fate["phrase"],
            values=fate["values"],
        )

    def note(self, done: _Done) -> None:
        """Write a fate down, but not of a file that could not be read, nor one only recalled."""
        if done.original and done.fresh:
            self._unsaved[self._key(done.label)] = {
                "original_sha256": done.original,
                "sha256": done.sha256,
                "phrase": done.phrase,
                "values": done.values,
            }

    def save(self) -> None:
        """Write down what was noted since the last time, beside what others have noted."""
        if self._unsaved:
            swap.change(self._store, self._path, self._merged)
            self._unsaved.clear()

    def _merged(self, written: bytes | None) -> bytes:
        fates: _Fates = json.loads(written) if written else {}
        return json.dumps(fates | self._unsaved).encode()  # in ASCII, which takes any file's name

    def _key(self, label: Label) -> str:
        return f"{label.path}\n{label.name}"
