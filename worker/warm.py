"""An rq worker that keeps one model warm: one process, one queue, one dish after the other.

rq forks for every job, which a warm model does not survive; its `SimpleWorker` does not fork, but
beats too seldom for a dead worker to be noticed soon. Claiming, finishing, retrying and the
registries stay rq's, so that its tools and the bot read them as ever.
"""

import logging
import math
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.queue import Queue
from rq.utils import as_text
from rq.worker import SimpleWorker, WorkerStatus

from foodgan.contract.errors import DiscordRefused, FoodganError
from foodgan.contract.logs import redact
from foodgan.contract.orders import DISH_QUEUE, PAINT_TASK, RESULT_TTL_S, TOKEN_LIFE, DishOrder
from foodgan.contract.settings import Settings
from worker import books, connection, pace, tasks
from worker.bell import Bell
from worker.books import Claim
from worker.health import pulse_file
from worker.jobs import DishJob
from worker.keeper import Keeper, Sweeper
from worker.reply import OutOfTime, Replies, TooLarge, gone
from worker.sweep import Sweep

_WAIT_S = 1  # longest wait for a job; a worker told to stop while idle leaves within it
_APOLOGY = timedelta(seconds=20)  # how long to try to say that there will be no picture
_TOKEN_END = timedelta(seconds=5)  # the last moments of a token are not worth a request
_AWAY_FIRST_S = 0.5
_AWAY_LONGEST_S = 5.0
_SIGNAL_TWICE_S = 1.0  # a terminal and a process manager may both pass one Ctrl-C on

_log = logging.getLogger(__name__)


class WarmWorker(SimpleWorker):
    """Serves the dish queue with one painter. settings: see `foodgan.contract.settings`.

    name: unique among living workers; label: what its pulse file is called after.
    """

    def __init__(
        self,
        painter: tasks.Paints,
        replies: Replies,
        settings: Settings,
        redis: Redis,
        *,
        name: str,
        label: str,
    ) -> None:
        self._settings = settings
        super().__init__(
            [DISH_QUEUE],
            name=name,
            connection=redis,
            job_class=DishJob,
            serializer="json",
            default_result_ttl=RESULT_TTL_S,
            worker_ttl=books.PRESENCE_TTL_S,
            log_job_description=False,  # rq's description holds the arguments
        )
        self._painter = painter
        self._replies = replies
        self._keeper = Keeper(self, connection.hasty(settings), pulse_file(settings, label))
        self._told_to_stop_at: float | None = None  # monotonic

    def serve(self, *, burst: bool = False) -> None:
        """Serve until SIGTERM or SIGINT; with burst, until the queue is empty.

        Redis may go away in between: the loop waits for it.
        """
        queue = self.queues[0]
        self.register_birth()  # type: ignore[no-untyped-call]
        sweep = Sweep(queue, self.connection, partial(self._apologise, phrase="dish-failed"))
        try:
            with self._keeper, Sweeper(sweep), Bell(self._told_to_stop):
                _log.info("serving queue %s with model %s", queue.name, self._painter.model_id)
                self._serve(queue, burst)
        finally:
            self._depart()

    def _serve(self, queue: Queue, burst: bool) -> None:
        away_s = _AWAY_FIRST_S
        while self._told_to_stop_at is None:
            try:
                job = self.next_job(queue, wait_s=0 if burst else _WAIT_S)
                if job is not None:
                    self.execute_job(job, queue)
                elif burst:
                    return
                away_s = _AWAY_FIRST_S
            except connection.AWAY as error:
                _log.warning("Redis is away (%s)", type(error).__name__)
                time.sleep(away_s)
                away_s = min(2 * away_s, _AWAY_LONGEST_S)

    def next_job(self, queue: Queue, wait_s: int) -> DishJob | None:
        """Pop a job by way of the intermediate list, from where a crash cannot lose it."""
        aside = queue.intermediate_queue_key
        while popped := self._pop(queue.key, aside, wait_s):
            job_id = as_text(popped)
            try:
                job = DishJob.fetch(job_id, self.connection, self.serializer)
            except NoSuchJobError:
                self.connection.lrem(aside, 1, job_id)
                continue
            assert isinstance(job, DishJob)
            return job
        return None

    def _pop(self, source: str, aside: str, wait_s: int) -> bytes | str | None:
        if wait_s:
            return self.connection.blmove(source, aside, wait_s)
        return self.connection.lmove(source, aside)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Claim, paint, post, finish. Never raises for what is wrong with the job itself."""
        assert isinstance(job, DishJob)
        claim = books.claim(self, job, queue)
        if claim is None:
            return
        try:
            self._serve_claim(claim)
        finally:
            self.executions.pop(claim.execution.id, None)
            self.set_state(WorkerStatus.IDLE)

    def _told_to_stop(self) -> None:
        """First: leave after the current dish. Again, a second later: give it back and leave."""
        now = time.monotonic()
        if self._told_to_stop_at is None:
            _log.info("told to stop; finishing the dish in hand")
            self._told_to_stop_at = now
        elif now - self._told_to_stop_at > _SIGNAL_TWICE_S:
            self._keeper.leave()

    @property
    def connection_timeout(self) -> int:
        """Seconds after which a silent Redis counts as away; rq would wait ten more."""
        return _WAIT_S + math.ceil(self._settings.redis_timeout_s)

    def _serve_claim(self, claim: Claim) -> None:
        began = time.monotonic()
        order = None
        try:
            order = tasks.read(claim.job)
            if claim.deliveries > self._settings.retries + 1:
                raise tasks.Poison(claim.deliveries)
            if order.expired():
                raise OutOfTime
            plate = self._paint(order)
            if not self._may_post(claim):
                _log.warning("order %s: another worker has taken it over", order.order_id)
                return
            self._post(order, plate)
        except Exception as error:
            self._close(claim, order, error)
            return
        taken_s = time.monotonic() - began
        _log.info("order %s: served in %.2f s", order.order_id, taken_s)
        self._settle(claim, partial(books.finish, self, claim))
        pace.note(self.connection, taken_s)

    def _paint(self, order: DishOrder) -> tasks.Plate:
        paint = tasks.TASKS[PAINT_TASK]
        with self._keeper.deadline(self._settings.paint_timeout_s, order.order_id):
            pictures = paint(self._painter, [order])[0]
        known = self._painter.knows(order.name)
        return tasks.Plate(order, tuple(pictures), self._painter.model_id, known)

    def _may_post(self, claim: Claim) -> bool:
        """Whether the order is still ours, or nobody can say: posting twice edits one answer."""
        try:
            return books.own(self.connection, claim)
        except connection.AWAY:
            return True

    def _post(self, order: DishOrder, plate: tasks.Plate) -> None:
        try:
            self._replies.edit(order, plate.message(), order.expires_at).result()
        except TooLarge:
            self._replies.edit(order, plate.smaller(), order.expires_at).result()

    def _close(self, claim: Claim, order: DishOrder | None, error: Exception) -> None:
        """Give the job another try, or say what has become of it and end it."""
        if isinstance(error, DiscordRefused) and gone(error):
            _log.info("order %s: nobody is left to answer (%s)", claim.job.id, error)
            self._settle(claim, partial(books.finish, self, claim))
            return
        judged = tasks.verdict(error)
        _log.error(
            "order %s: %s: %s", claim.job.id, type(error).__name__, error, exc_info=judged.traced
        )
        reason = redact("".join(traceback.format_exception(error)))
        if judged.retry and claim.job.should_retry:
            self._settle(claim, partial(books.retry_later, self, claim, reason))
            return
        told = False
        if order is not None and judged.phrase is not None:
            told = self._apologise(order, judged.phrase, error)
        self._settle(claim, partial(books.fail, self, claim, reason, told=told))

    def _apologise(self, order: DishOrder, phrase: str, error: Exception | None = None) -> bool:
        """Put a sentence where the picture would have been; False where that fails too."""
        until = min(datetime.now(UTC) + _APOLOGY, order.asked_at + TOKEN_LIFE - _TOKEN_END)
        try:
            self._replies.edit(order, tasks.apology(order, phrase, error), until).result()
        except FoodganError as failure:
            _log.warning("order %s: not told (%s)", order.order_id, type(failure).__name__)
            return False
        return True

    def _settle(self, claim: Claim, write: Callable[[], None]) -> None:
        """Write a job's end into the books, however long Redis is away, unless it is lost to us.

        A worker that has been told to stop does not wait: the claim runs out by itself.
        """
        while True:
            try:
                if books.own(self.connection, claim):
                    write()
                return
            except connection.AWAY:
                if self._told_to_stop_at is not None:
                    raise
                time.sleep(_AWAY_FIRST_S)

    def _depart(self) -> None:
        try:
            self.register_death()  # type: ignore[no-untyped-call]
        except connection.AWAY:
            _log.warning("Redis is away; the worker's entry goes by itself")
        _log.info("stopped")
