"""The time as Redis has it, which does not jump with the clock of this machine.

An order's age decides who brings it, and how. A GPU machine whose clock is hours ahead, as one is
that was left set to local time by another system, would find every order too old.
"""

import time
from datetime import UTC, datetime, timedelta

from redis import Redis


class Clock:
    """Goes by this machine's wall clock until it is set, then by how time has passed since."""

    def __init__(self) -> None:
        self._set = (datetime.now(UTC), time.monotonic())

    def now(self) -> datetime:
        """The time, in UTC."""
        then, at = self._set
        return then + timedelta(seconds=time.monotonic() - at)

    def set_by(self, redis: Redis) -> None:
        """Take over the time of Redis. Raises RedisError."""
        before = time.monotonic()
        seconds, microseconds = redis.time()
        then = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
        self._set = (then, (before + time.monotonic()) / 2)
