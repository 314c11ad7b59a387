"""A back-up as a file: for its owner alone, and refused before it changes anything if it is bad."""

import asyncio
import hashlib
import json
import stat
import tarfile
from pathlib import Path, PurePosixPath

import pytest
from sqlalchemy import URL

from bot.keeping import archive, backup
from bot.keeping.backup import BackupRefused
from bot.records.database import database_url
from bot.records.tables import Consent, Photo
from foodgan.contract.photos import TOMBSTONES, Tombstone
from foodgan.contract.store import Store, lines_of, object_path
from tests.bot.photos.rows import SAVED_SHA, rows


async def test_a_backup_is_for_its_owner_and_holds_no_secret(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    data = saved.read_bytes()
    assert b"interaction-secret" not in data
    assert b"cdn.example" not in data


@pytest.mark.parametrize("data", [b"", b"not a tar at all" * 100])
async def test_what_is_no_backup_is_refused_and_changes_nothing(
    saved: Path, url: URL, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "bad.tar").write_bytes(data)
    store = Store(str(tmp_path / "store"))
    with pytest.raises(BackupRefused):
        await asyncio.to_thread(backup.restore, url, store, tmp_path / "bad.tar", True)
    assert len(await rows(url, Photo)) == 2


def without(saved: Path, target: Path, name: str, instead: bytes | None = None) -> Path:
    """A back-up whose member is missing, or is another, of a bot that found it so."""
    with tarfile.open(saved) as old, tarfile.open(target, "w") as new:
        sums = {}
        for member in old:
            data = instead if member.name == name else old.extractfile(member).read()
            if data is not None and member.name != archive.SUMS:
                sums[member.name] = archive.add(new, member.name, data)
        archive.save_sums(new, sums)
    return target


@pytest.mark.parametrize("instead", [None, b'{"id": "1"}\n', b"[]\n", b"{\n"])
async def test_a_backup_that_lacks_a_table_or_does_not_fit_costs_neither_rows_nor_files(
    saved: Path, url: URL, tmp_path: Path, instead: bytes | None
) -> None:
    bad = without(saved, tmp_path / "bad.tar", "records/photos.jsonl", instead)
    store = Store(str(tmp_path / "store"))
    store.remove(SAVED_SHA)
    with pytest.raises(BackupRefused, match=r"fit|not found|Expecting"):
        await asyncio.to_thread(backup.restore, url, store, bad, True)
    assert len(await rows(url, Photo)) == 2
    assert len(await rows(url, Consent)) == 1
    assert not list(store.objects())


async def test_a_link_that_leads_to_nothing_is_refused_before_anything_is_changed(
    saved: Path, tmp_path: Path
) -> None:
    with tarfile.open(saved, "a") as written:
        member = tarfile.TarInfo("store/releases/r/train/x.jpg")
        member.type, member.linkname = tarfile.LNKTYPE, "store/objects/no/nothing.jpg"
        written.addfile(member)
    url = database_url(f"sqlite:///{tmp_path}/new/records.sqlite3")
    with pytest.raises(BackupRefused, match=r"x\.jpg is damaged"):
        await asyncio.to_thread(backup.restore, url, Store(str(tmp_path / "new-store")), saved)
    assert not (tmp_path / "new-store").exists()


async def test_a_path_that_leads_out_of_the_store_is_refused(saved: Path, tmp_path: Path) -> None:
    with tarfile.open(saved) as old:
        sums = json.loads(archive.member_of(old, archive.SUMS))
    with tarfile.open(saved, "a") as written:  # of two of one name the later counts
        sums["store/../../evil.jpg"] = archive.add(written, "store/../../evil.jpg", b"evil")
        archive.save_sums(written, sums)
    url = database_url(f"sqlite:///{tmp_path}/other/fresh.sqlite3")
    with pytest.raises(BackupRefused, match="leads out"):
        await asyncio.to_thread(backup.restore, url, Store(str(tmp_path / "other-store")), saved)
    assert not list(tmp_path.rglob("evil*"))


SAVED_NAME = f"store/{object_path(SAVED_SHA)}"
ANOTHER = b"another plain photo, whose hash comes later"
ANOTHER_SHA = hashlib.sha256(ANOTHER).hexdigest()
ANOTHER_NAME = f"store/{object_path(ANOTHER_SHA)}"


@pytest.fixture
async def two(saved: Path, url: URL, tmp_path: Path) -> Path:
    """A back-up of two photos."""
    assert Store(str(tmp_path / "store")).put(ANOTHER) > SAVED_SHA
    await asyncio.to_thread(backup.backup, url, Store(str(tmp_path / "store")), saved)
    return saved


def as_before(file: Path) -> None:
    """Make it one of the bots that listed no hashes."""
    with tarfile.open(file) as old:
        held = [(member.name, old.extractfile(member).read()) for member in old]
    about = json.loads(held[0][1]) | {"format": 2}
    with tarfile.open(file, "w") as new:
        archive.add(new, backup.ABOUT, json.dumps(about).encode())
        for name, data in held[1:]:
            if name != archive.SUMS:
                archive.add(new, name, data)


def damage(file: Path, name: str, what: str) -> None:
    """What a drawer, a bad sector or half a copy does to a member."""
    data = bytearray(file.read_bytes())
    with tarfile.open(file) as whole:
        member = whole.getmember(name)
    at, holds = member.offset, member.offset_data
    if what == "its header is zeros":
        data[at:holds] = bytes(holds - at)
    elif what == "a bit of its header is another":
        data[at] ^= 1
    elif what == "a bit of its bytes is another":
        data[holds] ^= 1
    elif what == "the copy ends in the midst of it":
        data = data[: holds + 5]
    elif what == "a width is another":
        data[data.index(b"640", holds)] ^= 1
    else:
        data[at:] = bytes(len(data) - at)
    file.write_bytes(data)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    "what",
    [
        "its header is zeros",
        "a bit of its header is another",
        "a bit of its bytes is another",
    ],
)
async def test_a_damaged_photo_costs_nothing_and_what_is_sound_can_be_had(
    two: Path, tmp_path: Path, before: bool, what: str
) -> None:
    if before:
        as_before(two)
    damage(two, SAVED_NAME, what)
    url = database_url(f"sqlite:///{tmp_path}/new/records.sqlite3")
    store = Store(str(tmp_path / "new-store"))
    with pytest.raises(BackupRefused, match="is damaged"):
        await asyncio.to_thread(backup.restore, url, store, two)
    assert not (tmp_path / "new-store").exists()
    assert await asyncio.to_thread(backup.restore, url, store, two, salvage=True) == (5, 1)
    assert [store.get(one.sha256) for one in store.objects()] == [ANOTHER]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("records/photos.jsonl", "a width is another"),
        (SAVED_NAME, "zeros stand for it and for all that follows"),
        (archive.SUMS, "zeros stand for it and for all that follows"),
    ],
)
async def test_a_backup_with_damage_that_a_tar_does_not_know_of_is_refused(
    two: Path, tmp_path: Path, name: str, what: str
) -> None:
    damage(two, name, what)
    url = database_url(f"sqlite:///{tmp_path}/new/records.sqlite3")
    with pytest.raises(BackupRefused, match="is damaged"):
        await asyncio.to_thread(backup.restore, url, Store(str(tmp_path / "new-store")), two)
    assert not (tmp_path / "new-store").exists()


@pytest.mark.parametrize("before", [False, True])
async def test_of_a_copy_that_was_cut_off_all_rows_and_what_is_whole_can_be_had(
    two: Path, tmp_path: Path, before: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if before:
        as_before(two)
    damage(two, ANOTHER_NAME, "the copy ends in the midst of it")
    url = database_url(f"sqlite:///{tmp_path}/new/records.sqlite3")
    store = Store(str(tmp_path / "new-store"))
    with pytest.raises(BackupRefused, match="is damaged"):
        await asyncio.to_thread(backup.restore, url, store, two)
    assert not (tmp_path / "new-store").exists()
    assert await asyncio.to_thread(backup.restore, url, store, two, salvage=True) == (5, 1)
    assert [one.sha256 for one in store.objects()] == [SAVED_SHA]
    assert f"missing in the back-up: {ANOTHER_NAME}" in caplog.text
    assert "is cut off" in caplog.text


@pytest.mark.parametrize("place", ["a digit of its name", "its dish", "its own header"])
async def test_a_photo_in_a_release_is_restored_under_its_own_name_or_not_at_all(
    two: Path, url: URL, tmp_path: Path, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Long names lie in a block of their own, which no checksum of a tar covers."""
    store, folder = Store(str(tmp_path / "store")), f"releases/{'ab' * 32}/train/カレー"
    first, other = (f"{folder}/{sha256}.jpg" for sha256 in (SAVED_SHA, ANOTHER_SHA))
    for path in (first, other):
        store.write(path, store.get(PurePosixPath(path).stem))
    await asyncio.to_thread(backup.backup, url, store, two)
    data, named = bytearray(two.read_bytes()), f"store/{first}".encode()
    at = data.index(named)
    if place == "its own header":
        with tarfile.open(two) as saved:
            data[saved.getmember(f"store/{first}").offset_data - tarfile.BLOCKSIZE] ^= 1
    else:
        data[at + (len(named) - 5 if place == "a digit of its name" else named.index(b"\xe3"))] ^= 2
    two.write_bytes(data)
    new, there = database_url(f"sqlite:///{tmp_path}/new.sqlite3"), Store(str(tmp_path / "there"))
    with pytest.raises(BackupRefused, match="is damaged"):
        await asyncio.to_thread(backup.restore, new, there, two)
    assert await asyncio.to_thread(backup.restore, new, there, two, salvage=True) == (5, 3)
    assert there.fs.find(f"{there.root}/releases") == [f"{there.root}/{other}"]
    assert f"missing in the back-up: store/{first}" in caplog.text


@pytest.mark.parametrize("name", [archive.SUMS, f"store/{TOMBSTONES}"])
async def test_a_damaged_list_costs_no_photo(
    two: Path, url: URL, tmp_path: Path, name: str
) -> None:
    store = Store(str(tmp_path / "store"))
    store.write(TOMBSTONES, lines_of([Tombstone(sha256="f" * 64, original_sha256="e" * 64)]))
    await asyncio.to_thread(backup.backup, url, store, two)
    damage(two, name, "a bit of its bytes is another")
    new, there = database_url(f"sqlite:///{tmp_path}/new.sqlite3"), Store(str(tmp_path / "there"))
    with pytest.raises(BackupRefused, match="is damaged"):
        await asyncio.to_thread(backup.restore, new, there, two)
    assert (await asyncio.to_thread(backup.restore, new, there, two, salvage=True))[0] == 5
    assert {there.get(one.sha256) for one in there.objects()} >= {ANOTHER}
    assert len(list(there.objects())) == 2


async def test_zeros_behind_a_whole_backup_are_no_damage(two: Path, tmp_path: Path) -> None:
    """A tape or a device that it was written to goes on after it."""
    two.write_bytes(two.read_bytes() + bytes(1 << 20))
    url = database_url(f"sqlite:///{tmp_path}/new/records.sqlite3")
    restored = backup.restore, url, Store(str(tmp_path / "new-store")), two
    assert await asyncio.to_thread(*restored) == (5, 2)


async def test_a_photo_that_was_damaged_in_the_store_already_is_no_damage_to_the_backup(
    saved: Path, url: URL, tmp_path: Path
) -> None:
    """`foodgan photos verify` tells of it, on the old machine as on the new one."""
    store = Store(str(tmp_path / "store"))
    store.write(object_path(SAVED_SHA), b"rotten")
    await asyncio.to_thread(backup.backup, url, store, saved)
    new, there = database_url(f"sqlite:///{tmp_path}/new.sqlite3"), Store(str(tmp_path / "there"))
    assert await asyncio.to_thread(backup.restore, new, there, saved) == (5, 1)
    assert there.get(SAVED_SHA) == b"rotten"
