"""Reads a folder of labelled photos (Hugging Face imagefolder, or a folder a name)."""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from foodgan.contract import dishname
from foodgan.contract.errors import FoodganError, UserError
from foodgan.contract.photos import UNKNOWN
from foodgan.photos.filenames import plain, readable

log = logging.getLogger(__name__)

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
METADATA = "metadata.jsonl"
MANIFEST = "manifest.json"  # of a release
SPLITS = ("train", "test")
_HELD_OUT = ("test", "testing", "eval", "evaluation", "validation", "valid", "val", "dev")
SPLIT_OF = {"train": "train", "training": "train"} | dict.fromkeys(_HELD_OUT, "test")
NAME_KEYS = ("name_ja", "name", "text", "label")  # the first that a line of metadata has


class PhotosError(FoodganError):
    """The folder of photos is missing, empty or unreadable."""


@dataclass(frozen=True)
class Photo:
    """One photo on disk. name is None where nobody labelled it. split: "train" or "test"."""

    path: Path
    name: str | None
    split: str = "train"
    style: str = "photo"
    licence: str = UNKNOWN
    source: str = UNKNOWN
    credit: str = ""  # how the contributor wants to be named


def read_folder(folder: Path) -> list[Photo]:
    """Every photo in `folder`, in a stable order. Raises PhotosError when there is none.

    With metadata.jsonl, at the top or in train/ and test/, its lines count (file_name and one of
    NAME_KEYS); without it a photo's name is its folder's, and a photo at the top has none. Names
    are spelt as members' are; a label without a word is none. The split is a line's, else the first
    folder's, else train. What others call validation, val, dev or eval is held out like test; a
    line with any other split raises PhotosError.
    """
    if not folder.is_dir():
        raise PhotosError.of("cli-photos-no-folder", folder=str(folder))
    places = [place for place in ("", *SPLIT_OF) if (folder / place / METADATA).exists()]
    photos = [photo for place in places for photo in _from_metadata(folder, place)]
    if not places:
        photos = _from_folders(folder)
    if not photos:
        kinds = ", ".join(SUFFIXES)
        raise PhotosError.of("cli-photos-empty-folder", folder=str(folder), kinds=kinds)
    return sorted(photos, key=lambda photo: str(photo.path))


def trained_on(photos: Iterable[Photo], left_out: Collection[str]) -> list[Photo]:
    """Those that training sees. left_out: the styles that it leaves out."""
    return [photo for photo in photos if photo.split == "train" and photo.style not in left_out]


def split_of(word: str) -> str | None:
    """Which of SPLITS a split's or a folder's name means, as imagefolders have them; else None."""
    return SPLIT_OF.get(word.lower())


def _from_metadata(folder: Path, place: str) -> list[Photo]:
    table = folder / place / METADATA
    there = _finder(table.parent)
    photos = []
    for number, line in enumerate(_lines(table), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            path = there(entry["file_name"])
            name = _said(entry, *NAME_KEYS)
            about = {
                "style": _said(entry, "style") or "photo",
                "licence": _said(entry, "licence", "license") or UNKNOWN,
                "credit": _said(entry, "credit") or "",
                "source": _said(entry, "source_repo", "source") or UNKNOWN,
            }
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise PhotosError(f"{table}:{number} is not a metadata line: {error!r}") from error
        if not path.is_file():
            log.warning("%s:%d names %s, which is not there: skipped", table, number, path.name)
            continue
        split = entry.get("split")
        if split and not split_of(str(split)):
            raise PhotosError(f"{table}:{number} has the split {split!r}: say train or test")
        photos.append(
            Photo(
                path=path,
                name=_spelt(name) if name else None,
                split=split_of(str(split or Path(place, entry["file_name"]).parts[0])) or "train",
                **about,
            )
        )
    return photos


def _finder(folder: Path) -> Callable[[str], Path]:
    """Finds a file by its name in a table, which may write it otherwise than the disk does."""

    @cache
    def composed() -> dict[str, Path]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {plain(path.relative_to(folder).as_posix()): path for path in files}

    def find(name: str) -> Path:
        """Raises ValueError where it leads out, by its letters: a Hub's snapshot is links."""
        told = PurePath(name)
        if told.is_absolute() or ".." in told.parts:
            raise ValueError(f"{name} leads out of the folder")
        path = folder / name
        if path.is_file() or name.isascii():
            return path
        return composed().get(plain(PurePath(name).as_posix()), path)

    return find


def _said(entry: dict[str, Any], *keys: str) -> str | None:
    """What the first of `keys` says that says anything. Raises TypeError for what is no text."""
    for key in keys:
        if (said := entry.get(key)) and not isinstance(said, str):
            raise TypeError(f"{key} is {said!r}, which is no text")
        if said:
            return str(said)
    return None


def _spelt(name: str) -> str | None:
    """A label as members spell a name, though it may be a longer caption; None without a word."""
    cut = name[: dishname.RAW_MAX]
    try:
        return dishname.normalise(cut)
    except UserError as error:
        if error.phrase != "name-too-long":
            return None
        return dishname.spelt(cut)[: dishname.RAW_MAX]


def _lines(table: Path) -> list[str]:
    """Its lines, as JSON Lines has them: a name may hold any other kind of line break."""
    try:
        return table.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise PhotosError(f"{table} is not UTF-8: {error}") from error


def _from_folders(folder: Path) -> list[Photo]:
    return [
        _from_its_place(path, path.relative_to(folder).parts[:-1])
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    ]


def _from_its_place(path: Path, folders: tuple[str, ...]) -> Photo:
    split = split_of(folders[0]) if folders else None
    named = folders[1:] if split else folders
    name = _spelt(readable(named[-1])) if named else None
    return Photo(path=path, name=name, split=split or "train")


def release_digest(folder: Path) -> str | None:
    """The SHA-256 of a release's manifest, which is its name; None where there is no manifest."""
    manifest = folder / MANIFEST
    return hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else None


def fingerprint(photos: list[Photo]) -> str:
    """A short hash of which photos these are: paths, sizes and times of change."""
    digest = hashlib.sha256()
    for photo in photos:
        stat = photo.path.stat()
        digest.update(os.fsencode(photo.path) + f"|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def contents(photos: list[Photo]) -> str:
    """A short hash of which photos these are, wherever they lie: file names, sizes and labels."""
    digest = hashlib.sha256()
    for photo in photos:
        known = (photo.path.name, photo.path.stat().st_size, photo.name)
        digest.update(json.dumps(known).encode())
    return digest.hexdigest()[:16]
