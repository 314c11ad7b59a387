"""Connections to Redis: patient for the work, hasty for the heartbeat, brisk before a post."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ClusterDownError, OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from foodgan.contract.settings import Settings

# Redis is gone, too slow to be of use, or takes no writes. See `refusing_is_away`.
AWAY = (RedisConnectionError, RedisTimeoutError, OutOfMemoryError, ReadOnlyError)

# No write: the disk is full, replicas are missing, it has become one (told to whoever waits on a
# list meanwhile). No answer at all: a script of somebody's takes long.
_REFUSES = re.compile("(?:^|caused error: )(?:MISCONF|NOREPLICAS|UNBLOCKED|BUSY) ")
_AWAY_LONGEST_S = 5.0
_HEALTH_CHECK_S = 15
_HASTE_S = 2.0  # a heartbeat that takes longer is no use: a claim lives for 8 s
_log = logging.getLogger(__name__)

T = TypeVar("T")


def patient(settings: Settings) -> Redis:
    """For the worker itself: a command is tried three times before it fails."""
    tries = Retry(ExponentialBackoff(cap=1, base=0.1), retries=2)
    return _connect(settings, settings.redis_timeout_s, tries)


def awaited(settings: Settings) -> Redis:
    """A patient connection that has answered once; waits for Redis to come up."""
    redis = patient(settings)
    insist(redis.ping)
    return redis


def insist(ask: Callable[[], T]) -> T:
    """What Redis answers, however long it is away. For the start, with nothing in hand."""
    wait_s = 0.5
    while True:
        try:
            with refusing_is_away():
                return ask()
        except AWAY as error:
            _log.warning("Redis does not serve yet (%s)", type(error).__name__)
            time.sleep(wait_s)
            wait_s = min(2 * wait_s, _AWAY_LONGEST_S)


@contextmanager
def unless_away() -> Iterator[None]:
    """Leave the block where Redis is away, and go on behind it: for what can be done without."""
    with suppress(*AWAY), refusing_is_away():
        yield


@contextmanager
def refusing_is_away() -> Iterator[None]:
    """A Redis that refuses what it would do at other times counts as away.

    redis-py has no class for most of these answers, and in a pipeline puts words before them.
    """
    try:
        yield
    except ResponseError as error:
        if isinstance(error, ClusterDownError) or _REFUSES.search(str(error)):
            raise ReadOnlyError(str(error)) from error
        raise


def hasty(settings: Settings) -> Redis:
    """For the heartbeat: a command fails at once, the next beat is the next try."""
    return _connect(
        settings, min(_HASTE_S, settings.redis_timeout_s), Retry(ExponentialBackoff(), 0)
    )


def brisk(settings: Settings) -> Redis:
    """For what a finished dish waits for: one more try, as a connection may just be stale."""
    return _connect(
        settings, min(_HASTE_S, settings.redis_timeout_s), Retry(ExponentialBackoff(base=0.1), 1)
    )


def _connect(settings: Settings, timeout_s: float, tries: Retry) -> Redis:
    return Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        socket_keepalive=True,
        health_check_interval=_HEALTH_CHECK_S,
        retry=tries,
    )
