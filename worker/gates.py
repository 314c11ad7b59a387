"""When Discord may be asked again. https://discord.com/developers/docs/topics/rate-limits"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_UNSAID_S = 1.0  # wait of a 429 that names none


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
    """How long to keep still, from the body (exact) or the header (whole seconds)."""
    said = body.get("retry_after", headers.get("Retry-After"))
    seconds = max(_number(said, _UNSAID_S), 0.0)
    scope = headers.get("X-RateLimit-Scope")
    everywhere = body.get("global") is True or headers.get("X-RateLimit-Global") == "true"
    return Pause(seconds, everywhere or scope == "global", counted=scope != "shared")


class Gates:
    """Closed for a time: one for all requests, one for each answer (a token is its own bucket)."""

    def __init__(self) -> None:
        self._all_until = 0.0  # monotonic seconds
        self._until: dict[str, float] = {}

    def wait_s(self, order_id: str) -> float:
        """Seconds until this answer may be edited."""
        now = time.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        return max(self._all_until, self._until.get(order_id, 0.0), now) - now

    def close(self, order_id: str, pause: Pause) -> None:
        """Obey a 429."""
        until = time.monotonic() + pause.seconds
        if pause.everywhere:
            self._all_until = max(self._all_until, until)
        else:
            self._until[order_id] = until

    def hold(self, seconds: float) -> None:
        """Close for all requests: another worker was told so. Safe from any thread."""
        self._all_until = max(self._all_until, time.monotonic() + seconds)

    def note(self, order_id: str, headers: Mapping[str, str]) -> None:
        """Remember that a bucket is used up, before Discord has to say so with a 429."""
        if headers.get("X-RateLimit-Remaining") == "0":
            reset_s = _number(headers.get("X-RateLimit-Reset-After"), 0.0)
            self._until[order_id] = time.monotonic() + reset_s


def _number(said: Any, otherwise: float) -> float:
    try:
        number = float(said)
    except (TypeError, ValueError):
        return otherwise
    return number if math.isfinite(number) else otherwise
