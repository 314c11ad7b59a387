"""Our PNG files hold the very pixels, for every reader."""

import io

import numpy as np
import pytest
from PIL import Image

from worker import png


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (9, 1), (256, 256), (33, 70)])
def test_pillow_reads_back_what_was_written(height: int, width: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    read = Image.open(io.BytesIO(png.encode(pixels)))
    read.load()
    assert (read.format, read.mode, read.size) == ("PNG", "RGB", (width, height))
    assert (np.asarray(read) == pixels).all()


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_plain_picture_is_small(value: int) -> None:
    pixels = np.full((256, 256, 3), value, np.uint8)
    body = png.encode(pixels)
    assert len(body) < 32 * 1024
    assert (np.asarray(Image.open(io.BytesIO(body))) == pixels).all()
