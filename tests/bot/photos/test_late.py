"""What comes late: receipts after their token has died, and consent after its photos are gone."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import answer
from bot.photos import retention
from bot.records.tables import Consent, Errand, Photo, Submission
from bot.sandbox import people
from bot.sandbox.faults import RequestFault
from foodgan.contract import dishname
from foodgan.contract.phrases import say
from tests.bot.canteen import until
from tests.bot.photos.club import Club, component, until_closed
from tests.bot.sandbox.conftest import PNG

DEAD = timedelta(minutes=20)  # after this long an interaction's token is no good
AKARI, MINATO = map(people.find_member, ("akari", "minato"))
RELEASED = {"digest": "a" * 64, "train": 3, "test": 1, "left_out": 0}


async def age(club: Club, column: Any, by: timedelta) -> None:
    """Let all that is open have begun so much earlier."""
    table = column.class_
    async with AsyncSession(club.canteen.engine) as session, session.begin():
        rows = (await session.scalars(table.__table__.select().with_only_columns(column))).all()
        oldest: datetime = min(rows)
        await session.execute(update(table).values({column.key: oldest - by}))


def messages_to(member: people.Member, club: Club) -> list[str]:
    """What the bot has written to a member, privately."""
    return [m.json["content"] for m in club.world.messages.listing(people.dm_of(member).id)]


def said_in_channels(club: Club, words: str) -> list[dict[str, Any]]:
    channels = {channel.id for channel in people.CHANNELS}
    every = (message.json for message in club.world.messages.listing())
    return [m for m in every if m["channel_id"] in channels and words in m["content"]]


async def test_a_receipt_that_outlasts_its_token_comes_by_message_once(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    club.submit(files=["a.jpg", "b.jpg"])
    await until(lambda: len(club.intake.jobs()) == 2, "jobs in line")
    club.submit("親子丼", files=["c.jpg"])
    await until(lambda: len(club.intake.jobs()) == 3, "jobs in line")
    await age(club, Submission.asked_at, DEAD)
    jobs = club.intake.jobs()
    club.intake.finish(
        jobs[1], {"photo_id": jobs[1].id, "phrase": "intake-too-small", "values": {"limit": 32}}
    )
    for job in (jobs[0], jobs[2]):
        club.intake.take(job)
    await club.until_photos(lambda found: all(p.state != "submitted" for p in found), "through")
    assert await club.until_ended(Submission)
    told = "\n".join(await until(lambda: messages_to(AKARI, club), "a message"))
    assert say("ja", "late-head") in told
    assert say("ja", "receipt-head", count=1, name="きつねうどん") in told
    assert say("ja", "receipt-head", count=1, name="親子丼") in told
    assert say("ja", "intake-too-small", limit=32) in told
    before = len(messages_to(AKARI, club))
    await club.canteen.close()
    await club.canteen.open()
    await asyncio.sleep(0.5)
    assert len(messages_to(AKARI, club)) == before
    assert not said_in_channels(club, say("ja", "late-head"))


async def test_who_takes_no_messages_is_told_in_the_channel_that_there_is_news_and_no_more(
    club: Club,
) -> None:
    await club.canteen.open()
    closed = RequestFault(method="POST", path="^/users/@me/channels$", answer=403, code=50007)
    club.canteen.sandbox.faults.add(closed)
    await club.agreed()
    club.submit()
    await until(club.intake.jobs, "a job")
    await age(club, Submission.asked_at, DEAD)
    club.intake.work()
    (hint,) = await until(lambda: said_in_channels(club, say("ja", "late-hint")), "a hint")
    assert [user["id"] for user in hint["mentions"]] == [AKARI.id]
    assert not said_in_channels(club, "お預かりしました")


async def test_photos_mine_says_why_a_photo_was_refused_whose_receipt_was_lost(club: Club) -> None:
    await club.canteen.open()
    closed = RequestFault(method="POST", path="^/users/@me/channels$", answer=403, code=50007)
    club.canteen.sandbox.faults.add(closed)
    await club.agreed()
    club.submit(files=["small.jpg"])
    (job,) = await until(club.intake.jobs, "a job")
    await age(club, Submission.asked_at, DEAD)
    refused = {"photo_id": job.id, "phrase": "intake-too-small", "values": {"limit": 32}}
    club.intake.finish(job, refused)
    await until(lambda: said_in_channels(club, say("ja", "late-hint")), "a hint")

    mine = await club.shown(club.use("photos mine"))

    why = say("ja", "intake-too-small", limit=32)
    told = say("ja", "mine-refused", file=dishname.display("small.jpg"), why=why)
    head, line = mine["content"].splitlines()
    assert (head, line.endswith(told)) == (say("ja", "mine-none"), True)
    assert mine["components"] == []  # nothing of it to withdraw
    (kept,) = await club.taken(["a.jpg"])
    mine = await club.shown(club.use("photos withdraw"))
    assert say("ja", "mine-head", count=1, accepted=0, waiting=1) in mine["content"]
    assert told in mine["content"]
    assert [one["value"] for one in component(mine, "withdraw-ask")["options"]] == [kept.id]


async def test_a_receipt_is_written_again_when_discord_was_away(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "EDIT_TIMEOUT_S", 0.5)  # before discord.py tries again
    await club.canteen.open()
    await club.agreed()
    interaction = club.submit()
    await until(club.intake.jobs, "a job")
    await club.shown(interaction, "受け取りました")
    away = RequestFault(method="PATCH", path="^/webhooks/", answer=500, times=2)
    club.canteen.sandbox.faults.add(away)
    club.intake.work()
    await club.shown(interaction, "お預かりしました")
    assert away.hits == 2
    assert await club.until_ended(Submission)


async def test_a_drawing_is_kept_until_discord_has_taken_it(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "EDIT_TIMEOUT_S", 0.5)  # before discord.py tries again
    await club.canteen.open()
    asked = club.use("dataset", "yuto")
    (job,) = await until(club.intake.jobs, "in line")
    path = f"drawings/{job.id}.png"
    club.store.write(path, PNG)
    away = RequestFault(method="PATCH", path="^/webhooks/", answer=503, times=2)
    club.canteen.sandbox.faults.add(away)
    club.intake.finish(job, {"drawing_id": job.id, "path": path})

    shown = await club.shown(asked, say("ja", "dataset"))

    assert away.hits == 2
    (drawn,) = shown["attachments"]
    assert club.world.attachments.get(drawn["id"]).data == PNG
    await until(lambda: not club.store.exists(path), "cleared away")
    await until_closed(club, job.id)


async def test_a_release_that_discord_did_not_hear_of_is_told_in_its_answer_and_once(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "EDIT_TIMEOUT_S", 0.5)
    await club.canteen.open()
    asked = club.use("release", "minato")
    (job,) = await until(club.intake.jobs, "in line")
    away = RequestFault(method="PATCH", path="^/webhooks/", answer=503, times=2)
    club.canteen.sandbox.faults.add(away)
    club.intake.finish(job, RELEASED | {"release_id": job.id})

    await club.shown(asked, "学習用 3 枚・試験用 1 枚")

    assert await club.until_ended(Errand)
    assert messages_to(MINATO, club) == []


async def test_who_waited_in_vain_for_a_drawing_is_told_with_the_last_of_its_token(
    club: Club,
) -> None:
    await club.canteen.open()
    club.intake.leave()
    asked = club.use("dataset", "akari")
    await club.shown(asked, say("ja", "errand-kept"))
    await until(club.intake.jobs, "in line")
    await age(club, Errand.asked_at, timedelta(minutes=14, seconds=20))
    await club.shown(asked, say("ja", "dataset-late"))
    await until(lambda: not club.intake.jobs(), "out of the line")
    assert await club.all(Errand) == []


async def test_a_release_that_takes_long_is_told_by_message(club: Club) -> None:
    await club.canteen.open()
    club.use("release", "minato")
    (job,) = await until(club.intake.jobs, "in line")
    await age(club, Errand.asked_at, DEAD)
    club.intake.finish(job, RELEASED | {"release_id": job.id})
    (told,) = await until(lambda: messages_to(MINATO, club), "a message")
    assert "学習用 3 枚・試験用 1 枚" in told


async def test_where_notices_go_to_the_channel_a_late_answer_comes_by_message_all_the_same(
    club: Club,
) -> None:
    await club.canteen.open(review_notice="channel")
    club.use("release", "minato")
    (job,) = await until(club.intake.jobs, "in line")
    await age(club, Errand.asked_at, DEAD)
    club.intake.finish(job, RELEASED | {"release_id": job.id})
    (told,) = await until(lambda: messages_to(MINATO, club), "a message")
    assert "学習用 3 枚・試験用 1 枚" in told
    assert not said_in_channels(club, f"<@{MINATO.id}>")


async def test_of_a_late_release_an_operator_who_takes_no_messages_hears_in_the_channel(
    club: Club,
) -> None:
    await club.canteen.open()
    closed = RequestFault(method="POST", path="^/users/@me/channels$", answer=403, code=50007)
    club.canteen.sandbox.faults.add(closed)
    club.use("release", "minato")
    (job,) = await until(club.intake.jobs, "in line")
    (errand,) = await club.all(Errand)
    await age(club, Errand.asked_at, DEAD)
    club.intake.finish(job, RELEASED | {"release_id": job.id})
    words = say("ja", "late-hint-release")
    (hint,) = await until(lambda: said_in_channels(club, words), "a hint")
    assert hint["channel_id"] == str(errand.channel_id)
    assert [user["id"] for user in hint["mentions"]] == [MINATO.id]
    assert not said_in_channels(club, "学習用")


async def test_photos_of_a_stop_are_taken_in_although_their_token_has_died(club: Club) -> None:
    await club.canteen.open()
    await club.shown(club.submit(), "はじめに")
    await club.agreed()
    # As if they had agreed long before: what kept the photo from the intake was a stop.
    await age(club, Consent.given_at, 2 * DEAD)
    await age(club, Submission.asked_at, DEAD)
    await until(club.intake.jobs, "in line")
    club.intake.work()
    await until(lambda: messages_to(AKARI, club), "a message")


async def test_who_agrees_after_the_photos_are_forgotten_is_asked_to_bring_them_again(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "EVERY_S", 0.0)
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    await age(club, Photo.submitted_at, timedelta(hours=2))
    await club.until_photos(lambda found: not found, "forgotten")
    late = club.click(asked, "consent-licence:CC0-1.0")
    assert (await club.shown(late, "時間が"))["content"] == say("ja", "submit-stale")
    assert await club.all(Consent) == []
    assert await club.all(Submission) == []
    await club.shown(club.click(asked, "consent-no"), say("ja", "consent-declined"))


async def test_who_chooses_a_licence_too_late_is_led_back_to_where_it_was_asked_for(
    club: Club,
) -> None:
    await club.canteen.open()
    asked = await club.shown(club.use("privacy consent"))
    await age(club, Submission.asked_at, DEAD)
    assert await club.until_ended(Submission)
    for late in (
        club.click(asked, "consent-licence:CC0-1.0", raw=True),
        club.click(asked, "consent-credit", values=["anonymous"], raw=True),
    ):
        assert (await club.shown(late, "時間が"))["content"] == say("ja", "consent-stale")
    assert await club.all(Consent) == []


async def test_who_agrees_before_a_bot_that_slept_has_forgotten_gets_the_same_word(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(_: object) -> None:
        return None

    monkeypatch.setattr(retention.Retention, "forget", not_yet)
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    opener = club.use("submit", options={"photo": club.upload("n.jpg")})
    await club.modal(opener)
    await club.canteen.close()
    await age(club, Photo.submitted_at, timedelta(hours=25))
    await club.canteen.open()
    late = club.click(asked, "consent-licence:CC0-1.0")
    assert (await club.shown(late, "時間が"))["content"] == say("ja", "submit-stale")
    named = club.fill(opener, name="月見うどん")
    assert (await club.shown(named, "時間が"))["content"] == say("ja", "submit-stale")
    assert await club.all(Consent) == []
    assert club.intake.jobs() == []


async def test_who_declines_after_agreeing_is_told_that_the_photos_are_here(club: Club) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    await club.shown(club.click(asked, "consent-licence:CC0-1.0"), "受け取りました")
    refused = club.click(asked, "consent-no", raw=True)
    assert (await club.shown(refused, "もう同意"))["content"] == say("ja", "consent-given")
    assert [photo.state for photo in await club.photos()] == ["submitted"]
    assert len(await club.all(Submission)) == 1
