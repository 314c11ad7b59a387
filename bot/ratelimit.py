"""The bot's share in Discord's limits: what it is told holds for all workers, and the reverse.

discord.py keeps to each bucket by itself; it knows nothing of the other processes that share the
application. See `foodgan.contract.ratelimit`.
"""

import asyncio
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp
import discord
from discord.http import Route
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from bot import metrics
from foodgan.contract.gauges import outcome
from foodgan.contract.ratelimit import COUNTED, Fleet, pause_of
from foodgan.contract.settings import Settings

LOOK_S = 1.0  # between two looks at what the workers were told
_HASTE_S = 2.0
# Outside the global limit, and there are three seconds for it.
_CALLBACKS = "/interactions/"
_failures: ContextVar[list[str] | None] = ContextVar("failures", default=None)

log = logging.getLogger(__name__)


class Limits:
    """Hooks for the requests of discord.py. trace: for `discord.Client`."""

    def __init__(self, settings: Settings) -> None:
        timeout_s = min(_HASTE_S, settings.redis_timeout_s)
        self._redis = Redis.from_url(
            settings.redis_url.get_secret_value(),
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
        )
        self._fleet = Fleet(self._redis)
        self._thread = ThreadPoolExecutor(1, "limits")
        self._closed_until = 0.0  # monotonic seconds
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_start.append(self._wait)
        self.trace.on_request_end.append(self._note)
        self.trace.on_request_exception.append(self._lost)

    async def listen(self) -> None:
        """Learn what the workers were told, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                self._hold(await loop.run_in_executor(self._thread, self._fleet.wait_s))
            except RedisError as error:
                log.debug("the workers' limits are not known: %s", type(error).__name__)
            await asyncio.sleep(LOOK_S)

    def close(self) -> None:
        """Let go of Redis. A call that hangs ends by its own timeout."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._redis.close()

    def _hold(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, time.monotonic() + seconds)

    async def _wait(
        self,
        session: aiohttp.ClientSession,
        context: SimpleNamespace,
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        """Before a request: keep still while nobody may ask."""
        base = Route.BASE
        if not str(request.url).startswith(base) or str(request.url).startswith(base + _CALLBACKS):
            return
        while (left_s := self._closed_until - time.monotonic()) > 0:
            await asyncio.sleep(left_s)

    async def _note(
        self,
        session: aiohttp.ClientSession,
        context: SimpleNamespace,
        request: aiohttp.TraceRequestEndParams,
    ) -> None:
        """After an answer: obey it, and let the workers know without waiting for Redis."""
        answer = request.response
        if not str(request.url).startswith(Route.BASE):
            return
        metrics.REQUESTS.labels(outcome(answer.status)).inc()
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _failed(str(answer.status))
        if answer.status not in COUNTED:
            return
        pause = None
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            pause = pause_of(answer.headers, {})
            if pause.everywhere:
                self._hold(pause.seconds)
        self._thread.submit(self._fleet.note, pause)

    async def _lost(
        self,
        session: aiohttp.ClientSession,
        context: SimpleNamespace,
        request: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        """After a request without an answer."""
        if str(request.url).startswith(Route.BASE):
            metrics.REQUESTS.labels(outcome(0)).inc()
            _failed(type(request.exception).__name__)


@contextmanager
def failures() -> Iterator[list[str]]:
    """Requests of this task that Discord may have taken, but did not say so.

    discord.py repeats some of them by itself, and tells nobody.
    """
    seen: list[str] = []
    token = _failures.set(seen)
    try:
        yield seen
    finally:
        _failures.reset(token)


def _failed(why: str) -> None:
    if (seen := _failures.get()) is not None:
        seen.append(why)


def open_gate(client: discord.Client) -> None:
    """After a request that was given up: were it waiting for a global limit to end, discord.py
    would never send another. The limit itself is obeyed by `Limits`.
    """
    client.http._global_over.set()
