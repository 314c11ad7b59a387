"""The file of a back-up: a tar of records/… and store/…, each photo once and then as a link.

Its last member lists what each other one's bytes hash to: a tar itself guards names alone.
"""

import hashlib
import io
import json
import logging
import tarfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Self

from foodgan.contract.photos import OBJECTS, RELEASES
from foodgan.contract.store import Store, object_path
from foodgan.contract.whole import PARTIAL

SUMS = "records/sums.json"
_BLANK = 2 * tarfile.BLOCKSIZE  # zeros that end a tar, before what fills its last record

log = logging.getLogger(__name__)


class _Header(tarfile.TarInfo):
    """What is damaged in the second header of a long name is so as in the first: one goes on."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile_)
        except tarfile.SubsequentHeaderError as error:  # type: ignore[attr-defined]
            raise tarfile.InvalidHeaderError(str(error)) from None  # type: ignore[attr-defined]


class Tar(tarfile.TarFile):
    """One that ends where it was cut off, as any does where a header is damaged: see `is_whole`."""

    tarinfo = _Header

    def next(self) -> tarfile.TarInfo | None:
        try:
            return super().next()
        except tarfile.ReadError:
            if self.offset == 0:  # it is no tar
                raise
            return None


def save_files(store: Store, archive: tarfile.TarFile, sums: dict[str, str]) -> int:
    """Each photo once: releases hold the same ones again and again, as links in a folder."""
    saved: set[str] = set()
    for path in _paths(store):  # objects come before releases
        if (twin := _object_of(path)) in saved:
            _link(archive, f"store/{path}", f"store/{twin}")
            sums[f"store/{path}"] = sums[f"store/{twin}"]
        else:
            try:
                sums[f"store/{path}"] = add(archive, f"store/{path}", store.read(path))
            except FileNotFoundError:
                log.info("deleted while the back-up was made: %s", path)
                continue
        saved.add(path)
    return len(saved)


def _paths(store: Store) -> list[str]:
    """Of the store's whole files, in order."""
    if not store.fs.exists(store.root):
        return []
    root = store.root.rstrip("/") + "/"
    found = (path.removeprefix(root) for path in sorted(store.fs.find(store.root)))
    return [path for path in found if PARTIAL not in path]


def save_sums(archive: tarfile.TarFile, sums: dict[str, str]) -> None:
    """Last of all: a file that lacks it was cut off, also where zeros stand for the rest."""
    add(archive, SUMS, json.dumps(sums).encode())


def is_whole(archive: tarfile.TarFile, summed: bool) -> bool:
    """Whether no member is missing: a tar seems to end wherever a header is damaged.

    summed: whether it was made with a list of hashes.
    """
    names = archive.getnames()
    if summed:
        return SUMS in names
    assert archive.fileobj
    archive.fileobj.seek(archive.offset)
    rest = archive.fileobj.read(_BLANK + tarfile.RECORDSIZE)
    return _BLANK <= len(rest) < _BLANK + tarfile.RECORDSIZE and not rest.strip(b"\0")


def damaged(archive: tarfile.TarFile) -> set[str]:
    """The members that are not what was saved, links to such, and what is listed and missing.

    So is what is not listed: a long name is guarded by nothing else. Back-ups of before have no
    list: of theirs photos are looked at, which are named by their hash.
    """
    names, bad = set(archive.getnames()), set()
    sums: dict[str, str] = {}
    try:
        sums = json.loads(member_of(archive, SUMS)) if SUMS in names else {}
    except (ValueError, tarfile.ReadError):
        bad.add(SUMS)
    bad |= sums.keys() - names
    for member in archive:
        known = sums.get(member.name)
        if sums and known is None and member.name != SUMS:
            sound = False
        elif member.islnk():
            target = member.linkname
            there = in_store(target) is not None and target in names and target not in bad
            sound = there and known == sums.get(target)
        elif file := archive.extractfile(member):
            known = known or _named(member.name)
            try:
                sound = known in (None, hashlib.sha256(file.read()).hexdigest())
            except tarfile.ReadError:  # it is cut off in the midst of it
                sound = False
        else:
            continue
        if not sound:
            bad.add(member.name)
    return bad


def _named(name: str) -> str | None:
    """The hash that a photo's name says, also in a release; None of what is no photo."""
    file = in_store(name)
    photo = file is not None and file.parts[0] in (OBJECTS, RELEASES) and file.suffix == ".jpg"
    return file.stem if file and photo else None


def _object_of(path: str) -> str | None:
    """The object whose bytes a release's photo has: it is called by their hash."""
    file = PurePosixPath(path)
    return object_path(file.stem) if file.parts[0] == RELEASES and file.suffix == ".jpg" else None


def restore_files(
    archive: tarfile.TarFile, store: Store, away: Collection[str], bad: Collection[str]
) -> int:
    """away: paths and folders that are to stay away; bad: members, likewise."""
    count = 0
    for member in archive:
        path = in_store(member.name)
        if path is None or member.name in bad:
            continue
        if str(path) in away or "/".join(path.parts[:2]) in away:
            continue
        if member.islnk():
            store.copy(str(in_store(member.linkname)), str(path))
        elif file := archive.extractfile(member):
            store.write(str(path), file.read())
        else:
            continue
        count += 1
    return count


def in_store(name: str) -> PurePosixPath | None:
    """Where a member belongs in the store; None where it does not belong there."""
    return PurePosixPath(name).relative_to("store") if name.startswith("store/") else None


def saved_lines(archive: tarfile.TarFile, path: str, bad: Collection[str]) -> list[bytes]:
    """The lines of a list of the store; none where the back-up has no such list, or a bad one."""
    name = f"store/{path}"
    there = name in archive.getnames() and name not in bad
    return member_of(archive, name).splitlines() if there else []


def member_of(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    return b"" if file is None else file.read()


def add(archive: tarfile.TarFile, name: str, data: bytes) -> str:
    """Returns the SHA-256 of the bytes."""
    member = _plain(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))
    return hashlib.sha256(data).hexdigest()


def _link(archive: tarfile.TarFile, name: str, target: str) -> None:
    member = _plain(name)
    member.type, member.linkname = tarfile.LNKTYPE, target
    archive.addfile(member)


def _plain(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = 0o600, int(datetime.now(UTC).timestamp())
    return member
