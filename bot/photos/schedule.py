"""Releases that nobody has to ask for: a trainer learns from what was accepted since the last."""

import logging
import math
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.photos.publisher import Publisher
from bot.photos.releases import Releases
from bot.queue.photos import PhotoQueue
from bot.records import releases
from foodgan.contract.models import LEARN_TASK
from foodgan.contract.settings import Settings

LOOK_EVERY_S = 60.0  # into the records; Redis is asked only where a release is due
UNLEARNED_S = 3600.0  # without a trainer, until the log says so
AGAIN = timedelta(hours=1)  # after a release that failed, at the latest

log = logging.getLogger(__name__)


class Schedule:
    """Makes a release when one is due and a trainer is there; else looks again later."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: PhotoQueue,
        releasing: Releases,
        publisher: Publisher,
        settings: Settings,
    ) -> None:
        self._sessions = sessions
        self._publisher = publisher
        self._queue = queue
        self._releasing = releasing
        self._every = timedelta(hours=settings.release_every_h)
        self._again = min(self._every, AGAIN)
        self._next_s = 0.0  # of the monotonic clock
        self._unlearned_s: float | None = None  # since when a release is due and nobody learns

    async def keep(self) -> None:
        """Make a release if one is due."""
        catalogue = self._publisher.catalogue
        if catalogue is None:  # after a start: the store has not been reached yet
            return
        if not self._every or time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + LOOK_EVERY_S
        async with self._sessions() as session:
            now = datetime.now(UTC)
            due = await releases.due(session, catalogue, now, self._every, self._again)
        if not due or await self._queue.staffed(LEARN_TASK):
            self._unlearned_s = None
            if due:
                await self._release()
        else:
            self._miss_a_trainer()

    def _miss_a_trainer(self) -> None:
        """Say so once: one may be about to start, and a club may do without."""
        now = time.monotonic()
        if self._unlearned_s is None:
            self._unlearned_s = now
        elif now - self._unlearned_s >= UNLEARNED_S:
            self._unlearned_s = math.inf
            log.warning(
                "photos were accepted, withdrawn or credited anew, and no trainer runs: nothing is "
                "learned or forgotten until one does (`python -m worker trainer`)"
            )

    async def _release(self) -> None:
        try:
            await self._releasing.release(None)
        except BaseException:  # before the records have it: they tell nobody to wait
            self._next_s = time.monotonic() + self._again.total_seconds()
            raise
