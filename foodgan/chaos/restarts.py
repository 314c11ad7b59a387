"""How soon the dishes of a killed worker are in another one's hands."""

import contextlib
import time
from dataclasses import dataclass, field
from typing import cast

from redis import Redis
from redis.exceptions import RedisError
from rq.utils import as_text

from foodgan.chaos.mischief import Kill
from foodgan.contract.orders import DISH_QUEUE

_CLAIMS = f"rq:wip:{DISH_QUEUE}"
_ENDED = (b"finished", b"failed", None)


@dataclass
class Restarts:
    """Watches claims in Redis. seconds: from a kill to the next claim of each order in hand."""

    redis: Redis
    seconds: list[float] = field(default_factory=list)
    _waiting: dict[str, tuple[float, int]] = field(default_factory=dict)

    def note(self, kill: Kill) -> None:
        """A worker has just been killed: which orders had it claimed?"""
        with contextlib.suppress(RedisError):
            for member in self.redis.zrange(_CLAIMS, 0, -1):
                claim = as_text(cast(bytes, member))
                order_id = claim.partition(":")[0]
                name = as_text(self.redis.hget(f"rq:execution:{claim}", "worker_name") or "")
                if name.rpartition("-")[0] == kill.label:
                    count = int(self.redis.hget(f"rq:job:{order_id}", "deliveries") or 0)
                    self._waiting[order_id] = (kill.at, count)

    def look(self) -> None:
        """Which of them have been claimed again, or are done?"""
        with contextlib.suppress(RedisError):
            for order_id, (at, count) in list(self._waiting.items()):
                status, deliveries = self.redis.hmget(f"rq:job:{order_id}", "status", "deliveries")
                if status in _ENDED or int(deliveries or 0) > count:
                    self.seconds.append(time.monotonic() - at)
                    del self._waiting[order_id]
