"""The queue of dishes."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from bot.queue.calls import STAGES, Calls, Stage, retry_of
from foodgan.contract.late import HANDED
from foodgan.contract.logs import REDACTED
from foodgan.contract.orders import (
    DISH_QUEUE,
    END_CANCELLED,
    END_KEY,
    END_TTL_S,
    FAILURE_TTL_S,
    LATE_LIFE,
    MEMBER_META,
    NO_TIMEOUT,
    PACE_DISH,
    PACE_KEY,
    PAINT_TASK,
    RESULT_TTL_S,
    TELLING_KEY,
    TOLD,
    DishOrder,
)
from foodgan.contract.settings import Settings
from foodgan.contract.status import Status, look, seconds_of, serving, wait_s

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """The queue as a newcomer sees it.

    waiting: orders in line; started: orders being made; workers: that take orders; dish_s: seconds
    an order takes.
    """

    waiting: int
    started: int
    workers: int
    dish_s: float

    @property
    def wait_s(self) -> float:
        """Seconds until a newcomer's dish should be there, its own making included."""
        return wait_s(self.waiting + self.started, self.dish_s, self.workers)


@dataclass(frozen=True)
class Fate:
    """How far an order has come.

    told: the worker has told the member why there is no dish; handed: the dish is for the bot to
    post; cancelled: nobody wants it any more, and no worker will post it; telling: its worker has
    died, and another one sees to its member just now.
    """

    stage: Stage
    told: bool = False
    handed: bool = False
    cancelled: bool = False
    telling: bool = False


class DishQueue:
    """The queue of dishes, without ever blocking the event loop.

    Every method raises KitchenClosed when Redis is away or does not answer in time.
    """

    def __init__(self, settings: Settings) -> None:
        self._calls = Calls(settings)
        self._retries = settings.retries
        self._queue = Queue(DISH_QUEUE, connection=self._calls.redis, serializer=JSONSerializer)

    async def look(self) -> Line:
        """How long the line is and who works on it."""
        return await self._calls.run(self._look)

    async def status(self) -> Status:
        """How the kitchen is doing."""
        return await self._calls.run(self.status_now)

    def status_now(self) -> Status:
        """The same for threads, which may wait. Raises what redis-py raises."""
        return look(self._calls.redis)

    async def enqueue(self, order: DishOrder, member_id: int) -> bool:
        """Put a member's order in line, once: False where it had been there already."""
        return await self._calls.run(lambda: self._enqueue(order, member_id))

    async def fates(self, order_ids: Sequence[str]) -> dict[str, Fate]:
        """How far each order has come, in one round trip."""
        return await self._calls.run(lambda: self._fates(order_ids))

    async def forget(self, order_id: str) -> None:
        """Take an order out of Redis altogether, and its token with it."""
        await self._calls.run(lambda: self._calls.forget(order_id))

    async def blot_out(self, order_id: str) -> None:
        """Blot out the token of a failed order; the job stays for the operator to look at."""
        await self._calls.run(lambda: self._blot_out(order_id))

    async def cancel(self, order_id: str) -> bool:
        """Keep an order from being made or posted; False where a worker is posting it already."""
        return await self._calls.run(lambda: self._cancel(order_id))

    def close(self) -> None:
        """Let go of Redis. Calls that hang end by their own timeout."""
        self._calls.close()

    async def call(self, work: Callable[[Redis], T]) -> T:
        """Run `work` with Redis on a thread, for as long as a patient guest would wait."""
        return await self._calls.run(lambda: work(self._calls.redis))

    def _look(self) -> Line:
        with self._calls.redis.pipeline(transaction=False) as pipe:
            pipe.llen(self._queue.key)
            pipe.zcard(StartedJobRegistry(queue=self._queue).key)
            pipe.hget(PACE_KEY, PACE_DISH)
            waiting, started, pace = pipe.execute()
        return Line(waiting, started, serving(self._calls.redis), seconds_of(pace))

    def _enqueue(self, order: DishOrder, member_id: int) -> bool:
        left_s = (order.asked_at + LATE_LIFE - datetime.now(UTC)).total_seconds()
        try:
            self._queue.enqueue_call(
                PAINT_TASK,
                args=[order.model_dump(mode="json")],
                job_id=order.order_id,
                description=f"dish {order.order_id}",  # RQ's own would print the token
                timeout=NO_TIMEOUT,
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
        with self._calls.redis.pipeline() as pipe:  # at one moment: a worker may be telling
            for order_id in order_ids:
                pipe.hmget(Job.key_for(order_id), "status", "meta")
                pipe.get(END_KEY + order_id)
                pipe.exists(TELLING_KEY + order_id)
            answers = pipe.execute()
        cancelled = END_CANCELLED.encode()
        return {
            order_id: Fate(
                STAGES.get(status, "waiting"), *_marks(meta), end == cancelled, telling == 1
            )
            for order_id, (status, meta), end, telling in zip(
                order_ids, answers[::3], answers[1::3], answers[2::3], strict=True
            )
        }

    def _cancel(self, order_id: str) -> bool:
        redis = self._calls.redis
        decided = redis.set(END_KEY + order_id, END_CANCELLED, ex=END_TTL_S, nx=True, get=True)
        if decided not in (None, END_CANCELLED.encode()):
            return False
        if redis.lrem(self._queue.key, 1, order_id):  # else a worker has it, and will see the key
            self._calls.forget(order_id)
        return True

    def _blot_out(self, order_id: str) -> None:
        job = self._calls.job(order_id)
        if job:
            order: dict[str, Any] = dict(job.args[0])
            job.args = [order | {"token": REDACTED}]
            job.save(include_meta=False, include_result=False)


def _marks(meta: bytes | None) -> tuple[bool, bool]:
    """Whether a worker has told the member, and whether it has handed the dish to the bot.

    Of a damaged one neither: it must not keep a round from the other orders.
    """
    try:
        said: dict[str, Any] = dict(json.loads(meta or b"{}"))
    except (TypeError, ValueError):
        return False, False
    return said.get(TOLD) is True, said.get(HANDED) is True
