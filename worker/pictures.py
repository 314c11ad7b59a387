"""Pictures as files."""

import io
from dataclasses import dataclass
from typing import Any

from PIL.Image import Image

# Of 24 pictures of the shipped model, on one core; dB: PSNR against what was painted.
#                              256×256: ms   KiB   dB    512×512: ms   KiB
# PNG, level 1                         6.6   118    ∞           48.6   366
# PNG, level 2, run lengths            5.2   107    ∞           38.1   315
# WebP, lossless, method 0             2.2   105    ∞           19.7   316
# WebP, lossless, method 1            12.8    93    ∞           98.4   243
# WebP, lossless, method 4           160      88    ∞          321     234
# WebP, lossy 90, method 0             6.8    19   36.6         18.3    43
# WebP, lossy 90, method 4            21.2    17   36.7        257      39
# JPEG 92, 4:4:4                       0.5    30   39.1          1.5    80
# So WebP without loss, at its quickest, and JPEG where it has to be small: lossy WebP halves the
# colours' resolution and takes fifteen times as long.
_FORMS: dict[str, dict[str, Any]] = {
    "webp": {"format": "WEBP", "lossless": True, "quality": 0, "method": 0},
    "jpeg": {"format": "JPEG", "quality": 92, "subsampling": 0},
}


@dataclass(frozen=True)
class Picture:
    """One file of a message. alt: what a screen reader says."""

    filename: str
    body: bytes
    media_type: str
    alt: str


def encode(picture: Image, stem: str, alt: str, form: str = "webp") -> Picture:
    """The picture as a file called `stem`. form: "webp" or "jpeg"."""
    buffer = io.BytesIO()
    picture.save(buffer, **_FORMS[form])
    return Picture(f"{stem}.{form}", buffer.getvalue(), f"image/{form}", alt)
