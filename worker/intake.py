"""The rq worker of photos: one job at a time, each in a bounded process of its own.

Two processes make one worker: this one serves the queue `photo`, one beside it the queue `chores`,
so that no photo waits for a release. They read no stranger's byte and run no thread, so that they
can fork. Claims, recovery and the ways in which a job ends are those of the painters: see
`worker.books` and `worker.sweep`.
"""

import logging
import math
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.queue import Queue
from rq.utils import as_text
from rq.worker import SimpleWorker

from foodgan.contract import pulse
from foodgan.contract.orders import RESULT_TTL_S
from foodgan.contract.photos import CHORE_QUEUE, PHOTO_QUEUE, PhotoIntake
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.photos import words
from worker import books, child, connection, photos
from worker.beside import Beside
from worker.books import Claim, Command
from worker.child import Outcome
from worker.commit import GroupCommit
from worker.health import intake_pulse_file
from worker.jobs import DishJob
from worker.sweep import Sweep

BEAT_S = 1
RESULT_KEPT_S = 7 * 86_400  # the bot may be away for days: a photo in the store must not be lost
DEATHS_MAX = 4  # of workers that had one job in hand: it takes down whoever serves it
_AWAY_S = 1.0  # between two tries while Redis is away
_TIDY_S = 3600.0  # between two looks for half-written files
_CHORE_S = 50.0  # that a chore in hand has to end when the worker is told to stop
_CHORES_NICE = 10  # photos go first

_log = logging.getLogger(__name__)


class IntakeWorker(SimpleWorker):
    """Serves one queue. name: unique among living workers; beside: the process that it looks after.

    pulse_file: None where another process answers for this one's health.
    """

    def __init__(
        self,
        settings: Settings,
        redis: Redis,
        queue: str,
        *,
        name: str,
        pulse_file: Path | None = None,
        beside: Beside | None = None,
    ) -> None:
        self._settings = settings
        super().__init__(
            [queue],
            name=name,
            connection=redis,
            job_class=DishJob,
            serializer="json",
            default_result_ttl=RESULT_TTL_S,
            worker_ttl=books.PRESENCE_TTL_S,
            log_job_description=False,  # rq's description holds the arguments
        )
        self._queue: Queue = self.queues[0]
        self._pulse_file = pulse_file
        self._beside = beside
        self._sweep = Sweep(self._queue, redis, photos.read, lambda _: "no")
        self._told_to_stop = False
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
        _log.info("serving queue %s with store %s", self._queue.name, self._settings.photo_store)
        try:
            while not self._told_to_stop:
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
        self._told_to_stop = True
        if self._beside:
            self._beside.dismiss()

    def _depart(self) -> None:
        if self._pulse_file:
            pulse.still(self._pulse_file)
        try:
            with connection.refusing_is_away():
                self.register_death()  # type: ignore[no-untyped-call]
        except connection.AWAY:
            _log.warning("Redis is away; the worker's entry goes by itself")
        if self._beside:
            self._beside.wait(_CHORE_S)
        _log.info("stopped")

    def _serve_one(self, wait_s: int) -> bool:
        """Serve the next job, if one comes; returns whether one came."""
        self._keep()
        source, aside = self._queue.key, self._queue.intermediate_queue_key
        redis = self.connection
        popped = redis.blmove(source, aside, wait_s) if wait_s else redis.lmove(source, aside)
        if not popped:
            return False
        try:
            job = DishJob.fetch(as_text(popped), redis, self._queue.serializer)
        except NoSuchJobError:
            redis.lrem(aside, 1, as_text(popped))
            return True
        if isinstance(job, DishJob):
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
            self._sweep.run()
            self._sweep.tell()
            if self._pulse_file:
                pulse.beat(self._pulse_file)
        except RedisError as error:
            _log.debug("no heartbeat: %s", type(error).__name__)
        self._tidy()

    def _tidy(self) -> None:
        """Remove what killed children left half-written; in a folder that takes no time."""
        if time.monotonic() - self._tidied < _TIDY_S:
            return
        self._tidied = time.monotonic()
        outcome = child.run(
            lambda: Store(self._settings.photo_store).sweep(), _TIDYING, lambda: None, BEAT_S
        )
        if outcome.value:
            _log.info("%d half-written files removed from the store", outcome.value)

    def _serve_claim(self, claim: Claim) -> None:
        job = claim.job
        try:
            task, order = photos.read(job)
        except photos.NotServed as error:
            _log.error("order %s: %s", job.id, error)
            self._write(claim, books.fail(self, claim, str(error), told=False))
            return
        deaths = books.deaths(self.connection, job)
        if deaths >= DEATHS_MAX:
            self._end(claim, order, Outcome("heavy", reason=f"{deaths} workers died of it"))
            return
        began = time.monotonic()
        outcome = child.run(
            lambda: task.run(order, self._settings).model_dump(mode="json"),
            task.limits,
            self._keep,
            BEAT_S,
        )
        took_s = time.monotonic() - began
        _log.info("order %s: %s %s (%.2f s)", job.id, outcome.kind, outcome.reason, took_s)
        if not books.own(self.connection, claim):
            _log.warning("order %s: the claim had run out; another worker has it", job.id)
            return
        self._end(claim, order, outcome)

    def _end(self, claim: Claim, order: photos.Order, outcome: Outcome) -> None:
        """Finish a job with its answer, give it back, or close it.

        A file that breaks every process that opens it, or is too much for one, is refused like any
        other bad one; what fails for another reason, a full or a slow store say, fails, and the bot
        may say so.
        """
        job, answer = claim.job, outcome.value
        tried = not job.should_retry
        hostile = outcome.kind == "heavy" or (outcome.kind == "broken" and tried)
        if hostile and isinstance(order, PhotoIntake):
            answer = photos.too_heavy(order).model_dump(mode="json")
        if answer is not None:
            self._finish(claim, answer)
        elif tried or hostile:
            self._write(claim, books.fail(self, claim, outcome.reason, told=False))
        else:
            self._write(claim, books.retry_later(self, claim))

    def _finish(self, claim: Claim, answer: Any) -> None:
        claim.job._result = answer
        claim.job.result_ttl = max(claim.job.result_ttl or 0, RESULT_KEPT_S)
        self._write(claim, books.finish(self, claim))

    def _write(self, claim: Claim, commands: Sequence[Command]) -> None:
        GroupCommit(self.connection).end(claim, commands)


_TIDYING = child.Limits(cpu_s=60, memory=1024**3, wall_s=120)


def serve(settings: Settings, label: str, *, burst: bool = False) -> None:
    """One intake worker's life. label: its name on this machine."""
    words.warm()
    if burst:
        for queue in (PHOTO_QUEUE, CHORE_QUEUE):
            _hired(settings, queue, label).serve(burst=True)
        return
    chores = Beside(lambda: _hired(settings, CHORE_QUEUE, label).serve(), _CHORES_NICE)
    chores.keep()
    pulse_file = intake_pulse_file(settings, label)
    _hired(settings, PHOTO_QUEUE, label, pulse_file=pulse_file, beside=chores).serve()


def _hired(settings: Settings, queue: str, label: str, **more: Any) -> IntakeWorker:
    """A worker of one queue, as soon as Redis can be reached."""
    redis = connection.awaited(settings)
    name = f"{queue}-{label}-{os.getpid()}-{time.time_ns() % 10**6}"
    return IntakeWorker(settings, redis, queue, name=name, **more)
