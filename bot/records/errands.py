"""Errands: releases and drawings that somebody waits for."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import Errand


async def open_ones(session: AsyncSession) -> Sequence[Errand]:
    """Errands that nobody has an answer to yet, the oldest first."""
    found = await session.scalars(
        select(Errand).where(Errand.ended_at.is_(None)).order_by(Errand.asked_at)
    )
    return found.all()


async def draws_for(session: AsyncSession, member_id: int, since: datetime) -> bool:
    """Whether a drawing that this member asked for since then is still to come."""
    found = await session.scalars(
        select(Errand.id)
        .where(
            Errand.kind == "drawing",
            Errand.member_id == member_id,
            Errand.asked_at > since,
            Errand.ended_at.is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


async def end(session: AsyncSession, errand_id: str, result: str | None) -> None:
    """Write the result down and erase the token. result: None where it failed."""
    await session.execute(
        update(Errand)
        .where(Errand.id == errand_id, Errand.ended_at.is_(None))
        .values(result=result, ended_at=datetime.now(UTC), token=None)
    )
