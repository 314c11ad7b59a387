"""Back-up and restore, on SQLite and PostgreSQL: what was kept comes back, secrets do not."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.keeping import archive, backup
from bot.keeping.backup import BackupRefused
from bot.records import migrate, photos, releases, rights
from bot.records.database import RecordsClosed, database_url, open_engine, shown
from bot.records.tables import AuditEntry, Consent, Errand, Grave, Photo, Submission
from foodgan.contract.photos import RELEASES, TOMBSTONES
from foodgan.contract.store import Store, lines_of
from foodgan.contract.whole import PARTIAL
from foodgan.photos.prune import Stale, prune
from foodgan.photos.release import freeze
from tests.bot.photos.rows import ANNE, BO, SAVED, SAVED_SHA, a_consent, a_photo, rows
from tests.photos.gallery import add

ROOT = Path(__file__).parents[3]


async def test_what_was_saved_comes_back_into_an_empty_house(saved: Path, tmp_path: Path) -> None:
    url = database_url(f"sqlite:///{tmp_path}/new/records.sqlite3")
    store = Store(str(tmp_path / "new-store"))
    assert await asyncio.to_thread(backup.restore, url, store, saved) == (5, 1)
    assert store.get(SAVED_SHA) == SAVED
    accepted, failed = sorted(await rows(url, Photo), key=lambda photo: photo.id)
    assert (accepted.state, accepted.sha256, accepted.name) == (
        "accepted",
        SAVED_SHA,
        "きつねうどん",
    )
    assert (failed.state, failed.refusal) == ("refused", "photo-failed")
    (submission,) = await rows(url, Submission)
    assert submission.ended_at is not None


async def test_a_drawing_that_was_under_way_does_not_come_back_with_what_others_ordered(
    url: URL, tmp_path: Path
) -> None:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    fields = {"member_id": ANNE, "locale": "ja", "application_id": 1, "payload": "{}"}
    async with AsyncSession(engine) as session, session.begin():
        now = datetime.now(UTC)
        session.add(Errand(id="drawing0", kind="drawing", asked_at=now, **fields))
    await engine.dispose()
    store, file = Store(str(tmp_path / "store")), tmp_path / "club.tar"
    await asyncio.to_thread(backup.backup, url, store, file)
    await asyncio.to_thread(backup.restore, url, store, file, True)
    assert await rows(url, Errand) == []


async def test_it_comes_back_over_what_is_there_if_asked_to(
    saved: Path, url: URL, tmp_path: Path
) -> None:
    store = Store(str(tmp_path / "store"))
    with pytest.raises(BackupRefused, match="--replace"):
        await asyncio.to_thread(backup.restore, url, store, saved)
    await asyncio.to_thread(backup.restore, url, store, saved, True)
    engine = open_engine(url)
    async with AsyncSession(engine) as session, session.begin():
        session.add(a_consent(BO, "Bo"))
        await session.flush()  # the numbering goes on after the rows that came back
    await engine.dispose()
    assert len(await rows(url, Consent)) == 2


async def test_a_photo_withdrawn_after_the_backup_stays_withdrawn(
    saved: Path, url: URL, tmp_path: Path
) -> None:
    engine = open_engine(url)
    async with AsyncSession(engine) as session, session.begin():
        await rights.withdraw(session, ANNE, ["00000000"])
    store = Store(str(tmp_path / "store"))
    await asyncio.to_thread(backup.restore, url, store, saved, True)
    async with AsyncSession(engine) as session:
        assert [portion async for portion in photos.entries(session)] == []
        assert await photos.open_graves(session) == [SAVED_SHA]
        photo = await session.get_one(Photo, "00000000")
        assert (photo.sha256, photo.original_sha256, photo.channel_id) == (None, None, None)
        assert photo.bytes_gone_at
        assert set(await session.scalars(select(AuditEntry.detail))) == {""}
        assert set(await session.scalars(select(Submission.name))) == {None}
    await engine.dispose()


async def test_after_a_restore_a_release_is_due_as_models_may_know_more_than_the_records(
    url: URL, tmp_path: Path
) -> None:
    """Of a release that was learned from while the back-up was made, it has the model alone."""
    engine = open_engine(url)
    await migrate.bring_up(engine)
    now = datetime.now(UTC)
    day = timedelta(days=1)
    learned = {
        "member_id": BO,
        "locale": "ja",
        "application_id": 1,
        "payload": "{}",
        "result": "{}",
        "asked_at": now - 2 * day,
        "ended_at": now - 2 * day,
    }
    async with AsyncSession(engine) as session, session.begin():
        for number, sha256 in enumerate((SAVED_SHA, "1" * 64)):
            session.add(a_photo(number, sha256=sha256, state="accepted", decided_at=now - 3 * day))
        session.add(Errand(id="release0", kind="release", **learned))
        session.add(Errand(id="learning", kind="learning", **learned, catalogue="c" * 64))
    store, file = Store(str(tmp_path / "store")), tmp_path / "club.tar"
    await asyncio.to_thread(backup.backup, url, store, file)
    async with AsyncSession(engine) as session, session.begin():
        assert not await releases.due(session, "c" * 64, now, day, day)
    await asyncio.to_thread(backup.restore, url, store, file, True)
    async with AsyncSession(engine) as session:
        assert await releases.due(session, "c" * 64, now, day, day)
    await engine.dispose()


async def test_the_stores_tombstones_count_where_the_database_is_lost(
    saved: Path, tmp_path: Path
) -> None:
    from foodgan.contract.photos import Tombstone

    store = Store(str(tmp_path / "store"))
    store.write(TOMBSTONES, lines_of([Tombstone(sha256=SAVED_SHA, original_sha256="0" * 64)]))
    url = database_url(f"sqlite:///{tmp_path}/fresh.sqlite3")
    await asyncio.to_thread(backup.restore, url, store, saved)
    assert [grave.sha256 for grave in await rows(url, Grave)] == [SAVED_SHA]
    assert "accepted" not in {photo.state for photo in await rows(url, Photo)}


def released(store: Store) -> Path:
    """The folder of a release of two photos."""
    for seed in (1, 2):
        add(store, seed)
    return Path(store.full(f"{RELEASES}/{freeze(store).digest}"))


@pytest.mark.parametrize("form", [1, backup.FORMAT])
async def test_a_photo_of_a_release_is_saved_once_and_comes_back_as_a_link(
    url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: int
) -> None:
    if form == 1:  # as builds before wrote it: read, too
        monkeypatch.setattr(backup, "FORMAT", 1)
        monkeypatch.setattr(archive, "_object_of", lambda _: None)
    engine = open_engine(url)
    await migrate.bring_up(engine)
    await engine.dispose()
    store, file = Store(str(tmp_path / "store")), tmp_path / "club.tar"
    before = released(store)
    _, files = await asyncio.to_thread(backup.backup, url, store, file)
    with tarfile.open(file) as written:
        pictures = [member for member in written if member.name.endswith(".jpg")]
    assert [member.islnk() for member in pictures] == [False, False, *[form > 1] * 2]
    monkeypatch.undo()

    again = Store(str(tmp_path / "again"))
    new = database_url(f"sqlite:///{tmp_path}/new/records.sqlite3")
    assert (await asyncio.to_thread(backup.restore, new, again, file))[1] == files
    after = Path(again.full(f"{RELEASES}/{before.name}"))
    told = {path.relative_to(before): path.read_bytes() for path in before.rglob("*.*")}
    assert told == {path.relative_to(after): path.read_bytes() for path in after.rglob("*.*")}
    links = {path.stat().st_nlink for path in after.rglob("*.jpg")}
    assert links == ({2} if form > 1 else {1})
    # Once more over what is there, as after a restore that was killed.
    await asyncio.to_thread(backup.restore, new, again, file)
    assert told == {path.relative_to(after): path.read_bytes() for path in after.rglob("*.*")}


async def test_releases_pruned_or_with_a_photo_withdrawn_since_stay_away(
    url: URL, tmp_path: Path
) -> None:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    store = Store(str(tmp_path / "store"))
    anne, other = add(store, 1), add(store, 2)
    both = freeze(store).digest
    add(store, 3)
    all_three = freeze(store).digest
    store.write_entries("club", [other])
    innocent = freeze(store).digest
    async with AsyncSession(engine) as session, session.begin():
        session.add(a_photo(0, sha256=anne.sha256, state="accepted"))
    file = tmp_path / "club.tar"
    await asyncio.to_thread(backup.backup, url, store, file)
    async with AsyncSession(engine) as session, session.begin():
        await rights.erase(session, ANNE)
    await engine.dispose()
    store.remove(anne.sha256)
    prune(store, [Stale(both, photos=2, withdrawn=1, old=False)])
    for place in (store, Store(str(tmp_path / "new-store"))):  # the same, and where it was lost
        await asyncio.to_thread(backup.restore, url, place, file, True)
        assert innocent in place.folders(RELEASES)
        assert both not in place.folders(RELEASES)
        assert both in {one.digest for one in place.pruned()}
        assert anne.sha256 in {stone.sha256 for stone in place.tombstones()}
        assert not place.holds(anne.sha256)
        assert place.holds(other.sha256)
    assert all_three in {one.digest for one in place.pruned()}
    assert place.folders(RELEASES) == [innocent]


async def test_a_restore_that_is_killed_loses_no_tombstone(
    saved: Path, url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(url)
    async with AsyncSession(engine) as session, session.begin():
        await rights.withdraw(session, ANNE, ["00000000"])
    await engine.dispose()
    store = Store(str(tmp_path / "store"))

    load = backup._load_records

    def killed(target: URL, archive: tarfile.TarFile) -> int:
        if target == url:
            raise KeyboardInterrupt
        return load(target, archive)

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_load_records", killed)
        with pytest.raises(KeyboardInterrupt):
            await asyncio.to_thread(backup.restore, url, store, saved, True)
    assert await rows(url, Grave) == []  # the database has forgotten
    await asyncio.to_thread(backup.restore, url, store, saved, True)
    assert [grave.sha256 for grave in await rows(url, Grave)] == [SAVED_SHA]


def test_where_the_database_is_can_be_shown_without_a_secret() -> None:
    url = database_url("postgres://bot:hunter2@db.example.org:5433/club?password=hunter2")
    assert shown(url) == "postgresql://db.example.org:5433/club"


async def test_a_database_without_tables_is_refused_and_none_is_made(
    url: URL, tmp_path: Path
) -> None:
    store = Store(str(tmp_path / "store"))
    with pytest.raises(BackupRefused, match="DATABASE_URL or VAR_DIR"):
        await asyncio.to_thread(backup.backup, url, store, tmp_path / "club.tar")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_a_disk_that_does_not_take_a_backup_keeps_the_one_before(
    saved: Path, url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError("the disk is broken")

    before = saved.read_bytes()
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="broken"):
        await asyncio.to_thread(backup.backup, url, Store(str(tmp_path / "store")), saved)
    assert saved.read_bytes() == before
    assert list(tmp_path.glob("club.tar*")) == [saved]


async def test_no_folder_is_made_in_the_place_of_a_disk_that_is_not_mounted(
    saved: Path, url: URL, tmp_path: Path
) -> None:
    store, disk = Store(str(tmp_path / "store")), tmp_path / "disk"
    with pytest.raises(FileNotFoundError, match=r"disk'$"):
        await asyncio.to_thread(backup.backup, url, store, disk / "club.tar")
    assert not disk.exists()


async def test_what_a_killed_backup_left_goes_with_a_later_one(
    saved: Path, url: URL, tmp_path: Path
) -> None:
    left = saved.rename(tmp_path / f"yesterday.tar{PARTIAL}0123456789ab")
    os.utime(left, (0, 0))
    store, today = Store(str(tmp_path / "store")), tmp_path / "today.tar"
    await asyncio.to_thread(backup.backup, url, store, today)
    assert (left.exists(), today.exists()) == (False, True)


Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Gives a command to the bot of a house of this name."""

    def run(var: str, *command: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VAR_DIR": var}
        words = [sys.executable, "-m", "bot", *command]
        return subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, input=given)

    return run


@pytest.fixture
def _furnished(run: Run, tmp_path: Path) -> None:
    """One row and one photo in a house that is called so."""
    assert run("house", "migrate").returncode == 0
    with closing(sqlite3.connect(tmp_path / "house" / "foodgan.sqlite3")) as records, records:
        records.execute("INSERT INTO leaders VALUES (1, '2026-01-01 00:00:00')")
    Store(str(tmp_path / "house" / "photos")).put(SAVED)


@pytest.mark.usefixtures("_furnished")
def test_the_command_backs_up_the_house_of_var_dir_and_refuses_any_other(
    run: Run, tmp_path: Path
) -> None:
    places = f"1 row of {tmp_path}/house/foodgan.sqlite3, 1 file of house/photos"
    assert run("house", "backup", "club.tar").stdout.decode() == f"club.tar: {places}\n"
    restored = run("house", "restore", "club.tar", "--replace")
    assert restored.returncode == 0
    assert b"Running downgrade" not in restored.stdout + restored.stderr  # which frightens
    refused = run("elsewhere", "backup", "other.tar")
    assert (refused.returncode, b"VAR_DIR" in refused.stderr) == (1, True)
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "other.tar").exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_store_that_cannot_be_opened_is_said_in_a_line(
    run: Run, tmp_path: Path, command: str
) -> None:
    (tmp_path / ".env").write_text("PHOTO_STORE=ftp://me:geheim@127.0.0.1:1/photos")
    failed = run("house", command, "club.tar")
    assert (failed.returncode, failed.stderr.count(b"\n")) == (1, 1), failed.stderr
    assert b"Connection refused" in failed.stderr
    assert b"geheim" not in failed.stderr


@pytest.mark.usefixtures("_furnished")
def test_a_backup_goes_through_pipes_as_out_of_a_container(run: Run, tmp_path: Path) -> None:
    saved = run("house", "backup", "-")
    assert (saved.returncode, b"1 row of" in saved.stderr) == (0, True)
    restored = run("other", "restore", "-", given=saved.stdout)
    assert restored.returncode == 0, restored.stderr
    assert Store(str(tmp_path / "other" / "photos")).get(SAVED_SHA) == SAVED
    end = saved.stdout.index(b"records/sums.json")  # as a back-up that was cut off there
    refused = run("third", "restore", "-", given=saved.stdout[:end])
    assert (refused.returncode, b"half" in refused.stderr) == (1, True), refused.stderr
    elsewhere = run("elsewhere", "backup", "-")
    assert (elsewhere.returncode, elsewhere.stdout) == (1, b"")


def test_a_restore_that_is_killed_leaves_nothing_of_what_it_was_given(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VAR_DIR": "house"}
    words = [sys.executable, "-m", "bot", "restore", "-"]
    with subprocess.Popen(words, cwd=tmp_path, env=env, stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(bytes(2**20))  # more than a pipe holds: it has begun to keep it
        process.kill()
    assert list((tmp_path / "house").iterdir()) == []


async def test_a_database_of_a_newer_version_is_refused_before_anything_changes(
    saved: Path, url: URL, tmp_path: Path
) -> None:
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await engine.dispose()
    store = Store(str(tmp_path / "another"))
    with pytest.raises(RecordsClosed, match="newer version \\(9999 > "):
        await asyncio.to_thread(backup.restore, url, store, saved, True)
    assert not list(tmp_path.glob("another/**/*.jpg"))


async def test_another_programs_tables_beside_ours_are_neither_saved_nor_touched(
    saved: Path, url: URL, tmp_path: Path
) -> None:
    store, file = Store(str(tmp_path / "store")), tmp_path / "beside.tar"

    async def run(*statements: str) -> list:
        engine = open_engine(url)
        async with engine.begin() as connection:
            for statement in statements:
                found = await connection.exec_driver_sql(statement)
            told = list(found) if found.returns_rows else []
        await engine.dispose()
        return told

    await run("CREATE TABLE theirs (secret TEXT)", "INSERT INTO theirs VALUES ('their-secret')")
    assert await asyncio.to_thread(backup.backup, url, store, file) == (5, 1)
    assert b"their" not in file.read_bytes()
    assert await asyncio.to_thread(backup.restore, url, store, file, True) == (5, 1)
    assert await run("SELECT secret FROM theirs") == [("their-secret",)]
    # Nor do theirs count as records of ours.
    assert await asyncio.to_thread(backup._has_records, url)
    ours = ("audit", "consents", "photos", "submissions", "graves")
    await run(*(f"DELETE FROM {table}" for table in ours))
    assert not await asyncio.to_thread(backup._has_records, url)
