"""What the files of an answer show."""

import io

import numpy as np
from PIL import Image

LOST = 20  # mean square of what a JPEG may lose, of 255²; another dish is 20,000 away

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.int16]]


def pixels(body: bytes) -> Pixels:
    """(H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(body)), np.int16)


def shows(body: bytes, picture: Image.Image) -> bool:
    """Whether the file is this picture, but for what a JPEG loses."""
    gap = pixels(body) - np.asarray(picture, np.int16)
    return bool(np.square(gap, dtype=float).mean() < LOST)
