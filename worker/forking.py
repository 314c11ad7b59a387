"""An rq worker of photos and models: one job at a time, each in a bounded process of its own.

It reads no stranger's byte and runs no thread, so that it can fork. Claims, recovery and the ways
in which a job ends are those of the painters: see `worker.books` and `worker.sweep`.
"""

import logging
import math
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from redis import Redis
from redis.exceptions import RedisError
from rq.queue import Queue
from rq.worker import SimpleWorker

from foodgan.contract import pulse
from foodgan.contract.photos import RESULT_TTL_S
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store, shown
from worker import books, child, connection
from worker.beside import Beside
from worker.books import Claim, Command
from worker.child import Outcome
from worker.commit import GroupCommit
from worker.contact import Contact
from worker.forked import Task, read
from worker.jobs import DishJob
from worker.payload import Refused
from worker.sweep import Sweep

BEAT_S = 1
DEATHS_MAX = 4  # of workers that had one job in hand: it takes down whoever serves it
_AWAY_S = 1.0  # between two tries while Redis is away
_TIDY_S = 3600.0  # between two looks for half-written files
_CHORE_S = 50.0  # that a chore in hand has to end when the worker is told to stop

_log = logging.getLogger(__name__)


class ForkingWorker(SimpleWorker):
    """Serves one queue. tasks: all that it ever runs; name: unique among living workers.

    pulse_file: None where another process answers for this one's health; beside: the process that
    it looks after; patience_s: that a job in hand has to end when the worker is told to stop, else
    it is given back; hourly: what else is to be done once an hour, the first time at the start,
    given what keeps the worker alive meanwhile.
    """

    def __init__(
        self,
        settings: Settings,
        redis: Redis,
        queue: str,
        tasks: Mapping[str, Task],
        *,
        name: str,
        pulse_file: Path | None = None,
        beside: Beside | None = None,
        patience_s: float = math.inf,
        hourly: Callable[[Callable[[], None]], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        super().__init__([queue], name=name, connection=redis, **books.TERMS)
        self._queue: Queue = self.queues[0]
        self._pulse_file = pulse_file
        self._beside = beside
        self._read = partial(read, tasks=tasks)
        self._contact = Contact()
        self._sweep = Sweep(self._queue, redis, self._read, lambda _: "no", contact=self._contact)
        self._patience_s = patience_s
        self._hourly = hourly
        self._stop_by: float | None = None  # monotonic seconds, once told to stop
        self._pulseless = False  # whether the last pulse could not be written
        self._beaten = self._tidied = -math.inf  # monotonic seconds

    @property
    def connection_timeout(self) -> int:
        """Seconds after which a silent Redis counts as away."""
        return math.ceil(BEAT_S + self._settings.redis_timeout_s)

    def serve(self, *, burst: bool = False) -> None:
        """Serve until SIGTERM or SIGINT; with burst, until the queue is empty."""
        connection.insist(self.register_birth)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        _log.info(
            "serving queue %s with store %s", self._queue.name, shown(self._settings.photo_store)
        )
        try:
            while self._stop_by is None:
                try:
                    with connection.refusing_is_away():
                        came = self._serve_one(wait_s=0 if burst else BEAT_S)
                    if burst and not came:
                        return
                except connection.AWAY as error:
                    _log.warning("Redis is away (%s)", type(error).__name__)
                    time.sleep(_AWAY_S)
        finally:
            self._depart()

    def _stop(self, *_: object) -> None:
        _log.info("told to stop; finishing what is in hand")
        if self._stop_by is None:
            self._stop_by = time.monotonic() + self._patience_s
        if self._beside:
            self._beside.dismiss()

    def _depart(self) -> None:
        if self._pulse_file:
            with suppress(OSError):  # of a disk that is full or gone; it grows stale by itself
                pulse.still(self._pulse_file)
        books.leave(self)
        if self._beside:
            self._beside.wait(_CHORE_S)
        _log.info("stopped")

    def _serve_one(self, wait_s: int) -> bool:
        """Serve the next job, if one comes; returns whether one came."""
        self._keep()
        job_id = books.pop(self._queue, wait_s)
        if job_id is None:
            return False
        job = DishJob.find(self._queue, job_id)
        if job is None:
            self.connection.lrem(self._queue.intermediate_queue_key, 1, job_id)
            return True
        for claim in books.claim(self, [job], self._queue):
            try:
                self._serve_claim(claim)
            finally:  # where its end was not noted, Redis being away, it runs out: see `Sweep`
                self.executions.pop(claim.execution.id, None)
        return True

    def _keep(self) -> None:
        """What keeps queue and worker alive, at most once a second. An outage is no error here."""
        if time.monotonic() - self._beaten < BEAT_S:
            return
        self._beaten = time.monotonic()
        if self._beside:
            self._beside.keep()
        try:
            books.beat(self, self.connection)
            self._contact.beaten()
            self._sweep.run()
            self._sweep.tell()
            self._pulse()
        except RedisError as error:
            _log.debug("no heartbeat: %s", type(error).__name__)
        self._tidy()

    def _pulse(self) -> None:
        """A data folder that cannot be written ends no worker: the pulse grows stale by itself."""
        if self._pulse_file is None:
            return
        try:
            pulse.beat(self._pulse_file)
        except OSError as error:
            if not self._pulseless:  # once, and not every second
                _log.warning("the pulse cannot be written, so health fails: %s", error)
            self._pulseless = True
        else:
            self._pulseless = False

    def _tidy(self) -> None:
        """Remove what killed children left half-written; claims are renewed meanwhile."""
        if time.monotonic() - self._tidied < _TIDY_S:
            return
        self._tidied = time.monotonic()
        outcome = child.run(
            lambda: Store(self._settings.photo_store).sweep(), _TIDYING, self._keep, BEAT_S
        )
        if outcome.kind != "done":
            _log.warning("the store was not swept: %s %s", outcome.kind, outcome.reason)
        elif outcome.value:
            _log.info("%d half-written files removed from the store", outcome.value)
        self._hourly(self._keep)

    def _serve_claim(self, claim: Claim) -> None:
        job = claim.job
        try:
            task, order = self._read(job)
        except Refused as error:
            _log.error("order %s: %s", job.id, error)
            self._write(claim, books.fail(self, claim, str(error), told=False))
            return
        if job.deaths >= DEATHS_MAX:
            said = _too_heavy(task, order)
            self._end(claim, said, Outcome("heavy", reason=f"{job.deaths} workers died of it"))
            return
        began = time.monotonic()
        try:
            outcome = child.run(
                lambda: task.run(order, self._settings).model_dump(mode="json"),
                task.limits,
                self._keep_in_time,
                BEAT_S,
            )
        except _OutOfPatience:
            _log.info("order %s: given back, there is no time to end it", job.id)
            books.put_back(self, self.connection)
            return
        took_s = time.monotonic() - began
        _log.info("order %s: %s %s (%.2f s)", job.id, outcome.kind, outcome.reason, took_s)
        if not books.own(self.connection, claim):
            _log.warning("order %s: the claim had run out; another worker has it", job.id)
            return
        self._end(claim, _too_heavy(task, order), outcome)

    def _keep_in_time(self) -> None:
        self._keep()
        if self._stop_by is not None and time.monotonic() > self._stop_by:
            raise _OutOfPatience

    def _end(self, claim: Claim, too_heavy: BaseModel | None, outcome: Outcome) -> None:
        """Finish a job with its answer, give it back, or close it.

        A file that breaks every process that opens it, or is too much for one, is refused like any
        other bad one; what fails for another reason, a full or a slow store say, fails, and the bot
        may say so.
        """
        job, answer = claim.job, outcome.value
        tried = not job.should_retry
        hostile = outcome.kind == "heavy" or (outcome.kind == "broken" and tried)
        if hostile and too_heavy is not None:
            answer = too_heavy.model_dump(mode="json")
        if answer is not None:
            self._finish(claim, answer)
        elif tried or hostile:
            self._write(claim, books.fail(self, claim, outcome.reason, told=False))
        else:
            self._write(claim, books.retry_later(self, claim))

    def _finish(self, claim: Claim, answer: Any) -> None:
        claim.job._result = answer
        claim.job.result_ttl = max(claim.job.result_ttl or 0, RESULT_TTL_S)
        self._write(claim, books.finish(self, claim))

    def _write(self, claim: Claim, commands: Sequence[Command]) -> None:
        GroupCommit(self.connection).end(claim, commands)


_TIDYING = child.Limits(cpu_s=60, memory=1024**3, wall_s=120)


class _OutOfPatience(Exception):
    """The worker is to stop, and what is in hand is not done."""


def _too_heavy(task: Task, order: BaseModel) -> BaseModel | None:
    return task.too_heavy(order) if task.too_heavy else None


def hired(
    settings: Settings,
    queue: str,
    label: str,
    tasks: Mapping[str, Task],
    redis: Redis | None = None,
    **more: Any,
) -> ForkingWorker:
    """A worker of one queue, as soon as Redis can be reached. label: its name on this machine."""
    redis = redis or connection.awaited(settings)
    name = f"{queue}-{label}-{os.getpid()}-{time.time_ns() % 10**6}"
    return ForkingWorker(settings, redis, queue, tasks, name=name, **more)
