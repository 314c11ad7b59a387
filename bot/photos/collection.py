"""The collection as those see it who show it: records, hashes in memory, and the store."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import discord
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.photos.lookalikes import LookAlikes
from bot.photos.publisher import Publisher
from bot.records.tables import Photo
from foodgan.contract.phrases import say


@dataclass(frozen=True)
class Collection:
    """What receipts and rights work on."""

    sessions: async_sessionmaker[AsyncSession]
    lookalikes: LookAlikes
    publisher: Publisher

    async def previews(
        self, locale: str, shown: Sequence[Photo]
    ) -> list[tuple[Photo, discord.File]]:
        """Those of these photos that the store can show, each with its file of a message."""
        seen = []
        for photo in shown:
            data = await self.publisher.bytes_of(photo.sha256)
            if data is not None:
                alt = say(locale, "photo-alt", name=photo.name)
                name = f"photo-{photo.id}.jpg"
                seen.append((photo, discord.File(io.BytesIO(data), name, description=alt)))
        return seen
