"""When a release is due that nobody asked for: by what has changed, and by when."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import URL, delete, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.records import errands, migrate, operators, photos, releases, rights
from bot.records.database import open_engine
from bot.records.photos import NOBODY
from bot.records.tables import Errand, ErrandKind, Photo
from foodgan.contract.store import lines_of
from tests.bot.photos.rows import ANNE, BO, a_consent, a_photo

Sessions = async_sessionmaker[AsyncSession]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime(2026, 7, 20, tzinfo=UTC)
RELEASED = {"digest": "a" * 64, "train": 1, "test": 0, "left_out": 0}


@pytest.fixture
async def sessions(url: URL) -> AsyncIterator[Sessions]:
    """Records with one accepted photo, that a trainer learned from two days ago."""
    engine = open_engine(url)
    await migrate.bring_up(engine)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions.begin() as session:
        session.add(a_photo(0, state="accepted", decided_at=NOW - 3 * DAY))
    await released(sessions, 2 * DAY)
    yield sessions
    await engine.dispose()


def a_release(digest: str | None) -> str:
    return json.dumps({"release_id": "00000000", **RELEASED, "digest": digest})


def a_result(**changed: Any) -> str:
    fields = {"learning_id": "00000000", "digest": "d" * 64, "model_id": "m"}
    return json.dumps(fields | changed)


async def asked(
    sessions: Sessions, kind: ErrandKind, ago: timedelta, result: str | None = "{}", **changed: Any
) -> None:
    """An errand that has ended. result: None where it failed."""
    fields: dict[str, Any] = {
        "id": f"{kind[:1]}{int(ago.total_seconds()):07}",
        "kind": kind,
        "member_id": BO,
        "locale": "ja",
        "application_id": 1,
        "payload": "{}",
        "result": result,
        "asked_at": NOW - ago,
        "ended_at": NOW - ago,
    }
    async with sessions.begin() as session:
        session.add(Errand(**fields | changed))


async def released(sessions: Sessions, ago: timedelta, **changed: Any) -> None:
    """A release of what is accepted, and what a trainer learned from it."""
    await asked(sessions, "release", ago, a_release("a" * 64))
    fields = {"result": a_result(promoted=True), "catalogue": await catalogue(sessions)} | changed
    await asked(sessions, "learning", ago, **fields)


async def catalogue(sessions: Sessions) -> str:
    """The SHA-256 of the club's catalogue, as the bot publishes it."""
    async with sessions() as session:
        lines = [lines_of(portion) async for portion in photos.entries(session)]
    return hashlib.sha256(b"".join(lines)).hexdigest()


async def accept(sessions: Sessions, number: int, ago: timedelta, **changed: Any) -> None:
    async with sessions.begin() as session:
        session.add(a_photo(number, state="accepted", decided_at=NOW - ago, **changed))


async def due(sessions: Sessions, every: timedelta = DAY) -> bool:
    published = await catalogue(sessions)
    async with sessions() as session:
        return await releases.due(session, published, NOW, every, min(every, HOUR))


async def test_none_is_due_where_nothing_has_changed(sessions: Sessions) -> None:
    assert not await due(sessions)


async def test_one_is_due_where_a_photo_was_accepted_since(sessions: Sessions) -> None:
    await accept(sessions, 1, DAY)
    assert await due(sessions)


async def test_one_is_due_with_what_could_still_be_taken_back_at_the_last(
    sessions: Sessions,
) -> None:
    ago = 2 * DAY + timedelta(seconds=20)  # the last was asked for two days ago
    await accept(sessions, 1, ago, told_at=None)
    assert not await due(sessions)
    async with sessions.begin() as session:
        (await session.get_one(Photo, a_photo(1).id)).told_at = NOW - 2 * DAY + HOUR
        assert await releases.left_for_the_next(session, NOW - 2 * DAY) == 1
        assert await releases.left_for_the_next(session, NOW - DAY) == 0
    assert await due(sessions)


async def test_none_is_due_in_the_midst_of_a_review(sessions: Sessions) -> None:
    await accept(sessions, 1, DAY)
    await accept(sessions, 2, timedelta(minutes=9))
    assert not await due(sessions)


async def test_none_is_due_before_a_decision_is_final_that_waits_for_others(
    sessions: Sessions,
) -> None:
    """A member hears of all their photos at once, some minutes after the first was decided."""
    await accept(sessions, 1, DAY)
    await accept(sessions, 2, timedelta(minutes=11), told_at=None)
    assert not await due(sessions)


async def test_none_is_due_before_its_time(sessions: Sessions) -> None:
    await accept(sessions, 1, DAY)
    assert not await due(sessions, every=3 * DAY)


@pytest.mark.parametrize("kind", ["release", "learning"])
async def test_none_is_due_while_one_is_on_its_way(sessions: Sessions, kind: ErrandKind) -> None:
    await accept(sessions, 1, DAY)
    await asked(sessions, kind, 3 * DAY, None, ended_at=None)
    assert not await due(sessions)


async def test_one_that_failed_is_tried_again_after_an_hour(sessions: Sessions) -> None:
    await accept(sessions, 1, DAY)
    await asked(sessions, "release", timedelta(minutes=59), None)
    assert not await due(sessions)
    async with sessions.begin() as session:
        (await session.get_one(Errand, "r0003540")).asked_at = NOW - HOUR
    assert await due(sessions)


async def test_one_that_nobody_learned_from_is_made_again(sessions: Sessions) -> None:
    await accept(sessions, 1, timedelta(hours=40))
    await asked(sessions, "release", DAY)
    assert await due(sessions)
    await released(sessions, DAY + HOUR)
    assert not await due(sessions)


async def test_one_is_due_after_learning_failed_which_may_have_been_promoted_before(
    sessions: Sessions,
) -> None:
    """A photo that was learned from then, and withdrawn since, leaves the catalogue of before."""
    await released(sessions, DAY, result=None, catalogue=None)
    assert await due(sessions)


async def test_where_the_last_photo_is_gone_one_more_is_due(sessions: Sessions) -> None:
    """With it what was learned from the photo is forgotten."""
    async with sessions.begin() as session:
        await rights.erase(session, ANNE)
    assert await due(sessions)
    await asked(sessions, "release", 30 * HOUR, a_release(None))  # bytes were missing, say
    assert await due(sessions)
    await asked(sessions, "release", DAY, a_release(None), catalogue=releases.EMPTY)
    assert not await due(sessions)


async def test_where_no_photo_was_ever_accepted_none_is_due(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(delete(Errand))
        await rights.erase(session, ANNE)
    assert not await due(sessions)


@pytest.mark.parametrize("alone", [False, True], ids=["others", "alone"])
@pytest.mark.parametrize("erased", [False, True], ids=["withdrawn", "erased"])
async def test_one_is_due_where_a_photo_of_the_last_is_gone_however_old_all_of_it_is(
    sessions: Sessions, erased: bool, alone: bool
) -> None:
    if not alone:
        await accept(sessions, 1, 3 * DAY, member_id=BO)
    await released(sessions, DAY)
    assert not await due(sessions)
    async with sessions.begin() as session:
        if erased:
            await rights.erase(session, ANNE)
        else:
            await rights.withdraw(session, ANNE, [a_photo(0).id])
    async with sessions.begin() as session:  # nothing of it is remembered, years later
        await rights.forget_withdrawn(session, datetime.now(UTC))
        await operators.forget_old(session, datetime.now(UTC), datetime.now(UTC))
    assert await due(sessions)


async def test_one_is_due_where_a_contributor_wants_another_credit(sessions: Sessions) -> None:
    """🪞 names them until then."""
    async with sessions.begin() as session:
        session.add(a_consent(ANNE, "Anne"))
    await released(sessions, DAY)
    assert not await due(sessions)
    async with sessions.begin() as session:
        session.add(a_consent(ANNE, ""))
    assert await due(sessions)


async def test_one_is_due_where_an_earlier_bot_did_not_say_what_was_learned_from(
    sessions: Sessions,
) -> None:
    await released(sessions, DAY, catalogue=None)
    assert await due(sessions)


async def test_a_withdrawn_photo_that_was_never_accepted_changes_nothing(
    sessions: Sessions,
) -> None:
    async with sessions.begin() as session:
        session.add(a_photo(1))
    async with sessions.begin() as session:
        await rights.withdraw(session, ANNE, [a_photo(1).id])
    assert not await due(sessions)


async def test_of_old_errands_the_last_served_and_the_last_learned_from_are_kept_and_are_nobodys(
    sessions: Sessions,
) -> None:
    await released(sessions, 3 * DAY)
    await released(sessions, DAY, result=a_result(promoted=False))
    async with sessions.begin() as session:
        await errands.forget_old(session, NOW)
    async with sessions() as session:
        learned, served = await session.scalars(select(Errand).order_by(Errand.asked_at.desc()))
        found = await errands.last_served(session)
    assert found
    assert (served.id, served.asked_at) == (found[0], NOW - 2 * DAY)
    assert learned.asked_at == NOW - DAY
    assert {served.member_id, learned.member_id} == {NOBODY}


async def test_a_clock_that_was_ahead_holds_up_no_release(sessions: Sessions) -> None:
    await accept(sessions, 1, DAY)
    assert await due(sessions)
    await released(sessions, -3 * DAY)
    assert await due(sessions)


async def test_an_errand_of_a_newer_version_is_left_alone(sessions: Sessions) -> None:
    await asked(sessions, "release", HOUR, None, ended_at=None)
    await asked(sessions, "tasting", HOUR, None, ended_at=None)  # type: ignore[arg-type]
    async with sessions() as session:
        assert [each.kind for each in await errands.open_ones(session)] == ["release"]


async def test_a_decision_by_a_clock_that_was_ahead_is_no_review_that_goes_on(
    sessions: Sessions,
) -> None:
    await accept(sessions, 1, DAY)
    await accept(sessions, 2, -3 * DAY)
    assert await due(sessions)
