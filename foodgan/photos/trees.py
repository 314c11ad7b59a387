"""Where a collection lies: a folder or a ZIP, read alike, nothing unpacked to the disk."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Protocol

from foodgan.photos.folder import PhotosError

FILE_MAX = 100 * 1024 * 1024  # bytes of one file; more is no photo
_UTF8 = 0x800  # the bit of a ZIP's entry that says how its name is written


class MissingFile(PhotosError):
    """A table names a file that the collection lacks."""


class Tree(Protocol):
    """Files by their path, with slashes, relative to the collection."""

    def paths(self) -> list[str]:
        """Every file, in a stable order."""
        ...

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises PhotosError where it is missing, unreadable or too large."""
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
        except FileNotFoundError as error:
            raise MissingFile(f"{path} is not there") from error
        except (OSError, ValueError, RuntimeError) as error:  # a NUL in it; links in a circle
            reason = getattr(error, "strerror", None) or error
            raise PhotosError(f"{path} cannot be read: {reason}") from error

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._root)


class Zip:
    """A ZIP archive; entries without a password."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        named = {_name(info): info for info in archive.infolist()}
        self._files = {name: info for name, info in named.items() if not name.endswith("/")}

    def paths(self) -> list[str]:
        return sorted(self._files)

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise MissingFile(f"{path} is not there")
        try:
            with self._archive.open(self._files[path]) as file:
                data = file.read(FILE_MAX + 1)  # what the archive says of the size may be a lie
        except Exception as error:  # zipfile lets its decompressors' errors through
            raise PhotosError(f"{path} cannot be read: {type(error).__name__}") from error
        if len(data) > FILE_MAX:
            raise PhotosError(f"{path} is too large for a photo")
        return data


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's path, with slashes where PowerShell 5.1 and old .NET write backslashes.

    Those that are half of a sign in CP932, as of ソ, are none any more once it is decoded.
    """
    return _decoded(info).replace("\\", "/")


def _decoded(info: zipfile.ZipInfo) -> str:
    """An entry's name as whoever packed it read it.

    zipfile takes what is not marked as UTF-8 for CP437, as the format says. Macs write UTF-8 there
    nevertheless, and Windows in Japan CP932, which hardly ever reads as UTF-8. An accent of CP437
    may be taken for Japanese.
    """
    said = info.filename != info.orig_filename  # by an extra field, which zipfile has read
    if info.flag_bits & _UTF8 or said:
        return info.filename
    raw = info.orig_filename.encode("cp437")
    for encoding in ("utf-8", "cp932"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return info.filename


@contextmanager
def opened(place: Path) -> Iterator[tuple[Tree, str | None]]:
    """The collection at a path, and its table's path where the path is a CSV's.

    Raises PhotosError for what is neither folder, ZIP nor CSV, and for a damaged ZIP.
    """
    if place.is_dir():
        yield Folder(place), None
    elif place.suffix.lower() == ".csv" and place.is_file():
        yield Folder(place.parent), place.name
    elif place.is_file() and zipfile.is_zipfile(place):
        with _archive(place) as archive:
            yield Zip(archive), None
    else:
        raise PhotosError.of("cli-photos-no-collection", place=str(place))


def _archive(place: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(place)
    except Exception as error:  # as above: a damaged list of files raises nearly anything
        raise PhotosError(f"{place} is damaged, or no ZIP that can be read: {error}") from error


def below(path: str, name: str) -> str:
    """The path `name` as a table at `path` means it."""
    return (PurePosixPath(path).parent / name).as_posix()
