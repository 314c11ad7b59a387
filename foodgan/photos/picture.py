"""Strangers' files as pictures: few kinds, a bound on pixels, upright, RGB, nothing else kept.

Raises UserError with the phrase that says why a file is not taken; nothing of Pillow's own errors
gets out. Time and memory are bounded by whoever calls: see `worker.forking`.
"""

import io
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from foodgan.contract.errors import UserError

MAX_PIXELS = 64_000_000  # a photo of more is refused before it is decoded
SHORTEST = 32  # pixels of the shorter side; less shows no dish
THINNEST = 8  # the longer side is at most this many times the shorter
DRAFT = 0.75  # a JPEG may be decoded at 1/2, 1/4, 1/8 down to this share of the wanted side
_COMPARED = 64  # pixels of the shorter side that are enough to compare two photos
PAPER = (255, 255, 255)  # what shines through where a picture is transparent

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_STARTS = (
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WEBP"),
    (re.compile(rb"GIF8"), "GIF"),
    (re.compile(rb"BM"), "BMP"),
    (re.compile(rb"II\*\0|MM\0\*"), "TIFF"),
    (re.compile(rb"8BPS"), "PSD"),
    (re.compile(rb"%PDF"), "PDF"),
    (re.compile(rb"PK\x03\x04"), "ZIP"),
    (re.compile(rb"\s*<(!doctype html|html|head|body|script)", re.I), "HTML"),
    (re.compile(rb"\s*<(\?xml|svg|!--|!doctype svg)", re.I), "SVG"),
    (re.compile(rb".{4}ftyp(avif|avis)", re.DOTALL), "AVIF"),
    (re.compile(rb".{4}ftyp(qt|mp4|isom|M4V|3gp)", re.DOTALL), "MP4"),
)
_SMOOTH = ("L", "LA", "RGB", "RGBA", "CMYK")  # modes that can be resized as they are
_TAKEN = ("JPEG", "PNG", "WEBP", "HEIF")
_ORIENTATION = 0x0112  # EXIF
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Decoded:
    """A picture, RGB and upright. width, height: pixels of the file, not of the picture."""

    picture: Image.Image
    width: int
    height: int


def kind_of(data: bytes) -> str | None:
    """What a file is by its first bytes, whatever its name says; None for nothing known."""
    head = data[:1024]
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "HEIF"
    return next((kind for start, kind in _STARTS if start.match(head)), None)


def decode(data: bytes, side: int) -> Decoded:
    """The picture in a file, its longer side at most `side` pixels; never enlarged.

    Raises UserError for what is no still picture of a kind and size that is taken.
    """
    kind = kind_of(data)
    if not data:
        raise UserError("intake-empty")
    if kind is None:
        raise UserError("intake-no-picture")
    if kind not in _TAKEN:
        raise UserError("intake-other-kind", kind=kind)
    try:
        return _decode(data, kind, side)
    except (UserError, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception:  # Pillow's decoders raise nearly anything on what is no sound file
        raise UserError("intake-damaged") from None


def thumbnail(data: bytes) -> Image.Image:
    """A stored photo, decoded at down to an eighth of its size: to compare it, not to look at."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        picture.draft("RGB", (_COMPARED, _COMPARED))
        picture.load()
        return picture


def _decode(data: bytes, kind: str, side: int) -> Decoded:
    if kind == "HEIF":
        _take_heif()
    with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
        width, height = picture.size
        _check(picture, width, height)
        profile = picture.info.get("icc_profile")
        if kind == "JPEG":
            wanted = DRAFT * side / max(width, height)
            picture.draft(None, (int(width * wanted) or 1, int(height * wanted) or 1))
        picture.load()  # before the EXIF is read, which loads a PNG and would swallow its damage
        # A HEIC is turned already, as its container says; by ISO 23008-12 its EXIF does not count.
        orientation = 1 if kind == "HEIF" else _orientation(picture)
        small = plain(_shrunk(picture, side))
    rgb = _srgb(small, profile)
    turn = _UPRIGHT.get(orientation)
    if turn is not None:  # the first of them is 0
        rgb = rgb.transpose(turn)
        if orientation >= 5:
            width, height = height, width
    rgb.info = {}  # a comment there would be written out again
    return Decoded(rgb, width, height)


def _check(picture: Image.Image, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < SHORTEST:
        raise UserError("intake-too-small", limit=SHORTEST)
    if max(width, height) > THINNEST * min(width, height):
        raise UserError("intake-too-thin", limit=THINNEST)
    # A phone's JPEG may hold a depth map or a second view behind the photo: those are no frames.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise UserError("intake-animated")


def _too_many_pixels() -> UserError:
    return UserError("intake-too-many-pixels", limit=MAX_PIXELS // 1_000_000)


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation, 1 … 8; 1 where the EXIF is broken, which does not spoil the photo."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # as above: a stranger's EXIF
        return 1


def _shrunk(picture: Image.Image, side: int) -> Image.Image:
    """Before anything is converted, where that can be: a copy at full size takes much memory."""
    if max(picture.size) > side:
        if picture.mode not in _SMOOTH or "transparency" in picture.info:
            picture = plain(picture)
        picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return picture


def plain(picture: Image.Image) -> Image.Image:
    """The picture in 8 bits a channel, opaque: L, RGB or CMYK."""
    if picture.mode.startswith(("I", "F")):
        deep = np.asarray(picture)
        return Image.fromarray((np.clip(deep, 0, 65535).astype(np.uint16) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        paper = Image.new("RGB", seen.size, PAPER)
        paper.paste(seen, mask=seen.getchannel("A"))
        return paper
    return picture if picture.mode in ("L", "RGB", "CMYK") else picture.convert("RGB")


def _srgb(picture: Image.Image, profile: Any) -> Image.Image:
    """RGB in sRGB; a profile that makes no sense is left out."""
    if isinstance(profile, bytes) and picture.mode in ("RGB", "CMYK"):
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            about = given.profile
            fits = about.xcolor_space.strip() == picture.mode
            if fits and "sRGB" not in (about.profile_description or ""):
                target = ImageCms.createProfile("sRGB")
                turned = ImageCms.profileToProfile(picture, given, target, outputMode="RGB")
                return turned or picture.convert("RGB")
        except Exception:  # as above: a stranger's profile
            return picture.convert("RGB")
    return picture.convert("RGB")


def _take_heif() -> None:
    """Let Pillow read HEIC. One thread: the caller bounds this process, not a crowd."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
