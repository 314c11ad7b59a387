"""Figures of the collection: by week, by name, by contributor."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import Consent, Leader, Order, Photo


async def accepted_by_week(session: AsyncSession) -> list[tuple[str, int]]:
    """Accepted photos by ISO week ("2026-W07") in which they were handed over, oldest first."""
    day = func.date(Photo.submitted_at)
    rows = await session.execute(
        select(day, func.count()).where(Photo.state == "accepted").group_by(day)
    )
    weeks: Counter[str] = Counter()
    for text, count in rows:
        year, week, _ = date.fromisoformat(str(text)).isocalendar()
        weeks[f"{year}-W{week:02}"] += count
    return sorted(weeks.items())


async def asked_names(
    session: AsyncSession, since: datetime, limit: int, servers: Collection[int] = ()
) -> list[tuple[str, list[int]]]:
    """The names most asked for in `/dish` or `/mix` since then, with the ids of who asked.

    A press on a button below a picture asks for no name. What was ordered in direct messages is
    nobody else's business. servers: whose orders count; none named: those of any server.
    """
    fresh = [Order.asked_at >= since, Order.kind.in_(("dish", "mix")), Order.guild_id.is_not(None)]
    if servers:
        fresh.append(Order.guild_id.in_(servers))
    asked = union(
        select(Order.name, Order.member_id).where(*fresh),
        select(Order.mix, Order.member_id).where(*fresh, Order.mix.is_not(None)),
    ).cte()
    most = (
        select(asked.c.name)
        .group_by(asked.c.name)
        .order_by(func.count().desc(), asked.c.name)
        .limit(limit)
        .subquery()
    )
    rows = await session.execute(
        select(asked.c.name, asked.c.member_id).join(most, most.c.name == asked.c.name)
    )
    members: dict[str, list[int]] = defaultdict(list)
    for name, member_id in rows:
        members[name].append(member_id)
    return sorted(members.items(), key=lambda each: (-len(each[1]), each[0]))


async def credits(session: AsyncSession) -> list[tuple[str, int]]:
    """Contributors as they want to be named ("" for not at all), with their accepted photos."""
    newest = (
        select(Consent.member_id, func.max(Consent.id).label("id"))
        .group_by(Consent.member_id)
        .subquery()
    )
    count = func.count(Photo.id)
    rows = await session.execute(
        select(func.coalesce(Consent.credit, ""), count)
        .select_from(Photo)
        .outerjoin(newest, newest.c.member_id == Photo.member_id)
        .outerjoin(Consent, Consent.id == newest.c.id)
        .where(Photo.state == "accepted")
        .group_by(Photo.member_id, Consent.credit)
        .order_by(count.desc(), Consent.credit)
    )
    return [(credit, photos) for credit, photos in rows]


async def leaderboard(session: AsyncSession, limit: int) -> list[tuple[int, int]]:
    """Members who want to be seen here, with their accepted photos, the most first."""
    count = func.count(Photo.id)
    rows = await session.execute(
        select(Leader.member_id, count)
        .join(Photo, Photo.member_id == Leader.member_id)
        .where(Photo.state == "accepted")
        .group_by(Leader.member_id, Leader.joined_at)
        .order_by(count.desc(), Leader.joined_at)
        .limit(limit)
    )
    return [(member_id, photos) for member_id, photos in rows]
