"""Hears from the workers which orders have just ended, so that seats are free at once.

Only a hint: what is said while nobody listens, the rounds find out by themselves.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from foodgan.contract.orders import ENDED_CHANNEL
from foodgan.contract.settings import Settings

GATHER_S = 0.05  # what comes within this time is attended to together
AGAIN_S = 2.0
_POLL_S = 5.0  # shorter than what a silent connection may last

log = logging.getLogger(__name__)

Attend = Callable[[Sequence[str]], Awaitable[None]]


class Ends:
    """Listens until cancelled. attend: what to do about the ids of orders that have ended."""

    def __init__(self, settings: Settings, attend: Attend) -> None:
        self._url = settings.redis_url.get_secret_value()
        self._timeout_s = settings.redis_timeout_s
        self._attend = attend

    async def listen(self) -> None:
        """Listen; after an outage of Redis, listen again."""
        while _wanted():
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.debug("no news of orders: %s", type(error).__name__)
            except Exception:
                log.exception("news of orders could not be attended to")
            await asyncio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        redis = Redis.from_url(
            self._url, socket_connect_timeout=self._timeout_s, socket_keepalive=True
        )
        async with redis, redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(ENDED_CHANNEL)
            while _wanted():
                message = await channel.get_message(timeout=_POLL_S)
                if message is None:
                    continue
                await asyncio.sleep(GATHER_S)
                ended = [message["data"].decode()]
                while more := await channel.get_message(timeout=0):
                    ended.append(more["data"].decode())
                await self._attend(ended)


def _wanted() -> bool:
    """Whether this task goes on. redis.asyncio may lose a cancellation while it connects."""
    task = asyncio.current_task()
    return task is None or not task.cancelling()
