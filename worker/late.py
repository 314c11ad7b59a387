"""Dishes whose token is dead or dying, on their way to the bot: see `foodgan.contract.late`."""

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
from foodgan.contract.orders import LATE_LIFE
from worker.reply import Message, TooLarge


class Crowded(FoodganError):
    """So many late dishes wait for the bot that no more may: it has been away for long."""


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


def hand_over(connection: Redis, dish: LateDish) -> None:
    """Put a dish into the stream; twice does no harm, the bot serves it once. Raises Crowded.

    The stream goes by itself when nothing has been added for LATE_LIFE, its old entries before.
    """
    seconds, _ = connection.time()
    life_s = int(LATE_LIFE.total_seconds())
    oldest = f"{max(0, seconds - life_s) * 1000}-0"
    connection.xtrim(LATE_STREAM, minid=oldest, approximate=False)
    if connection.xlen(LATE_STREAM) >= LATE_ENTRIES_MAX:
        raise Crowded(f"{LATE_ENTRIES_MAX} late dishes wait for the bot")
    fields: dict[Any, Any] = {**dish.to_fields()}
    with connection.pipeline() as pipe:
        pipe.xadd(LATE_STREAM, fields)
        pipe.expire(LATE_STREAM, life_s)
        pipe.execute()
