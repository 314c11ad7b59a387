"""What each photo of a collection shows: from a table, a file beside it, its folder or its name."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from foodgan.photos.filenames import plain, readable
from foodgan.photos.folder import METADATA, NAME_KEYS, SPLIT_OF, PhotosError, split_of
from foodgan.photos.trees import Tree, below

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
SIDECARS = (".txt", ".json")  # カレー.jpg and カレー.txt, or カレー.jpg.json
_FILE_KEYS = ("file_name", "file", "path", "image", "filename")
# At the end of a file's name: numbers, a copy's mark. カレー_01 (2) is カレー. Read backwards and
# possessively: from every place of a long row, as the name in a ZIP may be, it would take minutes.
_MARKS = re.compile(r"\A((\)\d++\(|\d++|ypoc|ーピコの)[\s_\-.]*+)++", re.IGNORECASE)
_CAMERA = re.compile(r"^(img|dsc|dscn|dscf|pxl|photo|image|screenshot|写真)?[\s_\-\d]*$", re.I)


@dataclass(frozen=True)
class Label:
    """A photo of a collection. name "": nothing says what it shows."""

    path: str
    name: str
    licence: str = ""
    credit: str = ""
    source: str = ""
    split: str | None = None


def labels(tree: Tree, table: str | None) -> list[Label]:
    """A label for each photo, in a stable order. table: a CSV's path; it then lists them all.

    Without a CSV, metadata.jsonl counts, at the top, in train/ or in test/; a photo that it does
    not list has the name in the file beside it, else its folder's, else its own. What a table says
    of files that are not there comes last: a licence must not fall away in silence.
    """
    listed = tree.paths()
    paths = {plain(path): path for path in listed} | {path: path for path in listed}
    if table:
        return [replace(label, path=_there(paths, label.path)) for label in _from_csv(tree, table)]
    known = {_there(paths, label.path): label for label in _from_metadata(tree, paths)}
    photos = [path for path in listed if path.lower().endswith(SUFFIXES)]
    found = [
        replace(known[path], path=path) if path in known else _guessed(tree, paths, path)
        for path in photos
    ]
    return [*found, *(label for path, label in known.items() if path not in paths)]


def _there(paths: Mapping[str, str], path: str) -> str:
    """The file that a path means, however either of them is written."""
    return paths.get(path) or paths.get(plain(path)) or path


def _from_csv(tree: Tree, table: str) -> Iterator[Label]:
    text = _text(tree, table)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for number, row in enumerate(rows, start=2):
            label = _label(table, row)
            if label is None:
                raise PhotosError(f"{table}:{number} names no file ({', '.join(_FILE_KEYS)})")
            yield label
    except csv.Error as error:  # above all a quote that never ends
        raise PhotosError(f"{table} is no CSV that can be read: {error}") from error


def _from_metadata(tree: Tree, paths: Mapping[str, str]) -> Iterator[Label]:
    for place in ("", *(f"{split}/" for split in SPLIT_OF)):
        table = place + METADATA
        if table not in paths:
            continue
        for number, line in enumerate(_text(tree, table).split("\n"), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            label = _label(table, row) if isinstance(row, dict) else None
            if label is None:
                raise PhotosError(f"{table}:{number} is not a metadata line")
            yield label


def _label(table: str, row: Mapping[str, Any]) -> Label | None:
    def first(*keys: str) -> str:
        return next((str(row[key]).strip() for key in keys if row.get(key)), "")

    file = first(*_FILE_KEYS)
    if not file:
        return None
    return Label(
        path=below(table, file),
        name=first(*NAME_KEYS),
        licence=first("licence", "license"),
        credit=first("credit", "author"),
        source=first("source", "source_repo", "source_url", "url"),
        split=split_of(first("split") or PurePosixPath(table).parent.name),
    )


def _guessed(tree: Tree, paths: Mapping[str, str], path: str) -> Label:
    place = PurePosixPath(path)
    split = split_of(place.parts[0])
    folder = readable(place.parent.name)
    name = folder if folder and not split_of(folder) else _spoken(readable(place.stem))
    for suffix in SIDECARS:
        for beside in (place.with_suffix(suffix).as_posix(), f"{path}{suffix}"):
            file = _there(paths, beside)
            if file in paths:
                told = _beside(tree, path, file)
                return replace(told, name=told.name or name, split=told.split or split)
    return Label(path, name, split=split)


def _beside(tree: Tree, path: str, beside: str) -> Label:
    """What a sidecar says; name "" where it says none."""
    text = _text(tree, beside).strip()
    if not beside.endswith(".json"):
        return Label(path, text.split("\n")[0].strip())
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        raise PhotosError(f"{beside} is no JSON") from None
    unsaid = {"file_name": "x", "url": None}  # it may open an album to whoever knows it
    label = _label(beside, {**row, **unsaid}) if isinstance(row, dict) else None
    if label is None:
        raise PhotosError(f"{beside} is no JSON object")
    return replace(label, path=path)


def _spoken(stem: str) -> str:
    """A file's name as a dish's: without its number; "" for what a camera called it."""
    name = _MARKS.sub("", stem[::-1])[::-1].replace("_", " ").strip()
    return "" if _CAMERA.match(name) else name


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PhotosError(f"{path} is not UTF-8: {error}") from error
