"""What lies beside the photos of a release: a card, licences, contributors, a figure."""

from collections.abc import Sequence
from typing import Protocol

from foodgan.contract.dishname import display
from foodgan.contract.photos import CLUB, CLUB_ONLY, Entry
from foodgan.photos import plots
from foodgan.photos.counts import counted

_LINKS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}
_CLUB_ONLY = "only within the club: these photos must not be passed on"

_CARD = """\
---
configs:
- config_name: default
  data_files:
  - split: train
    path: train/**
{test}---

# Photos of dishes, release {short}

{train} photos to train on, {tested} held out; {names} dishes. `manifest.json` lists every file with
its SHA-256, and its own SHA-256 is this folder's name. See LICENCES.md before you pass anything on.

    from datasets import load_dataset
    photos = load_dataset("imagefolder", data_dir="…/{digest}")

![Figures](figures.png)
"""


class Photo(Protocol):
    """What is needed of a photo in a release."""

    @property
    def entry(self) -> Entry: ...
    @property
    def split(self) -> str: ...


def beside(digest: str, photos: Sequence[Photo]) -> dict[str, bytes]:
    """Files for people, by their path. They are no part of what the digest vouches for."""
    entries = [photo.entry for photo in photos]
    splits = counted([photo.split for photo in photos])
    card = _CARD.format(
        short=digest[:12],
        digest=digest,
        train=splits.get("train", 0),
        tested=splits.get("test", 0),
        names=len({entry.name for entry in entries}),
        test="  - split: test\n    path: test/**\n" if "test" in splits else "",
    )
    figure = plots.draw_release(
        digest[:12],
        weeks=sorted(counted([_week(entry) for entry in entries]).items()),
        names=list(counted([entry.name for entry in entries]).items()),
        licences=list(counted([entry.licence for entry in entries]).items()),
        splits=list(splits.items()),
    )
    return {
        "README.md": card.encode(),
        "LICENCES.md": _licences(entries).encode(),
        "CONTRIBUTORS.md": _contributors(entries).encode(),
        "figures.png": figure,
    }


def _licences(entries: Sequence[Entry]) -> str:
    rows = ["# Licences", "", "| licence | photos | by | terms |", "|---|---|---|---|"]
    for licence, count in counted([entry.licence for entry in entries]).items():
        credits = counted([_by(entry) for entry in entries if entry.licence == licence])
        named = ", ".join(display(credit) for credit in credits if credit) or "not named"
        terms = _CLUB_ONLY if licence == CLUB_ONLY else _LINKS.get(licence, "see its source")
        rows.append(f"| {display(licence)} | {count} | {named} | {terms} |")
    return "\n".join(rows) + "\n"


def _by(entry: Entry) -> str:
    """Whom a photo is by: a collection stands for those it names none of, the club for nobody."""
    return entry.credit or ("" if entry.source == CLUB else entry.source)


def _contributors(entries: Sequence[Entry]) -> str:
    rows = ["# Contributors", "", "Named as each wished; thank you all.", ""]
    named = counted([entry.credit for entry in entries if entry.credit])
    rows += [f"- {display(credit)}: {count}" for credit, count in named.items()]
    anonymous = sum(not entry.credit for entry in entries)
    rows += [f"- without a name: {anonymous}"] if anonymous else []
    return "\n".join(rows) + "\n"


def _week(entry: Entry) -> str:
    year, week, _ = entry.accepted_at.isocalendar()
    return f"{year}-W{week:02d}"
