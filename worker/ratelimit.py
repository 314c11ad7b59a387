"""When Discord may be asked again. https://discord.com/developers/docs/topics/rate-limits"""

import time
from collections.abc import Mapping

from foodgan.contract.ratelimit import Pause, number


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
            reset_s = number(headers.get("X-RateLimit-Reset-After"), 0.0)
            self._until[order_id] = time.monotonic() + reset_s
