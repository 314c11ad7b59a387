"""Photos out of the store: a release, or what catalogues hold, in a form that `import` reads."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foodgan.contract.photos import RELEASES, Entry, Pruned
from foodgan.contract.store import Store, object_path
from foodgan.machine.progress import Track, untracked
from foodgan.photos.folder import MANIFEST, METADATA, PhotosError

PARTIAL = ".partial"  # folder of what is being exported


def export_release(store: Store, digest: str, out: Path, *, track: Track = untracked) -> int:
    """Copy a release into a new folder; returns how many files. digest: whole, or how it begins.

    Raises PhotosError for one with another manifest than its name says, StoreRefused for one that
    names a file outside of the store.
    """
    found = [name for name in store.folders(RELEASES) if name.startswith(digest)]
    if not found and (gone := [one for one in store.pruned() if one.digest.startswith(digest)]):
        raise _farewell(gone[-1])
    if len(found) != 1:
        raise PhotosError.of("cli-photos-which-release", count=len(found), digest=digest)
    path = f"{RELEASES}/{found[0]}"
    with _new(out) as partial:
        manifest = store.read(f"{path}/{MANIFEST}")
        files = [*_named(manifest, found[0]), *_beside(store, path)]
        for place in track(files, "Copying the release"):
            data = store.read(f"{path}/{place}")  # first: it reads no place that leads elsewhere
            _write(partial / place, data)
        _write(partial / MANIFEST, manifest)
    return len(files) + 1


def export_catalogues(
    store: Store, names: list[str], out: Path, *, track: Track = untracked
) -> tuple[int, int]:
    """Write the photos of catalogues into a new folder, with metadata.jsonl.

    names: which; all where none is given. Returns how many were written, and how many are missing.
    """
    stones = {stone.sha256 for stone in store.tombstones()}
    entries = {
        entry.sha256: entry
        for name in names or store.catalogues()
        for entry in store.entries(name)
        if entry.sha256 not in stones
    }
    if not entries:
        raise PhotosError.of("cli-photos-nothing-to-export")
    lines, missing = [], 0
    with _new(out) as partial:
        for sha256, entry in track(entries.items(), "Copying photos"):
            place = f"photos/{sha256}.jpg"
            try:
                _write(partial / place, store.read(object_path(sha256)))
            except FileNotFoundError:
                missing += 1
                continue
            lines.append(json.dumps(_line(place, entry), ensure_ascii=False) + "\n")
        _write(partial / METADATA, "".join(lines).encode())
    return len(lines), missing


def _line(place: str, entry: Entry) -> dict[str, str]:
    line = {
        "file_name": place,
        "name": entry.name,
        "licence": entry.licence,
        "credit": entry.credit,
        "source": entry.source,
    }
    return line | ({"split": entry.split} if entry.split else {})


def _named(manifest: bytes, digest: str) -> list[str]:
    """The files that a manifest names."""
    if hashlib.sha256(manifest).hexdigest() != digest:
        raise PhotosError(f"release {digest[:12]} is damaged: its manifest is another")
    return list(json.loads(manifest)["files"])


def _farewell(gone: Pruned) -> PhotosError:
    """Why a release is not there any more."""
    return PhotosError.of(
        "cli-photos-pruned-release",
        digest=gone.digest[:12],
        day=f"{gone.pruned_at:%Y-%m-%d}",
        photos=gone.photos,
        withdrawn=gone.withdrawn,
    )


def _beside(store: Store, path: str) -> Iterator[str]:
    """The files for people beside a release's photos."""
    for name in ("README.md", "LICENCES.md", "CONTRIBUTORS.md", "figures.png"):
        if store.exists(f"{path}/{name}"):
            yield name


@contextmanager
def _new(out: Path) -> Iterator[Path]:
    """A hidden folder in `out` to write to: all in it comes into `out` at the end, and it goes.

    In `out` and not beside it, as that may be a file system of its own. One that a killed export
    left goes first. Raises PhotosError where anything else is there.
    """
    partial = out / PARTIAL
    if out.exists() and (not out.is_dir() or any(one != partial for one in out.iterdir())):
        raise PhotosError.of("cli-photos-not-empty", folder=str(out))
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        for one in sorted(partial.iterdir(), key=lambda one: one.name in (MANIFEST, METADATA)):
            one.rename(out / one.name)  # last what says that the others are there
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
