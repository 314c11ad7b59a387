"""Whose turn it is: an order is attended to by one at a time, many orders at once."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from foodgan.contract.errors import KitchenClosed

TALKS_MAX = 16  # orders that are talked to Discord about at once

log = logging.getLogger(__name__)


class Turns:
    """Tasks by the order that they attend to. A slow one holds up no other order, nor a round."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._talks = asyncio.Semaphore(TALKS_MAX)
        self._stopped = False

    def busy(self, order_id: str) -> bool:
        """Whether somebody attends to this order now."""
        return order_id in self._tasks

    def begin(
        self, order_id: str, work: Callable[[], Awaitable[None]], *, talks: bool = True
    ) -> None:
        """Attend to an order, unless somebody does already. talks: to Discord, which may be slow.

        What fails is logged and left for a later round.
        """
        if self.busy(order_id) or self._stopped:
            return
        task = asyncio.create_task(self._attend(order_id, work, talks), name=f"order {order_id}")
        self._tasks[order_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(order_id))

    async def all_done(self) -> None:
        """Wait for those that have their turn now."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Leave everything for the next start."""
        self._stopped = True
        for task in self._tasks.values():
            task.cancel()
        await self.all_done()

    async def _attend(
        self, order_id: str, work: Callable[[], Awaitable[None]], talks: bool
    ) -> None:
        async with self._talks if talks else contextlib.nullcontext():
            await guarded(f"order {order_id}", work())


async def guarded(what: str, work: Awaitable[None]) -> None:
    """Log a failure and go on: the next order, or the next round, must come all the same."""
    try:
        await work
    except (KitchenClosed, SQLAlchemyError) as error:
        log.warning("%s: left for the next round, %s", what, type(error).__name__)
    except Exception:
        log.exception("%s: left for the next round", what)
