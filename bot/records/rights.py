"""What members may have done to their own: withdraw, take home, erase."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import errands, orders
from bot.records.operators import forget_bans, forget_operator
from bot.records.photos import NOBODY, UNHEARD, bury, by_ids, note
from bot.records.tables import (
    AuditEntry,
    Ban,
    Base,
    Consent,
    Errand,
    Leader,
    Order,
    Photo,
    PhotoState,
    Submission,
    Vote,
)

ALIVE: tuple[PhotoState, ...] = ("submitted", "taken", "accepted", "rejected")
# Refused ones are told of for the day that their rows are kept: their receipt may have been lost.
LISTED: tuple[PhotoState, ...] = (*ALIVE, "refused")
# What the audit log says of removals at the command line: who sat there, nobody knows.
BY_OPERATOR = "by an operator"
# Secrets and what belongs to others stay out of an export.
NOT_EXPORTED = frozenset({"token", "url", "settled_by", "application_id", "by_id", "payload"})


async def own_photos(
    session: AsyncSession, member_id: int, limit: int, offset: int = 0
) -> tuple[Sequence[Photo], int]:
    """A page of the member's photos, the newest first, and how many there are in all.

    Those that were refused lately are among them.
    """
    mine = (Photo.member_id == member_id, Photo.state.in_(LISTED))
    count = await session.scalar(select(func.count()).select_from(Photo).where(*mine)) or 0
    found = await session.scalars(
        select(Photo)
        .where(*mine)
        .order_by(Photo.submitted_at.desc(), Photo.id)
        .limit(limit)
        .offset(offset)
    )
    return found.all(), count


async def still_own(session: AsyncSession, member_id: int, ids: Sequence[str]) -> list[Photo]:
    """Those of these photos, in this order, that are the member's and living."""
    return [
        photo
        for photo in await by_ids(session, ids)
        if photo.member_id == member_id and photo.state in ALIVE
    ]


async def withdraw(
    session: AsyncSession, member_id: int, ids: Sequence[str], by_operator: bool = False
) -> list[str]:
    """Take one's own photos back for good. Returns the ids of those that were withdrawn.

    What is left of them counts for the daily limit, see `forget_withdrawn`. Of a photo at the
    intake the hash is not known yet: it is buried when the intake has spoken.
    by_operator: the member did not do it, is to hear of it, and the audit log says so.
    """
    now = datetime.now(UTC)
    gone = await session.scalars(
        update(Photo)
        .where(Photo.id.in_(ids), Photo.member_id == member_id, Photo.state.in_(ALIVE))
        .values(
            state="withdrawn",
            channel_id=None,
            name="",
            words=None,
            filename="",
            perceptual_hash=None,
            escalated=False,
            told_at=None if by_operator else now,
        )
        .returning(Photo)
    )
    withdrawn = list(gone)
    await _forget_names(session, withdrawn)
    for photo in withdrawn:
        if by_operator:
            note(session, "withdrawn", None, photo.id, BY_OPERATOR)
        else:
            note(session, "withdrawn", member_id, photo.id)
        await session.execute(delete(Vote).where(Vote.photo_id == photo.id))
        if photo.sha256 and photo.original_sha256:
            await bury(session, photo.sha256, photo.original_sha256)
            photo.sha256 = photo.original_sha256 = None
            photo.bytes_gone_at = now
    return [photo.id for photo in withdrawn]


async def _forget_names(session: AsyncSession, photos: Sequence[Photo]) -> None:
    """Blot photos' names out where they stand beside the photos: audit log and submissions."""
    logged = AuditEntry.photo_id.in_([photo.id for photo in photos])
    await session.execute(update(AuditEntry).where(logged).values(detail=""))
    handed_over = Submission.id.in_({photo.submission_id for photo in photos} - {None})
    await session.execute(update(Submission).where(handed_over).values(name=None))


async def forget_withdrawn(session: AsyncSession, before: datetime) -> None:
    """Drop the rows of withdrawn photos that were handed over before then, and told of."""
    await session.execute(
        delete(Photo).where(
            Photo.state == "withdrawn",
            ~UNHEARD,
            Photo.told_at.is_not(None),
            Photo.submitted_at < before,
        )
    )


async def export(session: AsyncSession, member_id: int) -> dict[str, list[dict[str, Any]]]:
    """Everything in the database about a member, table by table, as JSON takes it."""
    return {
        table.__tablename__: [
            _shown(row) for row in await session.scalars(select(table).where(whose))
        ]
        for table, whose in _of(member_id)
    }


def _of(member_id: int) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Where a member appears."""
    return [
        (Consent, Consent.member_id == member_id),
        (Photo, Photo.member_id == member_id),
        (Submission, Submission.member_id == member_id),
        (Vote, Vote.reviewer_id == member_id),
        (Leader, Leader.member_id == member_id),
        (Errand, Errand.member_id == member_id),
        (Order, Order.member_id == member_id),
        (AuditEntry, AuditEntry.actor_id == member_id),
        (Ban, Ban.member_id == member_id),
    ]


def _shown(row: Base) -> dict[str, Any]:
    # Operators are promised that a member does not see why they are banned.
    kept_back = NOT_EXPORTED | {"reason"} if isinstance(row, Ban) else NOT_EXPORTED
    values = {
        column.key: getattr(row, column.key)
        for column in row.__mapper__.column_attrs
        if column.key not in kept_back
    }
    # As text: a reader's JSON may not hold whole numbers of 64 bits.
    return {
        key: value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if key.endswith("_id") and value is not None
        else value
        for key, value in values.items()
    }


async def stored_hashes(session: AsyncSession, member_id: int) -> list[str]:
    """The hashes of the member's photos whose bytes lie in the store."""
    found = await session.scalars(
        select(Photo.sha256).where(
            Photo.member_id == member_id,
            Photo.state.in_(ALIVE),
            Photo.sha256.is_not(None),
            Photo.bytes_gone_at.is_(None),
        )
    )
    return [sha256 for sha256 in found if sha256]


async def erase(session: AsyncSession, member_id: int, by_operator: bool = False) -> list[str]:
    """Erase a member, photos and all; the ids of these. A ban that stands has to stay.

    Hashes of the photos stay as tombstones that name nobody. A photo at the intake loses its
    owner now, and its row when the intake has spoken; so does an order that the queue may hold,
    when the bot's rounds have taken it out. by_operator: the audit log says that somebody was
    erased, and not who.
    """
    photos = (await session.scalars(select(Photo).where(Photo.member_id == member_id))).all()
    gone = await withdraw(session, member_id, [photo.id for photo in photos], by_operator)
    await session.execute(
        update(AuditEntry)
        .where(AuditEntry.photo_id.in_(select(Photo.id).where(Photo.member_id == member_id)))
        .values(photo_id=None, detail="")
    )
    await session.execute(
        update(Photo)
        .where(Photo.member_id == member_id, UNHEARD)
        .values(member_id=NOBODY, channel_id=None, submission_id=None)
    )
    await session.execute(
        update(Photo).where(Photo.settled_by == member_id).values(settled_by=None)
    )
    await errands.forget_member(session, member_id)
    await orders.disown(session, member_id)
    for table, whose in _of(member_id):
        if table not in (AuditEntry, Ban):
            await session.execute(delete(table).where(whose))
    await session.execute(
        update(AuditEntry).where(AuditEntry.actor_id == member_id).values(actor_id=None)
    )
    await forget_operator(session, member_id)
    await forget_bans(session, member_id)
    if by_operator:
        note(session, "erased", None, None, BY_OPERATOR)
    return gone
