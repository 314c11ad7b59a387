"""Beside the painting: pictures become files, files become answers, jobs come to their end."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Literal, Self

from redis import Redis
from rq.utils import now
from rq.worker import BaseWorker

from foodgan.contract.errors import DiscordRefused, FoodganError
from foodgan.contract.late import HANDED
from foodgan.contract.logs import redact
from foodgan.contract.orders import TOKEN_LIFE, TOLD, DishOrder
from foodgan.contract.refusals import meaning
from foodgan.machine import process
from worker import books, connection, fence, late, metrics, tasks
from worker.books import Claim, Command
from worker.commit import GroupCommit
from worker.jobs import SHUT
from worker.likeness import Likeness
from worker.plates import Plate
from worker.reply import Message, OutOfTime, Replies, TooLarge

_ENCODERS = 2  # with more threads that compute, the one that feeds the device would wait
_ENCODERS_NICE = 5
_POSTERS = 32  # answers on their way at once
_ROOM = 128  # orders, 100 MB of pictures; with more on their way no new batch is begun
_APOLOGY = timedelta(seconds=20)  # how long to try to say that there will be no picture
_TOKEN_END = timedelta(seconds=5)  # the last moments of a token are not worth a request
_HELD_S = 0.1  # twice what claiming a batch takes where Redis is far away
_LEAVE_S = 2.0  # how long leave to post holds: a claim lives for 8 s
_AWAY_S = 0.5

_log = logging.getLogger(__name__)

Served = Literal["posted", "handed", "left", "lost", "cancelled"]
Asked = Future[tuple[float, list[fence.Leave]]]  # when, in monotonic seconds; of a batch in order


class Delivery:
    """Brings claims to their end on threads of its own. Leaving it waits for all in hand.

    worker: whose claims they are; brisk: asked before each post, see `worker.connection`; stopping:
    whether the worker has been told to stop.
    """

    def __init__(
        self,
        worker: BaseWorker,
        brisk: Redis,
        replies: Replies,
        stopping: Callable[[], bool],
    ) -> None:
        self._worker = worker
        self._brisk = brisk
        self._replies = replies
        self._clock = replies.clock
        self._stopping = stopping
        self._commit = GroupCommit(worker.connection)
        self._encoders = ThreadPoolExecutor(
            _ENCODERS, "encoder", process.step_back, (_ENCODERS_NICE,)
        )
        # One for every look: on each thread that ever had one, torch keeps threads for all cores.
        self._looker = ThreadPoolExecutor(1, "looker")
        self._posters = ThreadPoolExecutor(_POSTERS, "poster")
        self._in_hand = 0
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._posters.shutdown()
        self._looker.shutdown()
        self._encoders.shutdown()

    def has_room(self, wait_s: float) -> bool:
        """Whether another batch may be begun; waits for it for at most `wait_s` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._in_hand < _ROOM, wait_s)

    def wait_till_idle(self, wait_s: float) -> bool:
        """Whether nothing is in hand any more; waits for it for at most `wait_s` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._in_hand == 0, wait_s)

    def bring(
        self,
        batch: Sequence[tuple[Claim, Plate]],
        likeness: Likeness,
        after: threading.Event,
    ) -> None:
        """Encode, post, finish: on other threads. Leave is asked for all together.

        likeness: of the model that painted the batch. after: the next batch is claimed, or none
        waits. Beside encoders and posters that takes Python three times as long, and the device has
        nothing to do meanwhile. As Redis may be away, it is waited for _HELD_S at most.
        """

        def ask() -> tuple[float, list[fence.Leave]]:
            after.wait(_HELD_S)
            return self._ask_leave([claim for claim, _ in batch])

        asked = self._posters.submit(ask)
        for place, (claim, plate) in enumerate(batch):
            leave = partial(self._leave, claim, asked, place)
            self._begin(claim, partial(self._bring, claim, plate, likeness, leave, after))

    def close(self, claim: Claim, order: DishOrder | None, error: Exception) -> None:
        """Give the job another try, or say what has become of it: at once, on another thread."""
        self._begin(claim, partial(self._close, claim, order, error))

    def aside(self, work: Callable[[], None]) -> None:
        """Do what nobody waits for, on another thread; not at all where Redis is away."""

        def done() -> None:
            with connection.unless_away():
                work()

        self._posters.submit(done)

    def _begin(self, claim: Claim, work: Callable[[], None]) -> None:
        with self._changed:
            self._in_hand += 1
        self._posters.submit(self._see_to, claim, work)

    def _see_to(self, claim: Claim, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            _log.exception("order %s: left as it is; its claim runs out", claim.job.id)
        finally:
            self._worker.executions.pop(claim.execution.id, None)
            with self._changed:
                self._in_hand -= 1
                self._changed.notify_all()

    def drop(self, claim: Claim) -> None:
        """Its member wants it no more: end the job without a word, at once, on another thread."""
        self._begin(claim, partial(self._drop, claim))

    def _bring(
        self,
        claim: Claim,
        plate: Plate,
        likeness: Likeness,
        leave: Callable[[], fence.Leave],
        after: threading.Event,
    ) -> None:
        after.wait(_HELD_S)
        try:
            plate = self._looked(plate, likeness)
            served = self._serve(claim, plate, leave)
        except Exception as error:
            self._close(claim, plate.order, error)
            return
        if served == "lost":
            _log.warning("order %s: another worker has taken it over", claim.job.id)
        elif served == "cancelled":
            self._drop(claim)
        elif served != "left":
            handed = served == "handed"
            taken_s = (now() - claim.execution.created_at).total_seconds()
            how = "handed to the bot" if handed else "served"
            _log.info("order %s: %s in %.2f s", claim.job.id, how, taken_s)
            self._finish(claim, "handed" if handed else "served", HANDED if handed else None)

    def _looked(self, plate: Plate, likeness: Likeness) -> Plate:
        """With what the nearest photos say, where that was asked."""
        if plate.order.kind != "check":
            return plate
        told = self._looker.submit(likeness.told, plate.order.locale, plate.pictures[0])
        return replace(plate, beside=told.result())

    def _serve(self, claim: Claim, plate: Plate, ask: Callable[[], fence.Leave]) -> Served:
        """Post it, or give it to the bot where its token is dead or dies before Discord takes it.

        left: the worker has been told to stop, and Redis is away; the claim runs out.
        """
        too_late = late.only_by_bot(claim.job, plate.order, self._clock.now())
        encode = plate.smaller if too_late else plate.message
        message = self._encoders.submit(encode).result()
        leave = ask()
        if leave != "post":
            return leave
        if not too_late:
            if self._post(plate, message):
                return "posted"
            claim.job.meta[SHUT] = True  # should the bot have no room, Discord is not asked again
            message = self._encoders.submit(plate.smaller).result()
        return "handed" if self._hand_over(claim, plate.order, message) else "left"

    def _drop(self, claim: Claim) -> None:
        _log.info("order %s: cancelled", claim.job.id)
        self._finish(claim, "cancelled")

    def _ask_leave(self, claims: Sequence[Claim]) -> tuple[float, list[fence.Leave]]:
        """Where nobody can say, answers are posted: posting twice edits one answer."""
        when = time.monotonic()
        try:
            with connection.refusing_is_away():
                return when, fence.ask_leave(self._brisk, claims)
        except connection.AWAY:
            return when, ["post"] * len(claims)

    def _leave(self, claim: Claim, asked: Asked, place: int) -> fence.Leave:
        """The batch's answer; a fresh one where this process has stood still since."""
        when, leaves = asked.result()
        if time.monotonic() - when > _LEAVE_S:
            _, leaves = self._ask_leave([claim])
            return leaves[0]
        return leaves[place]

    def _post(self, plate: Plate, message: Message) -> bool:
        """Whether Discord took it; False where the bot may.

        It has another token, and may have another way there. Nor is Discord asked again by this
        one: it bars an address for too many refusals.
        """
        until = plate.order.expires_at
        try:
            try:
                self._replies.edit(plate.order, message, until).result()
            except TooLarge:
                smaller = self._encoders.submit(plate.smaller).result()
                self._replies.edit(plate.order, smaller, until).result()
        except OutOfTime:
            return False
        except DiscordRefused as error:
            if meaning(error.status, error.code) in ("dead", "barred"):
                _log.info("order %s: the bot is to answer it (%s)", plate.order.order_id, error)
                return False
            raise
        return True

    def _hand_over(self, claim: Claim, order: DishOrder, message: Message) -> bool:
        """Whether the bot has it now; it needs no interaction token to post it."""
        dish = late.late_dish(order.order_id, message, replayed=not order.has_token)
        return self._settle(claim, partial(late.hand_over, self._worker.connection, dish))

    def _close(self, claim: Claim, order: DishOrder | None, error: Exception) -> None:
        if isinstance(error, DiscordRefused) and meaning(error.status, error.code) == "gone":
            _log.info("order %s: nobody is left to answer (%s)", claim.job.id, error)
            self._finish(claim, "gone")
            return
        judged = tasks.verdict(error)
        if judged.later:
            _log.info("order %s: put off, %s", claim.job.id, error)
            put_off = partial(self._given_back, claim, books.put_off, late.CROWDED_S)
            self._persist(claim, lambda: self._commit.end(claim, put_off()))
            return
        reason = redact("".join(traceback.format_exception(error)))
        _note(claim, error, judged)
        if judged.retry and claim.job.should_retry:
            self._end(claim, "retried", partial(self._given_back, claim, books.retry_later))
            return
        if not self._may_end(claim, order):
            return
        told = False
        if order is not None and judged.phrase is not None:
            told = self.apologise(order, judged.phrase, error)
        if told and judged.declined:
            self._finish(claim, "declined", TOLD)
            return
        self._end(claim, "failed", partial(books.fail, self._worker, claim, reason, told=told))

    def _may_end(self, claim: Claim, order: DishOrder | None) -> bool:
        """Whether a sentence may be the answer: it takes pictures away.

        Never those that another worker has posted meanwhile, or that an earlier delivery had.
        """
        _, [leave] = self._ask_leave([claim])
        if leave == "lost":
            _log.warning("order %s: another worker has taken it over", claim.job.id)
        elif leave == "cancelled":
            self._drop(claim)
        elif order is not None and claim.deliveries > 1 and self.shows(order):
            _log.info("order %s: an earlier delivery had posted it", claim.job.id)
            self._finish(claim, "served")
        else:
            return True
        return False

    def _given_back(
        self, claim: Claim, how: Callable[..., list[Command]], *more: float
    ) -> list[Command]:
        if books.own(self._worker.connection, claim):
            fence.take_back(self._worker.connection, claim.job.id)
        return how(self._worker, claim, *more)

    def apologise(self, order: DishOrder, phrase: str, error: Exception | None = None) -> bool:
        """Put a sentence where the picture would have been; False where that fails too."""
        if not order.has_token:
            return False
        until = min(self._clock.now() + _APOLOGY, order.asked_at + TOKEN_LIFE - _TOKEN_END)
        try:
            self._replies.edit(order, tasks.apology(order, phrase, error), until).result()
        except FoodganError as failure:
            _log.warning("order %s: not told (%s)", order.order_id, type(failure).__name__)
            return False
        return True

    def shows(self, order: DishOrder) -> bool:
        """Whether its pictures are in its answer already; False where Discord does not say."""
        if not order.has_token:
            return False
        try:
            return self._replies.shows(order, self._clock.now() + _APOLOGY).result()
        except FoodganError:
            return False

    def _finish(self, claim: Claim, outcome: str, mark: str | None = None) -> None:
        self._end(claim, outcome, partial(books.finish, self._worker, claim, mark))

    def _end(self, claim: Claim, outcome: str, ending: Callable[[], Sequence[Command]]) -> None:
        """Write and count how a claim has ended, unless it is lost to us.

        outcome: of `metrics.ORDERS`. Whoever has the claim then counts it.
        """
        if self._persist(claim, lambda: self._commit.end(claim, ending())):
            metrics.ORDERS.labels(outcome).inc()

    def _settle(self, claim: Claim, write: Callable[[], None]) -> bool:
        """Write down what became of a claim, unless it is lost to us."""

        def settled() -> bool:
            if not books.own(self._worker.connection, claim):
                return False
            write()
            return True

        return self._persist(claim, settled)

    def _persist(self, claim: Claim, write: Callable[[], bool]) -> bool:
        """Write, however long Redis is away. False where the claim is lost to us.

        The claim is renewed meanwhile. A worker that has been told to stop does not wait: False,
        and the claim runs out by itself.
        """
        while True:
            try:
                with connection.refusing_is_away():
                    return write()
            except connection.AWAY as error:
                if self._stopping():
                    _log.warning("order %s: not noted (%s)", claim.job.id, type(error).__name__)
                    return False
                time.sleep(_AWAY_S)


def _note(claim: Claim, error: Exception, judged: tasks.Verdict) -> None:
    if judged.declined:
        _log.info("order %s: declined (%s)", claim.job.id, error)
        return
    metrics.failed(error)
    trace = error if judged.traced else None
    _log.error("order %s: %s: %s", claim.job.id, type(error).__name__, error, exc_info=trace)
