"""When the accepted photos want a new release, and whose photos show a name."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.records import errands
from bot.records.photos import FINAL
from bot.records.tables import AuditEntry, Errand, Photo
from foodgan.contract.photos import Released

# A decision may be in the records a little later than its own time says.
SLACK = timedelta(seconds=5)
# Reviewers judge many photos in a row, and may take a decision back.
QUIET = timedelta(minutes=10)


async def due(session: AsyncSession, now: datetime, every: timedelta, again: timedelta) -> bool:
    """Whether the bot is to make a release by itself.

    every: from one release to the next; again: after one that failed. Not while one is on its way,
    nor in the midst of a review, nor where the accepted photos are those learned from last. Where
    none is left, one more: what was learned from them is forgotten with it. What has a date in the
    future, from a clock that was ahead, holds up nothing.
    """
    under_way = select(Errand.id).where(
        Errand.kind.in_(("release", "learning")), Errand.ended_at.is_(None)
    )
    if await session.scalar(under_way.limit(1)) is not None:
        return False
    last = await errands.newest(session, "release", until=now)
    if last and now < last.asked_at + (every if last.result else again):
        return False
    accepted = select(Photo.id).where(FINAL)
    if await session.scalar(accepted.limit(1)) is None and not await _held_photos(session):
        return False
    in_review = select(Photo.id).where(
        Photo.state == "accepted",
        Photo.decided_at <= now,
        or_(Photo.decided_at >= now - QUIET, Photo.told_at.is_(None)),  # final when it is told
    )
    if await session.scalar(in_review.limit(1)) is not None:
        return False
    learned = await errands.newest(session, "learning", done=True, until=now)
    return learned is None or await _changed(session, learned.asked_at - SLACK)


async def _held_photos(session: AsyncSession) -> bool:
    """Whether there was a photo in the last release that came about."""
    last = await errands.newest(session, "release", done=True)
    return last is not None and Released.model_validate_json(last.result or "").digest is not None


async def _changed(session: AsyncSession, since: datetime) -> bool:
    """Whether a photo was accepted for good since then, or was accepted no more."""
    accepted = select(Photo.id).where(FINAL, Photo.told_at >= since)
    if await session.scalar(accepted.limit(1)) is not None:
        return True
    before = aliased(AuditEntry)
    was_accepted = exists().where(
        before.photo_id == AuditEntry.photo_id, before.action == "accepted"
    )
    # Which photos an erased member had, the log does not say.
    erased = AuditEntry.photo_id.is_(None)
    gone = select(AuditEntry.id).where(
        AuditEntry.at >= since,
        AuditEntry.action.in_(("withdrawn", "undo")),
        or_(was_accepted, erased),
    )
    return await session.scalar(gone.limit(1)) is not None


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
