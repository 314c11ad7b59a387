"""`/status`: a private sentence or two on how busy the kitchen is; ids for operators alone."""

from datetime import UTC, datetime

import pytest
from redis import Redis

from bot.commands.status import report
from foodgan.contract import status
from foodgan.contract.phrases import say
from foodgan.contract.status import Status
from tests.bot.canteen import Canteen, a_hello, is_private
from tests.bot.sample import AOI, an_order

OPERATOR = "minato"  # may manage the server


async def test_it_tells_the_asker_alone_how_busy_the_kitchen_is(
    canteen: Canteen, redis: Redis
) -> None:
    bot = await canteen.open()
    status.say_hello(redis, a_hello())
    order = an_order()
    await bot._queue.enqueue(order, AOI.member_id)

    message = await canteen.answer(canteen.order("emma", command="status"))

    assert is_private(message)
    first, wait, oldest, worker = message["content"].splitlines()
    assert first == "1 order is waiting · 0 being made"
    assert wait == "A dish ordered now takes about 2 s"
    assert oldest.startswith("The oldest order has waited")
    assert worker == "cooking · model first·a1b2c3 · cuda:0 · v0.1.0"
    assert order.order_id not in message["content"]


async def test_operators_see_ids_and_machines(canteen: Canteen, redis: Redis) -> None:
    bot = await canteen.open()
    status.say_hello(redis, a_hello())
    order = an_order()
    await bot._queue.enqueue(order, AOI.member_id)
    message = await canteen.answer(canteen.order(OPERATOR, command="status"))
    assert f"`{order.order_id}`" in message["content"]
    assert "`stove-1`" in message["content"]
    assert order.name not in message["content"]
    # An order's id may hold the few digits of a member's.
    assert str(AOI.member_id) not in message["content"].replace(order.order_id, "")


@pytest.mark.parametrize("named", ["1, 2", ""])
async def test_who_manages_a_strange_server_sees_neither_ids_nor_machines(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    bot = await canteen.open(club_servers=named)
    monkeypatch.setattr("bot.sandbox.interaction.GUILD_ID", "1240000000000009999")
    status.say_hello(redis, a_hello())
    order = an_order()
    await bot._queue.enqueue(order, AOI.member_id)
    message = await canteen.answer(canteen.order(OPERATOR, command="status"))
    assert say("ja", "status-line", waiting=1, started=0) in message["content"]
    assert order.order_id not in message["content"]
    assert "stove-1" not in message["content"]


async def test_without_redis_it_says_so(canteen: Canteen, free_port: int) -> None:
    await canteen.open(redis_url=f"redis://127.0.0.1:{free_port}/0")
    message = await canteen.answer(canteen.order(command="status"))
    assert message["content"] == say("ja", "status-away")
    assert is_private(message)


def a_full_kitchen(oldest_s: float = 844, wait_s: float = 70) -> Status:
    """Forty workers, and a long line."""
    hellos = tuple(a_hello(label=f"a-machine-with-a-long-name-{n}-{n}") for n in range(40))
    return Status(
        taken_at=datetime.now(UTC),
        waiting=500,
        started=64,
        put_off=3,
        oldest_s=oldest_s,
        oldest_id="0123abcd",
        dish_s=0.5,
        wait_s=wait_s,
        failed=40,
        failed_recently=30,
        failures=tuple(f"{n:08x}" for n in range(10)),
        workers=hellos,
        photos=7,
        intakes=1,
        releases=0,
        trainers=1,
        refusals=0,
    )


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_a_fleet_fits_into_one_message(locale: str) -> None:
    told = report(locale, a_full_kitchen(), operator=True)
    assert len(told) < 2000
    assert say(locale, "status-more", count=28) in told


def test_failures_are_told_where_there_are_some_and_operators_see_those_of_the_day() -> None:
    kitchen = a_full_kitchen()
    told = say("ja", "status-failures", count=30)
    assert told in report("ja", kitchen, operator=False).splitlines()
    earlier = kitchen.model_copy(update={"failed_recently": 0})
    assert "お出しできなかった" not in report("ja", earlier, operator=False)
    assert "`00000009`" in report("ja", earlier, operator=True)


@pytest.mark.parametrize(
    ("seconds", "span"),
    [(0.2, "1 秒"), (119.4, "119 秒"), (300, "5 分"), (7199, "120 分"), (93_600, "26 時間")],
)
def test_long_waits_are_told_in_minutes_or_hours(seconds: float, span: str) -> None:
    told = report("ja", a_full_kitchen(oldest_s=max(seconds, 1), wait_s=seconds), operator=False)
    assert f"お届けまで約 {span}です" in told
    assert f"いちばん長くお待ちのご注文: {span}" in told


def test_without_a_worker_that_serves_there_is_no_estimate(redis: Redis) -> None:
    status.say_hello(redis, a_hello(state="resting", in_hand=0))
    told = report("en", status.look(redis), operator=False)
    assert say("en", "status-unstaffed") in told
    assert "on a break" in told
