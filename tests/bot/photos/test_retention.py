"""What is kept no longer: each thing goes in its time, and nothing else."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import URL, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.photos.publisher import Publisher
from bot.photos.retention import EVERY_S, Retention
from bot.records import errands, migrate, operators, photos, reviews, rights, submissions
from bot.records.database import open_engine
from bot.records.photos import note
from bot.records.tables import AuditEntry, Errand, Grave, Photo, PhotoState, Submission
from foodgan.contract.photos import CLUB, TOMBSTONES, WAITING, Entry, Taken
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store, catalogue_path
from tests.bot.photos.rows import ANNE, BO, CHE, DEE, a_photo, digest

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
        name="きつねうどん",
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


@pytest.mark.parametrize("state", ["submitted", "withdrawn"])
async def test_a_copy_of_a_rejected_photo_goes_as_that_did(
    sessions: Sessions, settings: Settings, state: PhotoState
) -> None:
    store = Store(settings.photo_store)
    long_ago = datetime.now(UTC) - timedelta(days=settings.keep_rejected_days + 1)
    sha256 = store.put(b"rejected")  # by the intake, before the records are asked
    async with sessions.begin() as session:
        rejected = {"state": "rejected", "decided_at": long_ago, "bytes_gone_at": long_ago}
        session.add(a_photo(0, sha256=sha256, **rejected))
        copy = a_photo(1, state=state, sha256=None, original_sha256=None)
        session.add(copy)
    async with sessions.begin() as session:
        await photos.take(session, copy, taken(copy, sha256))
    await forget(sessions, settings)
    assert list(store.objects()) == []
    async with sessions() as session:
        assert (await session.get_one(Photo, "00000000")).bytes_gone_at > long_ago


def taken(photo: Photo, sha256: str) -> Taken:
    """What the intake says of a photo with these bytes."""
    return Taken(
        photo_id=photo.id,
        sha256=sha256,
        original_sha256=digest("original", 1),
        perceptual_hash="0" * 16,
        width=640,
        height=480,
        size=8,
    )


async def test_an_answer_that_a_later_bot_wrote_keeps_nothing_from_being_forgotten(
    sessions: Sessions, settings: Settings
) -> None:
    now = datetime.now(UTC)
    readable = {"learning_id": "00000001", "digest": "d" * 64, "model_id": "m", "promoted": True}
    later = readable | {"digest": {"of": ["two", "stages"]}}
    async with sessions.begin() as session:
        session.add(a_photo(0, state="draft", submitted_at=now - timedelta(hours=2)))
        for number, result in enumerate((readable, later)):
            session.add(
                Errand(
                    id=f"{number}",
                    kind="learning",
                    member_id=BO,
                    locale="ja",
                    application_id=1,
                    payload="{}",
                    result=json.dumps(result),
                    asked_at=now + timedelta(seconds=number),
                    ended_at=now + timedelta(seconds=number),
                )
            )
    await forget(sessions, settings)
    async with sessions() as session:
        assert (await session.scalars(select(Photo.id))).all() == []
        served = await errands.last_served(session)
    assert served
    assert served[0] == "0"


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


async def test_an_audit_log_that_is_kept_for_good_keeps_nothing_else(
    sessions: Sessions, settings: Settings
) -> None:
    longest = {"keep_audit_days": 36_500, "keep_orders_days": 36_500}
    kept_for_good = Settings.model_validate(settings.model_dump() | longest)
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        session.add(AuditEntry(at=now - timedelta(days=3000), action="ban"))
        session.add(a_photo(0, state="draft", sha256=None, submitted_at=now - timedelta(hours=2)))
    await forget(sessions, kept_for_good)
    async with sessions() as session:
        assert list(await session.scalars(select(AuditEntry.action))) == ["ban"]
        assert list(await session.scalars(select(Photo.id))) == []


async def test_of_a_withdrawn_photo_no_more_is_left_than_what_the_daily_limit_counts(
    sessions: Sessions,
) -> None:
    now = datetime.now(UTC)
    photo = a_photo(0, submission_id="handed00", submitted_at=now, words=["うどん"])
    sha256, original_sha256 = photo.sha256, photo.original_sha256
    async with sessions.begin() as session:
        session.add(a_submission("handed00", now))
        await session.flush()
        session.add_all([photo, a_photo(1)])
        note(session, "rename", BO, photo.id, "月見うどん → きつねうどん")
        note(session, "rename", BO, "00000001", "たぬきうどん → きつねうどん")
    async with sessions.begin() as session:
        assert await rights.withdraw(session, ANNE, [photo.id]) == [photo.id]
    async with sessions() as session:
        left = await session.get_one(Photo, photo.id)
        assert (left.sha256, left.original_sha256, left.channel_id) == (None, None, None)
        assert (left.name, left.filename, left.words, left.perceptual_hash) == ("", "", None, None)
        assert left.bytes_gone_at
        assert (await session.get_one(Submission, "handed00")).name is None
        lines = await session.execute(select(AuditEntry.photo_id, AuditEntry.detail))
        assert [detail for about, detail in lines if about == photo.id] == ["", ""]
        details = await session.scalars(select(AuditEntry.detail))
        assert "たぬきうどん → きつねうどん" in set(details)
        (grave,) = await session.scalars(select(Grave))
        assert (grave.sha256, grave.original_sha256) == (sha256, original_sha256)
        assert await submissions.handed_over_since(session, ANNE, now - timedelta(hours=1)) == 1


async def test_withdrawn_photos_go_when_the_daily_limit_counts_them_no_more(
    sessions: Sessions, settings: Settings
) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        session.add_all([a_photo(0), a_photo(1, submitted_at=now), a_photo(2)])
        session.add(a_photo(3, state="withdrawn", sha256=None))  # the intake has it still
        await session.flush()
        await rights.withdraw(session, ANNE, ["00000000", "00000001"])
    await forget(sessions, settings)
    async with sessions() as session:
        kept = set(await session.scalars(select(Photo.id)))
        assert kept == {"00000001", "00000002", "00000003"}
        assert len((await session.scalars(select(Grave))).all()) == 2


async def test_refused_photos_go_once_the_member_was_told_and_the_daily_limit_is_past(
    sessions: Sessions, settings: Settings
) -> None:
    now = datetime.now(UTC)
    refused = {"state": "refused", "sha256": None, "refusal": "intake-animated"}
    async with sessions.begin() as session:
        session.add_all([a_submission("told0000", now), a_submission("owed0000", None)])
        await session.flush()
        session.add(a_photo(0, submission_id="told0000", **refused))
        session.add(a_photo(1, submission_id="told0000", submitted_at=now, **refused))
        session.add(a_photo(2, submission_id="owed0000", **refused))
        session.add(a_photo(3, **refused))
    await forget(sessions, settings)
    async with sessions() as session:
        assert set(await session.scalars(select(Photo.id))) == {"00000001", "00000002"}


async def test_an_erased_member_is_in_no_line_about_a_ban_unless_the_ban_stands(
    sessions: Sessions,
) -> None:
    namesake = 10 * ANNE  # begins with the same digits
    async with sessions.begin() as session:
        for member in (ANNE, BO, namesake):
            await operators.ban(session, member, DEE, "spam")
        for member in (ANNE, namesake):
            await operators.unban(session, member, DEE)
        for member in (ANNE, BO, CHE):
            await rights.erase(session, member)
    async with sessions() as session:
        details = await session.scalars(select(AuditEntry.detail).order_by(AuditEntry.id))
        assert details.all() == ["", f"{BO}: spam", f"{namesake}: spam", "", str(namesake)]
        assert [ban.member_id for ban in await operators.bans(session)] == [BO]


async def test_a_photo_that_an_operator_withdrew_stays_until_its_member_has_heard(
    sessions: Sessions, settings: Settings
) -> None:
    """The bot was stopped meanwhile: it forgets as soon as it begins, and tells a little later."""
    async with sessions.begin() as session:
        session.add(a_photo(0))
        await session.flush()
        await rights.withdraw(session, ANNE, ["00000000"], by_operator=True)
    await forget(sessions, settings)
    async with sessions.begin() as session:
        told = await reviews.untold(session, datetime.now(UTC))
        assert [photo.id for photo in told] == ["00000000"]
    await forget(sessions, settings)
    async with sessions() as session:
        assert list(await session.scalars(select(Photo.id))) == []


async def test_no_photo_says_that_an_erased_reviewer_has_decided_it(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(a_photo(0, state="accepted", settled_by=BO))
        session.add(a_photo(1, state="accepted", settled_by=CHE))
    async with sessions.begin() as session:
        await rights.erase(session, BO)
    async with sessions() as session:
        settled = await session.scalars(select(Photo.settled_by).order_by(Photo.id))
        assert settled.all() == [None, CHE]


async def test_a_rejected_photo_whose_file_is_gone_is_not_listed_as_kept(
    sessions: Sessions,
) -> None:
    gone = {"state": "rejected", "bytes_gone_at": datetime.now(UTC)}
    async with sessions.begin() as session:
        session.add_all([a_photo(0, **gone), a_photo(1)])
    async with sessions() as session:
        listed = [one.sha256 async for portion in photos.waiting(session) for one in portion]
    assert listed == [a_photo(1).sha256]


async def test_what_must_not_come_back_is_published_before_the_catalogue(
    sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another collection may have it still: no release may be frozen in between."""
    write, written = Store.write, []

    def noting(store: Store, path: str, data: bytes) -> None:
        written.append(path)
        write(store, path, data)

    monkeypatch.setattr(Store, "write", noting)
    await Publisher(sessions, Store(settings.photo_store)).publish()
    assert written == [TOMBSTONES, WAITING, catalogue_path(CLUB)]


async def test_it_forgets_every_ten_minutes_and_not_with_every_round(
    sessions: Sessions, settings: Settings
) -> None:
    retention = Retention(sessions, Publisher(sessions, Store(settings.photo_store)), settings)
    await retention.forget()
    async with sessions.begin() as session:
        session.add(AuditEntry(at=datetime.now(UTC) - timedelta(days=1000), action="ban"))
    for left in (["ban"], []):
        await retention.forget()
        async with sessions() as session:
            assert list(await session.scalars(select(AuditEntry.action))) == left
        retention._last_s -= EVERY_S


async def test_a_file_that_is_gone_is_not_removed_again(
    sessions: Sessions, settings: Settings
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=settings.keep_rejected_days + 1)
    gone = {"state": "rejected", "decided_at": long_ago, "bytes_gone_at": long_ago}
    async with sessions.begin() as session:
        session.add(a_photo(0, **gone))
    await forget(sessions, settings)
    async with sessions() as session:
        assert (await session.get_one(Photo, "00000000")).bytes_gone_at == long_ago


async def test_what_something_living_needs_is_never_purged(sessions: Sessions) -> None:
    """A grave may have come beside it, as where an older back-up was restored."""
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        session.add_all([a_photo(0), a_photo(1, state="withdrawn", sha256=None)])
        for number in (0, 1):
            hashes = {"sha256": digest("stored", number), "original_sha256": digest("o", number)}
            session.add(Grave(**hashes, buried_at=now))
    async with sessions() as session:
        assert await photos.open_graves(session) == [digest("stored", 1)]


async def test_no_photo_belongs_to_a_submission_that_is_not_there(
    sessions: Sessions, settings: Settings
) -> None:
    """SQLite looks at that only where it is told to."""
    with pytest.raises(IntegrityError):
        async with sessions.begin() as session:
            session.add(a_photo(0, submission_id="nowhere0"))
    async with sessions.begin() as session:
        session.add(a_submission("ended000", datetime.now(UTC) - timedelta(days=1000)))
        await session.flush()
        session.add(a_photo(0, submission_id="ended000"))
    await forget(sessions, settings)
    async with sessions() as session:
        assert (await session.get_one(Photo, "00000000")).submission_id is None


async def test_a_withdrawn_file_does_not_come_back_by_another_encoding(sessions: Sessions) -> None:
    """As by an intake of a later build: what is stored is other bytes, the file is the same."""
    async with sessions.begin() as session:
        copy = a_photo(0, state="submitted", sha256=None, original_sha256=None)
        session.add(copy)
        said = taken(copy, digest("stored", 9))
        session.add(
            Grave(
                sha256=digest("stored", 1),
                original_sha256=said.original_sha256,
                buried_at=datetime.now(UTC),
            )
        )
    async with sessions.begin() as session:
        assert await photos.take(session, copy, said) == "intake-withdrawn"
