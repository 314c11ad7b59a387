"""Photos straight into the records, for tests of the records alone."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.records.tables import Photo

ANNE, BO, CHE, DEE = 1, 2, 3, 4
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
