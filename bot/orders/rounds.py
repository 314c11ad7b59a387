"""The bot's rounds through the open orders: what is done, failed, late, or still to hand over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.guard import Guard
from bot.orders.door import Door
from bot.orders.kitchen import Kitchen
from bot.orders.late import LateDishes
from bot.orders.turns import Turns
from bot.queue.dishes import DishQueue, Fate
from bot.records import orders
from bot.records.photos import NOBODY
from bot.records.tables import Order
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.orders import LATE_LIFE, TOKEN_LIFE, DishOrder

ROUND_S = 2.0
# A worker may send until `expires_at`, and Discord take half a minute; the token lives 45 s more.
GRACE = timedelta(seconds=32)
LAST_WORD = timedelta(days=1)  # after asking; whoever waited longer is not told any more

log = logging.getLogger(__name__)

# What is to be done about one order; False where Discord is away.
Errand = Callable[[Order], Awaitable[bool]]


class Rounds:
    """Walks through the open orders every few seconds; also the outbox after Redis was away."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: DishQueue,
        kitchen: Kitchen,
        door: Door,
        late: LateDishes,
        turns: Turns,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._kitchen = kitchen
        self._door = door
        self._late = late
        self._turns = turns
        self._guard = Guard()
        self._open = True  # whether the queue could be reached on the last round
        self._warned: set[str] = set()  # orders whose member knows that the dish will be late
        self._unread: set[str] = set()  # orders that the log tells of already

    async def walk(self) -> None:
        """Walk until cancelled."""
        try:
            while True:
                await self._guard.keep("a round", self._round())
                await asyncio.sleep(ROUND_S)
        finally:
            await self._turns.stop()

    async def once(self) -> None:
        """One round, to its end."""
        await self._round()
        await self._turns.all_done()

    async def _round(self) -> None:
        """See what every order needs, and begin with that."""
        await self._guard.keep("the journal", self._kitchen.catch_up())
        await self._guard.keep("late dishes", self._late.begin())
        async with self._sessions() as session:
            records = [*await orders.open_orders(session), *await orders.erased(session)]
        seats = {record.id: record.member_id for record in records}
        self._door.seat_only(seats | self._kitchen.in_hand)
        self._warned &= seats.keys()
        self._unread &= seats.keys()
        await self._attend_all(records)

    async def attend(self, order_ids: Sequence[str]) -> None:
        """These alone, as soon as their jobs have ended."""
        async with self._sessions() as session:
            records = await orders.find(session, order_ids)
        await self._attend_all(records)

    async def _attend_all(self, records: Sequence[Order]) -> None:
        records = [record for record in records if record.id not in self._kitchen.in_hand]
        if not records:
            return
        fates = await self._fates([record.id for record in records])
        for record in records:
            errand = self._errand(record, fates.get(record.id))
            if errand:
                run = partial(self._run, record.id, errand)
                quiet = _method(errand) in (self._done, self._put_in_line, self._lose)
                self._turns.begin(record.id, run, talks=not quiet)

    async def _run(self, order_id: str, errand: Errand) -> bool:
        """Do it, unless the order has come to its end or its member has been erased since somebody
        looked: what that leaves to do, the next round sees.
        """
        async with self._sessions() as session:
            found = await orders.find(session, [order_id])
        erasing = _method(errand) == self._erase
        wanted = [record for record in found if erasing or record.member_id != NOBODY]
        return all([await errand(record) for record in wanted])

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

    def _errand(self, record: Order, fate: Fate | None) -> Errand | None:
        """What one order needs, None for nothing. fate: None while the queue cannot be reached."""
        if record.member_id == NOBODY:
            return self._errand_erased(record, fate)
        try:
            order = orders.as_order(record)
        except ValidationError as error:
            return self._errand_unread(record, fate, error)
        stage = fate.stage if fate else None
        if fate and fate.cancelled:
            return self._kitchen.say_cancelled
        if fate and stage == "done" and not fate.handed:
            return partial(self._done, declined=fate.told)
        if fate and stage == "failed":
            return None if fate.telling else partial(self._apologise, told=fate.told)
        if order.too_old() or (order.private and _soon_dead(order)):
            return partial(self._give_up, reachable=fate is not None)
        if stage == "lost" or (stage is not None and record.state == "written"):
            return self._put_in_line  # and if it is late, a later round says so
        return self._warn if stage != "done" and self._is_late(order) else None

    def _errand_unread(
        self, record: Order, fate: Fate | None, error: ValidationError
    ) -> Errand | None:
        """Of an order that a later bot has written, before this one took its place again.

        A worker may know it, and a later bot come back: it stays while it may be wanted.
        """
        if record.id not in self._unread:
            fields = {".".join(map(str, each["loc"])) or "it" for each in error.errors()}
            log.error("order %s: unreadable (%s), left alone", record.id, ", ".join(sorted(fields)))
            self._unread.add(record.id)
        if fate and fate.stage == "done" and not fate.handed:
            return partial(self._done, declined=fate.told)
        failed = fate is not None and fate.stage == "failed" and not fate.telling
        if failed or datetime.now(UTC) >= record.asked_at + LATE_LIFE:
            return partial(self._lose, reachable=fate is not None)
        return None

    def _errand_erased(self, record: Order, fate: Fate | None) -> Errand | None:
        """Of an order whose member was erased: nothing of it is to be left.

        What is being posted, or has been handed over, comes to its end first, for an hour at most.
        """
        if fate is None or fate.telling:
            return None
        if fate.handed and datetime.now(UTC) < record.asked_at + LATE_LIFE:
            return None  # `LateDishes` sees to it
        return partial(self._erase, fate=fate)

    async def _erase(self, record: Order, *, fate: Fate) -> bool:
        unanswered = False
        if record.ended_at is None and fate.stage != "done":
            cancelled = await self._queue.cancel(record.id)
            posting = not cancelled and fate.stage in ("waiting", "started")
            if posting and datetime.now(UTC) < record.asked_at + LATE_LIFE:
                return True
            unanswered = cancelled or (fate.stage == "failed" and not fate.told)
        if unanswered:
            await self._queue.forget(record.id)  # first: Discord may be away for long
            with suppress(ValidationError):  # a later bot has written it: it ends without a word
                if not await self._kitchen.say_cancelled(record):
                    return False
        await self._kitchen.erase(record.id)
        return True

    async def _lose(self, record: Order, *, reachable: bool) -> bool:
        """End it without a word: what it would be said with cannot be read."""
        if reachable:
            await self._queue.forget(record.id)
        await self._kitchen.end(record.id, "failed", error_id=record.id)
        return True

    async def _done(self, record: Order, *, declined: bool) -> bool:
        await self._kitchen.end(record.id, "refused" if declined else "done")
        await self._queue.forget(record.id)
        return True

    async def _put_in_line(self, record: Order) -> bool:
        await self._kitchen.put_in_line(orders.as_order(record), record.member_id)
        return True

    async def _apologise(self, record: Order, *, told: bool) -> bool:
        if not told and not await self._tell(record, "dish-failed"):
            return False
        await self._kitchen.end(record.id, "failed", error_id=record.id)
        await self._queue.blot_out(record.id)
        return True

    async def _give_up(self, record: Order, *, reachable: bool) -> bool:
        """Nobody made it: out of the queue first, so that no dish comes after the apology."""
        if reachable:
            await self._queue.forget(record.id)
        if not await self._tell(record, "dish-late"):
            return False
        await self._kitchen.end(record.id, "late", error_id=record.id)
        return True

    async def _tell(self, record: Order, phrase: str) -> bool:
        """Say the last word, or not if it is too late. False: Discord is away, say it later."""
        too_late = datetime.now(UTC) >= record.asked_at + LAST_WORD
        return too_late or await self._kitchen.tell(record, phrase)

    def _is_late(self, order: DishOrder) -> bool:
        """Whether its member has to hear so, while the token lives."""
        now = datetime.now(UTC)
        warned = order.order_id in self._warned
        return _soon_dead(order) and now < order.asked_at + TOKEN_LIFE and not warned

    async def _warn(self, record: Order) -> bool:
        """Say, before the token dies, that the dish will come to the channel."""
        order = orders.as_order(record)
        outcome = await self._kitchen.warn(order)
        if outcome == "gone":  # its member has deleted the answer
            await self._queue.cancel(order.order_id)
            await self._kitchen.end(order.order_id, "cancelled")
        elif outcome != "away":
            self._warned.add(order.order_id)
        return outcome != "away"


def _method(errand: Errand) -> Callable[..., Awaitable[bool]]:
    """The errand itself, where it has been given more to know."""
    return errand.func if isinstance(errand, partial) else errand


def _soon_dead(order: DishOrder) -> bool:
    """Whether no worker uses its token any more; a private answer has no other way."""
    return order.expired(datetime.now(UTC) - GRACE)
