"""Photos straight into the records, for tests of the records alone."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.records.database import open_engine
from bot.records.photos import note
from bot.records.tables import Consent, Photo, Submission

ANNE, BO, CHE, DEE = 1, 2, 3, 4
SAVED = b"a plain photo"  # the bytes of the one that is in the back-up
SAVED_SHA = hashlib.sha256(SAVED).hexdigest()
START = datetime(2026, 7, 1, tzinfo=UTC)


def a_photo(number: int = 0, **changed: Any) -> Photo:
    """A photo that waits for a review, number seconds after START. A decision is final."""
    when = START + timedelta(seconds=number)
    decided = changed.get("state") in ("accepted", "rejected")
    fields: dict[str, Any] = {
        "id": f"{number:08x}",
        "member_id": ANNE,
        "channel_id": 22,
        "locale": "ja",
        "name": "きつねうどん",
        "filename": "a.jpg",
        "state": "taken",
        "licence": "CC0-1.0",
        "sha256": digest("stored", number),
        "original_sha256": digest("original", number),
        "perceptual_hash": digest("looks", number)[:16],
        "width": 640,
        "height": 480,
        "size": 1000,
        "hints": "",
        "escalated": False,
        "submitted_at": when,
        "taken_at": when,
        "told_at": changed.get("decided_at", when) if decided else None,
    }
    return Photo(**fields | changed)


def photos(numbers: Iterable[int], **changed: Any) -> list[Photo]:
    return [a_photo(number, **changed) for number in numbers]


def digest(what: str, number: int) -> str:
    return hashlib.sha256(f"{what} {number}".encode()).hexdigest()


def a_consent(member_id: int, credit: str) -> Consent:
    """A member who lets releases name them."""
    return Consent(
        member_id=member_id,
        version=1,
        licence="CC0-1.0",
        credit_choice="name",
        credit=credit,
        locale="ja",
        given_at=datetime.now(UTC),
    )


async def fill(engine: AsyncEngine) -> None:
    """One accepted photo, its new name, one at the intake and one consent."""
    now = datetime.now(UTC)
    async with AsyncSession(engine) as session, session.begin():
        session.add(
            Submission(
                id="5ub00000",
                member_id=ANNE,
                locale="ja",
                name="親子丼",
                credit_choice="name",
                application_id=1,
                token="interaction-secret",
                asked_at=now,
            )
        )
        await session.flush()
        link = "https://cdn.example/secret"
        taken = {"state": "accepted", "decided_at": now, "submission_id": "5ub00000"}
        session.add(a_photo(0, sha256=SAVED_SHA, **taken))
        note(session, "rename", BO, "00000000", "月見うどん → きつねうどん")
        session.add(a_photo(1, state="submitted", sha256=None, url=link, submission_id="5ub00000"))
        session.add(a_consent(ANNE, "Anne"))


async def rows(url: URL, table: type) -> list[Any]:
    """All rows of a table."""
    engine = open_engine(url)
    async with AsyncSession(engine) as session:
        found = list(await session.scalars(select(table)))
    await engine.dispose()
    return found
