"""A job as this worker reads it: an allow-listed name and data, never code.

rq's own `Job` imports whatever function, callback or webhook a payload names. Whoever can write to
Redis could then run code on the GPU machines. `DishJob` reads the same hash and imports nothing.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any, NoReturn, Self

from redis.client import Pipeline
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job, JobStatus
from rq.queue import Queue

from foodgan.contract.logs import REDACTED
from foodgan.contract.orders import ENDED_CHANNEL, FAILURE_TTL_S, TELLING_KEY, TELLING_TTL_S

DELIVERIES = "deliveries"  # field of the job's hash: how often it was claimed
DEATHS = "deaths"  # another: how many workers died, or lost Redis or their device, with it in hand
SHUT = "shut"  # true in a job's meta: its token was refused, the bot alone can answer it
_NAME_MAX = 100  # characters of a task name that are kept of a job nobody could read

_log = logging.getLogger(__name__)


class DishJob(Job):
    """One order in the queue. What its payload names is never imported.

    deaths: see DEATHS, when it was read. abandoned: its worker died with it; another try needs no
    pause. untold: whoever files it as failed will see to its member.
    """

    deaths = 0
    abandoned = False
    untold = False

    @classmethod
    def find(cls, queue: Queue, job_id: str) -> Self | None:
        """The job of that id, None where Redis holds none that makes sense."""
        try:
            job = cls.fetch(job_id, queue.connection, queue.serializer)
        except NoSuchJobError:
            return None
        return job if isinstance(job, cls) else None

    def restore(self, raw_data: Any) -> Any:
        """Fill in from the hash; a hash that makes no sense counts as no job at all.

        One damaged hash would otherwise stop every worker that meets it.
        """
        try:
            restored = super().restore(raw_data)
            self.deaths = int(raw_data.get(DEATHS.encode()) or 0)
            return restored
        except NoSuchJobError:
            # rq's message holds the whole hash, and with it the token.
            raise NoSuchJobError(f"job {self.id} holds no payload") from None
        except Exception as error:
            _log.error("order %s: unreadable job (%s), dropped", self.id, type(error).__name__)
            raise NoSuchJobError(f"job {self.id} is unreadable") from None

    @property
    def func(self) -> NoReturn:
        raise PermissionError("a payload's function is looked up in worker.tasks, never imported")

    def perform(self) -> NoReturn:
        raise PermissionError("a payload is served by worker.batching, never called")

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None

    def _handle_success(self, result_ttl: int, pipeline: Any, *more: Any, **named: Any) -> None:
        """rq's own writing of a success; in the same transaction the bot hears of it."""
        super()._handle_success(result_ttl, pipeline, *more, **named)
        pipeline.publish(ENDED_CHANNEL, self.id)

    def _handle_failure(
        self, exc_string: str, pipeline: Pipeline, *more: Any, **named: Any
    ) -> None:
        """rq's own writing of a failure, which is kept a day by the clock of Redis."""
        self.failure_ttl = FAILURE_TTL_S
        super()._handle_failure(exc_string, pipeline, *more, **named)
        seconds, _ = self.connection.time()
        pipeline.zadd(self.failed_job_registry.key, {self.id: seconds + FAILURE_TTL_S})
        if self.untold:
            pipeline.set(TELLING_KEY + self.id, 1, ex=TELLING_TTL_S)

    def retry(self, queue: Queue, pipeline: Pipeline) -> None:
        """rq's own, but all of it in the transaction.

        rq writes the new status at once: killed before the rest, a worker would leave a job that
        is in no list, and that no sweep takes for one whose worker has died. The pause is for what
        ails Discord or a device: after the death of a worker there is none. What needs none goes to
        the front: it is older than those that wait.
        """
        pause_s = 0 if self.abandoned else self.get_retry_interval()
        self.retries_left = (self.retries_left or 0) - 1
        if pause_s:
            self.put_off(queue, pause_s, pipeline)
        else:
            self.set_status(JobStatus.QUEUED, pipeline=pipeline)
            self.save(pipeline=pipeline)
            queue.push_job_id(self.id, pipeline=pipeline, at_front=True)

    def put_off(self, queue: Queue, pause_s: float, pipeline: Pipeline) -> None:
        """Let it come again after a pause by the clock of Redis, as sweeps go by it."""
        seconds, _ = self.connection.time()
        due = datetime.fromtimestamp(seconds + pause_s, UTC)
        queue.schedule_job(self, due, pipeline=pipeline)

    def send_webhooks(self, status: Any, *, exc_string: str | None = None) -> None:
        """Nothing: a payload does not choose whom a worker calls."""

    def forget_token(self) -> None:
        """Overwrite payload and description by what holds no interaction token. Not saved yet.

        An order keeps its other fields, so that operators can see what failed. Of a payload in
        another shape only the task's name stays: the token could stand anywhere in it.
        """
        try:
            name, args = str(self.func_name), self.args
        except DeserializationError:
            name, args = "unreadable", ()
        match args:
            case [{"token": str(), "order_id": str()} as order]:
                kept = [order | {"token": REDACTED}]
            case _:
                kept = []
        self.data = json.dumps([name[:_NAME_MAX], None, kept, {}]).encode()
        self.description = f"order {self.id}"
