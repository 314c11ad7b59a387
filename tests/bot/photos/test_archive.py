"""A back-up as a file: for its owner alone, and refused before it changes anything if it is bad."""

import asyncio
import stat
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot import archive, backup
from bot.backup import BackupRefused
from bot.records.database import database_url
from bot.records.tables import Consent, Photo
from foodgan.contract.store import Store
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
    """A back-up whose member is missing, or is another."""
    with tarfile.open(saved) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = old.extractfile(member).read()
            if member.name != name:
                archive.add(new, member.name, data)
            elif instead is not None:
                archive.add(new, name, instead)
    return target


@pytest.mark.parametrize("instead", [None, b'{"id": "1"}\n', b"[]\n", b"{\n"])
async def test_a_backup_that_lacks_a_table_or_does_not_fit_costs_neither_rows_nor_files(
    saved: Path, url: URL, tmp_path: Path, instead: bytes | None
) -> None:
    bad = without(saved, tmp_path / "bad.tar", "records/photos.jsonl", instead)
    store = Store(str(tmp_path / "store"))
    store.remove(SAVED_SHA)
    with pytest.raises(BackupRefused):
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
    with pytest.raises(BackupRefused, match="leads to nothing"):
        await asyncio.to_thread(backup.restore, url, Store(str(tmp_path / "new-store")), saved)
    assert not (tmp_path / "new-store").exists()


async def test_a_path_that_leads_out_of_the_store_is_refused(saved: Path, tmp_path: Path) -> None:
    with tarfile.open(saved, "a") as written:
        archive.add(written, "store/../../evil.jpg", b"evil")
    url = database_url(f"sqlite:///{tmp_path}/other/fresh.sqlite3")
    with pytest.raises(BackupRefused, match="leads out"):
        await asyncio.to_thread(backup.restore, url, Store(str(tmp_path / "other-store")), saved)
    assert not list(tmp_path.rglob("evil*"))
