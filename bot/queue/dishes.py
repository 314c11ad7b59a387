"""The queue of dishes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer
from rq.worker_registration import get_keys

from bot.queue.calls import STAGES, Calls, Stage, retry_of
from foodgan.contract.orders import (
    DISH_QUEUE,
    FAILURE_TTL_S,
    MEMBER_META,
    PACE_DISH,
    PACE_KEY,
    PAINT_TASK,
    RESULT_TTL_S,
    TOKEN_MARGIN,
    TOLD,
    DishOrder,
)
from foodgan.contract.settings import Settings

PACE_DEFAULT_S = 1.0  # seconds an order takes, until a worker has measured it
REDACTED = "‹redacted›"


@dataclass(frozen=True)
class Line:
    """The queue as a newcomer sees it.

    waiting: orders in line; started: orders being made; dish_s: seconds an order takes.
    """

    waiting: int
    started: int
    workers: int
    dish_s: float

    @property
    def wait_s(self) -> float:
        """Seconds until a newcomer's dish should be there, its own making included."""
        return (self.waiting + self.started + 1) * self.dish_s / max(self.workers, 1)


@dataclass(frozen=True)
class Fate:
    """How far an order has come. told: the worker has told the member why it failed."""

    stage: Stage
    told: bool = False


class DishQueue:
    """The queue of dishes, without ever blocking the event loop.

    Every method raises KitchenClosed when Redis is away or does not answer in time.
    """

    def __init__(self, settings: Settings) -> None:
        self._calls = Calls(settings)
        self._job_timeout_s = settings.paint_timeout_s
        self._retries = settings.retries
        self._queue = Queue(DISH_QUEUE, connection=self._calls.redis, serializer=JSONSerializer)

    async def look(self) -> Line:
        """How long the line is and who works on it."""
        return await self._calls.run(self._look)

    async def enqueue(self, order: DishOrder, member_id: int) -> bool:
        """Put a member's order in line, once: False where it had been there already."""
        return await self._calls.run(lambda: self._enqueue(order, member_id))

    async def fates(self, order_ids: Sequence[str]) -> dict[str, Fate]:
        """How far each order has come, in one round trip."""
        return await self._calls.run(lambda: self._fates(order_ids))

    async def forget(self, order_id: str) -> None:
        """Take an order out of Redis altogether, and its token with it."""
        await self._calls.run(lambda: self._forget(order_id))

    async def blot_out(self, order_id: str) -> None:
        """Blot out the token of a failed order; the job stays for the operator to look at."""
        await self._calls.run(lambda: self._blot_out(order_id))

    def close(self) -> None:
        """Let go of Redis. Calls that hang end by their own timeout."""
        self._calls.close()

    def _look(self) -> Line:
        workers = get_keys(self._queue)
        with self._calls.redis.pipeline(transaction=False) as pipe:
            pipe.llen(self._queue.key)
            pipe.zcard(StartedJobRegistry(queue=self._queue).key)
            pipe.hget(PACE_KEY, PACE_DISH)
            if workers:
                pipe.exists(*workers)  # a killed worker stays listed until its key expires
            waiting, started, pace, *alive = pipe.execute()
        return Line(waiting, started, alive[0] if alive else 0, _seconds(pace))

    def _enqueue(self, order: DishOrder, member_id: int) -> bool:
        left_s = (order.expires_at + TOKEN_MARGIN - datetime.now(UTC)).total_seconds()
        try:
            self._queue.enqueue_call(
                PAINT_TASK,
                args=[order.model_dump(mode="json")],
                job_id=order.order_id,
                description=f"dish {order.order_id}",  # RQ's own would print the token
                timeout=int(self._job_timeout_s),
                ttl=max(1, int(left_s)),
                result_ttl=RESULT_TTL_S,
                failure_ttl=FAILURE_TTL_S,
                retry=retry_of(self._retries),
                meta={MEMBER_META: str(member_id)},
                unique=True,
            )
        except DuplicateJobError:
            return False
        return True

    def _fates(self, order_ids: Sequence[str]) -> dict[str, Fate]:
        with self._calls.redis.pipeline(transaction=False) as pipe:
            for order_id in order_ids:
                pipe.hmget(Job.key_for(order_id), "status", "meta")
            answers = pipe.execute()
        return {
            order_id: Fate(STAGES.get(status, "waiting"), _told(meta))
            for order_id, (status, meta) in zip(order_ids, answers, strict=True)
        }

    def _forget(self, order_id: str) -> None:
        job = self._calls.job(order_id)
        if job:
            job.delete()

    def _blot_out(self, order_id: str) -> None:
        job = self._calls.job(order_id)
        if job:
            order: dict[str, Any] = dict(job.args[0])
            job.args = [order | {"token": REDACTED}]
            job.save(include_meta=False, include_result=False)


def _seconds(pace: bytes | None) -> float:
    """The pace as the worker wrote it, or the default where it is absent or no number."""
    try:
        return max(float(pace or PACE_DEFAULT_S), 0.0)
    except ValueError:
        return PACE_DEFAULT_S


def _told(meta: bytes | None) -> bool:
    return bool(meta) and json.loads(meta or b"{}").get(TOLD) is True
