"""How soon the dishes of a killed worker are in another one's hands."""

import contextlib
import logging
import time
from dataclasses import dataclass, field
from typing import cast

from redis import Redis
from redis.exceptions import RedisError
from rq.utils import as_text

from foodgan.chaos.mischief import Kill
from foodgan.contract.orders import DISH_QUEUE

_log = logging.getLogger(__name__)

_CLAIMS = f"rq:wip:{DISH_QUEUE}"
_WORKERS = f"rq:workers:{DISH_QUEUE}"
_ENDED = (b"finished", b"failed", None)
# A worker beats every second, and its entry lives for 15 s after each; its own clock may be wrong.
_BEATS_MS = 15_000 - 2_500


@dataclass
class Waiting:
    """An order that a killed worker had claimed. alone_s: how long no worker was there at all."""

    since: float  # monotonic seconds
    deliveries: int
    alone_s: float = 0.0


@dataclass
class Restarts:
    """Watches claims in Redis.

    seconds: from a kill to the next claim of each order in hand; staffed: the same, less the time
    in which no worker could have taken it, as none was there.
    """

    redis: Redis
    seconds: list[float] = field(default_factory=list)
    staffed: list[float] = field(default_factory=list)
    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _looked: float = field(default_factory=time.monotonic)

    def note(self, kill: Kill) -> None:
        """A worker has just been killed: which orders had it claimed?"""
        with contextlib.suppress(RedisError):
            for member in self.redis.zrange(_CLAIMS, 0, -1):
                claim = as_text(cast(bytes, member))
                order_id = claim.partition(":")[0]
                name = as_text(self.redis.hget(f"rq:execution:{claim}", "worker_name") or "")
                if name.rpartition("-")[0] == kill.label:
                    count = int(self.redis.hget(f"rq:job:{order_id}", "deliveries") or 0)
                    self._waiting[order_id] = Waiting(kill.at, count)

    def look(self) -> None:
        """Which of them have been claimed again, or are done?"""
        now, before = time.monotonic(), self._looked
        self._looked = now
        if self._waiting and not self._anyone():
            for waiting in self._waiting.values():
                waiting.alone_s += now - max(before, waiting.since)
        with contextlib.suppress(RedisError):
            for order_id, waiting in list(self._waiting.items()):
                status, deliveries = self.redis.hmget(f"rq:job:{order_id}", "status", "deliveries")
                if status in _ENDED or int(deliveries or 0) > waiting.deliveries:
                    took_s = now - waiting.since
                    self.seconds.append(took_s)
                    self.staffed.append(took_s - waiting.alone_s)
                    del self._waiting[order_id]
                    _log.info(
                        "order %s: in hand after %.1f s, %.1f s of it without any worker",
                        order_id,
                        took_s,
                        waiting.alone_s,
                    )

    def _anyone(self) -> bool:
        """Whether a worker beats; nobody can work while Redis is away."""
        try:
            return any(
                self.redis.pttl(as_text(cast(bytes, key))) > _BEATS_MS
                for key in self.redis.smembers(_WORKERS)
            )
        except RedisError:
            return False
