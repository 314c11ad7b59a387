"""What is kept no longer: each thing goes in its time, and nothing else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.photos.publisher import Publisher
from bot.photos.retention import Retention
from bot.records import migrate
from bot.records.database import open_engine
from bot.records.tables import AuditEntry, Photo, Submission
from foodgan.contract.photos import Entry
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from tests.bot.photos.rows import ANNE, a_photo

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def sessions(url: URL) -> AsyncIterator[Sessions]:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


def a_submission(made_id: str, ended: datetime | None) -> Submission:
    return Submission(
        id=made_id,
        member_id=ANNE,
        locale="ja",
        credit_choice="name",
        application_id=1,
        asked_at=datetime.now(UTC),
        ended_at=ended,
    )


async def forget(sessions: Sessions, settings: Settings) -> Store:
    store = Store(settings.photo_store)
    await Retention(sessions, Publisher(sessions, store), settings).forget()
    return store


async def test_files_of_rejected_photos_go_in_time_unless_a_collection_has_them(
    sessions: Sessions, settings: Settings
) -> None:
    store = Store(settings.photo_store)
    old, imported, young = (store.put(name) for name in (b"old", b"imported", b"young"))
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=settings.keep_rejected_days + 1)
    rejected = [(old, long_ago), (imported, long_ago), (young, now)]
    async with sessions.begin() as session:
        for number, (sha256, when) in enumerate(rejected):
            session.add(a_photo(number, sha256=sha256, state="rejected", decided_at=when))
    entry = Entry(
        sha256=imported,
        name="牛丼",
        licence="MIT",
        perceptual_hash="0" * 16,
        accepted_at=now,
    )
    store.write_entries("web", [entry])
    await forget(sessions, settings)
    assert {one.sha256 for one in store.objects()} == {imported, young}
    async with sessions() as session:
        gone = await session.scalars(select(Photo.id).where(Photo.bytes_gone_at.is_not(None)))
        assert sorted(gone) == ["00000000", "00000001"]


async def test_old_drafts_audit_lines_and_answered_submissions_go(
    sessions: Sessions, settings: Settings
) -> None:
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=1000)
    async with sessions.begin() as session:
        session.add(a_submission("ended000", long_ago))
        session.add(a_submission("young000", now))
        session.add(a_submission("open0000", None))
        await session.flush()
        session.add(a_photo(0, submission_id="ended000"))
        session.add(a_photo(1, state="draft", sha256=None, submitted_at=now - timedelta(hours=2)))
        session.add(a_photo(2, state="draft", sha256=None, submitted_at=now))
        session.add(AuditEntry(at=long_ago, action="ban"))
        session.add(AuditEntry(at=now, action="unban"))
    await forget(sessions, settings)
    async with sessions() as session:
        assert set(await session.scalars(select(Submission.id))) == {"young000", "open0000"}
        assert set(await session.scalars(select(AuditEntry.action))) == {"unban"}
        assert set(await session.scalars(select(Photo.id))) == {"00000000", "00000002"}
