"""Where a collection lies: a folder or a ZIP, read alike, nothing unpacked to the disk."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from foodgan.photos.folder import PhotosError

FILE_MAX = 100 * 1024 * 1024  # bytes of one file; more is no photo


class Tree(Protocol):
    """Files by their path, with slashes, relative to the collection."""

    def paths(self) -> list[str]:
        """Every file, in a stable order."""
        ...

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises PhotosError where it cannot be read or is too large."""
        ...


class Folder:
    """A folder. Links that lead out of it are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def paths(self) -> list[str]:
        found = (path for path in self._root.rglob("*") if path.is_file() and self._inside(path))
        return sorted(path.relative_to(self._root).as_posix() for path in found)

    def read(self, path: str) -> bytes:
        place = self._root / path
        try:
            if not self._inside(place):
                raise PhotosError(f"{path} leads out of the collection")
            if place.stat().st_size > FILE_MAX:
                raise PhotosError(f"{path} is too large for a photo")
            return place.read_bytes()
        except OSError as error:
            raise PhotosError(f"{path} cannot be read: {error.strerror}") from error

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._root)


class Zip:
    """A ZIP archive; entries without a password."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def paths(self) -> list[str]:
        return sorted({info.filename for info in self._archive.infolist() if not info.is_dir()})

    def read(self, path: str) -> bytes:
        try:
            with self._archive.open(path) as file:
                data = file.read(FILE_MAX + 1)  # what the archive says of the size may be a lie
        except Exception as error:  # zipfile lets its decompressors' errors through
            raise PhotosError(f"{path} cannot be read: {type(error).__name__}") from error
        if len(data) > FILE_MAX:
            raise PhotosError(f"{path} is too large for a photo")
        return data


@contextmanager
def opened(place: Path) -> Iterator[tuple[Tree, str | None]]:
    """The collection at a path, and its table's path where the path is a CSV's.

    Raises PhotosError for what is neither folder, ZIP nor CSV.
    """
    if place.is_dir():
        yield Folder(place), None
    elif place.suffix.lower() == ".csv" and place.is_file():
        yield Folder(place.parent), place.name
    elif place.is_file() and zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            yield Zip(archive), None
    else:
        raise PhotosError(f"{place} is no folder, ZIP or CSV")


def below(path: str, name: str) -> str:
    """The path `name` as a table at `path` means it."""
    return (PurePosixPath(path).parent / name).as_posix()
