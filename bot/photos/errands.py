"""Open errands: answered once they are done, sent again where the queue has lost them."""

import logging

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.photos.drawings import Drawings
from bot.photos.porter import KINDS, Porter, alive, failed
from bot.photos.releases import Releases
from bot.queue.calls import Stage
from bot.queue.photos import PhotoQueue
from bot.records import errands
from bot.records.tables import Errand
from foodgan.contract.errors import KitchenClosed, StoreError
from foodgan.contract.models import Learned
from foodgan.contract.photos import Drawn, Released

log = logging.getLogger(__name__)


class Errands:
    """Looks after errands till they end, also those of before a restart."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: PhotoQueue,
        porter: Porter,
        releases: Releases,
        drawings: Drawings,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._porter = porter
        self._releases = releases
        self._drawings = drawings
        self._unread: set[str] = set()  # errands that this build cannot read, and has said so

    async def attend(self) -> None:
        """Answer what is done, and send what the queue has lost."""
        async with self._sessions() as session:
            open_ones = await errands.open_ones(session)
        if not open_ones:
            return
        stages = await self._queue.stages([errand.id for errand in open_ones])
        failure: KitchenClosed | StoreError | None = None
        for errand in open_ones:
            try:
                await self._attend(errand, stages[errand.id])
            except (KitchenClosed, StoreError) as error:
                failure = error  # the next errand has its turn all the same
        if failure:
            raise failure

    async def _leave(self, errand: Errand, error: ValidationError) -> None:
        """Of an errand that another build wrote down, which may come back till it is late."""
        if errand.id not in self._unread:
            log.error("errand %s: unreadable (%d faults)", errand.id, error.error_count())
            self._unread.add(errand.id)
        if not alive(errand) and await self._porter.say(errand, failed(errand)):
            await self._porter.close(errand, None)

    async def _attend(self, errand: Errand, stage: Stage) -> None:
        try:
            if stage in ("done", "failed"):
                await self._finish(errand, await self._result(errand, stage))
            elif errand.kind == "drawing" and not alive(errand):
                await self._drawings.give_up(errand)
            elif stage == "lost":
                await self._porter.enqueue(errand)
        except ValidationError as error:
            await self._leave(errand, error)

    async def _result(self, errand: Errand, stage: Stage) -> Released | Learned | Drawn | None:
        """What a worker brought; None where it failed."""
        found = await self._queue.result(errand.id) if stage == "done" else None
        try:
            return KINDS[errand.kind].result.model_validate_json(found or "")
        except ValidationError:
            log.error("errand %s: failed", errand.id)
            return None

    async def _finish(self, errand: Errand, done: Released | Learned | Drawn | None) -> None:
        """Answer, then end it. Where Discord is away, on a later round."""
        if isinstance(done, Released):
            await self._releases.finish(errand, done)
        elif isinstance(done, Learned):
            await self._releases.finish_learning(errand, done)
        elif isinstance(done, Drawn):
            await self._drawings.finish(errand, done)
        elif await self._porter.say(errand, failed(errand)):
            await self._porter.close(errand, None)
