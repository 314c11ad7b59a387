"""Reviews: the next photo, votes that count once, decisions, and taking a vote back."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, and_, delete, exists, false, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.photos import note
from bot.records.tables import Photo, PhotoState, Verdict, Vote

SKIP_LIFE = timedelta(hours=12)  # a skipped photo comes back after this
LEFT_MAX = 100  # beyond this the photos that are left are not counted

# counted: the vote stands; decided: it decided; escalated: as many for as against; gone: somebody
# else decided, or the member withdrew it; own: nobody judges their own; twice: voted before; stale:
# it has another name by now than its reviewer saw.
Fate = Literal["counted", "decided", "escalated", "gone", "own", "twice", "stale"]
# Beside Fate's, of a name: same: the photo has it already; tied: its votes are even, and this
# reviewer's is among them.
Renamed = Literal["renamed", "same", "gone", "own", "tied"]
# undone: the vote is taken back; late: the decision is final; settled: it stands without this vote;
# none: there is no such vote, as after a rename or a second click; withdrawn: by its member.
Undone = Literal["undone", "late", "settled", "none", "withdrawn"]


@dataclass(frozen=True)
class Reviewer:
    """Who judges. operator: decides even votes although they voted before."""

    id: int
    operator: bool = False


@dataclass(frozen=True)
class Rules:
    """votes: of one kind that decide. escalate_after: votes in all, half of each kind."""

    votes: int
    escalate_after: int


def mark_of(name: str) -> str:
    """A few letters that stand for the name that a vote is about."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def line_query(reviewer: Reviewer, escalated: bool) -> Select[Any]:
    """Ids of what waits for this reviewer, the oldest first. `ix_photos_line` has all it needs.

    escalated: those with even votes.
    """
    since = datetime.now(UTC) - SKIP_LIFE
    fresh = Vote.at >= since
    skipped = or_(and_(Vote.verdict == "skip", fresh), Vote.put_off_at >= since)
    again = escalated and reviewer.operator
    passed_over = skipped if again else or_(Vote.verdict != "skip", fresh)
    judged = exists().where(Vote.photo_id == Photo.id, Vote.reviewer_id == reviewer.id, passed_over)
    return (
        select(Photo.id)
        .where(
            Photo.state == "taken",
            Photo.escalated == (true() if escalated else false()),
            Photo.member_id != reviewer.id,
            ~judged,
        )
        .order_by(Photo.taken_at, Photo.id)
        .limit(LEFT_MAX)
    )


async def line(session: AsyncSession, reviewer: Reviewer) -> list[str]:
    """Ids of what waits for this reviewer, LEFT_MAX at most; even votes first."""
    ids: list[str] = []
    for escalated in (True, False):
        ids += await session.scalars(line_query(reviewer, escalated))
    return ids[:LEFT_MAX]


async def tied(session: AsyncSession, reviewer: Reviewer) -> int:
    """How many photos have even votes, one of them this reviewer's, and wait for another."""
    voted = exists().where(
        Vote.photo_id == Photo.id, Vote.reviewer_id == reviewer.id, Vote.verdict != "skip"
    )
    query = select(func.count()).select_from(Photo)
    return (
        await session.scalar(query.where(Photo.state == "taken", Photo.escalated == true(), voted))
        or 0
    )


async def _lock(
    session: AsyncSession, photo_id: str, states: tuple[PhotoState, ...]
) -> Photo | None:
    """The photo, held until the end of the transaction: two votes at once come one by one."""
    found = await session.scalars(
        update(Photo)
        .where(Photo.id == photo_id, Photo.state.in_(states))
        .values(escalated=Photo.escalated)
        .returning(Photo)
        .execution_options(populate_existing=True)
    )
    return found.first()


async def vote(
    session: AsyncSession,
    photo_id: str,
    mark: str,
    reviewer: Reviewer,
    verdict: Verdict,
    rules: Rules,
    reason: str | None = None,
) -> Fate:
    """Count one vote, and decide where it is enough. A skip only puts the photo off: a vote that
    the reviewer has among even ones stands.

    Even votes are decided by the next vote: of whoever has not voted yet, or of an operator.
    mark: of the name that the reviewer saw.
    """
    photo = await _lock(session, photo_id, ("taken",))
    if photo is None:
        return "gone"
    if photo.member_id == reviewer.id:
        return "own"
    before = await session.get(Vote, (photo_id, reviewer.id), populate_existing=True)
    again = photo.escalated and reviewer.operator
    if before and before.verdict != "skip" and not again:
        return "twice"
    if mark != mark_of(photo.name):
        return "stale"
    now = datetime.now(UTC)
    if before and before.verdict != "skip" and verdict == "skip":
        before.put_off_at = now
    elif before:
        before.verdict, before.reason, before.at, before.put_off_at = verdict, reason, now, None
    else:
        session.add(
            Vote(photo_id=photo_id, reviewer_id=reviewer.id, verdict=verdict, reason=reason, at=now)
        )
    await session.flush()
    if verdict == "skip":
        return "counted"
    note(session, verdict, reviewer.id, photo_id, reason or "")
    return await _count(session, photo, reviewer, verdict, rules, reason)


async def _count(
    session: AsyncSession,
    photo: Photo,
    reviewer: Reviewer,
    verdict: Verdict,
    rules: Rules,
    reason: str | None,
) -> Fate:
    votes = await verdicts(session, photo.id)
    if photo.escalated or votes.count(verdict) >= rules.votes:
        photo.state = "accepted" if verdict == "accept" else "rejected"
        photo.decided_at = datetime.now(UTC)
        photo.settled_by = reviewer.id
        photo.reason = reason
        note(session, photo.state, reviewer.id, photo.id, f"{len(votes)} votes")
        return "decided"
    if _tied(votes, rules):
        photo.escalated = True
        note(session, "escalated", None, photo.id)
        return "escalated"
    return "counted"


def _tied(votes: Sequence[Verdict], rules: Rules) -> bool:
    even = votes.count("accept") == votes.count("reject")
    return even and len(votes) >= rules.escalate_after


async def verdicts(session: AsyncSession, photo_id: str) -> Sequence[Verdict]:
    """The votes that count for a photo."""
    found = await session.scalars(
        select(Vote.verdict).where(Vote.photo_id == photo_id, Vote.verdict != "skip")
    )
    return found.all()


async def undo(session: AsyncSession, photo_id: str, reviewer: Reviewer, rules: Rules) -> Undone:
    """Take one's own vote back, and with it a decision that needs it."""
    photo = await _lock(session, photo_id, ("taken", "accepted", "rejected"))
    if photo is None:
        return "withdrawn"
    if photo.told_at is not None:
        return "late"
    vote = await session.get(Vote, (photo_id, reviewer.id), populate_existing=True)
    if vote is None:
        return "none"
    if photo.state != "taken" and await _stands_without(session, photo, reviewer, rules):
        return "settled"
    if vote.put_off_at is not None:
        vote.put_off_at = None
        return "undone"
    await session.delete(vote)
    await session.flush()
    if vote.verdict == "skip":
        return "undone"
    photo.state, photo.decided_at, photo.settled_by, photo.reason = "taken", None, None, None
    photo.escalated = _tied(await verdicts(session, photo_id), rules)
    note(session, "undo", reviewer.id, photo_id, vote.verdict)
    return "undone"


async def _stands_without(
    session: AsyncSession, photo: Photo, reviewer: Reviewer, rules: Rules
) -> bool:
    """Whether a photo would be decided as it is without this reviewer's vote."""
    if photo.escalated:
        return photo.settled_by != reviewer.id
    others = await session.scalars(
        select(Vote.reviewer_id).where(
            Vote.photo_id == photo.id,
            Vote.reviewer_id != reviewer.id,
            Vote.verdict == ("accept" if photo.state == "accepted" else "reject"),
        )
    )
    return len(others.all()) >= rules.votes


async def rename(session: AsyncSession, photo_id: str, reviewer: Reviewer, name: str) -> Renamed:
    """Give a photo another name. Votes for the old name count no more."""
    photo = await _lock(session, photo_id, ("taken",))
    if photo is None:
        return "gone"
    if photo.member_id == reviewer.id:
        return "own"
    if photo.escalated and not reviewer.operator:
        vote = await session.get(Vote, (photo_id, reviewer.id), populate_existing=True)
        if vote and vote.verdict != "skip":
            return "tied"
    if photo.name == name:
        return "same"
    note(session, "rename", reviewer.id, photo_id, f"{photo.name} → {name}")
    photo.name, photo.words, photo.escalated = name, None, False
    await session.execute(delete(Vote).where(Vote.photo_id == photo_id))
    return "renamed"


async def untold(
    session: AsyncSession, before: datetime, oldest: datetime | None = None
) -> Sequence[Photo]:
    """What the member has not heard of: decisions that can no longer be undone, and photos that an
    operator withdrew.

    before: what was decided later may still be undone, and all else that this member is to hear
    waits for it: unless any of it was decided before `oldest`; None: nothing waits.
    """
    news = and_(Photo.state.in_(("accepted", "rejected")), Photo.told_at.is_(None))
    ready = and_(news, Photo.decided_at < before)
    if oldest is not None:
        unsettled = select(Photo.member_id).where(news, Photo.decided_at >= before)
        impatient = select(Photo.member_id).where(news, Photo.decided_at < oldest)
        waits_no_more = or_(Photo.member_id.not_in(unsettled), Photo.member_id.in_(impatient))
        ready = and_(ready, waits_no_more)
    taken_back = and_(Photo.state == "withdrawn", Photo.told_at.is_(None))
    found = await session.scalars(
        update(Photo)
        .where(or_(ready, taken_back))
        .values(told_at=datetime.now(UTC))
        .returning(Photo)
    )
    return sorted(found.all(), key=lambda photo: (photo.decided_at or photo.submitted_at, photo.id))
