"""Reads a folder of labelled photos (Hugging Face imagefolder, or a folder a name)."""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from foodgan.contract.errors import FoodganError

log = logging.getLogger(__name__)

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
METADATA = "metadata.jsonl"
MANIFEST = "manifest.json"  # of a release
SPLITS = ("train", "test")
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
    licence: str = "unknown"
    source: str = "unknown"
    credit: str = ""  # how the contributor wants to be named


def read_folder(folder: Path) -> list[Photo]:
    """Every photo in `folder`, in a stable order. Raises PhotosError when there is none.

    With metadata.jsonl, at the top or in train/ and test/, its lines count (file_name and one of
    NAME_KEYS); without it a photo's name is its folder's, and a photo at the top has none.
    """
    if not folder.is_dir():
        raise PhotosError(f"{folder} is not a folder")
    tables = [path for place in ("", *SPLITS) if (path := folder / place / METADATA).exists()]
    photos = [photo for table in tables for photo in _from_metadata(table)]
    if not tables:
        photos = _from_folders(folder)
    if not photos:
        raise PhotosError(f"{folder} holds no photo ({', '.join(SUFFIXES)})")
    return sorted(photos, key=lambda photo: str(photo.path))


def _from_metadata(table: Path) -> list[Photo]:
    folder = table.parent
    split = folder.name if folder.name in SPLITS else "train"
    photos = []
    for number, line in enumerate(_lines(table), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            path = folder / entry["file_name"]
            name = next((entry[key] for key in NAME_KEYS if entry.get(key)), None)
            if not isinstance(name, str | None):
                raise TypeError(f"{name!r} is not a name")
        except (ValueError, TypeError, KeyError) as error:
            raise PhotosError(f"{table}:{number} is not a metadata line: {error!r}") from error
        if not path.is_file():
            log.warning("%s:%d names %s, which is not there: skipped", table, number, path.name)
            continue
        photos.append(
            Photo(
                path=path,
                name=name,
                split=entry.get("split") or split,
                style=entry.get("style") or "photo",
                licence=entry.get("licence") or entry.get("license") or "unknown",
                credit=entry.get("credit") or "",
                source=entry.get("source_repo") or entry.get("source") or "unknown",
            )
        )
    return photos


def _lines(table: Path) -> list[str]:
    """Its lines, as JSON Lines has them: a name may hold any other kind of line break."""
    try:
        return table.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise PhotosError(f"{table} is not UTF-8: {error}") from error


def _from_folders(folder: Path) -> list[Photo]:
    return [
        Photo(path=path, name=None if path.parent == folder else path.parent.name)
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    ]


def release_digest(folder: Path) -> str | None:
    """The SHA-256 of a release's manifest, which is its name; None where there is no manifest."""
    manifest = folder / MANIFEST
    return hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else None


def fingerprint(photos: list[Photo]) -> str:
    """A short hash of which photos these are: paths, sizes and times of change."""
    digest = hashlib.sha256()
    for photo in photos:
        stat = photo.path.stat()
        digest.update(f"{photo.path}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
