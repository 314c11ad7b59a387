"""Releases: frozen, learned from by a trainer, and told to whoever waits and to contributors."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer
from bot.blocklist import Blocklist
from bot.photos.lessons import lesson
from bot.photos.notices import Notices
from bot.photos.porter import Porter, alive, written
from bot.photos.publisher import Publisher
from bot.photos.reception import Guest
from bot.records import errands, releases
from bot.records.photos import NOBODY
from bot.records.tables import Errand, Photo
from foodgan.contract.errors import StoreError
from foodgan.contract.models import MODELS, PICTURE, PICTURE_MAX, Learned, LearnedName, Learning
from foodgan.contract.orders import new_order_id
from foodgan.contract.photos import Released, ReleaseOrder
from foodgan.contract.phrases import say
from foodgan.contract.store import Store

log = logging.getLogger(__name__)


class Releases:
    """Makes releases, and sees what is learned from them to its end."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        porter: Porter,
        publisher: Publisher,
        store: Store,
        notices: Notices,
        blocklist: Blocklist,
    ) -> None:
        self._sessions = sessions
        self._porter = porter
        self._publisher = publisher
        self._store = store
        self._notices = notices
        self._blocklist = blocklist

    async def release(self, guest: Guest | None) -> None:
        """Freeze what is accepted for good now; a trainer that is there learns from it.

        guest: None where the bot does so by itself, and nobody gets an answer.
        """
        asked_at = datetime.now(UTC)  # what is accepted from now on is for the next one
        await self._publisher.bring_up()
        release_id = new_order_id()
        order = ReleaseOrder(release_id=release_id, asked_at=asked_at)
        await self._porter.send(written("release", release_id, order, asked_at, guest))

    async def finish(self, errand: Errand, done: Released) -> None:
        """A trainer goes on with it. What the bot began itself waits for one that has just left."""
        lines = [_released(errand.locale, done), *await self._left_over(errand)]
        learning = None
        if done.digest is not None:
            taught = errand.member_id == NOBODY or await self._porter.staffed("learning")
            if taught:
                learning = Learning(
                    learning_id=new_order_id(), release=done.digest, asked_at=errand.asked_at
                )
            news = "released-learning" if taught else "released-no-trainer"
            lines.append(say(errand.locale, news))
        if not await self._porter.say(errand, Answer("\n".join(lines))):
            return
        log.info("errand %s: released %s", errand.id, done.digest or "nothing")
        if learning is None:
            await self._porter.close(errand, done)
            return
        async with self._sessions.begin() as session:
            follows = await errands.go_on(session, errand, done, learning)
        await self._porter.forget(errand)
        if follows:
            log.info("errand %s: goes on as errand %s, learning", errand.id, follows.id)
            await self._porter.enqueue(follows)

    async def _left_over(self, errand: Errand) -> list[str]:
        """What to say of photos that wait for the next release: a reviewer could take them back."""
        async with self._sessions() as session:
            count = await releases.left_for_the_next(session, errand.asked_at)
        return [say(errand.locale, "released-left-over", count=count)] if count else []

    async def finish_learning(self, errand: Errand, done: Learned) -> None:
        """Tell what was learned, then end it, and tell contributors whose dishes are new."""
        release = Learning.model_validate_json(errand.payload).release
        picture = await self._picture(errand, done)
        if not await self._porter.say(errand, lesson(errand.locale, release, done, picture)):
            return
        log.info("errand %s: %d names, promoted: %s", errand.id, len(done.names), done.promoted)
        fresh, showing = await self._end_learning(errand, done)
        await self._porter.forget(errand)
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
        if done.digest is None or not (errand.token and alive(errand)):
            return None
        try:
            path = f"{MODELS}/{done.digest}/{PICTURE}"
            return await asyncio.to_thread(self._store.read, path, PICTURE_MAX)
        except FileNotFoundError:
            return None
        except StoreError as error:  # the sentence is worth more, and its token dies
            log.warning("errand %s: its picture cannot be shown: %s", errand.id, error)
            return None


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
