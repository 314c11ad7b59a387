"""What operators keep: bans, blocked words, retention."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import errands
from bot.records.photos import NOBODY, note
from bot.records.tables import AuditEntry, Ban, BlockedWord, Order, Photo, Submission


async def banned(session: AsyncSession, member_id: int) -> bool:
    """Whether a member may contribute nothing."""
    return await session.get(Ban, member_id) is not None


async def ban(session: AsyncSession, member_id: int, by_id: int, reason: str) -> None:
    """Ban a member, or change the reason."""
    await session.merge(
        Ban(member_id=member_id, by_id=by_id, reason=reason[:200], at=datetime.now(UTC))
    )
    note(session, "ban", by_id, None, f"{member_id}: {reason}" if reason else str(member_id))


async def unban(session: AsyncSession, member_id: int, by_id: int) -> bool:
    """Let a member in again. False where there was no ban."""
    gone = await session.scalars(
        delete(Ban).where(Ban.member_id == member_id).returning(Ban.member_id)
    )
    if gone.first() is None:
        return False
    note(session, "unban", by_id, None, str(member_id))
    return True


async def forget_bans(session: AsyncSession, member_id: int) -> None:
    """Blot a member out of the audit lines of bans, unless one stands."""
    if await banned(session, member_id):
        return
    about = or_(AuditEntry.detail == str(member_id), AuditEntry.detail.startswith(f"{member_id}: "))
    await session.execute(
        update(AuditEntry).where(AuditEntry.action.in_(("ban", "unban")), about).values(detail="")
    )


async def forget_operator(session: AsyncSession, operator_id: int) -> None:
    """Let bans and blocked words stand without saying who gave them."""
    for table in (Ban, BlockedWord):
        await session.execute(update(table).where(table.by_id == operator_id).values(by_id=NOBODY))


async def bans(session: AsyncSession) -> Sequence[Ban]:
    """The newest first."""
    return (await session.scalars(select(Ban).order_by(Ban.at.desc()))).all()


async def block(session: AsyncSession, word: str, by_id: int) -> None:
    """Block a word, as `bot.blocklist` spells it."""
    await session.merge(BlockedWord(word=word, by_id=by_id, at=datetime.now(UTC)))
    note(session, "block", by_id, None, word)


async def unblock(session: AsyncSession, word: str, by_id: int) -> bool:
    """Allow a word again. False where it was not blocked."""
    gone = await session.scalars(
        delete(BlockedWord).where(BlockedWord.word == word).returning(BlockedWord.word)
    )
    if gone.first() is None:
        return False
    note(session, "unblock", by_id, None, word)
    return True


async def blocked(session: AsyncSession) -> Sequence[str]:
    """Every blocked word."""
    return (await session.scalars(select(BlockedWord.word).order_by(BlockedWord.word))).all()


async def rejected_before(session: AsyncSession, before: datetime) -> Sequence[Photo]:
    """Rejected photos whose bytes have been kept long enough."""
    found = await session.scalars(
        select(Photo).where(
            Photo.state == "rejected", Photo.decided_at < before, Photo.bytes_gone_at.is_(None)
        )
    )
    return found.all()


async def bytes_are_gone(session: AsyncSession, ids: Sequence[str]) -> None:
    """The store keeps these photos no more; their hashes stay, to know them again by."""
    await session.execute(
        update(Photo).where(Photo.id.in_(ids)).values(bytes_gone_at=datetime.now(UTC))
    )


async def forget_old(
    session: AsyncSession, audit_before: datetime, orders_before: datetime
) -> None:
    """Drop audit lines, and answered orders, that are older than the operators want them."""
    await session.execute(delete(AuditEntry).where(AuditEntry.at < audit_before))
    for table in (Order, Submission):
        await session.execute(delete(table).where(table.ended_at < orders_before))
    await errands.forget_old(session, orders_before)
