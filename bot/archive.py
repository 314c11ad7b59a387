"""The file of a back-up: a tar of records/… and store/…, each photo once and then as a link."""

import io
import logging
import tarfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import PurePosixPath

from foodgan.contract.photos import RELEASES
from foodgan.contract.store import PARTIAL, Store, object_path

log = logging.getLogger(__name__)


def save_files(store: Store, archive: tarfile.TarFile) -> int:
    """Each photo once: releases hold the same ones again and again, as links in a folder."""
    saved: set[str] = set()
    for path in _paths(store):  # objects come before releases
        if (twin := _object_of(path)) in saved:
            _link(archive, f"store/{path}", f"store/{twin}")
        else:
            try:
                add(archive, f"store/{path}", store.read(path))
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


def _object_of(path: str) -> str | None:
    """The object whose bytes a release's photo has: it is called by their hash."""
    file = PurePosixPath(path)
    return object_path(file.stem) if file.parts[0] == RELEASES and file.suffix == ".jpg" else None


def restore_files(archive: tarfile.TarFile, store: Store, away: Collection[str]) -> int:
    count = 0
    for member in archive:
        path = in_store(member.name)
        if path is None or str(path) in away or "/".join(path.parts[:2]) in away:
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


def saved_lines(archive: tarfile.TarFile, path: str) -> list[bytes]:
    """The lines of a list of the store; none where the back-up has no such list."""
    name = f"store/{path}"
    return member_of(archive, name).splitlines() if name in archive.getnames() else []


def member_of(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    return b"" if file is None else file.read()


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = _plain(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _link(archive: tarfile.TarFile, name: str, target: str) -> None:
    member = _plain(name)
    member.type, member.linkname = tarfile.LNKTYPE, target
    archive.addfile(member)


def _plain(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = 0o600, int(datetime.now(UTC).timestamp())
    return member
