"""When the accepted photos want a new release, and whose photos show a name."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import errands
from bot.records.tables import Errand, Photo

EMPTY = hashlib.sha256().hexdigest()  # of a catalogue without photos
# Reviewers judge many photos in a row, and may take a decision back.
QUIET = timedelta(minutes=10)


async def due(
    session: AsyncSession, catalogue: str, now: datetime, every: timedelta, again: timedelta
) -> bool:
    """Whether the bot is to make a release by itself.

    catalogue: SHA-256 of the club's, as it is published; every: from one release to the next;
    again: after one that failed. Not while one is on its way, nor in the midst of a review, nor
    where the catalogue, with its names and credits, is the one learned from last. Where no photo is
    left, one more: what was learned from them is forgotten with it. What has a date in the future,
    from a clock that was ahead, holds up nothing.
    """
    under_way = select(Errand.id).where(
        Errand.kind.in_(("release", "learning")), Errand.ended_at.is_(None)
    )
    if await session.scalar(under_way.limit(1)) is not None:
        return False
    last = await errands.last_release(session, until=now)
    if last and now < last.asked_at + (every if last.result else again):
        return False
    in_review = select(Photo.id).where(
        Photo.state == "accepted",
        Photo.decided_at <= now,
        or_(Photo.decided_at >= now - QUIET, Photo.told_at.is_(None)),  # final when it is told
    )
    if await session.scalar(in_review.limit(1)) is not None:
        return False
    learned = await errands.last_learned(session, until=now)
    return catalogue != (learned.catalogue if learned else EMPTY)


async def left_for_the_next(session: AsyncSession, asked_at: datetime) -> int:
    """How many photos were accepted by then, and could still be taken back."""
    not_yet = or_(Photo.told_at.is_(None), Photo.told_at > asked_at)
    query = select(func.count()).where(
        Photo.state == "accepted", Photo.decided_at <= asked_at, not_yet
    )
    return await session.scalar(query) or 0


async def showing(session: AsyncSession, names: Collection[str]) -> Sequence[Photo]:
    """The accepted photos that have one of these names, the oldest first."""
    found = await session.scalars(
        select(Photo)
        .where(Photo.state == "accepted", Photo.name.in_(names))
        .order_by(Photo.submitted_at, Photo.id)
    )
    return found.all()
