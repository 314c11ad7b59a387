"""The collection as those see it who show it: records, hashes in memory, and the store."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.photos.lookalikes import LookAlikes
from bot.photos.publisher import Publisher


@dataclass(frozen=True)
class Collection:
    """What receipts and rights work on."""

    sessions: async_sessionmaker[AsyncSession]
    lookalikes: LookAlikes
    publisher: Publisher
