"""The bot killed at each step, Valkey away, the store broken: nothing lost, nothing twice."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rq.results import Result
from sqlalchemy.ext.asyncio import AsyncSession

from bot.photos import answers, notices, receipts
from bot.records.photos import NOBODY
from bot.records.tables import Consent, Errand, Photo, Submission, Vote
from bot.sandbox.faults import RequestFault
from bot.sandbox.interaction import Interaction
from foodgan.contract.phrases import say
from tests.bot.canteen import until
from tests.bot.photos.club import Club, component
from tests.bot.photos.crew import Trainer

ROOT = Path(__file__).parents[3]
START_S = 60.0
CALLBACK = "^/interactions/.*/callback$"
EDIT = "^/webhooks/.*/messages/"


class Mortal:
    """The bot as a process, and what kills it."""

    def __init__(self, club: Club) -> None:
        self.club = club
        sandbox, settings = club.canteen.sandbox, club.canteen.settings
        self._environment = os.environ | {
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_API_BASE": sandbox.api_base,
            "DISCORD_GATEWAY": sandbox.gateway_url,
            "REDIS_URL": settings.redis_url.get_secret_value(),
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "PHOTO_STORE": settings.photo_store,
            "VAR_DIR": str(settings.var_dir),
            "REVIEW_VOTES": "1",
            "REVIEW_UNDO_S": "0",  # the catalogue has what can be taken back no more
            "PYTHONPATH": str(ROOT),
        }
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        gateway = self.club.canteen.sandbox.gateway
        await until(lambda: not gateway.connected, "the old bot is gone", START_S)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot"],
            cwd=self.club.canteen.settings.var_dir.parent,
            env=self._environment,
        )
        await until(lambda: gateway.connected, "the bot", START_S)

    async def killed_at(self, method: str, path: str, after: int = 0) -> None:
        """Kill the bot while Discord holds back the answer to such a request; start it again."""
        fault = RequestFault(method=method, path=path, hang_s=1.0, drop=True, after=after)
        fault.applied = True  # Discord has done it, and the bot never knows
        self.club.canteen.sandbox.faults.add(fault)
        await until(lambda: fault.hits, f"{method} {path}", START_S)
        self.kill()
        await self.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@pytest.fixture
async def mortal(club: Club) -> AsyncIterator[Mortal]:
    await club.canteen.open()  # registers the commands
    await club.canteen.close()
    mortal = Mortal(club)
    await mortal.start()
    yield mortal
    mortal.kill()


async def said(interaction: Interaction, words: str) -> None:
    await until(
        lambda: interaction.original and words in interaction.original.json["content"],
        words,
        START_S,
    )


@pytest.mark.slow
async def test_a_bot_killed_at_every_step_loses_no_photo_and_counts_no_vote_twice(
    club: Club, mortal: Mortal
) -> None:
    # While it defers: the member was told nothing, and hands over again.
    club.submit(files=["lost.jpg"])
    await mortal.killed_at("POST", CALLBACK)
    assert await club.photos() == []

    # While it asks for consent: the draft waits, the buttons work.
    asked = club.submit(files=["a.jpg"])
    await mortal.killed_at("PATCH", EDIT)
    assert [photo.state for photo in await club.photos()] == ["draft"]

    # While it says that it has the photo: the photo is in the records, and goes to the intake.
    agreed = club.click(dict(asked.original.json), "consent-licence:CC0-1.0")
    await mortal.killed_at("PATCH", EDIT)
    assert len(await club.all(Consent)) == 1
    (job,) = await until(club.intake.jobs, "the photo in line")
    club.intake.take(job)

    # While it writes the receipt: the receipt comes after all.
    await said(agreed, "お預かりしました")
    again = club.submit(files=["b.jpg"])
    await until(club.intake.jobs, "in line")
    club.intake.work()
    await mortal.killed_at("PATCH", EDIT)
    assert await club.until_ended(Submission)
    await said(again, "お預かりしました")
    assert [photo.state for photo in await club.photos()] == ["taken", "taken"]

    # While it shows the next photo after a vote: the vote counts, once.
    review = club.use("review", "minato")
    await said(review, "残り 2 枚")
    page = dict(review.original.json)
    voted = component(page, "review-accept")["custom_id"].split(":")[1]
    click = club.click(page, "review-accept", "minato")
    await mortal.killed_at("PATCH", EDIT)
    assert [vote.photo_id for vote in await club.all(Vote)] == [voted]
    twice = club.click(page, "review-accept", "minato", raw=True)
    await said(twice, say("ja", "review-gone"))
    assert len(await club.photos("accepted")) == 1
    assert click.first("deferred")
    await until(lambda: len(club.store.entries("club")) == 1, "the catalogue")

    # While it says that a photo is withdrawn: it is, and its bytes go.
    mine = club.use("photos mine")
    await said(mine, "お預かりしている写真は 2 枚")
    sure = club.click(dict(mine.original.json), "withdraw-ask", values=[voted])
    await said(sure, "取り下げますか")
    club.click(dict(sure.original.json), "withdraw:")
    await mortal.killed_at("PATCH", EDIT)
    await until(lambda: len(list(club.store.objects())) == 1, "bytes gone")
    assert club.store.entries("club") == []
    assert len(club.store.tombstones()) == 1


@pytest.mark.slow
async def test_a_bot_killed_between_a_release_and_its_lesson_has_it_learned_once(
    club: Club, mortal: Mortal
) -> None:
    trainer = Trainer(club.intake.redis)
    trainer.arrive()
    asked = club.use("release", "minato")
    (job,) = await until(club.intake.jobs, "in line", START_S)
    frozen = {"digest": "a" * 64, "train": 3, "test": 1, "left_out": 0}
    club.intake.finish(job, {"release_id": job.id, **frozen})

    await mortal.killed_at("PATCH", EDIT)  # while it says so

    (lesson,) = await until(trainer.jobs, "something to learn", START_S)
    await said(asked, say("ja", "released-learning"))
    trainer.learn(lesson, ("部長スペシャル", "ワッフル"))

    await mortal.killed_at("PATCH", EDIT)  # while it says what was learned

    assert await club.until_ended(Errand)
    await said(asked, "部長スペシャル")
    assert sorted(each.kind for each in await club.all(Errand)) == ["learning", "release"]


async def test_photos_handed_over_while_valkey_is_away_are_kept_and_taken_in_later(
    club: Club, free_port: int
) -> None:
    await club.canteen.open(redis_url=f"redis://127.0.0.1:{free_port}/0")
    await club.agreed()
    interaction = club.submit()
    kept = await club.shown(interaction, "席を外して")
    assert kept["content"] == say("ja", "submit-kept", count=1, name="きつねうどん")
    assert await club.photos("submitted")
    await club.canteen.close()

    await club.canteen.open()
    await until(club.intake.jobs, "in line")
    club.intake.work()
    await club.shown(interaction, "お預かりしました")


async def test_a_release_asked_for_while_valkey_is_away_comes_later(
    club: Club, free_port: int
) -> None:
    await club.canteen.open(redis_url=f"redis://127.0.0.1:{free_port}/0")
    interaction = club.use("release", "minato")
    await club.shown(interaction, say("ja", "errand-kept"))
    await club.canteen.close()
    await club.canteen.open()
    (job,) = await until(club.intake.jobs, "in line")
    done = {"release_id": job.id, "digest": "a" * 64, "train": 3, "test": 1, "left_out": 0}
    club.intake.finish(job, done)
    told = await club.shown(interaction, "aaaaaaaaaaaa")
    assert "学習用 3 枚・試験用 1 枚" in told["content"]


async def test_a_notice_that_discord_does_not_answer_holds_up_no_receipt(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "NOTICE_TIMEOUT_S", 0.3)
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    await club.taken(["a.jpg"])
    hanging = RequestFault(method="POST", path="^/users/@me/channels$", hang_s=120)
    club.canteen.sandbox.faults.add(hanging)
    page = await club.shown(club.use("review", "minato"))
    club.click(page, "review-accept", "minato")
    await until(lambda: hanging.hits, "a notice")
    await club.taken(["b.jpg"])


async def test_a_slow_valkey_brings_many_answers_one_by_one(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    await club.canteen.open()
    await club.agreed()
    club.submit(files=[f"{number}.jpg" for number in range(5)])
    await until(lambda: len(club.intake.jobs()) == 5, "in line")
    await club.canteen.close()
    club.intake.work()  # while the bot is away
    fetch = Result.fetch_latest

    def slowly(*job: Any) -> Any:
        time.sleep(0.4)
        return fetch(*job)

    monkeypatch.setattr(Result, "fetch_latest", slowly)
    await club.canteen.open(redis_timeout_s=1.0)
    await club.until_photos(lambda found: all(p.state == "taken" for p in found), "taken")


async def test_a_drawing_that_is_gone_holds_up_no_release(club: Club) -> None:
    await club.canteen.open()
    club.use("dataset", "yuto")
    (drawing,) = await until(club.intake.jobs, "in line")
    release = club.use("release", "minato")
    await until(lambda: len(club.intake.jobs()) == 2, "both in line")
    frozen = {"digest": "a" * 64, "train": 3, "test": 1, "left_out": 0}
    # The bot was killed after it had shown and removed the drawing.
    club.intake.finish(drawing, {"drawing_id": drawing.id})
    (job,) = club.intake.jobs()
    club.intake.finish(job, {"release_id": job.id, **frozen})
    await club.shown(release, "aaaaaaaaaaaa")
    assert await club.until_ended(Errand)


@pytest.mark.parametrize("kind", ["release", "learning"])
async def test_an_errand_that_another_build_wrote_down_ends_when_it_is_late(
    club: Club, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Open, it would be in the way of every release to come."""
    await club.canteen.open()
    async with AsyncSession(club.canteen.engine) as session, session.begin():
        for errand_id, ago in (("0lder000", timedelta(hours=1)), ("0lder001", timedelta(0))):
            session.add(
                Errand(
                    id=errand_id,
                    kind=kind,
                    member_id=NOBODY,
                    locale="ja",
                    application_id=1,
                    payload='{"version": 99}',
                    asked_at=datetime.now(UTC) - ago,
                )
            )

    await until(lambda: "errand 0lder001: unreadable" in caplog.text, "a look at both")
    errands = await club.all(Errand)
    assert [errand.id for errand in errands if errand.ended_at] == ["0lder000"]
    assert caplog.text.count("errand 0lder000: unreadable") == 1


async def test_an_errand_that_another_build_wrote_down_holds_up_no_other(club: Club) -> None:
    await club.canteen.open()
    async with AsyncSession(club.canteen.engine) as session, session.begin():
        session.add(
            Errand(
                id="0lder000",
                kind="drawing",
                member_id=1,
                locale="ja",
                application_id=1,
                token="token",
                payload='{"version": 2, "drawing_id": "0lder000"}',
                asked_at=datetime.now(UTC) - timedelta(minutes=1),
            )
        )
    release = club.use("release", "minato")
    (job,) = await until(club.intake.jobs, "in line")
    frozen = {"digest": "a" * 64, "train": 3, "test": 1, "left_out": 0}
    club.intake.finish(job, {"release_id": job.id, **frozen})
    await club.shown(release, "aaaaaaaaaaaa")


async def test_a_stop_between_hand_over_and_intake_is_made_up_for(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "SETTLED_S", timedelta())
    await club.canteen.open()
    await club.agreed()
    await club.canteen.close()
    now = datetime.now(UTC)
    async with AsyncSession(club.canteen.engine) as session, session.begin():
        (consent,) = await club.all(Consent)
        session.add(
            Submission(
                id="cut0ff00",
                member_id=consent.member_id,
                locale="ja",
                name="親子丼",
                credit_choice="name",
                application_id=1,
                token="token",
                asked_at=now,
            )
        )
        await session.flush()
        session.add(
            Photo(
                id="cut0ff01",
                submission_id="cut0ff00",
                member_id=consent.member_id,
                locale="ja",
                name="親子丼",
                filename="a.jpg",
                url=f"{club.canteen.sandbox.origin}/attachments/1/2/a.jpg",
                state="draft",
                submitted_at=now,
            )
        )
    await club.canteen.open()
    (job,) = await until(club.intake.jobs, "in line")
    assert job.id == "cut0ff01"


async def test_a_store_that_fails_holds_up_nothing_and_is_made_up_for(club: Club) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await club.shown(club.use("review", "minato"))
    folder = Path(club.store.url)
    (folder / "catalogues").mkdir(exist_ok=True)
    moved = folder.rename(folder.with_name("away"))
    folder.write_text("a file where the folder was")
    click = club.click(page, "review-accept", "minato")
    await until(lambda: click.first("edited"), "the vote counts all the same")
    assert len(await club.photos("accepted")) == 1
    folder.unlink()
    moved.rename(folder)
    await until(lambda: len(club.store.entries("club")) == 1, "the catalogue")


async def test_what_fails_alike_in_every_round_is_logged_once(
    club: Club, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds_seen = 0

    async def broken(*_: object) -> None:
        nonlocal rounds_seen
        rounds_seen += 1
        raise ZeroDivisionError if rounds_seen < 4 else OverflowError

    monkeypatch.setattr(receipts.Receipts, "of", broken)
    await club.canteen.open()
    await club.agreed()
    club.submit()
    await until(club.intake.jobs, "a job")
    club.intake.finish(club.intake.jobs()[0], "nonsense")
    await until(lambda: rounds_seen > 5, "rounds that fail")
    said = [each for each in caplog.records if "left for the next round" in each.message]
    kinds = [each.exc_info[0] for each in said if each.exc_info]
    assert kinds == [ZeroDivisionError, OverflowError]
