"""What a member is told of a line in which others wait, that is full, or that nobody serves."""

import re
from datetime import datetime

import pytest
from redis import Redis

from bot.orders.kitchen import PATIENCE_S
from bot.sandbox.faults import RequestFault
from foodgan.contract.orders import PACE_DISH, PACE_KEY, DishOrder
from foodgan.contract.phrases import say
from tests.bot.canteen import Canteen, edits, hire, job_of, line, until
from tests.bot.sample import AOI, an_order


async def test_who_comes_while_others_wait_is_told_place_and_time_before_the_queue_has_it(
    canteen: Canteen, redis: Redis
) -> None:
    hire(redis)
    bot = await canteen.open()
    for _ in range(2):
        await bot._queue.enqueue(an_order(), AOI.member_id)

    interaction = canteen.order(name="抹茶ラーメン")
    message = await canteen.answer(interaction)

    assert "**抹茶ラーメン**" in message["content"]
    assert "3 番目" in message["content"]
    assert "<t:" in message["content"]
    assert ":R>" in message["content"]
    record = await canteen.record("queued")
    answer_edit, *_ = [r for r in canteen.sandbox.record.since() if r.method == "PATCH"]
    assert datetime.fromisoformat(answer_edit.at) < job_of(redis, record.id).enqueued_at
    assert edits(interaction) == 1


async def test_while_the_only_worker_rests_an_order_is_told_so_and_may_be_cancelled(
    canteen: Canteen, redis: Redis
) -> None:
    hire(redis, state="resting", in_hand=0)
    await canteen.open()

    message = await canteen.answer(canteen.order(name="抹茶ラーメン"))

    assert message["content"] == say("ja", "kitchen-unstaffed", name="抹茶ラーメン")
    assert message["components"]


async def test_who_waits_long_for_what_is_being_painted_is_told_so_and_may_cancel(
    canteen: Canteen, redis: Redis
) -> None:
    """Nobody is in line, but the device is busy and slow."""
    hire(redis)
    redis.zadd("rq:wip:dish", {"0a1b2c3d:e": 2**31})
    redis.hset(PACE_KEY, PACE_DISH, 1 + PATIENCE_S / 2)
    await canteen.open()

    message = await canteen.answer(canteen.order())

    assert "<t:" in message["content"]
    assert message["components"]


async def test_without_a_worker_the_order_waits_and_the_member_knows(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await canteen.answer(canteen.order("emma", name="Moon Soup"))
    assert message["content"] == say("en", "kitchen-unstaffed", name="Moon Soup")
    record = await canteen.record("queued")
    assert line(redis) == [record.id]


async def test_a_full_kitchen_takes_no_more(canteen: Canteen, redis: Redis) -> None:
    hire(redis)
    bot = await canteen.open(queue_limit=1)
    await bot._queue.enqueue(an_order(), AOI.member_id)
    message = await canteen.answer(canteen.order(name="抹茶ラーメン"))
    when = re.search(r"<t:\d+:t>", message["content"])  # a countdown would go on past its end
    assert when
    told = say("ja", "kitchen-full", waiting=1, when=when[0], name="抹茶ラーメン")
    assert message["content"] == told
    assert message["components"] == []
    record = await canteen.record("refused")
    assert record.token is None
    assert record.id not in line(redis)


async def test_a_full_kitchen_that_cannot_say_so_takes_the_order(
    canteen: Canteen, redis: Redis
) -> None:
    """Discord is away: nobody may be left without a word."""
    hire(redis)
    bot = await canteen.open(queue_limit=1)
    await bot._queue.enqueue(an_order(), AOI.member_id)
    canteen.sandbox.faults.add(RequestFault(method="PATCH", path="/webhooks/", drop=True))
    canteen.order()
    record = await canteen.record("queued")
    assert record.id in line(redis)


async def test_an_order_that_is_cancelled_on_its_way_into_the_line_leaves_it_again(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its button is there before the queue has it; else a worker would paint for nobody."""
    bot = await canteen.open()
    enqueue = bot._queue.enqueue

    async def overtaken(order: DishOrder, member_id: int) -> bool:
        await bot.kitchen.end(order.order_id, "cancelled")
        return await enqueue(order, member_id)

    monkeypatch.setattr(bot._queue, "enqueue", overtaken)
    canteen.order()
    record = await canteen.record("cancelled")
    await until(lambda: not bot.kitchen.in_hand, "the order is out of hand")
    assert line(redis) == []
    assert not redis.exists(f"rq:job:{record.id}")


@pytest.mark.parametrize(("member", "locale"), [("akari", "ja"), ("emma", "en")])
async def test_a_full_kitchen_without_a_worker_promises_no_time(
    canteen: Canteen, redis: Redis, member: str, locale: str
) -> None:
    bot = await canteen.open(queue_limit=1)
    await bot._queue.enqueue(an_order(), AOI.member_id)
    message = await canteen.answer(canteen.order(member, name="Moon Soup"))
    told = say(locale, "kitchen-full-unstaffed", waiting=1, name="Moon Soup")
    assert message["content"] == told
    assert "<t:" not in message["content"]
    assert message["components"] == []
    record = await canteen.record("refused")
    assert record.id not in line(redis)
