"""Errands: releases, what trainers learn from them, and /dataset's picture."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import discord
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer, Edit, Outcome
from bot.blocklist import Blocklist
from bot.orders.kitchen import Defer
from bot.photos.lessons import lesson
from bot.photos.notices import Notices
from bot.photos.publisher import Publisher
from bot.photos.reception import Guest
from bot.queue.calls import Stage
from bot.queue.photos import PhotoQueue
from bot.records import errands, figures, releases
from bot.records.photos import NOBODY
from bot.records.tables import Errand, ErrandKind, Photo
from foodgan.contract import dishname
from foodgan.contract.errors import KitchenClosed, StoreError, StoreRefused, UserError
from foodgan.contract.models import (
    LEARN_TASK,
    MODELS,
    PICTURE,
    PICTURE_MAX,
    Learned,
    LearnedName,
    Learning,
)
from foodgan.contract.orders import TOKEN_LIFE, TOKEN_MARGIN, new_order_id
from foodgan.contract.photos import (
    DRAW_TASK,
    RELEASE_TASK,
    Drawing,
    Drawn,
    Released,
    ReleaseOrder,
    drawing_path,
)
from foodgan.contract.phrases import LOCALES, say
from foodgan.contract.store import Store

WEEKS_MAX, ASKED_MAX = 52, 2000  # ISO weeks, names
ASKED_FOR = timedelta(days=180)  # orders of /dish that say what is wanted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Kind:
    """How an errand is queued and read."""

    task: str
    order: type[BaseModel]
    result: type[Released] | type[Learned] | type[Drawn]


_KINDS: dict[ErrandKind, _Kind] = {
    "release": _Kind(RELEASE_TASK, ReleaseOrder, Released),
    "learning": _Kind(LEARN_TASK, Learning, Learned),
    "drawing": _Kind(DRAW_TASK, Drawing, Drawn),
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
        servers: Collection[int] = (),
    ) -> None:
        """servers: those of the club; none named: any."""
        self._sessions = sessions
        self._queue = queue
        self._publisher = publisher
        self._store = store
        self._edit = edit
        self._notices = notices
        self._blocklist = blocklist
        self._servers = servers
        self._drawing: set[int] = set()  # members whose drawing is not in the records yet
        self._unread: set[str] = set()  # errands that this build cannot read, and has said so

    async def release(self, guest: Guest | None) -> None:
        """Freeze what is accepted for good now; a trainer that is there learns from it.

        guest: None where the bot does so by itself, and nobody gets an answer.
        """
        asked_at = datetime.now(UTC)  # what is accepted from now on is for the next one
        await self._publisher.bring_up()
        release_id = new_order_id()
        order = ReleaseOrder(release_id=release_id, asked_at=asked_at)
        await self._send(_errand("release", release_id, order, asked_at, guest))

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
            asked = await figures.asked_names(session, since, ASKED_MAX, self._servers)
        names = [one for one in asked if self._blocklist.allows(one[0])]
        numbers: dict[int, int] = {}  # a member -> a number that is good for this drawing alone
        drawing_id = new_order_id()
        drawing = Drawing(
            drawing_id=drawing_id,
            locale=guest.locale,
            weeks=tuple(weeks[-WEEKS_MAX:]),
            asked=tuple(
                (name, tuple(numbers.setdefault(member, len(numbers)) for member in members))
                for name, members in names
            ),
        )
        await self._send(_errand("drawing", drawing_id, drawing, datetime.now(UTC), guest))

    async def _send(self, errand: Errand) -> None:
        async with self._sessions.begin() as session:
            session.add(errand)
        asker = "a member" if errand.member_id else "the bot itself"
        log.info("errand %s: %s, asked for by %s", errand.id, errand.kind, asker)
        kept = Answer(say(errand.locale, "errand-kept"))
        try:
            if not await self._queue.staffed(_KINDS[errand.kind].task):
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

    async def _leave(self, errand: Errand, error: ValidationError) -> None:
        """Of an errand that another build wrote down, which may come back till it is late."""
        if errand.id not in self._unread:
            log.error("errand %s: unreadable (%d faults)", errand.id, error.error_count())
            self._unread.add(errand.id)
        if not _alive(errand) and await self._say(errand, _failed(errand)):
            await self._close(errand, None)

    async def _attend(self, errand: Errand, stage: Stage) -> None:
        try:
            if stage in ("done", "failed"):
                await self._finish(errand, await self._result(errand, stage))
            elif errand.kind == "drawing" and not _alive(errand):
                await self._give_up(errand)
            elif stage == "lost":
                await self._enqueue(errand)
        except ValidationError as error:
            await self._leave(errand, error)

    async def _result(self, errand: Errand, stage: Stage) -> Released | Learned | Drawn | None:
        """What a worker brought; None where it failed."""
        found = await self._queue.result(errand.id) if stage == "done" else None
        try:
            return _KINDS[errand.kind].result.model_validate_json(found or "")
        except ValidationError:
            log.error("errand %s: failed", errand.id)
            return None

    async def _finish(self, errand: Errand, done: Released | Learned | Drawn | None) -> None:
        """Answer, then end it. Where Discord is away, on a later round."""
        if isinstance(done, Released):
            await self._finish_release(errand, done)
        elif isinstance(done, Learned):
            await self._finish_learning(errand, done)
        elif isinstance(done, Drawn):
            if await self._show(errand, done):
                await self._close(errand, done)
        elif await self._say(errand, _failed(errand)):
            await self._close(errand, None)

    async def _finish_release(self, errand: Errand, done: Released) -> None:
        """A trainer goes on with it. What the bot began itself waits for one that has just left."""
        lines = [_released(errand.locale, done), *await self._left_over(errand)]
        learning = None
        if done.digest is not None:
            taught = errand.member_id == NOBODY or await self._queue.staffed(LEARN_TASK)
            if taught:
                learning = Learning(
                    learning_id=new_order_id(), release=done.digest, asked_at=errand.asked_at
                )
            news = "released-learning" if taught else "released-no-trainer"
            lines.append(say(errand.locale, news))
        if not await self._say(errand, Answer("\n".join(lines))):
            return
        log.info("errand %s: released %s", errand.id, done.digest or "nothing")
        if learning is None:
            await self._close(errand, done)
            return
        async with self._sessions.begin() as session:
            follows = await errands.go_on(session, errand, done, learning)
        await self._queue.forget([errand.id])
        if follows:
            log.info("errand %s: goes on as errand %s, learning", errand.id, follows.id)
            await self._enqueue(follows)

    async def _left_over(self, errand: Errand) -> list[str]:
        """What to say of photos that wait for the next release: a reviewer could take them back."""
        async with self._sessions() as session:
            count = await releases.left_for_the_next(session, errand.asked_at)
        return [say(errand.locale, "released-left-over", count=count)] if count else []

    async def _finish_learning(self, errand: Errand, done: Learned) -> None:
        release = Learning.model_validate_json(errand.payload).release
        picture = await self._picture(errand, done)
        if not await self._say(errand, lesson(errand.locale, release, done, picture)):
            return
        log.info("errand %s: %d names, promoted: %s", errand.id, len(done.names), done.promoted)
        fresh, showing = await self._end_learning(errand, done)
        await self._queue.forget([errand.id])
        if showing:
            log.info("errand %s: %d names are news to contributors", errand.id, len(fresh))
            await self._notices.announce(fresh, showing)

    async def _end_learning(
        self, errand: Errand, done: Learned
    ) -> tuple[list[LearnedName], Sequence[Photo]]:
        """End it. Returns the names that are news, and the photos whose contributors are to hear.

        Since then they count as told: a stop in between costs messages, and sends none twice.
        """
        async with self._sessions.begin() as session:
            before = await errands.last_served(session)
            # Outrun by one that the records do not know, after a restore say: what is served?
            catalogue = None if done.outrun else errand.catalogue
            if not await errands.end(session, errand.id, done.model_dump_json(), catalogue):
                return [], []
            known = {one.name for one in before[1].names} if before else set()
            fresh = [
                one
                for one in (done.names if done.promoted else ())
                if one.name not in known and all(map(self._blocklist.allows, (one.name, one.like)))
            ]
            return fresh, await releases.showing(session, [one.name for one in fresh])

    async def _picture(self, errand: Errand, done: Learned) -> bytes | None:
        """The names before and after; None where the model has none, or nobody would see it."""
        if done.digest is None or not (errand.token and _alive(errand)):
            return None
        try:
            path = f"{MODELS}/{done.digest}/{PICTURE}"
            return await asyncio.to_thread(self._store.read, path, PICTURE_MAX)
        except FileNotFoundError:
            return None
        except StoreError as error:  # the sentence is worth more, and its token dies
            log.warning("errand %s: its picture cannot be shown: %s", errand.id, error)
            return None

    async def _show(self, errand: Errand, drawn: Drawn) -> bool:
        """Show the drawing, which nobody needs again. One that is gone has been shown before."""
        path = drawing_path(errand.id)
        try:
            data = await asyncio.to_thread(self._store.read, path, PICTURE_MAX)
            answer = _pictured(errand.locale, drawn, data)
        except FileNotFoundError:
            log.info("errand %s: its drawing is gone", errand.id)
            return True
        except StoreRefused as error:
            log.error("errand %s: failed: %s", errand.id, error)
            answer = _failed(errand)
        told = await self._say(errand, answer)
        if told:
            await asyncio.to_thread(self._store.delete, path)
        return told

    async def _give_up(self, errand: Errand) -> None:
        """Nobody has drawn it: say so with the last of its token."""
        if errand.token and datetime.now(UTC) < errand.asked_at + TOKEN_LIFE:
            late = Answer(say(errand.locale, "dataset-late"))
            if await self._edit(errand.application_id, errand.token, late) == "away":
                return  # on a later round
        await self._close(errand, None)

    async def _close(self, errand: Errand, done: BaseModel | None) -> None:
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
        await self._queue.forget([errand.id])

    async def _enqueue(self, errand: Errand) -> None:
        kind = _KINDS[errand.kind]
        payload = kind.order.model_validate_json(errand.payload).model_dump(mode="json")
        await self._queue.enqueue(kind.task, errand.id, payload)
        log.info("errand %s: in line", errand.id)

    async def _say(self, errand: Errand, answer: Answer) -> bool:
        """False where Discord is away: it is to be said later.

        A drawing that comes too late is of no use any more; the others are told all the same.
        """
        if errand.member_id == NOBODY:
            return True
        outcome: Outcome = "dead"
        if errand.token and _alive(errand):
            outcome = await self._edit(errand.application_id, errand.token, answer)
        if errand.kind != "drawing" and outcome in ("dead", "refused"):
            await self._notices.late_release(
                errand.member_id, errand.locale, answer.text, errand.channel_id
            )
        return outcome != "away"


def _errand(
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


def _alive(errand: Errand) -> bool:
    return datetime.now(UTC) < errand.asked_at + TOKEN_LIFE - TOKEN_MARGIN


def _failed(errand: Errand) -> Answer:
    return Answer(say(errand.locale, "errand-failed", id=errand.id))


def _pictured(locale: str, drawn: Drawn, data: bytes) -> Answer:
    wanted = dishname.listed(drawn.wanted)
    text = say(locale, "dataset-wanted" if wanted else "dataset", words=wanted)
    alt = say(locale, "dataset-alt")
    return Answer(text, None, (discord.File(io.BytesIO(data), "dataset.png", description=alt),))


def _released(locale: str, done: Released) -> str:
    if done.digest is None:
        return say(locale, "released-nothing")
    return say(
        locale,
        "released",
        digest=done.digest[:12],
        train=done.train,
        test=done.test,
        left_out=done.left_out,
    )
