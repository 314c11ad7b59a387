"""Pictures as files. Measured on 256×256 photos, one core: see the table below."""

import io
from dataclasses import dataclass
from typing import Any

from PIL.Image import Image

# ms and KiB a picture of the shipped model, 256×256, one core: PNG level 1 5.6/129, level 2 with
# run lengths 4.2/119, torchvision's level 1 5.0/128; JPEG 92 0.3/31.
ZLIB_RLE = 3  # Pillow has no name for it
_FORMS: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG", "compress_level": 2, "compress_type": ZLIB_RLE},
    "jpeg": {"format": "JPEG", "quality": 92, "subsampling": 0},
}


@dataclass(frozen=True)
class Picture:
    """One file of a message. alt: what a screen reader says."""

    filename: str
    body: bytes
    media_type: str
    alt: str


def encode(picture: Image, stem: str, alt: str, form: str = "png") -> Picture:
    """The picture as a file called `stem`. form: "png" or "jpeg"."""
    buffer = io.BytesIO()
    picture.save(buffer, **_FORMS[form])
    return Picture(f"{stem}.{form}", buffer.getvalue(), f"image/{form}", alt)
