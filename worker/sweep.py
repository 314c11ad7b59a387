"""What a dead worker left behind goes back to the queue. Any living worker sees to it."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Literal, TypeVar

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from rq import worker_registration
from rq.job import JobStatus
from rq.queue import Queue
from rq.registry import ScheduledJobRegistry
from rq.utils import as_text

from foodgan.contract.errors import FoodganError
from foodgan.contract.orders import TELLING_KEY, TELLING_TTL_S
from worker import books
from worker.contact import Contact
from worker.jobs import DishJob
from worker.liveness import Liveness

STUCK_S = 5.0  # popped but not claimed for so long: its worker died between the two
TIDY_S = 60.0
_LOCK = "foodgan:sweep:"  # and the queue's name
_LOCK_MS = 3000  # a sweep takes milliseconds; its worker may die in it
_log = logging.getLogger(__name__)

Order = TypeVar("Order")

# Whether a member knows what became of an order: no, by a sentence, or by the pictures themselves.
Told = Literal["no", "told", "served"]


class Sweep(Generic[Order]):
    """Brings abandoned, stuck and due jobs back to one queue.

    read: the order in a job, or FoodganError; tell: says to the member that an order has failed for
    good, unless it turns out to have been served; neighbours: whose deaths need no waiting for;
    contact: whether others' silence means their death.
    """

    def __init__(
        self,
        queue: Queue,
        connection: Redis,
        read: Callable[[DishJob], Order],
        tell: Callable[[Order], Told],
        neighbours: Liveness | None = None,
        contact: Contact | None = None,
    ) -> None:
        self._neighbours = neighbours
        self._contact = contact or Contact()
        self._queue = queue
        self._connection = connection
        self._read = read
        self._tell = tell
        self._popped: dict[str, float] = {}  # job id: monotonic seconds when first seen
        self._tidied = 0.0
        self._untold: dict[str, tuple[DishJob, Order]] = {}  # by id: filed as failed
        self._told: dict[str, Told] = {}  # of them: what has been said, and is not yet written down

    def run(self) -> None:
        """One round. Workers take turns; two rounds at once would still lose nothing."""
        self._keep_telling()
        stuck = self._stuck()
        if not self._connection.set(_LOCK + self._queue.name, 1, nx=True, px=_LOCK_MS):
            return
        self._forsake_dead()
        hopeless: dict[str, tuple[DishJob, Order]] = {}

        def close(job: DishJob, *_: object) -> None:
            self._close(hopeless, job)

        seconds, _ = self._connection.time()  # machines may disagree about it, see `books`
        till = seconds if self._contact.steady and self._long_up() else books.LONG_AGO
        self._queue.started_job_registry.cleanup(till, exception_handlers=[close])
        self._untold.update(hopeless)
        self._put_back(stuck)
        self._enqueue_due(seconds)
        if time.monotonic() - self._tidied > TIDY_S:
            self._tidy(seconds)
        self._connection.delete(_LOCK + self._queue.name)

    def tell(self) -> None:
        """See to the members of what has failed for good. Talking to Discord takes its time."""
        for job, order in tuple(self._untold.values()):
            try:
                self._see_to(job, order)
            except RedisError:
                raise  # and the next round sees to it once more
            except Exception:
                _log.exception("order %s: it is left to the bot to say so", job.id)
            self._connection.delete(TELLING_KEY + job.id)
            self._told.pop(job.id, None)
            del self._untold[job.id]

    def _see_to(self, job: DishJob, order: Order) -> None:
        if job.id not in self._told:
            self._told[job.id] = self._tell(order)
        told = self._told[job.id]
        if told == "served":
            _log.info("order %s: its worker died after it had posted it", job.id)
            books.redeem(job, self._queue)
        elif told == "told":
            books.mark_told(job)

    def _keep_telling(self) -> None:
        """Meanwhile the bot leaves them alone: its sentence would take pictures away."""
        for job_id in tuple(self._untold):
            self._connection.expire(TELLING_KEY + job_id, TELLING_TTL_S)

    def _long_up(self) -> bool:
        """Whether all claims could be renewed since Redis began; a worker may begin with it."""
        try:
            up_s = self._connection.info("server")["uptime_in_seconds"]
        except ResponseError:  # there are users of Redis that may not ask
            return True
        return bool(up_s >= books.CLAIM_TTL_S)

    def _forsake_dead(self) -> None:
        if self._neighbours is None:
            return
        for name in self._neighbours.dead():
            left = books.forsake(self._queue, name)
            self._neighbours.bury(name)
            _log.warning("worker %s has died; it had in hand: %s", name, ", ".join(left) or "none")

    def _stuck(self) -> list[str]:
        """Jobs that were popped a while ago and that nobody has claimed."""
        key = self._queue.intermediate_queue_key
        listed = [as_text(job_id) for job_id in self._connection.lrange(key, 0, -1)]
        seen, now = self._popped, time.monotonic()
        self._popped = {job_id: seen.get(job_id, now) for job_id in listed}
        return [job_id for job_id, since in self._popped.items() if now - since > STUCK_S]

    def _put_back(self, stuck: list[str]) -> None:
        for job_id in stuck:
            with self._connection.pipeline() as pipe:
                pipe.lrem(self._queue.intermediate_queue_key, 1, job_id)
                self._queue.push_job_id(job_id, pipeline=pipe, at_front=True)
                pipe.execute()
            del self._popped[job_id]

    def _enqueue_due(self, now: int) -> None:
        """What rq's scheduler process does; a fork beside a warm model is best avoided.

        To the front: an order that is tried again is older than those that wait. Who has been due
        for longest comes to stand before the others.
        """
        registry = ScheduledJobRegistry(queue=self._queue)  # type: ignore[no-untyped-call]
        for job_id in reversed(registry.get_jobs_to_schedule(now)):
            job = DishJob.find(self._queue, job_id)
            with self._connection.pipeline() as pipe:
                registry.remove(job_id, pipeline=pipe)
                if job is not None:
                    job.set_status(JobStatus.QUEUED, pipeline=pipe)
                    self._queue.push_job_id(job_id, pipeline=pipe, at_front=True)
                pipe.execute()

    def _tidy(self, now: int) -> None:
        self._tidied = time.monotonic()
        self._queue.finished_job_registry.cleanup(now)
        self._queue.failed_job_registry.cleanup(now)
        worker_registration.clean_worker_registry(self._queue)

    def _close(self, hopeless: dict[str, tuple[DishJob, Order]], job: DishJob) -> None:
        """Before rq gives an abandoned job another try, or files it as failed without its token.

        Either stands in rq's one transaction: a worker that dies in its sweep, perhaps of the very
        order that it has just brought back, holds up none of the others.
        """
        _log.warning("order %s: its worker died (tries left: %s)", job.id, job.retries_left or 0)
        if job.should_retry:
            books.note_death(self._connection, job)
            job.abandoned = True
            return
        with suppress(FoodganError):
            hopeless[job.id] = (job, self._read(job))
            job.untold = True
        job.forget_token()
