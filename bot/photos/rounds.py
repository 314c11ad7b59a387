"""The rounds through what is open about photos: a chore a subject, each in its turn."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.guard import Guard

ROUND_S = 1.0

Chore = Callable[[], Awaitable[None]]


class PhotoRounds:
    """Walks from chore to chore. One that fails keeps no other from its turn."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._guard = Guard()

    async def walk(self) -> None:
        """Walk until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(ROUND_S)

    async def once(self) -> None:
        """One round."""
        for chore in self._chores:
            await self._guard.keep(chore.__qualname__, chore())
