"""What a worker does with an order, for tests of the bot: it answers, by the worker's own code."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis

from bot.sandbox.interaction import Interaction
from bot.sandbox.member_input import Members, UseComponent
from foodgan.contract.offers import mark_of, offers
from foodgan.contract.orders import DishOrder
from tests.bot.canteen import Canteen, job_of, line, until
from worker.pictures import Picture
from worker.reply import Message, Replies

MODEL = "first·a1b2c3"


def order_in_line(redis: Redis) -> DishOrder:
    """The order that waits, as a worker reads it."""
    [order_id] = line(redis)
    return DishOrder.model_validate(job_of(redis, order_id).args[0])


async def served(canteen: Canteen, redis: Redis, asked: Interaction) -> dict[str, Any]:
    """Answer the order that waits. Returns the message as members see it."""
    await canteen.record("queued")
    order = order_in_line(redis)
    pictures = tuple(
        Picture(f"dish-{n}-{order.order_id}.jpg", b"picture", "image/jpeg", "a dish")
        for n in range(len(order.recipes))
    )
    message = Message(order.title, pictures, offers(order, mark_of(MODEL)))
    with Replies(canteen.sandbox.api_base) as replies:
        deadline = datetime.now(UTC) + timedelta(seconds=60)
        await asyncio.wrap_future(replies.edit(order, message, deadline))
    redis.lpop("rq:queue:dish")
    job_of(redis, order.order_id).set_status("finished")
    await canteen.record("done")
    seats = canteen.bot._rounds._door
    await until(lambda: order.order_id not in seats._seats, "its seat is free")
    assert asked.original is not None
    return asked.original.json


def press(
    canteen: Canteen, message: dict[str, Any], action: str, place: int = 0, member: str = "akari"
) -> Interaction:
    """Click on a button of a message. place: of those with that action, counted from 0."""
    every = [each for row in message["components"] for each in row["components"]]
    ids = [each["custom_id"] for each in every if each["custom_id"].startswith(f"{action}:")]
    act = UseComponent(type="component", message=message["id"], custom_id=ids[place], member=member)
    return Members(canteen.sandbox.world).act(act)
