"""Photos as one array of bytes, decoded once, and batches drawn from it by seed.

N photos, S pixels a side; arrays are (N, S, S, 3) uint8.
"""

import hashlib
import logging
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Generator, Tensor

from foodgan.contract.whole import whole
from foodgan.machine.progress import track
from foodgan.photos.filenames import readable
from foodgan.photos.folder import Photo, PhotosError, fingerprint
from foodgan.photos.picture import MAX_PIXELS, plain

log = logging.getLogger(__name__)

VERSION = 2  # of `decode`; counts up when it makes other pixels of the same file
AHEAD = 16  # photos that are decoded before the one that is written


def decode(path: Path, size: int) -> NDArray[np.uint8]:
    """A photo as (size, size, 3): upright, centre crop, RGB, on paper where it is transparent.

    Raises nearly anything for what is no sound picture, or has an EXIF that is none.
    """
    with Image.open(path) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError(f"{picture.width}×{picture.height} pixels are too many")
        upright = plain(ImageOps.exif_transpose(picture)).convert("RGB")
    return np.asarray(ImageOps.fit(upright, (size, size), Image.Resampling.LANCZOS))


def load(photos: list[Photo], size: int, cache: Path) -> tuple[list[Photo], NDArray[np.uint8]]:
    """Decode every photo once; a second call maps the array in `cache`.

    A folder that has changed is decoded anew, as is one of which an earlier build made other
    pixels, and what was decoded of it before is removed. Returns the photos that are sound and
    their array (N, size, size, 3), read only. Broken ones are skipped: counted in the log, and
    named there when they are decoded. Raises PhotosError when none is sound.
    """
    place = _place(photos, size)
    stem = cache / f"{place}-{VERSION}-{fingerprint(photos)}"
    table, kept = stem.with_suffix(".npy"), stem.with_suffix(".kept.npy")
    try:
        rows, pixels = np.load(kept), np.load(table, mmap_mode="r")
    except (OSError, ValueError, EOFError):  # none yet, or cut short by a loss of power
        _decode_all(photos, size, table, kept)
        rows, pixels = np.load(kept), np.load(table, mmap_mode="r")
        _forget(set(cache.glob(f"{place}-*.npy")) - {table, kept})
    if broken := len(photos) - len(rows):
        log.warning("%d of %d photos could not be decoded and are skipped", broken, len(photos))
    return [photos[row] for row in rows], pixels


def _place(photos: list[Photo], size: int) -> str:
    """How the array's file is called whatever changes in the folder.

    Training and measuring see other splits and styles of it, and keep one each.
    """
    folder = os.path.commonpath([photo.path.absolute().parent for photo in photos])
    kinds = sorted({(photo.split, photo.style) for photo in photos})
    return f"photos-{size}-{hashlib.sha256(repr((folder, kinds)).encode()).hexdigest()[:8]}"


def _forget(files: Iterable[Path]) -> None:
    """Remove arrays of what the folder held before; who has one mapped keeps it to the end."""
    for file in files:
        with suppress(OSError):  # a system that removes no mapped file
            file.unlink()


def _decode_all(photos: list[Photo], size: int, table: Path, kept: Path) -> None:
    def attempt(photo: Photo) -> NDArray[np.uint8] | None:
        try:
            return decode(photo.path, size)
        except MemoryError:
            raise
        except Exception as error:  # Pillow raises nearly anything on what is no sound file
            kind = "no picture" if isinstance(error, UnidentifiedImageError) else str(error)
            log.warning("%s skipped: %s", readable(photo.path.name), kind)
            return None

    with ThreadPoolExecutor() as pool:
        results = _in_turn(pool, attempt, photos)
        decoded = track(results, f"decoding photos to {size}×{size}", total=len(photos))
        rows = _save_sound(decoded, size, table)
    with whole(kept) as partial, partial.open("wb") as file:
        np.save(file, np.array(rows))


def _in_turn(
    pool: ThreadPoolExecutor,
    attempt: Callable[[Photo], NDArray[np.uint8] | None],
    photos: Iterable[Photo],
) -> Iterator[NDArray[np.uint8] | None]:
    """As the pool's own `map`, which would hold every photo where a disk is slower than it."""
    ahead: deque[Future[NDArray[np.uint8] | None]] = deque()
    for photo in photos:
        ahead.append(pool.submit(attempt, photo))
        if len(ahead) > AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _save_sound(decoded: Iterable[NDArray[np.uint8] | None], size: int, table: Path) -> list[int]:
    """Write the sound photos as they come, all of them in one .npy; returns which they are.

    A full disk raises OSError, where a mapped file would end the process.
    """
    rows = []
    with whole(table) as partial, partial.open("wb") as file:
        _head(file, 0, size)
        for row, pixels in enumerate(decoded):
            if pixels is not None:
                file.write(pixels.tobytes())
                rows.append(row)
        if not rows:
            raise PhotosError("not one of the photos could be decoded")
        file.seek(0)
        _head(file, len(rows), size)
    return rows


def _head(file: BinaryIO, count: int, size: int) -> None:
    """The header of an array of so many photos; NumPy leaves room for the count to grow."""
    about = {"descr": "|u1", "fortran_order": False, "shape": (count, size, size, 3)}
    np.lib.format.write_array_header_1_0(file, about)


def name_weights(names: Sequence[str | None], cap: int) -> Tensor:
    """Chances (N) of photos by their names: one of k photos counts as min(k, cap) in all."""
    counts = Counter(names)
    return torch.tensor([min(counts[name], cap) / counts[name] for name in names])


def crops(
    pixels: NDArray[np.uint8], rows: Tensor, size: int, align: int, generator: Generator
) -> Tensor:
    """Random crops of `size`, half of them mirrored, as (N, size, size, 3) uint8.

    rows: (N,) indices into pixels. Corners lie on multiples of `align` pixels.
    """
    reach = (pixels.shape[1] - size) // align + 1
    corners = torch.randint(0, reach, (len(rows), 2), generator=generator) * align
    mirrored = torch.rand(len(rows), generator=generator) < 0.5
    batch = np.empty((len(rows), size, size, 3), np.uint8)
    places = zip(rows.tolist(), corners.tolist(), mirrored.tolist(), strict=True)
    for i, (row, (top, left), mirror) in enumerate(places):
        crop = pixels[row, top : top + size, left : left + size]
        batch[i] = crop[:, ::-1] if mirror else crop
    return torch.from_numpy(batch)
