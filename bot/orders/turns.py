"""Whose turn it is: an order is attended to by one at a time, many orders at once.

While Discord takes no word on an order, its turn comes ever more seldom.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from bot.guard import Guard

TALKS_MAX = 16  # orders that are talked to Discord about at once
PAUSE_S = 2.0  # after the first time that Discord was away; twice as long after each further one
PAUSE_MOST_S = 60.0


@dataclass(frozen=True)
class _Pause:
    """Of one order. until: monotonic seconds."""

    seconds: float
    until: float


class Turns:
    """Tasks by the order that they attend to. A slow one holds up no other order, nor a round."""

    def __init__(self) -> None:
        self._guard = Guard()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._talks = asyncio.Semaphore(TALKS_MAX)
        self._pauses: dict[str, _Pause] = {}
        self._stopped = False

    def busy(self, order_id: str) -> bool:
        """Whether somebody attends to this order now."""
        return order_id in self._tasks

    def begin(
        self, order_id: str, work: Callable[[], Awaitable[bool]], *, talks: bool = True
    ) -> None:
        """Attend to an order, unless somebody does already, or its pause is not over.

        work: False where Discord is away; talks: to Discord, which may be slow, and needs the pause
        alone. What fails is logged and left for a later round.
        """
        if self.busy(order_id) or self._stopped or (talks and self._pausing(order_id)):
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

    def _pausing(self, order_id: str) -> bool:
        pause = self._pauses.get(order_id)
        return pause is not None and monotonic() < pause.until

    async def _attend(
        self, order_id: str, work: Callable[[], Awaitable[bool]], talks: bool
    ) -> None:
        async with self._talks if talks else contextlib.nullcontext():
            taken = await self._guard.keep(f"order {order_id}", work())
        if talks and not taken:
            self._pause(order_id)
        elif talks:
            self._pauses.pop(order_id, None)

    def _pause(self, order_id: str) -> None:
        now, before = monotonic(), self._pauses.pop(order_id, None)
        seconds = min(2 * before.seconds, PAUSE_MOST_S) if before else PAUSE_S
        # Of an order that has ended meanwhile nobody asks again.
        forgotten = now - 2 * PAUSE_MOST_S
        self._pauses = {key: p for key, p in self._pauses.items() if p.until > forgotten}
        self._pauses[order_id] = _Pause(seconds, now + seconds)
