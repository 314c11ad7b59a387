"""A contributed file becomes a photo of the store: decoded safely, made plain, encoded anew.

Nothing of the file goes on but its pixels: no EXIF, place, profile or comment, and no bytes behind
the picture's end. Raises UserError for what is not taken in; then nothing is stored.
"""

import hashlib
import io
from dataclasses import dataclass

from foodgan.contract.errors import UserError
from foodgan.contract.photos import Hint, Taken
from foodgan.contract.store import Store
from foodgan.photos import looks
from foodgan.photos.picture import decode

SIDE = 1024  # pixels of the longer side of a stored photo, at most
QUALITY = 90  # of the stored JPEG


@dataclass(frozen=True)
class Clean:
    """A photo as it is stored. data: a plain JPEG of width × height pixels."""

    data: bytes
    original_sha256: str
    perceptual_hash: str
    width: int
    height: int
    hints: tuple[Hint, ...]


def clean(data: bytes) -> Clean:
    """The photo in a file of any kind that is taken. The same file gives the same bytes."""
    decoded = decode(data, SIDE)
    encoded = io.BytesIO()
    decoded.picture.save(encoded, "JPEG", quality=QUALITY)
    return Clean(
        data=encoded.getvalue(),
        original_sha256=hashlib.sha256(data).hexdigest(),
        perceptual_hash=looks.dhash(decoded.picture),
        width=decoded.picture.width,
        height=decoded.picture.height,
        hints=looks.hints(decoded.picture, min(decoded.width, decoded.height)),
    )


@dataclass(frozen=True)
class Tombs:
    """Hashes that must not come back: of stored bytes, and of files as they were handed in."""

    stored: frozenset[str]
    original: frozenset[str]


def tombs(store: Store) -> Tombs:
    """The store's tombstones, as they are now."""
    stones = store.tombstones()
    return Tombs(
        frozenset(stone.sha256 for stone in stones),
        frozenset(stone.original_sha256 for stone in stones),
    )


def take_in(store: Store, photo_id: str, data: bytes, stones: Tombs | None = None) -> Taken:
    """Clean a file and store it. Raises UserError, also for a photo that was withdrawn.

    stones: where many photos are taken in at once; else they are read anew.
    """
    photo = clean(data)
    sha256 = hashlib.sha256(photo.data).hexdigest()
    stones = stones or tombs(store)
    if sha256 in stones.stored or photo.original_sha256 in stones.original:
        raise UserError("intake-withdrawn")
    store.put(photo.data)
    return Taken(
        photo_id=photo_id,
        sha256=sha256,
        original_sha256=photo.original_sha256,
        perceptual_hash=photo.perceptual_hash,
        width=photo.width,
        height=photo.height,
        size=len(photo.data),
        hints=photo.hints,
    )
