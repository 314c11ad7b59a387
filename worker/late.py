"""Dishes whose token is dead or dying, on their way to the bot: see `foodgan.contract.late`."""

from datetime import datetime
from typing import Any

from redis import Redis

from foodgan.contract.errors import FoodganError
from foodgan.contract.late import (
    LATE_BYTES_MAX,
    LATE_ENTRIES_MAX,
    LATE_STREAM,
    LateDish,
    LateFile,
)
from foodgan.contract.orders import LATE_LIFE, DishOrder
from worker import connection
from worker.jobs import SHUT, DishJob
from worker.reply import Message, TooLarge

CROWDED_S = 30.0  # until there may be room in the stream


class Crowded(FoodganError):
    """So many late dishes wait for the bot that no more may: it has been away for long."""

    def __init__(self) -> None:
        super().__init__(f"{LATE_ENTRIES_MAX} late dishes wait for the bot")


def only_by_bot(job: DishJob, order: DishOrder, now: datetime) -> bool:
    """Whether its token is of no use to a worker any more."""
    return order.expired(now) or not order.has_token or bool(job.meta.get(SHUT))


def late_dish(order_id: str, message: Message, *, replayed: bool) -> LateDish:
    """A message as it travels to the bot. Raises TooLarge."""
    dish = LateDish(
        order_id=order_id,
        content=message.content,
        files=[LateFile(filename=each.filename, alt=each.alt) for each in message.pictures],
        replayed=replayed,
        bodies=tuple(each.body for each in message.pictures),
    )
    if dish.size > LATE_BYTES_MAX:
        raise TooLarge
    return dish


def ask_for_room(redis: Redis) -> None:
    """Raise Crowded where a dish could not be handed over now. Where Redis is away it may."""
    with connection.unless_away():
        _make_room(redis)


def hand_over(redis: Redis, dish: LateDish) -> None:
    """Put a dish into the stream; twice does no harm, the bot serves it once. Raises Crowded.

    The stream goes by itself when nothing has been added for LATE_LIFE, its old entries before.
    """
    _make_room(redis)
    fields: dict[Any, Any] = {**dish.to_fields()}
    with redis.pipeline() as pipe:
        pipe.xadd(LATE_STREAM, fields)
        pipe.expire(LATE_STREAM, int(LATE_LIFE.total_seconds()))
        pipe.execute()


def _make_room(redis: Redis) -> None:
    seconds, _ = redis.time()
    oldest = f"{max(0, seconds - int(LATE_LIFE.total_seconds())) * 1000}-0"
    redis.xtrim(LATE_STREAM, minid=oldest, approximate=False)
    if redis.xlen(LATE_STREAM) >= LATE_ENTRIES_MAX:
        raise Crowded
