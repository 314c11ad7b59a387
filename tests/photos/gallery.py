"""Stores with photos in them, for tests of what is made of accepted photos."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from foodgan.contract.photos import CLUB, Entry
from foodgan.contract.store import Store
from foodgan.photos import intake
from tests.photos.hostile import dish, saved

BEGAN = datetime(2026, 7, 1, tzinfo=UTC)
ID = "0a1b2c3d"
NAMES = (  # of dishes; some are no words, or no names of folders
    "カレー",
    "味噌ラーメン",
    "test kitchen/curry",
    "*?[a]",
    "..",
    "<@1> `x` | b",
    "抹茶パフェ",
)


def add(
    store: Store, seed: int, name: str = "カレー", catalogue: str = CLUB, **fields: Any
) -> Entry:
    """One more photo in a catalogue; its look follows from `seed`."""
    return add_photo(store, saved(dish((96, 72), seed), "PNG"), name, catalogue, **fields)


def add_photo(store: Store, data: bytes, name: str, catalogue: str = CLUB, **fields: Any) -> Entry:
    """One more photo in a catalogue, taken in from a file."""
    entries = store.entries(catalogue)
    taken = intake.take_in(store, ID, data)
    given = {
        "sha256": taken.sha256,
        "name": name,
        "licence": "CC0-1.0",
        "perceptual_hash": taken.perceptual_hash,
        "accepted_at": BEGAN + timedelta(hours=len(entries)),
    }
    entry = Entry(**(given | fields))
    store.write_entries(catalogue, [*entries, entry])
    return entry


def again(seed: int) -> bytes:
    """The photo of `seed` in another size and quality, and as in a mirror: a near-duplicate."""
    picture = dish((96, 72), seed).resize((80, 60))
    buffer = io.BytesIO()
    picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(buffer, "JPEG", quality=60)
    return buffer.getvalue()
