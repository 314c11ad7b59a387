"""What a photo looks like, in few numbers: a difference hash, a thumbnail, hints at its quality.

Difference hash: Krawetz 2013, "Kind of like that". Sharpness: variance of the Laplacian,
Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548. Pictures are RGB.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foodgan.contract.photos import Hint

ROWS, COLUMNS = 8, 8  # of the hash: 64 bits
THUMB = 16  # pixels a side of the thumbnail that confirms a pair
UNLIKE = 0.5  # two thumbnails of one dish differ by at most this share of their contrast

TINY = 256  # pixels of the shorter side: less than the generator paints
DARK, BRIGHT = 45.0, 225.0  # mean brightness, 0 … 255
SHARP = 12.0  # variance of the Laplacian at LOOKED pixels; out of focus it is 1 … 4
LOOKED = 512  # pixels of the longer side at which sharpness and text are judged
CELL = 16  # pixels a side of the cells in which text is looked for
INKED = (0.05, 0.45)  # share of a cell's pixels that are ink, where there is writing
PAPER = 12  # grey levels by which paper differs from itself
CONTRAST = 60  # grey levels between paper and ink
TEXTY = 0.3  # share of cells with writing

Thumbnail = NDArray[np.float32]


def dhash(picture: Image.Image) -> str:
    """64 bits as 16 hexadecimal digits: a bit is set where brightness rises from left to right."""
    small = picture.convert("L").resize((COLUMNS + 1, ROWS), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    return np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes().hex()


def thumb(picture: Image.Image) -> Thumbnail:
    """(THUMB·THUMB·3,) colours without their mean, to confirm what the hash proposes."""
    small = picture.resize((THUMB, THUMB), Image.Resampling.BOX)
    colours = np.asarray(small.convert("RGB"), np.float32).ravel()
    return np.asarray(colours - colours.mean(), np.float32)


def alike(a: Thumbnail, b: Thumbnail) -> bool:
    """Whether two thumbnails show one dish."""
    contrast = min(float(np.linalg.norm(a)), float(np.linalg.norm(b)))
    return float(np.linalg.norm(a - b)) <= UNLIKE * contrast


def flipped(thumbnail: Thumbnail) -> Thumbnail:
    """The thumbnail of the mirror image."""
    return thumbnail.reshape(THUMB, THUMB, 3)[:, ::-1].ravel()


def hints(picture: Image.Image, shorter: int) -> tuple[Hint, ...]:
    """What a reviewer should look at twice. shorter: pixels of the original's shorter side."""
    looked = picture.copy()
    looked.thumbnail((LOOKED, LOOKED), Image.Resampling.BILINEAR)
    grey = np.asarray(looked.convert("L"), np.int16)
    brightness = float(grey.mean())
    found: dict[Hint, bool] = {
        "blurry": sharpness(grey) < SHARP,
        "dark": brightness < DARK,
        "bright": brightness > BRIGHT,
        "tiny": shorter < TINY,
        "texty": writing(grey) > TEXTY,
    }
    return tuple(hint for hint, holds in found.items() if holds)


def sharpness(grey: NDArray[np.int16]) -> float:
    """Variance of the Laplacian of (H, W) grey levels; 0 for a picture too small to have one."""
    if min(grey.shape) < 3:
        return 0.0
    inner = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((around - 4 * inner).astype(np.float32).var())


def writing(grey: NDArray[np.int16]) -> float:
    """Share of cells that look written on: even paper, and some ink that differs much from it."""
    height, width = (side // CELL * CELL for side in grey.shape)
    if not height or not width:
        return 0.0
    tiled = grey[:height, :width].reshape(height // CELL, CELL, width // CELL, CELL)
    cells = tiled.transpose(0, 2, 1, 3).reshape(-1, CELL * CELL)
    paper = np.median(cells, axis=1)[:, None]
    away = np.abs(cells - paper)
    inked = (away >= CONTRAST).mean(axis=1)
    even = (away <= PAPER).mean(axis=1)
    return float(((inked >= INKED[0]) & (inked <= INKED[1]) & (even >= 0.4)).mean())
