"""How fast photos are taken in, compared, and frozen into a release."""

import hashlib
import io
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from foodgan.contract.lookalikes import search
from foodgan.contract.photos import CLUB, Entry
from foodgan.contract.store import Store, object_path
from foodgan.machine.progress import track
from foodgan.photos import looks
from foodgan.photos.intake import SIDE, take_in
from foodgan.photos.release import freeze

PHONE = (4032, 3024)  # pixels of a phone's photo: 12 megapixels
INTAKES = 40
KNOWN = 100_000  # hashes that are searched
SEARCHES = 20
DIFFERENT = 100  # pictures that the release's photos are made of
TWINS = 0.05  # share of the release's photos that are near-duplicates of another


def measure(released: int) -> dict[str, Any]:
    """Everything that `foodgan bench photos` prints. released: photos of the release."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        return {
            **_intake(store),
            **_look_alikes(),
            **_release(Store(str(Path(folder) / "release")), released),
        }


def _intake(store: Store) -> dict[str, Any]:
    """Photos of 12 megapixels a second of one core's own time, stored and synced to the disk."""
    photos = [_jpeg(_picture(PHONE, seed)) for seed in range(4)]
    take_in(store, "00000000", photos[0])
    clock, processor = time.perf_counter(), time.process_time()
    for number in track(range(INTAKES), "12-megapixel JPEGs"):
        take_in(store, "00000000", photos[number % len(photos)])
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    return {
        "intake_photos_s": round(INTAKES / processor, 1),
        "intake_clock_photos_s": round(INTAKES / clock, 1),
        "intake_mb": round(sum(map(len, photos)) / len(photos) / 1e6, 1),
    }


def _look_alikes() -> dict[str, Any]:
    """Median milliseconds of one search, mirror images too: of one core's own time, and in all."""
    rng = random.Random(0)
    known = [rng.getrandbits(64) for _ in range(KNOWN)]
    own, clock = [], []
    for number in track(range(SEARCHES), "look-alikes"):
        begun, begun_own = time.perf_counter(), time.process_time()
        search(known[number], known)
        own.append(time.process_time() - begun_own)
        clock.append(time.perf_counter() - begun)
    return {
        "look_alikes_among": KNOWN,
        "look_alikes_ms": round(statistics.median(own) * 1e3, 1),
        "look_alikes_clock_ms": round(statistics.median(clock) * 1e3, 1),
    }


def _release(store: Store, count: int) -> dict[str, Any]:
    _fill(store, count)
    begun = time.perf_counter()
    frozen = freeze(store, track=track)
    took_s = time.perf_counter() - begun
    return {
        "release_photos": frozen.train + frozen.test,
        "release_test": frozen.test,
        "release_s": round(took_s, 1),
    }


def _fill(store: Store, count: int) -> None:
    """Photos of some 100 kB, each with bytes of its own; some are near-duplicates."""
    rng = random.Random(0)
    pictures = [_picture((SIDE, SIDE * 3 // 4), seed) for seed in range(DIFFERENT)]
    shots = [(_jpeg(picture), looks.dhash(picture)) for picture in pictures]
    entries: list[Entry] = []
    began = datetime(2026, 1, 1, tzinfo=UTC)
    for number in track(range(count), "photos for a release"):
        data, hashed = shots[number % DIFFERENT]
        if rng.random() > TWINS:  # a stranger, as far as its hash goes
            hashed = f"{rng.getrandbits(64):016x}"
        own = data + number.to_bytes(4, "big")
        sha256 = hashlib.sha256(own).hexdigest()
        path = Path(store.full(object_path(sha256)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(own)  # not synced: what is measured comes later
        entries.append(
            Entry(
                sha256=sha256,
                name=f"丼{number % (count // 4 or 1)}",
                licence="CC0-1.0",
                perceptual_hash=hashed,
                accepted_at=began + timedelta(minutes=number),
            )
        )
    store.write_entries(CLUB, entries)


def _picture(size: tuple[int, int], seed: int) -> Image.Image:
    """Shapes with a sensor's noise, so that the JPEG is as long as a phone's."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (24, 32, 3), np.uint8))
    smooth = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), np.int16)
    noise = rng.normal(0, 4, smooth.shape[:2]).astype(np.int16)
    return Image.fromarray(np.clip(smooth + noise[:, :, None], 0, 255).astype(np.uint8))


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
