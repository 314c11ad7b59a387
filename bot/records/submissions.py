"""Submissions: handed over, agreed to, sent to the intake, answered."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import Consent, Credit, Photo, Submission


async def consent_of(
    session: AsyncSession, member_id: int, until: datetime | None = None
) -> Consent | None:
    """What the member agreed to last. until: and no later than then."""
    theirs = select(Consent).where(Consent.member_id == member_id)
    if until is not None:
        theirs = theirs.where(Consent.given_at <= until)
    found = await session.scalars(theirs.order_by(Consent.id.desc()).limit(1))
    return found.first()


async def find(session: AsyncSession, submission_id: str, member_id: int) -> Submission | None:
    """A member's own submission, if its answer is still open."""
    found = await session.scalars(
        select(Submission).where(
            Submission.id == submission_id,
            Submission.member_id == member_id,
            Submission.ended_at.is_(None),
        )
    )
    return found.first()


async def is_bare(session: AsyncSession, submission_id: str, member_id: int) -> bool:
    """Whether it is the member's, ended or not, and has led to the consent without any photos."""
    submission = await session.get(Submission, submission_id)
    if submission is None or submission.member_id != member_id or submission.name is not None:
        return False
    photos = select(Photo.id).where(Photo.submission_id == submission_id)
    return await session.scalar(photos.limit(1)) is None


async def photos_of(session: AsyncSession, submission_id: str) -> Sequence[Photo]:
    """The photos of a submission, in the order in which they were handed over."""
    found = await session.scalars(
        select(Photo)
        .where(Photo.submission_id == submission_id)
        .order_by(Photo.submitted_at, Photo.id)
    )
    return found.all()


async def one_at_a_time(session: AsyncSession, member_id: int) -> None:
    """Until this transaction ends, nobody else counts and adds this member's photos.

    To be called before anything else in it. SQLite has one writer, so that all wait for one.
    """
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        await connection.execute(select(func.pg_advisory_xact_lock(member_id)))


async def handed_over_since(session: AsyncSession, member_id: int, since: datetime) -> int:
    """How many photos a member has handed over since then, whatever became of them."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(Photo)
            .where(Photo.member_id == member_id, Photo.submitted_at >= since)
        )
        or 0
    )


async def answer_by(session: AsyncSession, submission_id: str, token: str) -> None:
    """Answer with the token of a newer interaction from now on."""
    await session.execute(
        update(Submission)
        .where(Submission.id == submission_id, Submission.ended_at.is_(None))
        .values(token=token, asked_at=datetime.now(UTC))
    )


async def choose_credit(session: AsyncSession, submission_id: str, choice: Credit) -> None:
    """Remember how the member wants to be named, while the consent is still open."""
    await session.execute(
        update(Submission).where(Submission.id == submission_id).values(credit_choice=choice)
    )


async def name_it(session: AsyncSession, submission_id: str, name: str) -> None:
    """Give a draft and its photos their dish's name."""
    await session.execute(
        update(Submission).where(Submission.id == submission_id).values(name=name)
    )
    await session.execute(
        update(Photo)
        .where(Photo.submission_id == submission_id, Photo.state == "draft")
        .values(name=name)
    )


async def send_off(session: AsyncSession, submission_id: str, licence: str) -> Sequence[Photo]:
    """Make the drafts of a submission photos for the intake. Returns those that were drafts."""
    found = await session.scalars(
        update(Photo)
        .where(Photo.submission_id == submission_id, Photo.state == "draft")
        .values(state="submitted", licence=licence)
        .returning(Photo)
    )
    return found.all()


async def discard(session: AsyncSession, submission_id: str) -> None:
    """Erase a draft, and the links with it."""
    await session.execute(
        delete(Photo).where(Photo.submission_id == submission_id, Photo.state == "draft")
    )
    await session.execute(delete(Submission).where(Submission.id == submission_id))


async def discard_unnamed(session: AsyncSession, member_id: int) -> None:
    """Erase the member's drafts that have no name yet: Discord tells of no modal that is closed.

    `one_at_a_time` is to be called before, so that none gets its name meanwhile.
    """
    nameless = (Photo.member_id == member_id, Photo.state == "draft", Photo.name == "")
    gone = await session.scalars(delete(Photo).where(*nameless).returning(Photo.submission_id))
    ids = set(gone.all()) - {None}
    await session.execute(delete(Submission).where(Submission.id.in_(ids)))


async def discard_stale(session: AsyncSession, before: datetime) -> int:
    """Erase the drafts that nobody agreed to in time, and with them what led to them.

    Returns how many photos.
    """
    stale = await session.scalars(
        delete(Photo)
        .where(Photo.state == "draft", Photo.submitted_at < before)
        .returning(Photo.submission_id)
    )
    ids = stale.all()
    await session.execute(delete(Submission).where(Submission.id.in_(set(ids) - {None})))
    return len(ids)


async def forget_refused(session: AsyncSession, before: datetime) -> None:
    """Drop the rows of refused photos that were handed over before then, and answered."""
    owed = select(Submission.id).where(
        Submission.id == Photo.submission_id, Submission.ended_at.is_(None)
    )
    await session.execute(
        delete(Photo).where(Photo.state == "refused", Photo.submitted_at < before, ~owed.exists())
    )


async def is_stale(session: AsyncSession, submission_id: str, before: datetime) -> bool:
    """Whether its drafts have waited since before then."""
    drafts = select(Photo.id).where(Photo.submission_id == submission_id, Photo.state == "draft")
    return await session.scalar(drafts.where(Photo.submitted_at < before).limit(1)) is not None


async def open_ones(session: AsyncSession) -> Sequence[Submission]:
    """Submissions whose answer is not complete, the oldest first."""
    found = await session.scalars(
        select(Submission).where(Submission.ended_at.is_(None)).order_by(Submission.asked_at)
    )
    return found.all()


async def forget_token(session: AsyncSession, submission_id: str) -> None:
    """Erase a token that has died, while the answer is still owed."""
    await session.execute(
        update(Submission).where(Submission.id == submission_id).values(token=None)
    )


async def end(session: AsyncSession, submission_id: str) -> None:
    """The answer is complete, or too late: erase the token."""
    await session.execute(
        update(Submission)
        .where(Submission.id == submission_id)
        .values(ended_at=datetime.now(UTC), token=None)
    )
