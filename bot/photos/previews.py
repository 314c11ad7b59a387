"""Photos of the store as files of a message."""

import io
from collections.abc import Sequence

import discord

from bot.photos.publisher import Publisher
from bot.records.tables import Photo
from foodgan.contract.phrases import say


async def previews(
    publisher: Publisher, locale: str, shown: Sequence[Photo]
) -> list[tuple[Photo, discord.File]]:
    """Those of these photos that the store can show, each with its file."""
    seen = []
    for photo in shown:
        data = await publisher.bytes_of(photo.sha256)
        if data is not None:
            alt = say(locale, "photo-alt", name=photo.name)
            name = f"photo-{photo.id}.jpg"
            seen.append((photo, discord.File(io.BytesIO(data), name, description=alt)))
    return seen
