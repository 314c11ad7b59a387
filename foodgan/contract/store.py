"""The store of photos: objects named by their hash, catalogues, tombstones; behind fsspec.

A folder by default, S3 and others by URL. Every file appears whole or not at all: in a folder it is
written under a temporary name, safe on the disk, then renamed; on S3 an upload is atomic. The
functions block: an event loop calls them on a thread. `foodgan.contract.photos` has the layout.
"""

import hashlib
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from fsspec.core import url_to_fs
from pydantic import BaseModel, ValidationError

from foodgan.contract.errors import StoreError, StoreRefused
from foodgan.contract.logs import REDACTED, brief
from foodgan.contract.photos import (
    CATALOGUES,
    OBJECTS,
    PRUNED,
    TOMBSTONES,
    WAITING,
    Entry,
    Pruned,
    Tombstone,
    Waiting,
)
from foodgan.contract.settings import keys_of_s3
from foodgan.contract.whole import LEFTOVER_S, PARTIAL, settle, whole

# Others write to the same bucket, and another store may want other keys.
_NO_CACHE = {"use_listings_cache": False, "skip_instance_cache": True}
_OBJECT = re.compile(r"([0-9a-f]{64})\.jpg")
_SIGNED_IN = re.compile(r"(?<=://)[^@/]*:.*(?=@)")  # user:password, which may hold any sign
_S3 = re.compile(r"s3a?://(?!arn:)[^/]*[@:]")  # no bucket's name has either; an access point's has
_CATALOGUE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

Line = TypeVar("Line", bound=BaseModel)


@dataclass(frozen=True)
class Object:
    """One stored photo. size in bytes; age_s: seconds since it was written."""

    sha256: str
    size: int
    age_s: float


def lines_of(models: Iterable[BaseModel]) -> bytes:
    """Lines of JSON, as catalogues and lists have them."""
    return "".join(f"{model.model_dump_json()}\n" for model in models).encode()


def lines_from(data: bytes, path: str, kind: type[Line]) -> list[Line]:
    """What `lines_of` wrote to `path`. Raises StoreError for a line that is none."""
    found = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                found.append(kind.model_validate_json(line))
            except ValidationError:
                raise StoreError(f"{path}:{number} is no {kind.__name__}") from None
    return found


def object_path(sha256: str) -> str:
    """Where the photo with this hash lies in a store."""
    return f"{OBJECTS}/{sha256[:2]}/{sha256}.jpg"


def catalogue_path(name: str) -> str:
    """Where a catalogue lies. Raises StoreError for a name that is none."""
    if not _CATALOGUE.fullmatch(name):
        raise StoreError(f"{name!r} names no catalogue: small letters, digits, - and _")
    return f"{CATALOGUES}/{name}.jsonl"


def shown(url: str) -> str:
    """Where a store is, for an operator: neither user nor password, nor what its query holds."""
    return _SIGNED_IN.sub(REDACTED, url).split("?")[0]


def reason_of(error: Exception) -> str:
    """Why a store fails, in a few words without a secret: some errors repeat its whole URL."""
    return brief(getattr(error, "strerror", None) or str(error), 200)


class Store:
    """Photos at an fsspec URL or path. Every method raises StoreError when the store fails.

    Paths are relative to the store's root, with slashes, and none leads out of it.
    """

    def __init__(self, url: str) -> None:
        """Raises StoreRefused for an S3 address with keys in it, which S3's library would tell."""
        if _S3.match(url):
            raise StoreRefused(
                "keys of S3 belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                "and only BUCKET/FOLDER in its address"
            )
        self.url = url
        options = {}
        if url.startswith(("s3:", "s3a:")):
            options = _NO_CACHE
            # A command in a shell finds them where its settings are, as what `make up` starts does.
            for name, value in keys_of_s3().items():
                os.environ.setdefault(name, value)
        with _reaching(shown(url)):
            self.fs, self.root = url_to_fs(url, **options)
        self.is_folder = "file" in self.fs.protocol

    def full(self, path: str) -> str:
        """The path as the file system takes it.

        Raises StoreRefused for one that leads out, or that is absolute in part: strangers' files,
        back-ups and Redis name paths, too.
        """
        parts = path.split("/")
        if ".." in parts or "" in parts[:-1]:
            raise StoreRefused(f"{path} leads out of the store")
        return f"{self.root.rstrip('/')}/{path}"

    def read(self, path: str, most: int | None = None) -> bytes:
        """Raises FileNotFoundError where there is no such file.

        most: bytes; one that is larger is a StoreRefused, and no more of it is read.
        """
        with _reaching(path, may_lack=True):
            if most is None:
                return bytes(self.fs.cat_file(self.full(path)))
            data = bytes(self.fs.cat_file(self.full(path), start=0, end=most + 1))
        if len(data) > most:
            raise StoreRefused(f"{path} is larger than the {most:,} bytes that it may have")
        return data

    def write(self, path: str, data: bytes) -> None:
        """Write a file, or replace it, in one step."""
        with _reaching(path):
            if self.is_folder:
                _write_in_folder(Path(self.full(path)), data)
            else:
                self.fs.pipe_file(self.full(path), data)

    def exists(self, path: str) -> bool:
        with _reaching(path):
            return bool(self.fs.exists(self.full(path)))

    def delete(self, path: str) -> None:
        """Remove a file. One that is not there is no error."""
        with suppress(FileNotFoundError), _reaching(path, may_lack=True):
            self.fs.rm_file(self.full(path))

    def copy(self, path: str, target: str) -> None:
        """Let an object have another path, too; in a folder that takes no room."""
        with _reaching(path):
            if self.is_folder:
                link(Path(self.full(path)), Path(self.full(target)))
            else:
                self.fs.cp_file(self.full(path), self.full(target))

    def put(self, data: bytes) -> str:
        """Store a photo's bytes; returns their SHA-256.

        Bytes that lie there already are written again: that makes the object young, so that nobody
        takes it for an orphan before a catalogue has it.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        self.write(object_path(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """A photo's bytes. Raises FileNotFoundError."""
        return self.read(object_path(sha256))

    def holds(self, sha256: str) -> bool:
        """Whether a photo's bytes are there."""
        return self.exists(object_path(sha256))

    def remove(self, sha256: str) -> None:
        """Remove a photo's bytes."""
        self.delete(object_path(sha256))

    def objects(self) -> Iterator[Object]:
        """Every stored photo, in the order of the hashes."""
        now = time.time()
        for path, about in sorted(self._find(OBJECTS).items()):
            named = _OBJECT.fullmatch(path.rpartition("/")[2])
            if named:
                yield Object(named[1], int(about["size"]), now - _written(about))

    def folders(self, path: str) -> list[str]:
        """The names of the folders in a folder, but for those that are being written."""
        with _reaching(path):
            where = self.full(path)
            listed = self.fs.ls(where, detail=True) if self.fs.exists(where) else []
        names = [one["name"].rstrip("/").rpartition("/")[2] for one in listed]
        folders = {name for name, one in zip(names, listed, strict=True) if _is_folder(one)}
        return sorted(name for name in folders if PARTIAL not in name)

    def catalogues(self) -> list[str]:
        """The names of the catalogues."""
        names = [path.rpartition("/")[2] for path in self._find(CATALOGUES)]
        return sorted(name[: -len(".jsonl")] for name in names if name.endswith(".jsonl"))

    def entries(self, catalogue: str) -> list[Entry]:
        """A catalogue's photos; none where there is no such catalogue."""
        return self.listing(catalogue)[0]

    def listing(self, catalogue: str) -> tuple[list[Entry], str]:
        """The same, and the SHA-256 of the file that says so."""
        path = catalogue_path(catalogue)
        data = self._data(path)
        return lines_from(data, path, Entry), hashlib.sha256(data).hexdigest()

    def write_entries(self, catalogue: str, entries: Iterable[Entry]) -> None:
        """Replace a catalogue."""
        self.write(catalogue_path(catalogue), lines_of(entries))

    def tombstones(self) -> list[Tombstone]:
        """What must not come back."""
        return self._lines(TOMBSTONES, Tombstone)

    def waiting(self) -> list[Waiting]:
        """What waits for a review."""
        return self._lines(WAITING, Waiting)

    def pruned(self) -> list[Pruned]:
        """Releases that were removed, in the order of their removal."""
        return self._lines(PRUNED, Pruned)

    def about(self, path: str) -> dict[str, Any]:
        """What the file system says of a file, asked anew. Raises FileNotFoundError."""
        with _reaching(path, may_lack=True):
            return dict(self.fs.info(self.full(path)))

    def written_at(self, path: str) -> float:
        """Unix time at which a file was written. Raises FileNotFoundError."""
        return _written(self.about(path))

    def newest(self, folder: str) -> float:
        """Unix time at which the newest file below a folder was written; 0 where there is none."""
        return max(map(_written, self._find(folder).values()), default=0.0)

    def below(self, folder: str) -> list[str]:
        """The names of every file below a folder, without the folders they lie in."""
        return sorted(path.rpartition("/")[2] for path in self._find(folder))

    def delete_folder(self, path: str, last: str) -> None:
        """Remove a folder: nobody sees half of it.

        last: the file in it without which it counts for nothing. Where a folder cannot be renamed
        in one step, that file goes first.
        """
        with _reaching(path):
            if self.is_folder:
                there = Path(self.full(path))
                going = there.with_name(f"{there.name}{PARTIAL}{uuid4().hex[:12]}")
                there.rename(going)
                os.utime(going)  # a sweep is to leave it to us
                shutil.rmtree(going)
                return
            self.delete(f"{path}/{last}")
            self.fs.rm(self.full(path), recursive=True)

    def sweep(self, older_than_s: float = LEFTOVER_S) -> int:
        """Remove what killed writers left half-written; returns how many files.

        Of a folder its own time counts: what lies in it may be links, as old as their photos. In
        a bucket nothing is ever half-written, and to list it would take long.
        """
        if not self.is_folder:
            return 0
        left = 0
        for path, files in Counter(filter(None, map(self._half_written, self._find("")))).items():
            with suppress(FileNotFoundError), _reaching(path, may_lack=True):
                if time.time() - self.written_at(path) >= older_than_s:
                    self.fs.rm(self.full(path), recursive=True)
                    left += files
        return left

    def _half_written(self, path: str) -> str | None:
        """The file or folder that is being written and that a file is, or is part of."""
        parts = path.removeprefix(self.full("")).split("/")
        ends = (end for end, part in enumerate(parts, start=1) if PARTIAL in part)
        return next(("/".join(parts[:end]) for end in ends), None)

    def _find(self, folder: str) -> dict[str, dict[str, Any]]:
        """Every file below a folder, with what the file system says of it."""
        with _reaching(folder or shown(self.url)):
            # Without this a folder that is not there would be an error on some file systems.
            where = self.full(folder) if folder else self.root
            return dict(self.fs.find(where, detail=True)) if self.fs.exists(where) else {}

    def _lines(self, path: str, kind: type[Line]) -> list[Line]:
        return lines_from(self._data(path), path, kind)

    def _data(self, path: str) -> bytes:
        """A list's bytes; none where there is no such list."""
        try:
            return self.read(path)
        except FileNotFoundError:
            return b""


@contextmanager
def _reaching(what: str, *, may_lack: bool = False) -> Iterator[None]:
    """Turn what file systems and S3's library raise into StoreError.

    may_lack: let FileNotFoundError pass; when writing it means that the bucket is missing.
    """
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # S3's library has its own tree of errors, beside OSError
        if may_lack and isinstance(error, FileNotFoundError):
            raise
        raise StoreError(f"the store fails at {what}: {reason_of(error)}") from error


def _write_in_folder(path: Path, data: bytes) -> None:
    with whole(path) as partial:
        partial.write_bytes(data)
    settle(path.parent)  # the records are about to name it


def link(source: Path, target: Path) -> None:
    """Let a file that never changes have another name: a link, or a copy that is on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with suppress(OSError):  # no links on this file system, or too many of one file
        target.hardlink_to(source)
        return
    shutil.copyfile(source, target)
    settle(target)


def _is_folder(about: dict[str, Any]) -> bool:
    return bool(about["type"] == "directory")


def _written(about: dict[str, Any]) -> float:
    """Unix time at which a file was written, from fsspec's words of it; 0 where it does not say."""
    for key in ("mtime", "LastModified", "last_modified", "created"):
        value = about.get(key)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, int | float):
            return float(value)
    return 0.0
