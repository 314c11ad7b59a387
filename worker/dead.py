"""Dead letters: orders that have failed for good. An operator may look at them and replay them.

Their tokens are blotted out, so a replayed order is painted by a worker and posted by the bot.
"""

import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq.job import JobStatus
from rq.queue import Queue

from foodgan.contract.errors import UserError
from foodgan.contract.late import HANDED
from foodgan.contract.logs import REDACTED
from foodgan.contract.orders import BACKGROUND_META, DISH_QUEUE, END_KEY, TOLD
from foodgan.contract.recipes import PRIVATE
from worker.jobs import DEATHS, DELIVERIES, DishJob


class NoSuchLetter(UserError):
    """No dead letter has this id, or nothing in it could be painted and shown to anybody."""


@dataclass(frozen=True)
class Letter:
    """One order that failed. deliveries: how often a worker claimed it; why: its last error."""

    order_id: str
    name: str
    failed_at: datetime | None
    deliveries: int
    told: bool
    why: str


def letters(connection: Redis) -> list[Letter]:
    """All of them, the oldest first."""
    ids = _queue(connection).failed_job_registry.get_job_ids(cleanup=False)
    jobs = DishJob.fetch_many(ids, connection, "json")
    found = [_letter(connection, job) for job in jobs if isinstance(job, DishJob)]
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda letter: letter.failed_at or never)


def replay(connection: Redis, order_id: str, retries: int) -> None:
    """Put a dead letter in line again, behind those who wait for theirs. Raises NoSuchLetter."""
    queue = _queue(connection)
    registry = queue.failed_job_registry
    if order_id not in registry.get_job_ids(cleanup=False):
        raise NoSuchLetter("cli-worker-no-letter", id=order_id)
    job = DishJob.fetch(order_id, connection, "json")
    order = _order(job.args)
    if order.get("token") != REDACTED:
        raise NoSuchLetter("cli-worker-no-order", id=order_id)
    if order.get("kind") in PRIVATE:
        raise NoSuchLetter("cli-worker-private", id=order_id)
    seconds, _ = connection.time()
    order["asked_at"] = datetime.fromtimestamp(seconds, UTC).isoformat()
    marks = {key: value for key, value in job.meta.items() if key not in (TOLD, HANDED)}
    with connection.pipeline() as pipe:
        registry.remove(job, pipeline=pipe)
        fields: dict[Any, Any] = {
            "data": zlib.compress(json.dumps([job.func_name, None, [order], {}]).encode()),
            "meta": json.dumps(marks | {BACKGROUND_META: True}),
            "retries_left": retries,
        }
        pipe.hset(job.key, mapping=fields)
        pipe.hdel(job.key, DELIVERIES, DEATHS)
        pipe.persist(job.key)
        pipe.delete(END_KEY + order_id)
        job.set_status(JobStatus.QUEUED, pipeline=pipe)
        queue.push_job_id(order_id, pipeline=pipe)
        pipe.execute()


def _queue(connection: Redis) -> Queue:
    return Queue(DISH_QUEUE, connection=connection, job_class=DishJob, serializer="json")


def _letter(connection: Redis, job: DishJob) -> Letter:
    deliveries = connection.hget(job.key, DELIVERIES)
    result = job.latest_result()
    lines = (result.exc_string or "").strip().splitlines() if result else []
    return Letter(
        job.id,
        str(_order(job.args).get("name", "?")),
        job.ended_at,
        int(deliveries or 0),
        job.meta.get(TOLD) is True,
        lines[-1] if lines else "?",
    )


def _order(args: Any) -> dict[str, Any]:
    return dict(args[0]) if args and isinstance(args[0], dict) else {}
