"""From an order to the queue: write it down, tell the place in line, hand it to the workers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.door import Door
from bot.queue.dishes import DishQueue, Line
from bot.records import orders
from bot.records.orders import Asker
from bot.records.tables import State
from foodgan.contract import dishname
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.orders import DishOrder
from foodgan.contract.phrases import say

STOP_TIMEOUT_S = 3.0  # what orders in hand may still take when the bot stops

log = logging.getLogger(__name__)

Edit = Callable[[DishOrder, str], Awaitable[bool]]


class Kitchen:
    """Takes orders whose answer is deferred and sees that none is lost.

    An order that cannot be put in line stays `written`; `Rounds` tries again.
    """

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: DishQueue,
        door: Door,
        edit: Edit,
        queue_limit: int,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._door = door
        self._edit = edit
        self._queue_limit = queue_limit
        self.in_hand: dict[str, int] = {}  # order id -> member id; the rounds leave these alone

    async def order(self, order: DishOrder, asker: Asker) -> None:
        """Write an order down and put it in line.

        The one edit of the answer comes before the queue sees the order, so that it can never
        overwrite the picture.
        """
        self.in_hand[order.order_id] = asker.member_id
        try:
            async with self._sessions.begin() as session:
                await orders.write(session, order, asker)
            log.info("order %s: written, %d with seed %d", order.order_id, order.count, order.seed)
            await self._join_line(order, asker.member_id)
        finally:
            del self.in_hand[order.order_id]

    async def _join_line(self, order: DishOrder, member_id: int) -> None:
        try:
            line = await self._queue.look()
        except KitchenClosed as error:
            log.warning("order %s: kept for later, %s", order.order_id, error)
            await self.tell(order, "kitchen-closed", name=dishname.display(order.name))
            return
        if line.waiting >= self._queue_limit:
            await self.tell(order, "kitchen-full")
            await self.end(order.order_id, "refused")
            return
        await self._tell_line(order, line)
        await self.put_in_line(order, member_id)

    async def _tell_line(self, order: DishOrder, line: Line) -> None:
        """Say how long it will be, unless it is the guest's turn at once."""
        name = dishname.display(order.name)
        if line.workers == 0:
            await self.tell(order, "kitchen-unstaffed", name=name)
        elif line.waiting > 0:
            ready = datetime.now(UTC) + timedelta(seconds=line.wait_s)
            when = f"<t:{ready.timestamp():.0f}:R>"
            await self.tell(order, "ordered-ahead", name=name, place=line.waiting + 1, when=when)

    async def put_in_line(self, order: DishOrder, member_id: int) -> None:
        """Hand an order to the workers; it may be there already. On failure it stays `written`."""
        try:
            new = await self._queue.enqueue(order, member_id)
            async with self._sessions.begin() as session:
                await orders.queued(session, order.order_id)
        except KitchenClosed as error:
            log.warning("order %s: not in line yet, %s", order.order_id, error)
        except SQLAlchemyError:
            log.exception("order %s: in line, but not noted", order.order_id)
        else:
            log.info("order %s: %s", order.order_id, "in line" if new else "in line before")

    async def tell(self, order: DishOrder, phrase: str, **values: str | int) -> bool:
        """Edit the answer into a sentence in the guest's language."""
        return await self._edit(order, say(order.locale, phrase, **values))

    async def end(self, order_id: str, state: State, error_id: str | None = None) -> None:
        """Close an order for good: its token is erased and its seat is free."""
        async with self._sessions.begin() as session:
            await orders.end(session, order_id, state, error_id)
        self._door.leave(order_id)
        log.info("order %s: %s", order_id, state)

    async def settle(self) -> None:
        """Give the orders in hand a moment to be put in line before the bot stops."""
        deadline = asyncio.get_running_loop().time() + STOP_TIMEOUT_S
        while self.in_hand and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)
