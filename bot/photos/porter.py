"""The porter: sends errands off, tells those who wait for them, and ends them."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer, Edit, Outcome
from bot.photos.notices import Notices
from bot.photos.reception import Guest
from bot.queue.photos import PhotoQueue
from bot.records import errands
from bot.records.photos import NOBODY
from bot.records.tables import Errand, ErrandKind
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.models import LEARN_TASK, Learned, Learning
from foodgan.contract.orders import TOKEN_LIFE, TOKEN_MARGIN
from foodgan.contract.photos import (
    DRAW_TASK,
    RELEASE_TASK,
    Drawing,
    Drawn,
    Released,
    ReleaseOrder,
)
from foodgan.contract.phrases import LOCALES, say

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kind:
    """How an errand is queued and read."""

    task: str
    order: type[BaseModel]
    result: type[Released] | type[Learned] | type[Drawn]


KINDS: dict[ErrandKind, Kind] = {
    "release": Kind(RELEASE_TASK, ReleaseOrder, Released),
    "learning": Kind(LEARN_TASK, Learning, Learned),
    "drawing": Kind(DRAW_TASK, Drawing, Drawn),
}


class Porter:
    """What errands of every kind have in common."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: PhotoQueue,
        edit: Edit,
        notices: Notices,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._edit = edit
        self._notices = notices

    async def send(self, errand: Errand) -> None:
        """Write an errand down and put it in line. Without Redis or a worker it is kept, and said
        to be.
        """
        async with self._sessions.begin() as session:
            session.add(errand)
        asker = "a member" if errand.member_id else "the bot itself"
        log.info("errand %s: %s, asked for by %s", errand.id, errand.kind, asker)
        kept = Answer(say(errand.locale, "errand-kept"))
        try:
            if not await self.staffed(errand.kind):
                await self.say(errand, kept)  # before the queue has it: it may be done at once
            await self.enqueue(errand)
        except KitchenClosed as error:
            log.warning("errand %s: kept for later, %s", errand.id, error)
            await self.say(errand, kept)

    async def staffed(self, kind: ErrandKind) -> bool:
        """Whether a worker is there for errands of this kind. Raises KitchenClosed."""
        return await self._queue.staffed(KINDS[kind].task)

    async def enqueue(self, errand: Errand) -> None:
        """Put it in line. Raises KitchenClosed, and ValidationError for another build's."""
        kind = KINDS[errand.kind]
        payload = kind.order.model_validate_json(errand.payload).model_dump(mode="json")
        await self._queue.enqueue(kind.task, errand.id, payload)
        log.info("errand %s: in line", errand.id)

    async def say(self, errand: Errand, answer: Answer) -> bool:
        """False where Discord is away: it is to be said later.

        A drawing that comes too late is of no use any more; the others are told all the same.
        """
        if errand.member_id == NOBODY:
            return True
        outcome: Outcome = "dead"
        if errand.token and alive(errand):
            outcome = await self._edit(errand.application_id, errand.token, answer)
        if errand.kind != "drawing" and outcome in ("dead", "refused"):
            await self._notices.late_release(
                errand.member_id, errand.locale, answer.text, errand.channel_id
            )
        return outcome != "away"

    async def give_up(self, errand: Errand, answer: Answer) -> None:
        """Nobody has done it: say so with the last of its token, and end it."""
        outcome: Outcome = "dead"
        if errand.token and datetime.now(UTC) < errand.asked_at + TOKEN_LIFE:
            outcome = await self._edit(errand.application_id, errand.token, answer)
        if outcome != "away":  # else on a later round
            await self.close(errand, None)

    async def close(self, errand: Errand, done: BaseModel | None) -> None:
        """End it. A release that is closed is learned from by nobody."""
        catalogue = None
        if isinstance(done, Released) and done.digest is None:
            catalogue = done.catalogue  # all is forgotten by it
        async with self._sessions.begin() as session:
            if errand.kind == "drawing":  # it holds names that others have ordered
                await errands.drop(session, errand.id)
            else:
                result = done.model_dump_json() if done else None
                await errands.end(session, errand.id, result, catalogue)
        await self.forget(errand)

    async def forget(self, errand: Errand) -> None:
        """Have the queue keep nothing of an errand that the records have ended."""
        await self._queue.forget([errand.id])


def written(
    kind: ErrandKind, errand_id: str, work: BaseModel, asked_at: datetime, guest: Guest | None
) -> Errand:
    """guest: None for what the bot does by itself."""
    return Errand(
        id=errand_id,
        kind=kind,
        channel_id=guest.channel_id if guest else None,
        member_id=guest.member_id if guest else NOBODY,
        locale=guest.locale if guest else LOCALES[0],
        application_id=guest.application_id if guest else NOBODY,
        token=guest.token.get_secret_value() if guest else None,
        payload=work.model_dump_json(),
        asked_at=asked_at,
    )


def alive(errand: Errand) -> bool:
    """Whether its token is good for an answer still."""
    return datetime.now(UTC) < errand.asked_at + TOKEN_LIFE - TOKEN_MARGIN


def failed(errand: Errand) -> Answer:
    """What whoever waits is told where nothing came of it."""
    return Answer(say(errand.locale, "errand-failed", id=errand.id))
