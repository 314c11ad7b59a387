"""The bot's rounds through the open orders: what is done, failed, late, or still to hand over."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.door import Door
from bot.kitchen import Kitchen
from bot.late import LateDishes
from bot.queue.dishes import DishQueue, Fate
from bot.records import orders
from bot.records.tables import Order
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.orders import TOKEN_LIFE, DishOrder

ROUND_S = 2.0
# A worker may send until `expires_at`, and Discord take half a minute; the token lives 45 s more.
GRACE = timedelta(seconds=32)
LAST_WORD = timedelta(days=1)  # after asking; whoever waited longer is not told any more

log = logging.getLogger(__name__)


class Rounds:
    """Walks through the open orders every few seconds; also the outbox after Redis was away."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: DishQueue,
        kitchen: Kitchen,
        door: Door,
        late: LateDishes,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._kitchen = kitchen
        self._door = door
        self._late = late
        self._open = True  # whether the queue could be reached on the last round
        self._warned: set[str] = set()  # orders whose member knows that the dish will be late
        self._turn = asyncio.Lock()  # an order is attended to by one at a time

    async def walk(self) -> None:
        """Walk until cancelled."""
        while True:
            await _guarded("a round", self.once())
            await asyncio.sleep(ROUND_S)

    async def once(self) -> None:
        """One round."""
        async with self._turn:
            await _guarded("late dishes", self._late.once())
            async with self._sessions() as session:
                records = await orders.open_orders(session)
            seats = {record.id: record.member_id for record in records}
            self._door.seat_only(seats | self._kitchen.in_hand)
            self._warned &= seats.keys()
            await self._attend_all(records)

    async def attend(self, order_ids: Sequence[str]) -> None:
        """These alone, as soon as their jobs have ended."""
        async with self._turn:
            async with self._sessions() as session:
                records = await orders.find(session, order_ids)
            await self._attend_all(records)

    async def _attend_all(self, records: Sequence[Order]) -> None:
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
        if fate and fate.cancelled:
            await self._kitchen.say_cancelled(record)
        elif fate and stage == "done" and not fate.handed:
            await self._kitchen.end(order.order_id, "done")
            await self._queue.forget(order.order_id)
        elif fate and stage == "failed":
            await self._apologise(record, told=fate.told)
        elif order.too_old() or (order.private and _soon_dead(order)):
            await self._give_up(record, reachable=fate is not None)
        else:
            if stage == "lost" or (stage is not None and record.state == "written"):
                await self._kitchen.put_in_line(order, record.member_id)
            if stage != "done" and _soon_dead(order):
                await self._warn(order)

    async def _apologise(self, record: Order, told: bool) -> None:
        if not told and not await self._kitchen.tell(record, "dish-failed", id=record.id):
            return  # Discord is away: on a later round
        await self._kitchen.end(record.id, "failed", error_id=record.id)
        await self._queue.blot_out(record.id)

    async def _give_up(self, record: Order, reachable: bool) -> None:
        """Nobody made it: out of the queue first, so that no dish comes after the apology."""
        if reachable:
            await self._queue.forget(record.id)
        if datetime.now(UTC) < record.asked_at + LAST_WORD and not await self._kitchen.tell(
            record, "dish-late", id=record.id
        ):
            return
        await self._kitchen.end(record.id, "late", error_id=record.id)

    async def _warn(self, order: DishOrder) -> None:
        """Say once, before the token dies, that the dish will come to the channel."""
        if order.order_id in self._warned or datetime.now(UTC) >= order.asked_at + TOKEN_LIFE:
            return
        outcome = await self._kitchen.warn(order)
        if outcome == "gone":  # its member has deleted the answer
            await self._queue.cancel(order.order_id)
            await self._kitchen.end(order.order_id, "cancelled")
        elif outcome != "away":
            self._warned.add(order.order_id)


def _soon_dead(order: DishOrder) -> bool:
    """Whether no worker uses its token any more; a private answer has no other way."""
    return order.expired(datetime.now(UTC) - GRACE)


async def _guarded(what: str, work: Awaitable[None]) -> None:
    """Log a failure and go on: the next order, or the next round, must come all the same."""
    try:
        await work
    except (KitchenClosed, SQLAlchemyError) as error:
        log.warning("%s: left for the next round, %s", what, type(error).__name__)
    except Exception:
        log.exception("%s: left for the next round", what)
