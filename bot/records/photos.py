"""Photos after they were handed over: taken in or refused, published, withdrawn, erased."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Executable, and_, delete, exists, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import AuditEntry, Consent, Grave, Photo, PhotoState
from foodgan.contract.errors import FoodganError
from foodgan.contract.photos import CLUB, Entry, Refused, Taken, Tombstone, Waiting


class RecordChanged(FoodganError):
    """Somebody else changed it meanwhile: look again on the next round."""


# Withdrawn before the intake has been heard of.
UNHEARD = and_(Photo.state == "withdrawn", Photo.sha256.is_(None), Photo.bytes_gone_at.is_(None))
# Accepted, and no reviewer can take it back any more.
FINAL = and_(Photo.state == "accepted", Photo.told_at.is_not(None))
# Stands for an erased member: in photos at the intake, orders in the queue, bans, blocked words
# and errands.
NOBODY = 0
PORTION = 500  # rows
_ENTRY = ("sha256", "name", "licence", "perceptual_hash", "accepted_at", "credit")
KNOWN: tuple[PhotoState, ...] = ("taken", "accepted", "rejected")


async def at_the_intake(session: AsyncSession) -> Sequence[Photo]:
    """Photos whose intake has not been heard of; those withdrawn meanwhile too."""
    found = await session.scalars(
        select(Photo)
        .where(or_(Photo.state == "submitted", UNHEARD))
        .order_by(Photo.submitted_at, Photo.id)
    )
    return found.all()


async def take(session: AsyncSession, photo: Photo, taken: Taken) -> str | None:
    """Write down that a photo is clean and stored. Returns why it is refused all the same, if so.

    Bytes that were withdrawn once, or that the collection knows, do not come in again.
    """
    known = await _known(session, taken.sha256)
    if known and known.bytes_gone_at:  # rejected long ago: stored anew, they are to go once more
        known.bytes_gone_at = None
    if photo.state == "withdrawn":
        await bury(session, taken.sha256, taken.original_sha256)
        await _let_go(session, photo)
        return None
    if await _buried(session, taken):
        await refuse(session, photo, Refused(photo_id=photo.id, phrase="intake-withdrawn"))
        await bury(session, taken.sha256, taken.original_sha256)
        return "intake-withdrawn"
    if known:
        await refuse(session, photo, Refused(photo_id=photo.id, phrase="photo-known"))
        return "photo-known"
    await _settle(
        session,
        photo,
        state="taken",
        taken_at=datetime.now(UTC),
        sha256=taken.sha256,
        original_sha256=taken.original_sha256,
        perceptual_hash=taken.perceptual_hash,
        width=taken.width,
        height=taken.height,
        size=taken.size,
        hints=",".join(taken.hints),
        words=list(taken.words),
    )
    return None


async def refuse(session: AsyncSession, photo: Photo, refused: Refused) -> None:
    """Write down that a photo was not taken in, and why."""
    if photo.state == "withdrawn":
        return await _let_go(session, photo)
    return await _settle(
        session,
        photo,
        state="refused",
        refusal=refused.phrase,
        refusal_values=json.dumps(refused.values, ensure_ascii=False),
        decided_at=datetime.now(UTC),
        bytes_gone_at=datetime.now(UTC),
    )


async def _settle(session: AsyncSession, photo: Photo, **values: object) -> None:
    """The intake has spoken: the link is erased with the rest that changes."""
    settled = await session.scalars(
        update(Photo)
        .where(Photo.id == photo.id, Photo.state == photo.state)
        .values(url=None, **values)
        .returning(Photo.id)
    )
    if settled.first() is None:
        raise RecordChanged(f"photo {photo.id} is {photo.state} no more")


async def _let_go(session: AsyncSession, photo: Photo) -> None:
    """Nothing of a withdrawn photo is left; of a member who was erased not even the row."""
    if photo.member_id == NOBODY:
        await session.execute(delete(Photo).where(Photo.id == photo.id))
    else:
        await _settle(session, photo, bytes_gone_at=datetime.now(UTC))


async def _buried(session: AsyncSession, taken: Taken) -> bool:
    found = await session.scalars(
        select(Grave.sha256)
        .where(
            or_(
                Grave.sha256 == taken.sha256,
                Grave.original_sha256 == taken.original_sha256,
            )
        )
        .limit(1)
    )
    return found.first() is not None


async def _known(session: AsyncSession, sha256: str) -> Photo | None:
    """The photo of the collection that has these bytes."""
    found = await session.scalars(
        select(Photo).where(Photo.sha256 == sha256, Photo.state.in_(KNOWN)).limit(1)
    )
    return found.first()


async def bury(session: AsyncSession, sha256: str, original_sha256: str) -> None:
    """Let these bytes never come back, and have the store rid of them.

    Not where somebody else's living photo has the same: one cannot withdraw what is another's.
    """
    if await _known(session, sha256):
        return
    grave = await session.get(Grave, sha256)
    if grave is None:
        now = datetime.now(UTC)
        session.add(Grave(sha256=sha256, original_sha256=original_sha256, buried_at=now))
    else:
        grave.purged_at = None
    await session.flush()


async def open_graves(session: AsyncSession) -> Sequence[str]:
    """Hashes whose bytes may still lie in the store, and that nothing living needs."""
    alive = exists().where(Photo.sha256 == Grave.sha256, Photo.state.in_(KNOWN))
    return (
        await session.scalars(select(Grave.sha256).where(Grave.purged_at.is_(None), ~alive))
    ).all()


async def close_graves(session: AsyncSession, hashes: Sequence[str]) -> None:
    """The store is rid of these."""
    await session.execute(
        update(Grave).where(Grave.sha256.in_(hashes)).values(purged_at=datetime.now(UTC))
    )


async def tombstones(session: AsyncSession) -> AsyncIterator[list[Tombstone]]:
    """All that must not come back, in portions."""
    query = select(Grave.sha256, Grave.original_sha256).order_by(Grave.sha256)
    async for portion in _streamed(session, query):
        yield [Tombstone(sha256=sha256, original_sha256=original) for sha256, original in portion]


async def entries(session: AsyncSession) -> AsyncIterator[list[Entry]]:
    """The photos that are accepted for good in portions, with the credit that each contributor
    chose last.
    """
    newest = (
        select(Consent.member_id, func.max(Consent.id).label("id"))
        .group_by(Consent.member_id)
        .subquery()
    )
    query = (
        select(
            Photo.sha256,
            Photo.name,
            Photo.licence,
            Photo.perceptual_hash,
            Photo.decided_at,
            func.coalesce(Consent.credit, ""),
        )
        .outerjoin(newest, newest.c.member_id == Photo.member_id)
        .outerjoin(Consent, Consent.id == newest.c.id)
        .where(FINAL)
        .order_by(Photo.sha256)
    )
    async for portion in _streamed(session, query):
        yield [
            Entry.model_validate({"source": CLUB} | dict(zip(_ENTRY, row, strict=True)))
            for row in portion
        ]


async def waiting(session: AsyncSession) -> AsyncIterator[list[Waiting]]:
    """Photos whose bytes are kept although they are not accepted for good, in portions."""
    query = select(Photo.sha256).where(
        Photo.state.in_(KNOWN), not_(FINAL), Photo.bytes_gone_at.is_(None)
    )
    async for portion in _streamed(session, query):
        yield [Waiting(sha256=sha256) for (sha256,) in portion]


async def _streamed(session: AsyncSession, query: Executable) -> AsyncIterator[Sequence[Any]]:
    """Many rows in portions, so that the event loop turns meanwhile."""
    rows = await session.stream(query)
    async for portion in rows.partitions(PORTION):
        yield portion


async def hashes(session: AsyncSession) -> list[tuple[str, int]]:
    """Id and 64-bit perceptual hash of every photo that a new one may look like."""
    rows = await session.execute(
        select(Photo.id, Photo.perceptual_hash).where(Photo.state.in_(KNOWN))
    )
    return [(photo_id, int(text, 16)) for photo_id, text in rows if text]


async def by_ids(session: AsyncSession, ids: Sequence[str]) -> list[Photo]:
    """These photos, in this order; without those that are gone."""
    found = {p.id: p for p in await session.scalars(select(Photo).where(Photo.id.in_(ids)))}
    return [found[photo_id] for photo_id in ids if photo_id in found]


async def known(session: AsyncSession, ids: Sequence[str]) -> list[Photo]:
    """Those of these photos, in this order, that the collection still knows."""
    return [photo for photo in await by_ids(session, ids) if photo.state in KNOWN]


async def tally(session: AsyncSession, member_id: int) -> dict[str, int]:
    """How many photos a member has in each state."""
    rows = await session.execute(
        select(Photo.state, func.count()).where(Photo.member_id == member_id).group_by(Photo.state)
    )
    return {str(state): int(count) for state, count in rows}


def note(
    session: AsyncSession, action: str, actor_id: int | None, photo_id: str | None, detail: str = ""
) -> None:
    """Add a line to the audit log."""
    session.add(
        AuditEntry(
            at=datetime.now(UTC),
            actor_id=actor_id,
            action=action,
            photo_id=photo_id,
            detail=detail[:200],
        )
    )
