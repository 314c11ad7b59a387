"""Pictures as files. Measured on 256×256 photos, one core: see the table below."""

import io
from dataclasses import dataclass
from typing import Any

from PIL.Image import Image

# ms and KiB a picture: PNG level 1 8.6/118, 3 8.5/116, 6 20.7/114, 9 33.8/113; level 2 with
# run lengths 7.4/119; WebP lossless 6.9/88 at its fastest, 99/77 at its smallest; JPEG 92 0.5/23.
# Of a generator, untrained: PNG level 1 7.1/115, level 2 with run lengths 5.2/98.
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
