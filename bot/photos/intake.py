"""What the intake found out about photos is written down."""

import logging

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.guard import Guard
from bot.photos.lookalikes import LookAlikes
from bot.photos.publisher import Publisher
from bot.photos.receipts import FAILED
from bot.photos.reception import Reception
from bot.queue.calls import Stage
from bot.queue.photos import PhotoQueue
from bot.records import photos
from bot.records.tables import Photo
from foodgan.contract.lookalikes import number
from foodgan.contract.photos import Refused, Taken

_ANSWER: TypeAdapter[Taken | Refused] = TypeAdapter(Taken | Refused)

log = logging.getLogger(__name__)


class Intake:
    """Listens to the workers that take photos in."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: PhotoQueue,
        reception: Reception,
        lookalikes: LookAlikes,
        publisher: Publisher,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._reception = reception
        self._lookalikes = lookalikes
        self._publisher = publisher
        self._guard = Guard()

    async def hear(self) -> None:
        """Write down what the intake found, and send what it never got."""
        async with self._sessions() as session:
            open_ones = await photos.at_the_intake(session)
        # Before the queue is asked: what comes into line meanwhile would seem lost.
        in_hand = frozenset(self._reception.in_hand)
        open_ones = [photo for photo in open_ones if photo.id not in in_hand]
        if not open_ones:
            return
        stages = await self._queue.stages([photo.id for photo in open_ones])
        for photo in open_ones:
            await self._guard.keep(f"photo {photo.id}", self._attend(photo, stages[photo.id]))

    async def _attend(self, photo: Photo, stage: Stage) -> None:
        if stage == "done":
            await self._settle(photo, _said(photo, await self._queue.result(photo.id)))
        elif stage == "failed" or (stage == "lost" and photo.state == "withdrawn"):
            await self._settle(photo, Refused(photo_id=photo.id, phrase=FAILED))
        elif stage == "lost":
            await self._reception.put_in_line(photo)
            return
        else:
            return
        await self._queue.forget([photo.id])

    async def _settle(self, photo: Photo, said: Taken | Refused) -> None:
        refusal: str | None
        async with self._sessions.begin() as session:
            if isinstance(said, Taken):
                refusal = await photos.take(session, photo, said)
            else:
                refusal = said.phrase
                await photos.refuse(session, photo, said)
        if isinstance(said, Taken) and refusal is None and photo.state == "submitted":
            self._lookalikes.add(photo.id, number(said.perceptual_hash))
        self._publisher.changed()
        log.info("photo %s: %s", photo.id, refusal or "taken")


def _said(photo: Photo, result: str | None) -> Taken | Refused:
    """What the intake answered; a failure where that is no answer, or about another photo."""
    try:
        said = _ANSWER.validate_json(result or "")
    except ValidationError:
        said = None
    if said is None or said.photo_id != photo.id:
        log.error("photo %s: the intake's answer makes no sense", photo.id)
        return Refused(photo_id=photo.id, phrase=FAILED)
    return said
