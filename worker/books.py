"""The queue's books: who has claimed which job, and how it ended.

Every name of rq that is not in rq's documentation is used in this file, in `line.py`, `sweep.py` or
`batching.py`, and held by tests/worker/test_rq_contract.py: rq is pinned to one minor version.
"""

import json
import logging
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.client import Pipeline
from rq import worker_registration
from rq.exceptions import InvalidJobOperation
from rq.executions import WORKER_EXECUTIONS_KEY_TEMPLATE, Execution
from rq.job import Job, JobStatus
from rq.queue import Queue
from rq.utils import as_text, now
from rq.worker import BaseWorker, WorkerStatus

from foodgan.contract.orders import (
    END_CANCELLED,
    END_KEY,
    ENDED_CHANNEL,
    RESULT_TTL_S,
    TOLD,
)
from worker.connection import AWAY, refusing_is_away
from worker.jobs import DEATHS, DELIVERIES, DishJob

CLAIM_TTL_S = 8  # a claim that is not renewed for so long is free for others
LONG_AGO = 1  # seconds since 1970: when the claims of those ran out who are known to be dead
PRESENCE_TTL_S = 15  # a worker that has not beaten for so long is not listed any more
# What every worker of ours asks of rq.
TERMS: dict[str, Any] = {
    "job_class": DishJob,
    "serializer": "json",
    "default_result_ttl": RESULT_TTL_S,
    "worker_ttl": PRESENCE_TTL_S,
    "log_job_description": False,  # rq's description holds the arguments
}
_ENDED = (JobStatus.FINISHED, JobStatus.FAILED, JobStatus.CANCELED, JobStatus.STOPPED)
_log = logging.getLogger(__name__)

# KEYS: registry of claims. ARGV: for how many seconds from now, then the claims that are in it.
_DATED = """
local ends = redis.call('TIME')[1] + ARGV[1]
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', ends, ARGV[i]) end
"""


Command = tuple[Any, ...]  # a command of Redis and its arguments


@dataclass(frozen=True)
class Claim:
    """A job that this worker is serving.

    deliveries: how often it was claimed, this one counted; unwanted: its member had cancelled it.
    """

    job: DishJob
    queue: Queue
    execution: Execution
    deliveries: int
    unwanted: bool = False


def pop(queue: Queue, wait_s: int) -> str | None:
    """Move the next job to the intermediate list; its id, None where none comes in that time."""
    redis, source, aside = queue.connection, queue.key, queue.intermediate_queue_key
    popped = redis.blmove(source, aside, wait_s) if wait_s else redis.lmove(source, aside)
    return as_text(popped) if popped else None


def claim(worker: BaseWorker, jobs: Sequence[DishJob], queue: Queue) -> list[Claim]:
    """Open an execution for each job that lies in the intermediate list, in one transaction.

    A job that has ended or is being served elsewhere is left out: its entry is a leftover.
    """
    free = [job for job in jobs if not _taken(job, queue)]
    with worker.connection.pipeline() as pipe:
        for job in free:
            pipe.hincrby(job.key, DELIVERIES, 1)
        executions = [
            Execution.create(job, CLAIM_TTL_S, pipeline=pipe, worker_name=worker.name)
            for job in free
        ]
        for job in free:
            job.prepare_for_execution(worker.name, pipeline=pipe)
            pipe.persist(job.key)
        _date(pipe, queue, executions)
        for job in jobs:
            pipe.lrem(queue.intermediate_queue_key, 1, job.id)
        if free:
            worker.set_state(WorkerStatus.BUSY, pipeline=pipe)
            pipe.mget([END_KEY + job.id for job in free])
        answers = pipe.execute()
    worker.executions.update({execution.id: execution for execution in executions})
    deliveries, ends = answers[: len(free)], answers[-1] if free else []
    return [
        Claim(job, queue, execution, count, end == END_CANCELLED.encode())
        for job, execution, count, end in zip(free, executions, deliveries, ends, strict=True)
    ]


def _date(pipe: Pipeline, queue: Queue, executions: Sequence[Execution]) -> None:
    """Let claims run out by the clock of Redis; rq goes by that of each machine."""
    if executions:
        claims = [execution.composite_key for execution in executions]
        pipe.eval(_DATED, 1, queue.started_job_registry.key, CLAIM_TTL_S, *claims)


def _taken(job: DishJob, queue: Queue) -> bool:
    status = job.get_status(refresh=False)
    if status == JobStatus.STARTED:
        if job in queue.started_job_registry:
            return True
        try:
            status = job.get_status()  # it may have ended since it was read
        except InvalidJobOperation:  # and be forgotten
            return True
    return status in _ENDED


def own(connection: Redis, claim: Claim) -> bool:
    """Whether nobody has taken the claim away, as a sweep does with one that was not renewed."""
    registry = claim.queue.started_job_registry
    return connection.zscore(registry.key, claim.execution.composite_key) is not None


def forsake(queue: Queue, name: str) -> list[str]:
    """Let the claims of a worker that is known to be dead run out now. Returns the jobs' ids.

    A claim names its execution: a job that somebody has claimed anew meanwhile is not touched.
    """
    registry, index = queue.started_job_registry, WORKER_EXECUTIONS_KEY_TEMPLATE.format(name)
    claims = [as_text(claim) for claim in queue.connection.smembers(index)]
    if claims:
        queue.connection.zadd(registry.key, dict.fromkeys(claims, LONG_AGO), xx=True)
    return [claim.partition(":")[0] for claim in claims]


def note_death(connection: Redis, job: Job) -> None:
    """One more worker died, or lost Redis or its device, with this job in hand."""
    connection.hincrby(job.key, DEATHS, 1)


def beat(worker: BaseWorker, connection: Redis) -> None:
    """Say that the worker lives and renew its claims, in one transaction.

    The worker's own entry is written whole every time: Redis may have come back without it.
    """
    with connection.pipeline() as pipe:
        worker.heartbeat(PRESENCE_TTL_S, pipeline=pipe)
        pipe.hset(worker.key, mapping={k: v for k, v in worker.serialize().items() if v})
        worker.set_state(WorkerStatus.BUSY if worker.executions else WorkerStatus.IDLE, pipe)
        pipe.expire(worker.key, PRESENCE_TTL_S)
        worker_registration.register(worker, pipe)
        executions = tuple(worker.executions.values())
        for execution in executions:
            registry = execution.job.started_job_registry
            execution.heartbeat(registry, CLAIM_TTL_S, pipeline=pipe)
        _date(pipe, worker.queues[0], executions)
        pipe.execute()


def leave(worker: BaseWorker) -> None:
    """Strike the worker off, unless Redis is away: an entry that is not renewed goes by itself."""
    try:
        with refusing_is_away():
            worker.register_death()  # type: ignore[no-untyped-call]
    except AWAY:
        _log.warning("Redis is away; the worker's entry goes by itself")


# What follows says what is to be written of a claim's end, for `worker.commit`: what rq itself
# writes, less what dishes never have (dependents to watch, repeats, slots). Nothing has happened
# until it is written, and the claim is renewed till then. rq's handle_job_success and
# handle_job_failure let go of it before, and the latter swallows that nothing could be written.


def finish(worker: BaseWorker, claim: Claim, mark: str | None = None) -> list[Command]:
    """The order is answered: the job stays for the bot to see, without its token.

    mark: HANDED where it is not answered yet and the bot has it now; TOLD where the answer was a
    sentence.
    """
    job = claim.job
    job.ended_at = now()
    job.forget_token()
    ttl_s = job.get_result_ttl(RESULT_TTL_S)
    with worker.connection.pipeline() as pipe:
        if mark:
            _mark(job, mark, pipe)
        worker.increment_successful_job_count(pipeline=pipe)
        worker.increment_total_working_time(job.ended_at - claim.execution.created_at, pipe)
        job._handle_success(
            ttl_s,
            pipe,
            **_served_by(worker, claim),
        )
        job.cleanup(ttl_s, pipeline=pipe, remove_from_queue=False)
        claim.execution.delete(job=job, pipeline=pipe)
        return _commands(pipe)


def retry_later(worker: BaseWorker, claim: Claim) -> list[Command]:
    """The job is given back for another try after its interval."""
    job, left = claim.job, claim.job.retries_left
    job.ended_at = now()
    with worker.connection.pipeline() as pipe:
        try:
            job.retry(claim.queue, pipe)
        finally:
            job.retries_left = left  # one less is what is written
        _let_go(worker, claim, pipe)
        return _commands(pipe)


def put_off(worker: BaseWorker, claim: Claim, pause_s: float) -> list[Command]:
    """The job is given back for after a pause, as if it had not been claimed: no try is spent."""
    with worker.connection.pipeline() as pipe:
        claim.job.put_off(claim.queue, pause_s, pipe)
        pipe.hincrby(claim.job.key, DELIVERIES, -1)
        claim.execution.delete(job=claim.job, pipeline=pipe)
        return _commands(pipe)


def fail(worker: BaseWorker, claim: Claim, reason: str, *, told: bool) -> list[Command]:
    """No more tries. told: the member already knows; `reason` must hold no token."""
    job = claim.job
    job.ended_at = now()
    job.retries_left = 0
    job.forget_token()
    with worker.connection.pipeline() as pipe:
        if told:
            _mark(job, TOLD, pipe)
        job.set_status(JobStatus.FAILED, pipeline=pipe)
        job._handle_failure(
            reason,
            pipe,
            **_served_by(worker, claim),
        )
        _let_go(worker, claim, pipe)
        pipe.publish(ENDED_CHANNEL, job.id)
        return _commands(pipe)


def _served_by(worker: BaseWorker, claim: Claim) -> dict[str, Any]:
    """What rq keeps with a result: who served the job, and from when to when."""
    return {
        "worker_name": worker.name,
        "execution_id": claim.execution.id,
        "execution_started_at": claim.execution.created_at,
        "execution_ended_at": claim.job.ended_at,
    }


def _let_go(worker: BaseWorker, claim: Claim, pipe: Pipeline) -> None:
    """Of a claim whose try has failed."""
    claim.execution.delete(job=claim.job, pipeline=pipe)
    worker.increment_failed_job_count(pipe)
    worker.increment_total_working_time(now() - claim.execution.created_at, pipe)


def _commands(pipe: Pipeline) -> list[Command]:
    return [words for words, _ in pipe.command_stack]


def redeem(job: DishJob, queue: Queue) -> None:
    """A job that was filed as failed is finished: its order has been answered."""
    with job.connection.pipeline() as pipe:
        queue.failed_job_registry.remove(job, pipeline=pipe)
        job.set_status(JobStatus.FINISHED, pipeline=pipe)
        pipe.expire(job.key, RESULT_TTL_S)
        pipe.publish(ENDED_CHANNEL, job.id)
        pipe.execute()


def mark_told(job: DishJob) -> None:
    """Leave word for the bot that the member knows why there is no picture."""
    _mark(job, TOLD, job.connection)


def _mark(job: DishJob, word: str, connection: Redis) -> None:
    job.meta[word] = True
    connection.hset(job.key, "meta", json.dumps(job.meta))


def put_back(
    worker: BaseWorker, connection: Redis, suspects: Container[str] = frozenset()
) -> list[str]:
    """Give every claimed job back to the head of its queue at once, in order. Returns their ids.

    Not those whose end has just been written, nor those that a sweep has given away. That costs
    none of them a try, but for suspects: ids of those that may have been too much for the device.
    """
    executions = tuple(worker.executions.values())
    with connection.pipeline(transaction=False) as pipe:
        for execution in executions:
            pipe.zscore(execution.job.started_job_registry.key, execution.composite_key)
        scores = pipe.execute()
    claimed = [each for each, score in zip(executions, scores, strict=True) if score is not None]
    with connection.pipeline() as pipe:
        for execution in reversed(claimed):  # the oldest last: it comes to stand before the others
            job = execution.job
            queue = Queue(job.origin, connection=connection)
            execution.delete(job=job, pipeline=pipe)
            job.set_status(JobStatus.QUEUED, pipeline=pipe)
            if job.id in suspects:
                note_death(pipe, job)
                pipe.hincrby(job.key, "retries_left", -1)  # below 0 it has had its last
            queue.push_job_id(job.id, pipeline=pipe, at_front=True)
        pipe.execute()
    return [execution.job_id for execution in claimed]
