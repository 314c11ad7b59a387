"""An rq worker that keeps one model warm and paints all that waits in one forward pass.

rq forks for every job, which a warm model does not survive; its `SimpleWorker` does not fork, but
takes one job at a time and beats too seldom for a dead worker to be noticed soon. Here a batch is
claimed in one transaction and painted in one pass; then each job is finished, retried or failed by
rq's own functions, so that its tools and the bot read state, registries and results as ever.
"""

import logging
import math
import threading
import time
from collections.abc import Sequence
from functools import partial

from PIL.Image import Image
from redis import Redis
from rq.queue import Queue
from rq.worker import SimpleWorker

from foodgan.contract import pulse
from foodgan.contract.orders import (
    DISH_QUEUE,
    END_CANCELLED,
    END_POSTING,
    PAINT_TASK,
    DishOrder,
)
from foodgan.contract.ratelimit import Fleet
from foodgan.contract.settings import Settings
from worker import books, connection, fence, late, metrics, pace, passes, tasks
from worker.bell import Bell
from worker.books import Claim
from worker.contact import Contact
from worker.delivery import Delivery
from worker.keeper import EXIT_DEVICE, Keeper, Sweeper
from worker.likeness import Likeness
from worker.line import Line
from worker.liveness import Liveness
from worker.passes import DeviceLost, Passes
from worker.plates import Plate
from worker.reply import OutOfTime, Replies
from worker.succession import Succession
from worker.sweep import Sweep, Told

_REST_S = 0.2  # between two looks whether a resting worker is to work again
_SUSPECT_WAIT_S = 10.0  # for what is in hand, before what may have killed a worker is painted
_NEXT_SUSPECT_WAIT_S = 3.0  # the same where one has just been painted, and only one died with it
_ROW = 2  # batches of others that end a row of suspects
_WAIT_S = 1  # longest wait for a job; a worker told to stop while idle leaves within it
_AWAY_FIRST_S = 0.5
_AWAY_LONGEST_S = 5.0
_WARM_PASSES = 4  # passes' time that making the next model ready on the device may take
_DRAIN_S = 60.0  # systemd and compose kill a worker after 90 s, and that counts as a death
_DRAIN_PASSES_S = 10.0  # beside a pass; the house kills it 15 s after one, see `foodgan.launch`
_SIGNAL_TWICE_S = 1.0  # a terminal and a process manager may both pass one Ctrl-C on

_log = logging.getLogger(__name__)

Ready = tuple[Claim, DishOrder]  # an order that may be painted


def drain_s(settings: Settings) -> float:
    """How long a worker that was told to stop has for what is in hand; the rest it gives back."""
    return min(_DRAIN_S, settings.paint_timeout_s + _DRAIN_PASSES_S)


class BatchingWorker(SimpleWorker):
    """Serves the dish queue with one painter. settings: see `foodgan.contract.settings`.

    limit: pictures of one pass, see `worker.passes.fitted`; name: unique among living workers;
    label: what its pulse file is called after; succession: where the painter comes from, and those
    after it; None: it stays.
    """

    def __init__(
        self,
        painter: tasks.Paints,
        replies: Replies,
        settings: Settings,
        redis: Redis,
        *,
        limit: int,
        name: str,
        label: str,
        succession: Succession | None = None,
    ) -> None:
        self._settings = settings
        super().__init__([DISH_QUEUE], name=name, connection=redis, **books.TERMS)
        self._painter = painter
        self._passes = Passes(painter, limit)
        self._likeness = Likeness(succession.folder if succession else settings.model_dir)
        self._succession = succession
        self._queue: Queue = self.queues[0]
        self._clock = replies.clock
        self._line = Line(self._queue, self._clock)
        hasty = connection.hasty(settings)
        fleet = Fleet(hasty)
        self._contact = Contact()
        self._keeper = Keeper(
            self,
            hasty,
            pulse.of_worker(settings.var_dir, "worker", label),
            also=partial(self._listen, hasty, fleet, replies),
        )
        brisk = connection.brisk(settings)
        self._delivery = Delivery(self, brisk, replies, lambda: self.stopping)
        self._calm = _ROW  # batches since the last suspect
        self._claimed = threading.Event()  # that batch which follows the one painted last, or none
        self._claimed.set()
        self._told_to_stop_at: float | None = None  # monotonic
        self.resting = False  # operators want it to take no orders
        self.at_rest = False  # it takes none: a look at the queue that was under way is over

    @property
    def model_id(self) -> str:
        """The model that it paints with."""
        return self._painter.model_id

    @property
    def device_name(self) -> str:
        """Where it paints: "cpu", "cuda:0"."""
        return str(self._painter.device)

    @property
    def limit(self) -> int:
        """Pictures of one pass."""
        return self._passes.limit

    @property
    def in_hand(self) -> int:
        """Orders that are claimed and not yet at their end."""
        return len(self.executions)

    @property
    def stopping(self) -> bool:
        """Whether it has been told to stop."""
        return self._told_to_stop_at is not None

    def serve(self, *, burst: bool = False) -> None:
        """Serve until SIGTERM or SIGINT; with burst, until the queue is empty.

        Redis may go away in between: the loop waits for it.
        """
        connection.insist(self.register_birth)
        alive = Liveness(self._settings.var_dir, self.name)
        sweep = Sweep(
            self._queue, self.connection, tasks.read, self._told_of_failure, alive, self._contact
        )
        try:
            with alive, self._keeper, Bell(self._told_to_stop), Sweeper(sweep), self._delivery:
                _log.info(
                    "serving queue %s with model %s, %d pictures a pass",
                    self._queue.name,
                    self._painter.model_id,
                    self._passes.limit,
                )
                self._serve(burst)
        finally:
            books.leave(self)
            _log.info("stopped")

    def _listen(self, connection: Redis, fleet: Fleet, replies: Replies) -> None:
        """With each heartbeat: whether Discord wants the fleet to wait, and what time it is."""
        self._contact.beaten()
        replies.hold(fleet.wait_s())
        self._clock.set_by(connection)

    def _told_of_failure(self, order: DishOrder) -> Told:
        """Tell the member of an order that died with its worker, unless there is no need to."""
        decided = fence.decided(self.connection, order.order_id)
        if decided == END_CANCELLED:
            metrics.ORDERS.labels("cancelled").inc()
            return "told"
        if decided == END_POSTING and self._delivery.shows(order):
            metrics.ORDERS.labels("served").inc()
            return "served"
        metrics.ORDERS.labels("failed").inc()
        return "told" if self._delivery.apologise(order, "dish-failed") else "no"

    def _serve(self, burst: bool) -> None:
        away_s = _AWAY_FIRST_S
        while self._told_to_stop_at is None:
            self._succeed()
            self.at_rest = self.resting
            if self.at_rest:
                time.sleep(_REST_S)
                continue
            if not self._delivery.has_room(_WAIT_S):
                continue
            try:
                with connection.refusing_is_away():
                    at_once = burst or not self._claimed.is_set()
                    jobs = self._line.take(self._passes.limit, wait_s=0 if at_once else _WAIT_S)
                    claims = books.claim(self, jobs, self._queue) if jobs else []
                    self._claimed.set()
                    if jobs:
                        self._serve_batch(claims)
                    elif burst:
                        return
                away_s = _AWAY_FIRST_S
            except connection.AWAY as error:
                _log.warning("Redis is away (%s)", type(error).__name__)
                time.sleep(away_s)
                away_s = min(2 * away_s, _AWAY_LONGEST_S)

    def _succeed(self) -> None:
        """Paint with the next model from now on, where one lies ready and paints on the device."""
        heir = self._succession.take() if self._succession else None
        if self._succession is None or heir is None:
            return
        began, before, device = time.monotonic(), self.model_id, self._painter.device
        try:
            with self._keeper.deadline(
                _WARM_PASSES * self._settings.paint_timeout_s, f"model {heir.painter.model_id}"
            ):
                painter = passes.settled(heir.painter, device, self._passes.fitted)
        except Exception as error:
            self._succession.refuse(heir, error)
        else:
            self._painter, self._passes = painter, Passes(painter, self._passes.fitted)
            self._likeness = Likeness(heir.folder)
            took_s = time.monotonic() - began
            _log.info("model %s -> %s in %.2f s", before, painter.model_id, took_s)
        passes.release(device)

    def _told_to_stop(self) -> None:
        """First: leave after the current batch. Again, a second later: give it back and leave."""
        now = time.monotonic()
        if self._told_to_stop_at is None:
            _log.info("told to stop; finishing the batch in hand")
            self._told_to_stop_at = now
            self._keeper.leave_within(drain_s(self._settings))
        elif now - self._told_to_stop_at > _SIGNAL_TWICE_S:
            self._keeper.leave()

    @property
    def connection_timeout(self) -> int:
        """Seconds after which a silent Redis counts as away; rq would wait ten more."""
        return _WAIT_S + math.ceil(self._settings.redis_timeout_s)

    def _serve_batch(self, claims: Sequence[Claim]) -> None:
        """Paint what may be painted and hand it on. Never raises for what is wrong with a job."""
        for claim in claims:
            if claim.unwanted:
                self._delivery.drop(claim)
        wanted = [claim for claim in claims if not claim.unwanted]
        ready = [(claim, order) for claim in wanted if (order := self._read(claim))]
        if not ready:
            return
        self._beware(max(claim.job.deaths for claim, _ in ready))
        metrics.begun(ready, self._clock.now())
        began = time.monotonic()
        self._paint(ready)
        took_s = (time.monotonic() - began) / len(ready)
        self._delivery.aside(partial(pace.note, self.connection, took_s))

    def _beware(self, deaths: int) -> None:
        """Wait for what is in hand: should a suspect take this worker down, that were lost, too.

        Most have only been near one that did. Where many wait, as after a power cut, a slow Discord
        must not hold up each of them. deaths: of workers with it.
        """
        if not deaths:
            self._calm += 1
            return
        in_row, self._calm = self._calm < _ROW, 0
        self._delivery.wait_till_idle(
            _NEXT_SUSPECT_WAIT_S if in_row and deaths == 1 else _SUSPECT_WAIT_S
        )

    def _read(self, claim: Claim) -> DishOrder | None:
        """The order of a claim; None, and the claim is closed, where it is not to be painted."""
        order = None
        try:
            order = tasks.read(claim.job)
            if (claim.job.retries_left or 0) < 0:
                raise tasks.Poison(claim.job.deaths)
            if order.too_old(self._clock.now()):
                raise OutOfTime
            tasks.heed(order)
            if late.only_by_bot(claim.job, order, self._clock.now()):
                late.ask_for_room(self.connection)
        except Exception as error:
            self._delivery.close(claim, order, error)
            return None
        return order

    def _paint(self, ready: Sequence[Ready]) -> None:
        """All in one pass; if that fails each by itself, so that the faulty one fails alone."""
        orders = [order for _, order in ready]
        whose = ", ".join(order.order_id for order in orders)
        _log.debug("painting orders %s", whose)
        deadline = partial(self._keeper.deadline, self._settings.paint_timeout_s, f"order {whose}")
        try:
            painted = tasks.TASKS[PAINT_TASK](
                partial(self._passes.paint, deadline=deadline), orders
            )
        except DeviceLost as error:
            lost = {order.order_id for order in orders}
            self._keeper.leave_now(
                f"orders {whose}: the device is lost, {error}", EXIT_DEVICE, lost
            )
        except Exception as error:
            if len(ready) == 1:
                self._delivery.close(*ready[0], error)
                return
            _log.warning("orders %s: %s; now one by one", whose, type(error).__name__)
            for one in ready:
                self._paint([one])
                self._claimed.set()  # the next one may take this process down
            return
        self._claimed = threading.Event()
        self._delivery.bring(
            [
                (claim, self._plate(order, pictures))
                for (claim, order), pictures in zip(ready, painted, strict=True)
            ],
            self._likeness,
            after=self._claimed,
        )

    def _plate(self, order: DishOrder, pictures: Sequence[Image]) -> Plate:
        known = any(map(self._painter.knows, order.names))
        return Plate(order, tuple(pictures), self._painter.model_id, known)
