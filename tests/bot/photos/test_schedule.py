"""Releases that nobody asked for: when one is due, what it leads to, and when there is none."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import URL, delete, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.keeping import removal
from bot.photos import schedule
from bot.photos.publisher import Publisher
from bot.queue.photos import PhotoQueue
from bot.records import errands, migrate, operators, photos, releases, rights
from bot.records.database import database_url, open_engine
from bot.records.photos import NOBODY
from bot.records.tables import Errand, ErrandKind, Photo
from bot.sandbox.people import dm_of, find_member
from foodgan.contract.errors import StoreError
from foodgan.contract.models import LEARN_TASK
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store, lines_of
from tests.bot.canteen import until
from tests.bot.photos.club import Club, desk, edited
from tests.bot.photos.crew import Trainer
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


@pytest.fixture
def trainer(redis: Redis, club: Club, monkeypatch: pytest.MonkeyPatch) -> Trainer:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(releases, "QUIET", timedelta())
    return Trainer(redis)


async def an_accepted_photo(club: Club, name: str = "部長スペシャル") -> None:
    await club.agreed()
    await club.taken(["a.jpg"], name=name)
    await edited(club, club.click(await desk(club, "minato"), "review-accept", "minato"))


def heard(club: Club) -> list[str]:
    messages = club.world.messages.listing(dm_of(find_member("akari")).id)
    return [message.json["content"] for message in messages]


async def test_new_photos_become_a_release_that_is_learned_from_and_only_contributors_hear(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    trainer.arrive()
    await an_accepted_photo(club)

    (release,) = await until(club.intake.jobs, "a release in line")
    assert len(club.store.entries("club")) == 1
    trainer.leave()  # it will be back
    club.intake.finish(release, {"release_id": release.id, **RELEASED})
    (lesson,) = await until(trainer.jobs, "something to learn")
    trainer.learn(lesson, ("部長スペシャル", "ワッフル"))

    (news,) = await until(lambda: heard(club), "news")
    assert "部長スペシャル" in news
    assert await club.until_ended(Errand)
    assert {each.member_id for each in await club.all(Errand)} == {NOBODY}
    assert not club.world.messages.listing(dm_of(find_member("minato")).id)
    trainer.arrive()
    await asyncio.sleep(0.5)
    assert club.intake.jobs() == []


async def test_what_was_learned_from_is_learned_anew_once_it_changes(
    club: Club, trainer: Trainer
) -> None:
    soon = {"review_votes": 1, "review_undo_s": 0, "release_every_h": 1e-6}
    await club.canteen.open(**soon)
    trainer.arrive()
    await an_accepted_photo(club)
    (release,) = await until(club.intake.jobs, "a release in line")
    _, read = club.store.listing("club")
    club.intake.finish(release, {"release_id": release.id, **RELEASED, "catalogue": read})
    (lesson,) = await until(trainer.jobs, "something to learn")
    trainer.learn(lesson, ("部長スペシャル", "ワッフル"))
    assert await club.until_ended(Errand)
    await asyncio.sleep(0.5)
    assert club.intake.jobs() == []

    await club.canteen.close()
    await club.canteen.open(**soon)
    await asyncio.sleep(0.5)
    assert club.intake.jobs() == []
    (photo,) = await club.photos()
    url = database_url(club.canteen.settings.database_url.get_secret_value())
    await removal.withdraw(url, [photo])
    await until(club.intake.jobs, "a release without it in line")


async def test_without_a_trainer_the_bot_makes_no_release_until_one_is_there(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await an_accepted_photo(club)
    await asyncio.sleep(0.5)
    assert await club.all(Errand) == []
    trainer.arrive()
    await until(club.intake.jobs, "a release in line")


async def test_the_bot_makes_no_release_by_itself_where_it_is_told_so(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0, release_every_h=0)
    trainer.arrive()
    await an_accepted_photo(club)
    await asyncio.sleep(0.5)
    assert await club.all(Errand) == []


async def test_a_release_of_its_own_that_fails_is_not_tried_again_at_once(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    trainer.arrive()
    await an_accepted_photo(club)
    (release,) = await until(club.intake.jobs, "a release in line")
    club.intake.fail(release)
    assert await club.until_ended(Errand)
    await club.canteen.close()
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await asyncio.sleep(0.5)
    assert len(await club.all(Errand)) == 1
    assert club.intake.jobs() == []


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


async def test_redis_is_not_asked_for_a_trainer_while_nothing_is_due(
    club: Club, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = []
    staffed = PhotoQueue.staffed

    async def listen(queue: PhotoQueue, task: str) -> bool:
        asked_for.append(task)
        return await staffed(queue, task)

    monkeypatch.setattr(PhotoQueue, "staffed", listen)
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 0.05)
    await club.canteen.open()
    trainer.arrive()
    await club.agreed()
    await club.taken(["a.jpg"])
    looked: list[bool] = []
    due = releases.due

    async def look(*about: Any) -> bool:
        looked.append(await due(*about))
        return looked[-1]

    monkeypatch.setattr(releases, "due", look)
    await until(lambda: len(looked) >= 2, "two looks, the first one's doings over")
    assert not any(looked)
    assert LEARN_TASK not in asked_for


async def test_a_decision_by_a_clock_that_was_ahead_is_no_review_that_goes_on(
    sessions: Sessions,
) -> None:
    await accept(sessions, 1, DAY)
    await accept(sessions, 2, -3 * DAY)
    assert await due(sessions)


async def test_a_release_that_fails_before_it_is_on_record_is_not_tried_at_every_look(
    sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    class Broken:
        async def release(self, guest: object) -> None:
            tried.append(guest)
            raise StoreError("the store is away")

    class Staffed:
        async def staffed(self, task: str) -> bool:
            return True

    async def due(*_: object) -> bool:
        return True

    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(releases, "due", due)
    publisher = Publisher(sessions, Store(settings.photo_store))
    await publisher.publish()
    kept = schedule.Schedule(sessions, Staffed(), Broken(), publisher, settings)
    with pytest.raises(StoreError):
        await kept.keep()
    await kept.keep()
    assert len(tried) == 1
