"""What a trainer learns from a release: told to who asked, and to whose dishes it is."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq.job import Job
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.photos import lessons
from bot.photos.notices import Notices
from bot.photos.releases import _released
from bot.queue.photos import PhotoQueue
from bot.records.photos import NOBODY
from bot.records.tables import Errand
from bot.sandbox.interaction import Interaction
from bot.sandbox.people import dm_of, find_member
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.models import LEARN_TASK
from foodgan.contract.photos import Released
from foodgan.contract.phrases import say
from tests.bot.canteen import until
from tests.bot.photos.club import Club, desk, edited
from tests.bot.photos.crew import Trainer
from tests.bot.sandbox.conftest import PNG

RELEASE, CATALOGUE = "a" * 64, "c" * 64
WAFFLES = ("部長スペシャル", "ワッフル")
RAMEN = ("いつもの", "醤油ラーメン")


@pytest.fixture
def trainer(redis: Redis, club: Club) -> Trainer:
    trainer = Trainer(redis)
    trainer.arrive()
    return trainer


async def released(club: Club) -> Interaction:
    """`/release` of an operator, and the intake has done its part."""
    asked = club.use("release", "minato")
    (job,) = await until(club.intake.jobs, "a release in line")
    frozen = {"digest": RELEASE, "train": 3, "test": 1, "left_out": 0, "catalogue": CATALOGUE}
    club.intake.finish(job, {"release_id": job.id, **frozen})
    return asked


async def in_line(trainer: Trainer) -> Job:
    """The one job that the trainer has."""
    (job,) = await until(trainer.jobs, "something to learn")
    return job


async def learned(club: Club, trainer: Trainer, *likes: tuple[str, str], **changed: Any) -> str:
    """A release from which the trainer learns these names. Returns what the operator reads."""
    asked = await released(club)
    trainer.learn(await in_line(trainer), *likes, **changed)
    shown = await club.shown(asked, RELEASE[:12] + "` から")
    assert await club.until_ended(Errand)
    return str(shown["content"])


async def accepted(club: Club, name: str, *files: str, member: str = "akari") -> list[Any]:
    """Photos of one dish, handed over and accepted, and the member has heard of it."""
    photos = await club.taken(files, name=name, member=member)
    for _ in photos:
        page = await desk(club, "minato")
        await edited(club, club.click(page, "review-accept", "minato"))
    await club.until_photos(lambda found: all(p.told_at for p in found), "told")
    return photos


def heard(club: Club, member: str) -> list[str]:
    """What the bot has written to a member of dishes that were learned."""
    messages = club.world.messages.listing(dm_of(find_member(member)).id)
    said = [message.json["content"] for message in messages]
    return [text for text in said if "品書きに加わりました" in text]


async def errands_of(club: Club, kind: str) -> list[Errand]:
    return [each for each in await club.all(Errand) if each.kind == kind]


async def test_who_asked_for_a_release_sees_what_was_learned_from_it(
    club: Club, trainer: Trainer, redis: Redis
) -> None:
    await club.canteen.open()
    asked = await released(club)

    told = await club.shown(asked, say("ja", "released-learning"))
    assert "学習用 3 枚・試験用 1 枚" in told["content"]
    job = await in_line(trainer)
    assert (job.func_name, job.args[0]["release"]) == (LEARN_TASK, RELEASE)
    club.store.write(f"models/{'d' * 64}/learned.png", PNG)
    trainer.learn(job, WAFFLES, *((f"その{n}", "カレー") for n in range(lessons.NAMED_MAX)))

    shown = await club.shown(asked, "覚えました")
    assert "「部長スペシャル」は、ワッフルのような料理" in shown["content"]
    assert say("ja", "learned-more", count=1) in shown["content"]
    (picture,) = shown["attachments"]
    assert club.world.attachments.get(picture["id"]).data == PNG
    assert "部長スペシャル" in picture["description"]
    assert await club.until_ended(Errand)
    (errand,) = await errands_of(club, "learning")
    assert errand.id == job.id == json.loads(errand.result)["learning_id"]
    assert errand.catalogue == CATALOGUE
    await until(lambda: not redis.exists(f"rq:job:{job.id}"), "forgotten by the queue")


async def test_without_a_trainer_the_answer_says_that_nothing_is_learned(club: Club) -> None:
    await club.canteen.open()
    asked = await released(club)
    told = await club.shown(asked, say("ja", "released-no-trainer"))
    assert "学習用 3 枚・試験用 1 枚" in told["content"]
    assert await club.until_ended(Errand)
    assert await errands_of(club, "learning") == []
    assert [each.catalogue for each in await club.all(Errand)] == [None]  # nobody learned from it


async def test_a_release_without_new_names_is_answered_so(club: Club, trainer: Trainer) -> None:
    await club.canteen.open()
    asked = await released(club)
    trainer.learn(await in_line(trainer), digest=None, promoted=False)
    shown = await club.shown(asked, say("ja", "learned-nothing", digest=RELEASE[:12]))
    assert shown["attachments"] == []


@pytest.mark.parametrize("digest", [None, "d" * 64])
async def test_names_that_stay_as_they_are_heard_are_named_with_the_reason(
    club: Club, trainer: Trainer, digest: str | None
) -> None:
    """Else who handed over a fox udon waits for news that never come."""
    await club.canteen.open()
    asked = await released(club)
    known = ["きつねうどん", "海老カレー", *(f"カレー{n}丼" for n in range(lessons.NAMED_MAX))]
    job = await in_line(trainer)
    trainer.learn(job, digest=digest, promoted=bool(digest), known=known, unheard=["Bセット"])
    shown = (await club.shown(asked, "きつねうどん"))["content"]
    lines = shown.splitlines()
    assert say("ja", "learned-unheard", names="Bセット") in lines
    [line] = [each for each in lines if "きつねうどん" in each]
    assert "知っている言葉で終わる" in line
    assert "海老カレー" in line
    assert line.endswith("ほか 2 品")


async def test_an_older_release_that_came_too_late_is_answered_so(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open()
    asked = await released(club)
    job = await in_line(trainer)
    (errand,) = await errands_of(club, "learning")
    assert datetime.fromisoformat(job.args[0]["asked_at"]) == errand.asked_at
    trainer.learn(job, digest=None, promoted=False, outrun=True)
    await club.shown(asked, say("ja", "learned-outrun", digest=RELEASE[:12]))
    assert await club.until_ended(Errand)
    (errand,) = await errands_of(club, "learning")
    assert errand.catalogue is None  # what is served comes from another one


async def test_a_model_that_missed_its_gates_is_not_served_and_the_answer_names_them(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    await accepted(club, WAFFLES[0], "a.jpg")
    gates = [
        {"name": "heard", "figure": 0.623456, "bound": 0.5, "passed": False},
        {"name": "apart", "figure": 1.5, "bound": 2.0, "passed": False},
        {"name": "stays", "figure": 0.01, "bound": 0.1, "passed": True},
        {"name": "untouched", "figure": None, "bound": 0, "passed": False},
        {"name": "sharp", "figure": 1.0, "bound": 2.0, "passed": False},  # of a later trainer
    ]
    asked = await released(club)
    trainer.learn(await in_line(trainer), WAFFLES, promoted=False, gates=gates)

    told = (await club.shown(asked, "腕試しに通らなかった"))["content"]
    assert f"{say('ja', 'gate-heard')}: 0.623(0.5 以下で合格)" in told
    assert "1.5(2 以上で合格)" in told
    assert "sharp: 1(2 以上で合格)" in told
    assert say("ja", "gate-stays") not in told
    assert await club.until_ended(Errand)
    assert heard(club, "akari") == []

    await learned(club, trainer, WAFFLES)  # what nobody was told is news once it is served
    await until(lambda: heard(club, "akari"), "news")


async def test_a_model_that_an_operator_took_back_is_said_to_be_that(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open()
    asked = await released(club)
    passed = {"name": "heard", "figure": 0.1, "bound": 0.5, "passed": True}
    trainer.learn(await in_line(trainer), WAFFLES, promoted=False, gates=[passed])
    told = await club.shown(asked, "取り下げたモデル")
    assert "で合格" not in told["content"]


async def test_a_lesson_that_failed_is_told_with_its_number(club: Club, trainer: Trainer) -> None:
    await club.canteen.open()
    asked = await released(club)
    job = await in_line(trainer)
    trainer.fail(job)
    await club.shown(asked, say("ja", "errand-failed", id=job.id))
    assert await club.until_ended(Errand)
    (errand,) = await errands_of(club, "learning")
    assert errand.catalogue is None


async def test_a_lesson_outlives_a_restart_and_a_queue_that_lost_it(
    club: Club, trainer: Trainer, redis: Redis
) -> None:
    await club.canteen.open()
    asked = await released(club)
    job = await in_line(trainer)
    await club.canteen.close()
    redis.flushall()
    await club.canteen.open()
    again = await in_line(trainer)
    assert (again.id, again.args) == (job.id, job.args)
    await club.canteen.close()
    trainer.learn(again, WAFFLES)  # while the bot is away
    await club.canteen.open()
    await club.shown(asked, "部長スペシャル")
    assert len(await errands_of(club, "learning")) == 1


async def test_a_lesson_that_redis_did_not_take_is_made_up_for(
    club: Club, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, refused = PhotoQueue.enqueue, []

    async def closed_once(queue: PhotoQueue, task: str, *job: Any) -> bool:
        if task == LEARN_TASK and not refused:
            refused.append(task)
            raise KitchenClosed("Redis: away")
        return await put(queue, task, *job)

    monkeypatch.setattr(PhotoQueue, "enqueue", closed_once)
    await club.canteen.open()
    await released(club)
    await in_line(trainer)
    assert refused
    assert len(await errands_of(club, "learning")) == 1


async def test_a_lesson_that_outlasts_its_token_is_told_by_message(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open()
    await released(club)
    job = await in_line(trainer)
    async with AsyncSession(club.canteen.engine) as session, session.begin():
        (errand, *_) = await errands_of(club, "learning")
        long_ago = errand.asked_at - timedelta(minutes=40)
        await session.execute(update(Errand).values(asked_at=long_ago))
    trainer.learn(job, WAFFLES)
    minato = dm_of(find_member("minato")).id
    (told,) = await until(lambda: club.world.messages.listing(minato), "a message")
    assert "「部長スペシャル」は、ワッフルのような料理" in told.json["content"]


async def test_contributors_hear_once_of_names_that_are_new_on_the_menu(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    for member in ("akari", "yuto"):
        await club.agreed(member)
    await accepted(club, WAFFLES[0], "a.jpg", "b.jpg")
    await accepted(club, WAFFLES[0], "c.jpg", member="yuto")
    await learned(club, trainer, WAFFLES)
    for member in ("akari", "yuto"):
        (news,) = await until(lambda who=member: heard(club, who), "news")
        assert "「部長スペシャル」(ワッフルのような料理)" in news

    await accepted(club, RAMEN[0], "d.jpg")
    await learned(club, trainer, WAFFLES, RAMEN)
    news = await until(lambda: len(said := heard(club, "akari")) == 2 and said, "more news")
    assert "いつもの" in news[-1]
    assert "部長スペシャル" not in news[-1]

    await learned(club, trainer, RAMEN, WAFFLES)
    await asyncio.sleep(0.3)
    assert len(heard(club, "akari")) == 2
    assert len(heard(club, "yuto")) == 1


async def test_a_stop_before_they_are_told_costs_the_news_and_sends_none_twice(
    club: Club, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = []

    async def stop(*news: object) -> None:
        stopped.append(news)
        raise asyncio.CancelledError  # as when the bot is told to stop

    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    await accepted(club, WAFFLES[0], "a.jpg")
    with monkeypatch.context() as patched:
        patched.setattr(Notices, "announce", stop)
        await learned(club, trainer, WAFFLES)
        await until(lambda: stopped, "a stop")
        await club.canteen.close()
    await club.canteen.open()
    await learned(club, trainer, WAFFLES)
    await asyncio.sleep(0.3)
    assert len(stopped) == 1
    assert heard(club, "akari") == []


async def test_no_name_with_a_blocked_word_is_announced(club: Club, trainer: Trainer) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    await accepted(club, WAFFLES[0], "a.jpg")
    await accepted(club, RAMEN[0], "b.jpg")
    await club.shown(club.use("operator block", "minato", options={"word": "部長"}), "使えません")
    await learned(club, trainer, WAFFLES, RAMEN)
    (news,) = await until(lambda: heard(club, "akari"), "news")
    assert "いつもの" in news
    assert "部長" not in news


async def test_who_took_the_photo_back_or_was_erased_hears_nothing(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    for member in ("akari", "yuto", "sora"):
        await club.agreed(member)
    (back,) = await accepted(club, WAFFLES[0], "a.jpg")
    await accepted(club, WAFFLES[0], "b.jpg", member="yuto")
    await accepted(club, WAFFLES[0], "c.jpg", member="sora")
    asked = await released(club)
    job = await in_line(trainer)
    mine = await club.shown(club.use("photos mine"))
    sure = await edited(club, club.click(mine, "withdraw-ask", values=[back.id]))
    await edited(club, club.click(sure, "withdraw:"))
    sure = await club.shown(club.use("privacy delete", "yuto"))
    await edited(club, club.click(sure, "erase", "yuto"))

    trainer.learn(job, WAFFLES)
    await club.shown(asked, "覚えました")
    await until(lambda: heard(club, "sora"), "news")
    assert heard(club, "akari") == heard(club, "yuto") == []


async def test_of_an_operator_who_was_erased_the_lesson_goes_on_and_tells_nobody(
    club: Club, trainer: Trainer
) -> None:
    await club.canteen.open()
    asked = await released(club)
    job = await in_line(trainer)
    sure = await club.shown(club.use("privacy delete", "minato"))
    await edited(club, club.click(sure, "erase", "minato"))
    trainer.learn(job, WAFFLES)
    assert await club.until_ended(Errand)
    (errand,) = await errands_of(club, "learning")
    assert (errand.member_id, errand.channel_id) == (NOBODY, None)
    assert json.loads(errand.result)["promoted"] is True
    assert say("ja", "released-learning") in asked.original.json["content"]


def test_of_a_release_of_one_photo_english_says_photo() -> None:
    done = Released(release_id="0a1b2c3d", digest=RELEASE, train=1, test=0, left_out=0)
    assert "is ready: 1 photo to learn from, 0 to" in _released("en", done)
