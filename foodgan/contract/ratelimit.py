"""Discord's limits on a whole application, which its bot and all its workers share by Redis.

https://discord.com/developers/docs/topics/rate-limits: a global 429 holds for every process, and
10,000 answers of 401, 403 or 429 within ten minutes bar the address; half of that is never passed.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

PAUSE_KEY = "foodgan:discord:pause"  # there while nobody may ask
INVALID_KEY = "foodgan:discord:invalid"  # such answers since its window began
INVALID_MAX = 5000
WINDOW_S = 600
COUNTED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
UNSIGNED_S = 30.0  # wait of a 429 that is not of Discord's API and names none
UNSIGNED_MOST_S = 3600.0  # after which it may be asked again, whatever such a one says
_UNSAID_S = 1.0  # wait of one of Discord's that names none

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pause:
    """What a 429 asks for.

    everywhere: all requests of this application, not one answer's; counted: towards its ban.
    """

    seconds: float
    everywhere: bool
    counted: bool = True

    def __str__(self) -> str:
        return f"{self.seconds:g} s {'for all' if self.everywhere else 'for this answer'}"


def pause_of(headers: Mapping[str, str], body: Mapping[str, Any]) -> Pause:
    """How long to keep still, from the body (exact) or the header (whole seconds).

    Without Discord's own words it is a server's before it, which has barred this address.
    """
    said = body.get("retry_after", headers.get("Retry-After"))
    scope = headers.get("X-RateLimit-Scope")
    if scope is None and "retry_after" not in body:
        seconds = max(number(said, UNSIGNED_S), 0.0)
        return Pause(min(seconds, UNSIGNED_MOST_S), everywhere=True)
    seconds = max(number(said, _UNSAID_S), 0.0)
    everywhere = body.get("global") is True or headers.get("X-RateLimit-Global") == "true"
    return Pause(seconds, everywhere or scope == "global", counted=scope != "shared")


class Fleet:
    """What this process tells the others, and hears from them. connection: one that fails soon."""

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


def number(said: Any, otherwise: float) -> float:
    """A header's or a body's number of seconds; `otherwise` where it is absent or none."""
    try:
        number = float(said)
    except (TypeError, ValueError):
        return otherwise
    return number if math.isfinite(number) else otherwise
