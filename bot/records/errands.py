"""Errands: releases, what is learned from them, drawings."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import get_args

from pydantic import ValidationError
from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.photos import NOBODY
from bot.records.tables import Errand, ErrandKind
from foodgan.contract.models import Learned, Learning
from foodgan.contract.photos import Released


async def open_ones(session: AsyncSession) -> Sequence[Errand]:
    """Errands that nobody has an answer to yet, the oldest first. Those of a newer version of the
    bot wait for it.
    """
    known = Errand.kind.in_(get_args(ErrandKind))
    found = await session.scalars(
        select(Errand).where(known, Errand.ended_at.is_(None)).order_by(Errand.asked_at)
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


async def end(
    session: AsyncSession, errand_id: str, result: str | None, catalogue: str | None = None
) -> Errand | None:
    """Write the result down and erase the token. result: None where it failed; catalogue: what is
    served from now on comes from that one.

    Returns the errand as it is now; None where it had ended before, or is gone.
    """
    ended = await session.scalars(
        update(Errand)
        .where(Errand.id == errand_id, Errand.ended_at.is_(None))
        .values(result=result, ended_at=datetime.now(UTC), token=None, catalogue=catalogue)
        .returning(Errand)
    )
    return ended.first()


async def drop(session: AsyncSession, errand_id: str) -> None:
    """Keep nothing of an errand that has ended."""
    await session.execute(delete(Errand).where(Errand.id == errand_id))


async def go_on(
    session: AsyncSession, release: Errand, result: Released, learning: Learning
) -> Errand | None:
    """End a release and begin the learning from it: a stop loses neither, or both.

    None where the release had ended before. Whoever was erased meanwhile is told no more.
    """
    ended = await end(session, release.id, result.model_dump_json())
    if ended is None:
        return None
    errand = Errand(
        id=learning.learning_id,
        kind="learning",
        channel_id=ended.channel_id,
        member_id=ended.member_id,
        locale=ended.locale,
        application_id=ended.application_id,
        token=None if ended.member_id == NOBODY else release.token,
        payload=learning.model_dump_json(),
        asked_at=ended.asked_at,
        catalogue=result.catalogue,
    )
    session.add(errand)
    return errand


async def last_release(session: AsyncSession, until: datetime) -> Errand | None:
    """The release that was asked for last; until: by then, as a clock may have been ahead."""
    query = select(Errand).where(Errand.kind == "release", Errand.asked_at <= until)
    return (await session.scalars(query.order_by(Errand.asked_at.desc()).limit(1))).first()


async def last_learned(session: AsyncSession, until: datetime) -> Errand | None:
    """What was learned, or forgotten as no photo was left, of the newest release that anything was
    learned from or forgotten by. Where that failed, it may have been promoted all the same.
    """
    told = or_(Errand.kind == "learning", Errand.catalogue.is_not(None))
    query = select(Errand).where(told, Errand.ended_at.is_not(None), Errand.asked_at <= until)
    return (await session.scalars(query.order_by(Errand.asked_at.desc()).limit(1))).first()


async def last_served(session: AsyncSession) -> tuple[str, Learned] | None:
    """The errand whose model was promoted last, and what it learned.

    What a bot of a later version wrote, and this one cannot read, counts as none.
    """
    query = (
        select(Errand.id, Errand.result)
        .where(Errand.kind == "learning", Errand.result.is_not(None))
        .order_by(Errand.ended_at.desc())
    )
    for errand_id, result in await session.execute(query):
        with suppress(ValidationError):
            learned = Learned.model_validate_json(result or "")
            if learned.promoted:
                return errand_id, learned
    return None


async def forget_old(session: AsyncSession, before: datetime) -> None:
    """Drop errands that ended before then. Two stay, without their members: the last that was
    served, as what it learned is no news when it is learned again, and the last that was learned
    from, by which it is seen that a release is due.
    """
    served = await last_served(session)
    learned = await last_learned(session, datetime.now(UTC))
    kept = Errand.id.in_({*([served[0]] if served else ()), *([learned.id] if learned else ())})
    old = Errand.ended_at < before
    nobodys = {"member_id": NOBODY, "channel_id": None}
    await session.execute(update(Errand).where(kept, old).values(nobodys))
    await session.execute(delete(Errand).where(~kept, old))


async def forget_member(session: AsyncSession, member_id: int) -> None:
    """Let releases, and what was learned from them, be nobody's. Drawings are of no use then."""
    theirs = (Errand.member_id == member_id, Errand.kind.in_(("release", "learning")))
    nobodys = {"member_id": NOBODY, "channel_id": None, "token": None}
    await session.execute(update(Errand).where(*theirs).values(nobodys))
