"""Releases that nobody asked for: what they lead to, and when there is none."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.keeping import removal
from bot.photos import schedule
from bot.photos.publisher import Publisher
from bot.queue.photos import PhotoQueue
from bot.records import releases
from bot.records.database import database_url
from bot.records.photos import NOBODY
from bot.records.tables import Errand
from bot.sandbox.people import dm_of, find_member
from foodgan.contract.errors import StoreError
from foodgan.contract.models import LEARN_TASK
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from tests.bot.canteen import until
from tests.bot.photos.club import Club, desk, edited
from tests.bot.photos.crew import Trainer

Sessions = async_sessionmaker[AsyncSession]
RELEASED = {"digest": "a" * 64, "train": 1, "test": 0, "left_out": 0}


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


@dataclass
class Staffed:
    """A queue where a trainer is, or none. It does nothing else."""

    there: bool

    async def staffed(self, task: str) -> bool:
        return self.there


async def always_due(
    sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Publisher:
    """At every look a release is due."""

    async def due(*_: object) -> bool:
        return True

    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(releases, "due", due)
    publisher = Publisher(sessions, Store(settings.photo_store))
    await publisher.publish()
    return publisher


async def test_that_nobody_learns_or_forgets_for_want_of_a_trainer_is_said_once_and_not_at_once(
    sessions: Sessions,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publisher = await always_due(sessions, settings, monkeypatch)
    kept = schedule.Schedule(sessions, Staffed(False), Staffed(False), publisher, settings)
    await kept.keep()
    await kept.keep()
    assert "no trainer" not in caplog.text
    monkeypatch.setattr(schedule, "UNLEARNED_S", 0.0)
    await kept.keep()
    await kept.keep()
    assert caplog.text.count("no trainer") == 1


async def test_a_release_that_fails_before_it_is_on_record_is_not_tried_at_every_look(
    sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    class Broken:
        async def release(self, guest: object) -> None:
            tried.append(guest)
            raise StoreError("the store is away")

    publisher = await always_due(sessions, settings, monkeypatch)
    kept = schedule.Schedule(sessions, Staffed(True), Broken(), publisher, settings)
    with pytest.raises(StoreError):
        await kept.keep()
    await kept.keep()
    assert len(tried) == 1
