"""The bot's rounds through the open orders: what is done, failed, late, or still to hand over."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.door import Door
from bot.kitchen import Kitchen
from bot.queue.dishes import DishQueue, Fate
from bot.records import orders
from bot.records.tables import Order
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.orders import TOKEN_LIFE, DishOrder

ROUND_S = 2.0
# A dish being made at `expires_at` may still arrive; the token lives 45 s longer than that.
GRACE = timedelta(seconds=15)

log = logging.getLogger(__name__)


class Rounds:
    """Walks through the open orders every few seconds; also the outbox after Redis was away."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: DishQueue,
        kitchen: Kitchen,
        door: Door,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._kitchen = kitchen
        self._door = door
        self._open = True  # whether the queue could be reached on the last round

    async def walk(self) -> None:
        """Walk until cancelled."""
        while True:
            await _guarded("a round", self.once())
            await asyncio.sleep(ROUND_S)

    async def once(self) -> None:
        """One round."""
        async with self._sessions() as session:
            records = await orders.open_orders(session)
        seats = {record.id: record.member_id for record in records}
        self._door.seat_only(seats | self._kitchen.in_hand)
        records = [record for record in records if record.id not in self._kitchen.in_hand]
        if not records:
            return
        fates = await self._fates([record.id for record in records])
        for record in records:
            await _guarded(f"order {record.id}", self._attend(record, fates.get(record.id)))

    async def _fates(self, order_ids: Sequence[str]) -> dict[str, Fate]:
        """How far the orders have come; empty while the queue cannot be reached."""
        try:
            fates = await self._queue.fates(order_ids)
        except KitchenClosed as error:
            if self._open:
                log.warning(
                    "the kitchen cannot be reached, %d orders open: %s", len(order_ids), error
                )
            self._open = False
            return {}
        if not self._open:
            log.info("the kitchen can be reached again, %d orders open", len(order_ids))
        self._open = True
        return fates

    async def _attend(self, record: Order, fate: Fate | None) -> None:
        """Do what one order needs. fate: None while the queue cannot be reached."""
        order = orders.as_order(record)
        stage = fate.stage if fate else None
        if stage == "done":
            await self._kitchen.end(order.order_id, "done")
            await self._queue.forget(order.order_id)
        elif fate and stage == "failed":
            await self._apologise(order, told=fate.told)
        elif order.expired(datetime.now(UTC) - (GRACE if stage == "started" else timedelta())):
            await self._give_up(order, reachable=fate is not None)
        elif stage == "lost" or (stage is not None and record.state == "written"):
            await self._kitchen.put_in_line(order, record.member_id)

    async def _apologise(self, order: DishOrder, told: bool) -> None:
        if not told:
            await self._kitchen.tell(order, "dish-failed", id=order.order_id)
        await self._kitchen.end(order.order_id, "failed", error_id=order.order_id)
        await self._queue.blot_out(order.order_id)

    async def _give_up(self, order: DishOrder, reachable: bool) -> None:
        """Too late: out of the queue first, so that no picture comes after the apology."""
        if reachable:
            await self._queue.forget(order.order_id)
        if datetime.now(UTC) < order.asked_at + TOKEN_LIFE:
            await self._kitchen.tell(order, "dish-late", id=order.order_id)
        await self._kitchen.end(order.order_id, "late", error_id=order.order_id)


async def _guarded(what: str, work: Awaitable[None]) -> None:
    """Log a failure and go on: the next order, or the next round, must come all the same."""
    try:
        await work
    except (KitchenClosed, SQLAlchemyError) as error:
        log.warning("%s: left for the next round, %s", what, type(error).__name__)
    except Exception:
        log.exception("%s: left for the next round", what)
