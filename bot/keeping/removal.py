"""What operators remove at the command line: photos that somebody objects to, and members who left.

The bot may go on running: it finds what was buried on its next round, purges the bytes from the
store and publishes the catalogue without them. One that is stopped does so when it starts.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import URL, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import operators, photos, rights
from bot.records.database import RecordsClosed, is_missing, open_engine
from bot.records.migrate import HEAD, revision
from bot.records.tables import Photo
from foodgan.contract.errors import UserError
from foodgan.contract.plain import visible
from foodgan.contract.terminal import say

HASH_MIN = 12  # digits of a hash that name a photo: as many as files of /privacy export have


class NoSuchPhoto(UserError):
    """What was given names no photo that can be withdrawn, or several."""


@dataclass(frozen=True)
class Kept:
    """What the records hold of a member. photos: as the member sees them; rows: all about them but
    a ban that is to stand; banned: whether there is one.
    """

    photos: int
    rows: int
    banned: bool


async def find(url: URL, references: Sequence[str]) -> list[Photo]:
    """The photos meant, each once. Raises NoSuchPhoto, RecordsClosed.

    references: ids, hashes or their beginnings, or files that are called by one of them.
    """
    async with _records(url) as session:
        found = {photo.id: photo for one in references for photo in [await _meant(session, one)]}
    return list(found.values())


async def withdraw(url: URL, chosen: Sequence[Photo]) -> list[str]:
    """Withdraw photos, whoever handed them over. Returns the ids of those that were there still."""
    gone = []
    async with _records(url) as session:
        for photo in chosen:
            gone += await rights.withdraw(session, photo.member_id, [photo.id], by_operator=True)
    return gone


async def kept(url: URL, member_id: int) -> Kept:
    """What there is of a member, who may have left. Raises RecordsClosed."""
    async with _records(url) as session:
        return await _kept(session, member_id)


async def erase(url: URL, member_id: int) -> Kept:
    """Erase a member, whether or not they are in the server still. Returns what there was."""
    async with _records(url) as session:
        found = await _kept(session, member_id)
        if found.rows:
            await rights.erase(session, member_id, by_operator=True)
        return found


def described(photo: Photo) -> str:
    """A photo in a line, so that an operator sees whether it is the one that was meant."""
    return say(
        "cli-bot-photo",
        id=photo.id,
        name=visible(photo.name),
        state=photo.state,
        day=f"{photo.submitted_at:%Y-%m-%d}",
        member=str(photo.member_id),
    )


async def _kept(session: AsyncSession, member_id: int) -> Kept:
    rows = sum(map(len, (await rights.export(session, member_id)).values()))
    states = await photos.tally(session, member_id)
    living = sum(states.get(state, 0) for state in rights.ALIVE)
    banned = await operators.banned(session, member_id)
    return Kept(living, rows - banned, banned)


async def _meant(session: AsyncSession, reference: str) -> Photo:
    name = PurePath(reference).stem.removeprefix("photo-").lower()
    meant = Photo.id == name
    if len(name) >= HASH_MIN:
        meant = or_(meant, Photo.sha256.startswith(name, autoescape=True))
    living = select(Photo).where(meant, Photo.state.in_(rights.ALIVE))
    found = (await session.scalars(living)).all()
    if not found:
        raise NoSuchPhoto("cli-bot-no-photo", reference=reference)
    if len(found) > 1:
        raise NoSuchPhoto("cli-bot-many-photos", count=len(found), reference=reference)
    return found[0]


@asynccontextmanager
async def _records(url: URL) -> AsyncIterator[AsyncSession]:
    """The records in one transaction. Raises RecordsClosed where they are not this version's."""
    if is_missing(url):
        raise RecordsClosed.of("cli-bot-no-database", file=str(url.database))
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(revision) != HEAD:
                raise RecordsClosed.of("cli-bot-other-tables")
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            yield session
    finally:
        await engine.dispose()
