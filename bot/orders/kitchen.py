"""From an order to the queue: write it down, tell the place in line, hand it to the workers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot import metrics
from bot.answer import Outcome
from bot.orders.door import Door
from bot.orders.journal import Journal
from bot.orders.voice import Voice, alive
from bot.queue.dishes import DishQueue, Line
from bot.records import orders
from bot.records.orders import Asker
from bot.records.photos import NOBODY
from bot.records.tables import Order, State
from foodgan.contract.errors import KitchenClosed, UserError
from foodgan.contract.orders import DishOrder

STOP_TIMEOUT_S = 3.0  # what orders in hand may still take when the bot stops
PATIENCE_S = 5.0  # whoever has to wait longer is told so, and may cancel
WRITE_FIRST_S = 0.5  # how long the records may hold up the deferral, which has 3 s
READ_FIRST_S = 1.0  # the same for an earlier order, without which there is nothing to defer

log = logging.getLogger(__name__)

Defer = Callable[[], Awaitable[object]]  # of `bot.deferral`


class Kitchen:
    """Takes orders whose answer is deferred and sees that none is lost.

    An order that cannot be put in line stays `written`, one that the records do not take in time
    stays in the journal; `Rounds` tries both again.
    """

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: DishQueue,
        door: Door,
        voice: Voice,
        journal: Journal,
        queue_limit: int,
    ) -> None:
        self._sessions = sessions
        self._journal = journal
        self._queue = queue
        self._door = door
        self._voice = voice
        self._queue_limit = queue_limit
        # A burst of orders is many writers, and SQLite lets them wait by luck, not by turn.
        self._pen = asyncio.Lock()
        self.in_hand: dict[str, int] = {}  # order id -> member id; the rounds leave these alone

    async def order(self, order: DishOrder, asker: Asker, defer: Defer) -> None:
        """Write an order down, defer its answer, and put it in line.

        Written first: a bot that is killed after the deferral finds the order again. The one edit
        of the answer comes before the queue sees the order: it can never overwrite the picture.
        """
        self.in_hand[order.order_id] = asker.member_id
        writing = asyncio.create_task(self._write(order, asker))
        try:
            await self._keep(order, asker, writing)
            await self._defer(order, defer, writing)
            if not await self._written(order, writing):
                return
            metrics.ORDERS.labels("written").inc()
            log.info(
                "order %s: written, %s, %d with seed %d",
                order.order_id,
                order.kind,
                order.count,
                order.seed,
            )
            await self._join_line(order, asker.member_id)
        finally:
            del self.in_hand[order.order_id]

    async def recall(self, order_id: str) -> DishOrder:
        """An order as it was asked for, whatever has become of it.

        Raises UserError where it was erased, or the records are too busy for an answer in time.
        """
        try:
            async with asyncio.timeout(READ_FIRST_S), self._sessions() as session:
                record = await session.get(Order, order_id)
        except TimeoutError:
            raise UserError("offer-busy") from None
        if record is None or record.member_id == NOBODY:
            raise UserError("offer-forgotten")
        return orders.as_order(record)

    async def catch_up(self) -> None:
        """Write down what the journal holds: of a bot that was killed, or of busy records.

        Raises SQLAlchemyError where the records still take nothing.
        """
        for entry in self._journal.entries():
            order_id = entry.order.order_id
            if order_id in self.in_hand:
                continue
            async with self._sessions() as session:
                known = await session.get(Order, order_id) is not None
            if known:
                self._journal.forget(order_id)
                continue
            await self._write(entry.order, entry.asker)
            metrics.ORDERS.labels("written").inc()
            log.info("order %s: written, out of the journal", order_id)

    async def _keep(self, order: DishOrder, asker: Asker, writing: asyncio.Task[None]) -> None:
        """Return when the order would outlive this process: in the records, or in the journal.

        Where neither is to be had nothing is deferred, and Discord itself tells the member.
        """
        await asyncio.wait({writing}, timeout=WRITE_FIRST_S)
        if not writing.done():
            try:
                self._journal.note(order, asker)
                return
            except OSError as error:
                log.warning("order %s: not in the journal, %s", order.order_id, error.strerror)
        await writing

    async def _write(self, order: DishOrder, asker: Asker) -> None:
        async with self._pen, self._sessions.begin() as session:
            await orders.write(session, order, asker)
        self._journal.forget(order.order_id)

    async def _written(self, order: DishOrder, writing: asyncio.Task[None]) -> bool:
        """Whether the records have taken a deferred order; if not it is in the journal."""
        try:
            await writing
        except SQLAlchemyError as error:
            log.warning("order %s: stays in the journal, %s", order.order_id, type(error).__name__)
            await self._voice.edit(order, "kitchen-closed", name=order.title)
            return False
        return True

    async def _defer(self, order: DishOrder, defer: Defer, writing: asyncio.Task[None]) -> None:
        """Where Discord takes no answer any more, the order ends: nobody would see its dish."""
        try:
            await defer()
        except BaseException:
            await asyncio.wait({writing})
            if not writing.cancelled() and writing.exception() is None:
                await self.end(order.order_id, "refused")
            self._journal.forget(order.order_id)
            raise

    async def _join_line(self, order: DishOrder, member_id: int) -> None:
        name = order.title
        try:
            line = await self._queue.look()
        except KitchenClosed as error:
            log.warning("order %s: kept for later, %s", order.order_id, error)
            await self._voice.edit(order, "kitchen-closed", button=True, name=name)
            return
        if line.waiting >= self._queue_limit:
            # While nobody works there is no telling when.
            phrase = "kitchen-full" if line.workers else "kitchen-full-unstaffed"
            told = await self._voice.edit(
                order, phrase, name=name, waiting=line.waiting, when=_when(line, "t")
            )
            if told != "away":  # else it is made: nobody may be left without a word
                await self.end(order.order_id, "refused")
                return
        if line.workers == 0:
            await self._voice.edit(order, "kitchen-unstaffed", button=True, name=name)
        elif line.waiting > 0 or line.wait_s > PATIENCE_S:
            place = line.waiting + 1
            await self._voice.edit(
                order, "ordered-ahead", button=True, name=name, place=place, when=_when(line, "R")
            )
        await self.put_in_line(order, member_id)

    async def put_in_line(self, order: DishOrder, member_id: int) -> None:
        """Hand an order to the workers; it may be there already. On failure it stays `written`."""
        try:
            new = await self._queue.enqueue(order, member_id)
            async with self._pen, self._sessions.begin() as session:
                open_still = await orders.queued(session, order.order_id)
            if not open_still:  # cancelled meanwhile
                await self._queue.forget(order.order_id)
        except KitchenClosed as error:
            log.warning("order %s: not in line yet, %s", order.order_id, error)
        except SQLAlchemyError:
            log.exception("order %s: in line, but not noted", order.order_id)
        else:
            log.info("order %s: %s", order.order_id, "in line" if new else "in line before")

    async def tell(self, record: Order, phrase: str) -> bool:
        """Say an order's last word. False where Discord is away: it is to be said later.

        It says which order: Discord shows of a command nothing but that it was one.
        """
        order = orders.as_order(record)
        known = {"id": record.id, "name": order.title}
        return await self._voice.tell(order, record.channel_id, record.member_id, phrase, **known)

    async def warn(self, order: DishOrder) -> Outcome:
        """Say, with the last of its token, that the dish will come to the channel."""
        return await self._voice.edit(order, "dish-will-be-late", button=True, name=order.title)

    async def cancel(
        self, order_id: str, member_id: int, moderator: bool, token: SecretStr
    ) -> str | None:
        """Cancel an open order for one who may; else the phrase that says why not.

        token: of the click, which edits the answer that the button is on.
        """
        async with self._sessions() as session:
            record = await session.get(Order, order_id)
        if record is not None and record.state == "cancelled":
            return "cancel-again"
        if record is None or record.ended_at is not None or record.member_id == NOBODY:
            return "cancel-too-late"
        if member_id != record.member_id and not moderator:
            return "cancel-not-yours"
        try:
            if not await self._queue.cancel(order_id):
                return "cancel-too-late"
        except KitchenClosed:
            return "cancel-no-kitchen"
        await self.say_cancelled(record, token)
        return None

    async def say_cancelled(self, record: Order, token: SecretStr | None = None) -> bool:
        """Say it and end the order; in this order, so that a killed bot says it again.

        False where Discord is away: the rounds say it, while the order's token lives. token: of a
        click.
        """
        order = orders.as_order(record)
        if token is not None:
            order = order.model_copy(update={"token": token})
        told: Outcome = "dead"
        if token is not None or alive(order):
            told = await self._voice.edit(order, "cancelled", name=order.title)
        if told != "away":
            await self.end(order.order_id, "cancelled")
        return told != "away"

    async def end(self, order_id: str, state: State, error_id: str | None = None) -> None:
        """Close an order for good: its token is erased and its seat is free."""
        async with self._pen, self._sessions.begin() as session:
            ended = await orders.end(session, order_id, state, error_id)
        self._door.leave(order_id)
        if ended:  # else a click and a round have met
            metrics.ORDERS.labels(state).inc()
            log.info("order %s: %s", order_id, state)

    async def erase(self, order_id: str) -> None:
        """Leave nothing of an order: neither in the queue nor in the records."""
        await self._queue.forget(order_id)
        async with self._pen, self._sessions.begin() as session:
            await orders.strike(session, order_id)
        self._door.leave(order_id)
        log.info("order %s: erased with its member", order_id)

    async def settle(self) -> None:
        """Give the orders in hand a moment to be put in line before the bot stops."""
        deadline = asyncio.get_running_loop().time() + STOP_TIMEOUT_S
        while self.in_hand and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)


def _when(line: Line, style: str) -> str:
    """When a newcomer's dish should be there, as Discord shows it in everyone's own time.

    style: "t", the time of day; "R", how long till then, which Discord goes on counting.
    """
    ready = datetime.now(UTC) + timedelta(seconds=line.wait_s)
    return f"<t:{ready.timestamp():.0f}:{style}>"
