"""Late dishes as they come from the workers: a Redis stream, read by one group, acknowledged."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

from foodgan.contract.late import LATE_GROUP, LATE_STREAM, LateDish

AT_ONCE = 8  # dishes of one look: a few MiB
_BEGINNING = b"0"
_NEW = b">"
# One for all bots: what one was killed over, or has left to another, is the next one's to read.
_READER = "bot"

log = logging.getLogger(__name__)


class Handover:
    """The stream. call: runs something with Redis; raises KitchenClosed, see `bot.queue`."""

    def __init__(self, call: Callable[[Callable[[Redis], Any]], Awaitable[Any]]) -> None:
        self._call = call
        self._after = _BEGINNING

    async def waiting(self) -> list[tuple[bytes, LateDish]]:
        """The next dishes with their entries' ids: first those that were not acknowledged.

        These in turn, look by look, and new ones beside them: one that stays holds up no other.
        """
        after = self._after
        entries: list[tuple[bytes, dict[bytes, bytes]]] = await self._call(
            lambda redis: _read(redis, after)
        )
        self._after = entries[-1][0] if len(entries) == AT_ONCE else _BEGINNING
        dishes = []
        for entry_id, fields in entries:
            try:
                dishes.append((entry_id, LateDish.from_fields(fields)))
            except ValueError as error:
                log.error("a late dish is dropped: %s", error)
                await self.done(entry_id)
        return dishes

    async def done(self, entry_id: bytes) -> None:
        """Acknowledge an entry; its pictures leave Redis."""
        await self._call(lambda redis: _done(redis, entry_id))


def _read(redis: Redis, after: bytes) -> list[tuple[bytes, dict[bytes, bytes]]]:
    try:
        found = _look(redis, after, AT_ONCE)
        room = AT_ONCE - len(found)
        return found + (_look(redis, _NEW, room) if room else [])
    except ResponseError as error:
        if not str(error).startswith("NOGROUP"):
            raise
        if redis.exists(LATE_STREAM):  # from its beginning: a worker may have been first
            redis.xgroup_create(LATE_STREAM, LATE_GROUP, id="0", mkstream=True)
            return _look(redis, _NEW, AT_ONCE)
        return []


def _look(redis: Redis, since: bytes, at_most: int) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """since: _NEW, or an entry's id for what was read but not acknowledged and comes after it."""
    answer: Any = redis.xreadgroup(LATE_GROUP, _READER, {LATE_STREAM: since}, count=at_most)
    entries = answer[0][1] if answer else []
    # An entry that was trimmed stays on the list of its reader, without its fields.
    gone = [entry_id for entry_id, fields in entries if not fields]
    if gone:
        redis.xack(LATE_STREAM, LATE_GROUP, *gone)
    return [(entry_id, fields) for entry_id, fields in entries if fields]


def _done(redis: Redis, entry_id: bytes) -> None:
    with redis.pipeline() as pipe:
        pipe.xack(LATE_STREAM, LATE_GROUP, entry_id)
        pipe.xdel(LATE_STREAM, entry_id)
        pipe.execute()
