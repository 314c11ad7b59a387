"""Orders in doubt: written by a later bot, or refused by something that is not Discord's API."""

from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from bot.orders.rounds import GRACE, LAST_WORD
from bot.records.tables import Order
from bot.sandbox.faults import RequestFault
from foodgan.contract.orders import END_CANCELLED, END_KEY, TOKEN_LIFE, TOKEN_MARGIN
from foodgan.contract.phrases import say
from tests.bot.canteen import Canteen, age, hire, in_line, job_of, line, until

NAME = "虹色マグロカレーうどん"
LATE = TOKEN_LIFE - TOKEN_MARGIN + GRACE  # after asking, when the member is told so


async def unreadable(canteen: Canteen, redis: Redis, by: timedelta = timedelta()) -> str:
    """The id of an order in line of a kind that only a later version knows."""
    hire(redis)
    interaction = canteen.order()
    record = await canteen.record("queued", interaction)
    async with AsyncSession(canteen.engine) as session, session.begin():
        written = await session.get_one(Order, record.id)
        written.kind = "poster"
        written.asked_at = written.asked_at - by
    return record.id


async def state_of(canteen: Canteen, order_id: str) -> str:
    async with AsyncSession(canteen.engine) as session:
        return (await session.get_one(Order, order_id)).state


async def test_an_order_that_this_version_cannot_read_holds_up_no_other(
    canteen: Canteen, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    bot = await canteen.open(orders_per_member=100)
    order_id = await unreadable(canteen, redis)
    other = await canteen.record("queued", canteen.order())
    job_of(redis, other.id).set_status("finished")
    for _ in range(3):
        await bot._rounds.once()

    assert await state_of(canteen, other.id) == "done"
    assert await state_of(canteen, order_id) == "queued"
    told = [r for r in caplog.records if order_id in r.getMessage() and r.levelname == "ERROR"]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("status", "age_h", "state"),
    [
        ("finished", 0, "done"),
        ("queued", 1, "failed"),
        ("failed", 0, "failed"),
        (None, 48, "failed"),
    ],
)
async def test_an_order_that_this_version_cannot_read_ends_with_its_job_or_its_hour(
    canteen: Canteen, redis: Redis, status: str | None, age_h: int, state: str
) -> None:
    bot = await canteen.open()
    order_id = await unreadable(canteen, redis, by=age_h * timedelta(hours=1))
    if status is None:
        redis.delete(f"rq:job:{order_id}", "rq:queue:dish")
    else:
        job_of(redis, order_id).set_status(status)

    # A round that began before the order was made unreadable leaves it for the next one.
    assert (await canteen.record(state)).id == order_id
    await until(lambda: order_id not in bot._rounds._door._seats, "the seat")
    assert line(redis) == []


@pytest.mark.parametrize("status", [403, 404])
async def test_an_order_is_not_dropped_for_a_refusal_that_is_not_of_discords_api(
    canteen: Canteen, redis: Redis, status: int
) -> None:
    interaction, record = await in_line(canteen, redis, "emma")
    fault = RequestFault(method="PATCH", path="/webhooks/", answer=status, page=True)
    canteen.sandbox.faults.add(fault)
    await age(canteen, record.id, LATE)

    message = await canteen.answer(interaction)

    assert message["content"] == say("en", "dish-will-be-late", name=NAME)
    assert line(redis) == [record.id]
    assert (await canteen.record()).state == "queued"


@pytest.mark.parametrize("fate", ["failed", "cancelled"])
async def test_an_order_of_days_ago_ends_though_discord_takes_no_word_on_it(
    canteen: Canteen, redis: Redis, fate: str
) -> None:
    _, record = await in_line(canteen, redis)
    for method in ("POST", "PATCH"):
        there = {"path": "^/(webhooks|channels)/", "times": 999}
        canteen.sandbox.faults.add(RequestFault(method=method, answer=403, page=True, **there))
    await age(canteen, record.id, LAST_WORD)
    if fate == "failed":
        job_of(redis, record.id).set_status("failed")
    else:
        redis.set(END_KEY + record.id, END_CANCELLED)

    assert (await canteen.record(fate)).token is None
