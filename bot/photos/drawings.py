"""`/dataset`'s picture: asked for, drawn by an intake worker, and shown."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import discord
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer
from bot.blocklist import Blocklist
from bot.orders.kitchen import Defer
from bot.photos.porter import Porter, failed, written
from bot.photos.publisher import Publisher
from bot.photos.reception import Guest
from bot.records import errands, figures
from bot.records.tables import Errand
from foodgan.contract import dishname
from foodgan.contract.errors import StoreRefused, UserError
from foodgan.contract.models import PICTURE_MAX
from foodgan.contract.orders import TOKEN_LIFE, new_order_id
from foodgan.contract.photos import Drawing, Drawn, drawing_path
from foodgan.contract.phrases import say
from foodgan.contract.store import Store

WEEKS_MAX, ASKED_MAX = 52, 2000  # ISO weeks, names
ASKED_FOR = timedelta(days=180)  # orders of /dish that say what is wanted

log = logging.getLogger(__name__)


class Drawings:
    """Has the collection drawn, for one member at a time."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        porter: Porter,
        publisher: Publisher,
        store: Store,
        blocklist: Blocklist,
        servers: Collection[int] = (),
    ) -> None:
        """servers: those of the club; none named: any."""
        self._sessions = sessions
        self._porter = porter
        self._publisher = publisher
        self._store = store
        self._blocklist = blocklist
        self._servers = servers
        self._drawing: set[int] = set()  # members whose drawing is not in the records yet

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
        await self._porter.send(written("drawing", drawing_id, drawing, datetime.now(UTC), guest))

    async def finish(self, errand: Errand, drawn: Drawn) -> None:
        """Show it, then end it."""
        if await self._show(errand, drawn):
            await self._porter.close(errand, drawn)

    async def _show(self, errand: Errand, drawn: Drawn) -> bool:
        """Nobody needs it again. One that is gone has been shown before."""
        path = drawing_path(errand.id)
        try:
            data = await asyncio.to_thread(self._store.read, path, PICTURE_MAX)
            answer = _pictured(errand.locale, drawn, data)
        except FileNotFoundError:
            log.info("errand %s: its drawing is gone", errand.id)
            return True
        except StoreRefused as error:
            log.error("errand %s: failed: %s", errand.id, error)
            answer = failed(errand)
        told = await self._porter.say(errand, answer)
        if told:
            await asyncio.to_thread(self._store.delete, path)
        return told

    async def give_up(self, errand: Errand) -> None:
        """Nobody has drawn it in time."""
        await self._porter.give_up(errand, Answer(say(errand.locale, "dataset-late")))


def _pictured(locale: str, drawn: Drawn, data: bytes) -> Answer:
    wanted = dishname.listed(drawn.wanted)
    text = say(locale, "dataset-wanted" if wanted else "dataset", words=wanted)
    alt = say(locale, "dataset-alt")
    return Answer(text, None, (discord.File(io.BytesIO(data), "dataset.png", description=alt),))
