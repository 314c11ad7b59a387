"""One dish turning into another: a moving picture, and the same steps side by side."""

import io
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from foodgan.painting.painter import Dish

FRAME_MS = 80
REST_MS = 600  # on either dish, before it turns back
STRIP = 7  # pictures of a strip at most


def steps(dish: Dish, other: str, count: int) -> list[Dish]:
    """`count` dishes, at least 2, from all this one to all the other name, a normalised one."""
    return [replace(dish, mix=other, share=i / (count - 1)) for i in range(count)]


def gif(pictures: Sequence[Image.Image]) -> bytes:
    """A GIF that plays the pictures there and back, for ever. Pictures are of one size."""
    there = [picture.quantize(dither=Image.Dither.FLOYDSTEINBERG) for picture in pictures]
    frames = [*there, *reversed(there[1:-1])]
    lasts = [FRAME_MS] * len(frames)
    lasts[0] = lasts[len(there) - 1] = REST_MS
    written = io.BytesIO()
    frames[0].save(
        written, "GIF", save_all=True, append_images=frames[1:], duration=lasts, loop=0, disposal=1
    )
    return written.getvalue()


def strip(pictures: Sequence[Image.Image]) -> bytes:
    """A PNG of up to STRIP of the pictures side by side, evenly spaced, first and last included."""
    count = min(len(pictures), STRIP)
    shown = [pictures[round(i * (len(pictures) - 1) / max(1, count - 1))] for i in range(count)]
    width, height = shown[0].size
    whole = Image.new("RGB", (width * count, height))
    for i, picture in enumerate(shown):
        whole.paste(picture, (i * width, 0))
    written = io.BytesIO()
    whole.save(written, "PNG")
    return written.getvalue()
