"""Dishes that came too late for their token: posted by the bot, once, and acknowledged."""

import logging
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Shown
from bot.orders.kitchen import Kitchen
from bot.orders.turns import Turns
from bot.orders.voice import Voice
from bot.queue.dishes import DishQueue
from bot.queue.handover import Handover
from bot.records import orders
from bot.records.photos import NOBODY
from bot.records.tables import Order
from foodgan.contract.late import LateDish

log = logging.getLogger(__name__)


class LateDishes:
    """Takes dishes off the stream. A step that was not reached is taken again after a restart.

    The steps are: post, note the order's end, acknowledge. What was noted is not posted again.
    """

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: DishQueue,
        kitchen: Kitchen,
        voice: Voice,
        turns: Turns,
    ) -> None:
        self._sessions = sessions
        self._handover = Handover(queue.call)
        self._queue = queue
        self._kitchen = kitchen
        self._voice = voice
        self._turns = turns

    async def begin(self) -> None:
        """Begin to serve what waits; what Discord does not take now stays for a later time."""
        for entry_id, dish in await self._handover.waiting():
            self._turns.begin(dish.order_id, partial(self._bring, entry_id, dish))

    async def _bring(self, entry_id: bytes, dish: LateDish) -> bool:
        served = await self._serve(dish)
        if served:
            await self._handover.done(entry_id)
        return served

    async def _serve(self, dish: LateDish) -> bool:
        """Whether this dish is dealt with."""
        async with self._sessions() as session:
            record = await session.get(Order, dish.order_id)
        if record is None:  # another bot's on this Redis
            log.debug("order %s: a late dish of an order that is not ours", dish.order_id)
            return False
        if record.member_id == NOBODY:
            log.info("order %s: its member was erased, and gets no late dish", record.id)
            await self._kitchen.erase(record.id)
            return True
        if not _waits(record, dish):
            log.info("order %s: nobody waits for its late dish", dish.order_id)
            return True
        pictures = [
            Shown(file.filename, file.alt, body)
            for file, body in zip(dish.files, dish.bodies, strict=True)
        ]
        outcome = await self._voice.bring(
            orders.as_order(record), record.channel_id, record.member_id, dish.content, pictures
        )
        if outcome == "away":
            return False
        if record.state == "failed" and outcome == "taken":
            async with self._sessions.begin() as session:
                await orders.redeem(session, record.id)
            log.info("order %s: served after all", record.id)
        elif record.state != "failed" and outcome == "refused":
            if not await self._kitchen.tell(record, "dish-failed"):
                return False
            await self._kitchen.end(record.id, "failed", error_id=record.id)
        else:
            await self._kitchen.end(record.id, "done" if outcome == "taken" else "late")
        await self._queue.forget(record.id)
        return True


def _waits(record: Order, dish: LateDish) -> bool:
    """Whether the order is open, or has failed and an operator wants it made after all."""
    return record.ended_at is None or (dish.replayed and record.state == "failed")
