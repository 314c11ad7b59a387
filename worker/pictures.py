"""Pictures as files."""

from dataclasses import dataclass

from PIL.Image import Image

from foodgan.painting import jpeg


@dataclass(frozen=True)
class Picture:
    """One file of a message. alt: what a screen reader says."""

    filename: str
    body: bytes
    media_type: str
    alt: str


def encode(picture: Image, stem: str, alt: str, form: str = "fine") -> Picture:
    """The picture as a JPEG file called `stem`. form: "fine" or "small"."""
    return Picture(f"{stem}.jpg", jpeg.encode(picture, form), "image/jpeg", alt)
