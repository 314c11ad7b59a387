"""Errands: work of the intake workers that somebody waits for. Releases, and /dataset's picture."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import discord
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer, Edit, Outcome
from bot.blocklist import Blocklist
from bot.kitchen import Defer
from bot.photos.notices import Notices
from bot.photos.publisher import Publisher
from bot.photos.reception import Guest
from bot.queue.calls import Stage
from bot.queue.photos import PhotoQueue
from bot.records import errands, figures
from bot.records.tables import Errand, ErrandKind
from foodgan.contract import dishname
from foodgan.contract.errors import KitchenClosed, StoreError, UserError
from foodgan.contract.orders import TOKEN_LIFE, TOKEN_MARGIN, new_order_id
from foodgan.contract.photos import (
    DRAW_TASK,
    RELEASE_TASK,
    Drawing,
    Drawn,
    Released,
    ReleaseOrder,
)
from foodgan.contract.phrases import say
from foodgan.contract.store import Store

WEEKS_MAX = 52
ASKED_MAX = 2000  # names
ASKED_FOR = timedelta(days=180)  # orders of /dish that say what is wanted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Kind:
    """How an errand is queued and read."""

    task: str
    result: type[Released] | type[Drawn]


_KINDS: dict[ErrandKind, _Kind] = {
    "release": _Kind(RELEASE_TASK, Released),
    "drawing": _Kind(DRAW_TASK, Drawn),
}


class Errands:
    """Sends errands off, and answers when they are done. Unfinished ones outlive a restart."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: PhotoQueue,
        publisher: Publisher,
        store: Store,
        edit: Edit,
        notices: Notices,
        blocklist: Blocklist,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._publisher = publisher
        self._store = store
        self._edit = edit
        self._notices = notices
        self._blocklist = blocklist
        self._drawing: set[int] = set()  # members whose drawing is not in the records yet

    async def release(self, guest: Guest) -> None:
        """Freeze what is accepted now."""
        await self._publisher.bring_up()
        release_id = new_order_id()
        await self._send(guest, "release", release_id, ReleaseOrder(release_id=release_id))

    async def draw(self, guest: Guest, defer: Defer) -> None:
        """Draw the collection as it is now. Raises UserError where one is on its way already."""
        async with self._alone(guest.member_id):
            await defer()
            await self._draw(guest)

    @asynccontextmanager
    async def _alone(self, member_id: int) -> AsyncIterator[None]:
        """One drawing a member at a time: each takes an intake worker some seconds."""
        if member_id in self._drawing:
            raise UserError("dataset-on-its-way")
        self._drawing.add(member_id)
        try:
            async with self._sessions() as session:
                if await errands.draws_for(session, member_id, datetime.now(UTC) - TOKEN_LIFE):
                    raise UserError("dataset-on-its-way")
            yield
        finally:
            self._drawing.discard(member_id)

    async def _draw(self, guest: Guest) -> None:
        await self._publisher.bring_up()
        async with self._sessions() as session:
            weeks = await figures.accepted_by_week(session)
            since = datetime.now(UTC) - ASKED_FOR
            asked = await figures.asked_names(session, since, ASKED_MAX)
        drawing_id = new_order_id()
        drawing = Drawing(
            drawing_id=drawing_id,
            locale=guest.locale,
            weeks=tuple(weeks[-WEEKS_MAX:]),
            asked=tuple(one for one in asked if self._blocklist.allows(one[0])),
        )
        await self._send(guest, "drawing", drawing_id, drawing)

    async def _send(self, guest: Guest, kind: ErrandKind, errand_id: str, work: BaseModel) -> None:
        errand = Errand(
            id=errand_id,
            kind=kind,
            member_id=guest.member_id,
            locale=guest.locale,
            application_id=guest.application_id,
            token=guest.token.get_secret_value(),
            payload=work.model_dump_json(),
            asked_at=datetime.now(UTC),
        )
        async with self._sessions.begin() as session:
            session.add(errand)
        kept = Answer(say(errand.locale, "errand-kept"))
        try:
            if not await self._queue.staffed(_KINDS[kind].task):
                await self._say(errand, kept)  # before the queue has it: it may be done at once
            await self._enqueue(errand)
        except KitchenClosed as error:
            log.warning("errand %s: kept for later, %s", errand.id, error)
            await self._say(errand, kept)

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

    async def _attend(self, errand: Errand, stage: Stage) -> None:
        if stage in ("done", "failed"):
            result = await self._queue.result(errand.id) if stage == "done" else None
            if await self._answer(errand, result):
                await self._close(errand, result)
        elif errand.kind == "drawing" and not _alive(errand):
            await self._give_up(errand)
        elif stage == "lost":
            await self._enqueue(errand)

    async def _answer(self, errand: Errand, result: str | None) -> bool:
        """Answer what is done. False where Discord is away: on a later round."""
        try:
            done = _KINDS[errand.kind].result.model_validate_json(result or "")
        except ValidationError:
            log.error("errand %s: failed", errand.id)
            failed = say(errand.locale, "errand-failed", id=errand.id)
            return await self._say(errand, Answer(failed))
        if isinstance(done, Drawn):
            return await self._show(errand, done)
        return await self._say(errand, _released(errand.locale, done))

    async def _show(self, errand: Errand, drawn: Drawn) -> bool:
        """Show the drawing, which nobody needs again. One that is gone has been shown before."""
        try:
            data = await asyncio.to_thread(self._store.read, drawn.path)
        except FileNotFoundError:
            log.info("errand %s: its drawing is gone", errand.id)
            return True
        told = await self._say(errand, _pictured(errand.locale, drawn, data))
        if told:
            await asyncio.to_thread(self._store.delete, drawn.path)
        return told

    async def _give_up(self, errand: Errand) -> None:
        """Nobody has drawn it: say so with the last of its token."""
        if errand.token and datetime.now(UTC) < errand.asked_at + TOKEN_LIFE:
            late = Answer(say(errand.locale, "dataset-late"))
            if await self._edit(errand.application_id, errand.token, late) == "away":
                return  # on a later round
        await self._close(errand, None)

    async def _close(self, errand: Errand, result: str | None) -> None:
        await self._end(errand, result)
        await self._queue.forget([errand.id])

    async def _enqueue(self, errand: Errand) -> None:
        kind = _KINDS[errand.kind]
        order = Drawing if errand.kind == "drawing" else ReleaseOrder
        payload = order.model_validate_json(errand.payload).model_dump(mode="json")
        await self._queue.enqueue(kind.task, errand.id, payload)

    async def _say(self, errand: Errand, answer: Answer) -> bool:
        """False where Discord is away: it is to be said later.

        A drawing that comes too late is of no use any more; a release is told all the same.
        """
        outcome: Outcome = "dead"
        if errand.token and _alive(errand):
            outcome = await self._edit(errand.application_id, errand.token, answer)
        if errand.kind == "release" and outcome in ("dead", "refused"):
            await self._notices.late(errand.member_id, errand.locale, answer.text, None)
        return outcome != "away"

    async def _end(self, errand: Errand, result: str | None) -> None:
        async with self._sessions.begin() as session:
            await errands.end(session, errand.id, result)


def _alive(errand: Errand) -> bool:
    return datetime.now(UTC) < errand.asked_at + TOKEN_LIFE - TOKEN_MARGIN


def _pictured(locale: str, drawn: Drawn, data: bytes) -> Answer:
    wanted = dishname.listed(drawn.wanted)
    text = say(locale, "dataset-wanted" if wanted else "dataset", words=wanted)
    alt = say(locale, "dataset-alt")
    return Answer(text, None, (discord.File(io.BytesIO(data), "dataset.png", description=alt),))


def _released(locale: str, done: Released) -> Answer:
    if done.digest is None:
        return Answer(say(locale, "released-nothing"))
    # As strings: numbers would get digit grouping.
    return Answer(
        say(
            locale,
            "released",
            digest=done.digest[:12],
            train=str(done.train),
            test=str(done.test),
            left_out=str(done.left_out),
        )
    )
