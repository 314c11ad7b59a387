"""What the bot publishes in the store — catalogue, tombstones, what waits — and what it purges."""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Sequence

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.records import photos
from foodgan.contract.errors import StoreError
from foodgan.contract.photos import CLUB, TOMBSTONES, WAITING
from foodgan.contract.store import Store, catalogue_path, lines_of

PUBLISH_EVERY_S = 10.0  # a catalogue is written whole, so not for every single vote

log = logging.getLogger(__name__)


class Publisher:
    """Keeps the store in step with the records. What was missed is made up for at the start."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], store: Store) -> None:
        self._sessions = sessions
        self._store = store
        self.catalogue: str | None = None  # SHA-256 of the club's, as it was published last
        self._changed = True
        self._published_s = -PUBLISH_EVERY_S
        self._one_by_one = asyncio.Lock()

    def changed(self) -> None:
        """The collection has changed."""
        self._changed = True

    async def bytes_of(self, sha256: str | None) -> bytes | None:
        """A photo's bytes, None where the store has them no more or cannot be reached."""
        if sha256 is None:
            return None
        try:
            return await asyncio.to_thread(self._store.get, sha256)
        except FileNotFoundError:
            return None
        except StoreError as error:
            log.warning("a photo cannot be shown: %s", error)
            return None

    async def keep_in_step(self) -> None:
        """Publish what has changed, not too often; and purge what was buried, at once."""
        async with self._sessions() as session:
            graves = await photos.open_graves(session)
        due = self._changed and time.monotonic() - self._published_s >= PUBLISH_EVERY_S
        if due or graves:
            await self.publish()
        if graves:
            await self._purge(graves)

    async def bring_up(self) -> None:
        """Publish at once what has changed, if anything has."""
        async with self._one_by_one:
            if self._changed:
                await self._publish()

    async def publish(self) -> None:
        """Write catalogue, tombstones and waiting list as the records are now."""
        async with self._one_by_one:
            await self._publish()

    async def _publish(self) -> None:
        self._changed = False
        try:
            await self._write()
        except BaseException:
            self._changed = True
            raise
        self._published_s = time.monotonic()

    async def _write(self) -> None:
        async with self._sessions() as session:
            stones = await _lines(photos.tombstones(session))
            waiting = await _lines(photos.waiting(session))
            entries = await _lines(photos.entries(session))
        # Tombstones first: no moment may have a photo of theirs in a catalogue that counts.
        await asyncio.to_thread(self._store.write, TOMBSTONES, stones)
        await asyncio.to_thread(self._store.write, WAITING, waiting)
        await asyncio.to_thread(self._store.write, catalogue_path(CLUB), entries)
        self.catalogue = hashlib.sha256(entries).hexdigest()
        log.info("published: %d photos, %d waiting", entries.count(b"\n"), waiting.count(b"\n"))

    async def _purge(self, hashes: Sequence[str]) -> None:
        for sha256 in hashes:
            await asyncio.to_thread(self._store.remove, sha256)
        async with self._sessions.begin() as session:
            await photos.close_graves(session, hashes)
        log.info("purged: %d photos", len(hashes))

    async def remove(self, hashes: Sequence[str]) -> None:
        """Rid the store of what is kept no longer, unless an imported collection has it."""
        imported = await asyncio.to_thread(self._imported) if hashes else frozenset[str]()
        for sha256 in set(hashes) - imported:
            await asyncio.to_thread(self._store.remove, sha256)

    def _imported(self) -> frozenset[str]:
        catalogues = [name for name in self._store.catalogues() if name != CLUB]
        return frozenset(one.sha256 for name in catalogues for one in self._store.entries(name))


async def _lines(portions: AsyncIterator[Sequence[BaseModel]]) -> bytes:
    """The lines of a list, portion by portion: 100,000 objects at once would hold up the loop."""
    return b"".join([lines_of(portion) async for portion in portions])
