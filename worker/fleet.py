"""Discord's limits on a whole application, which all its workers share by Redis.

https://discord.com/developers/docs/topics/rate-limits: a global 429 holds for every process, and
10,000 answers of 401, 403 or 429 within ten minutes bar the address; half of that is never passed.
"""

import logging

from redis import Redis
from redis.exceptions import RedisError

from worker.gates import Pause

PAUSE_KEY = "foodgan:discord:pause"  # there while nobody may ask
INVALID_KEY = "foodgan:discord:invalid"  # such answers since its window began
INVALID_MAX = 5000
WINDOW_S = 600

_log = logging.getLogger(__name__)


class Fleet:
    """What this worker tells the others, and hears from them. connection: hasty, see there."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection

    def note(self, pause: Pause | None = None) -> None:
        """Discord has just answered 401, 403 or 429; the latter with a pause.

        One of scope "shared" is not held against the application.
        """
        try:
            with self._connection.pipeline() as pipe:
                if pause is None or pause.counted:
                    pipe.incr(INVALID_KEY)
                    pipe.expire(INVALID_KEY, WINDOW_S, nx=True)
                if pause is not None and pause.everywhere and pause.seconds > 0:
                    ms = max(1, round(1000 * pause.seconds))
                    pipe.set(PAUSE_KEY, 1, px=ms, nx=True)
                    pipe.pexpire(PAUSE_KEY, ms, gt=True)
                pipe.execute()
        except RedisError as error:
            _log.debug("the others are not told: %s", type(error).__name__)

    def wait_s(self) -> float:
        """Seconds that nobody may ask. Raises RedisError."""
        with self._connection.pipeline(transaction=False) as pipe:
            pipe.pttl(PAUSE_KEY)
            pipe.get(INVALID_KEY)
            pipe.pttl(INVALID_KEY)
            pause_ms, invalid, window_ms = pipe.execute()
        spent = int(invalid or 0) >= INVALID_MAX
        if spent:
            _log.error("%s refusals by Discord within ten minutes: waiting", int(invalid))
        return float(max(pause_ms, window_ms if spent else 0, 0)) / 1000
