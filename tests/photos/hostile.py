"""Hostile files, made from a seed: each must be refused, or come out as a plain photo.

`corpus()` gives (name, bytes, fate): fate "refused", "safe", or "either" where a decoder may make
something of the damage.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

SECRET = b"SECRET-PLACE-35.0N-135.0E"  # hidden in metadata and behind ends; must never be stored
PNG = b"\x89PNG\r\n\x1a\n"

File = tuple[str, bytes, str]


@cache
def corpus() -> tuple[File, ...]:
    """All of them, the same every time."""
    return tuple(_files())


def _files() -> Iterator[File]:
    yield from _no_pictures()
    yield from _bombs()
    yield from _odd_shapes()
    yield from _moving()
    yield from _modes()
    yield from _metadata()
    yield from _polyglots()
    yield from _broken_headers()
    yield from _cut()
    yield from _flipped()
    yield from _noise()


def dish(size: tuple[int, int] = (160, 120), seed: int = 0) -> Image.Image:
    """Something on a plate, as coarse noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (8, 10, 3), np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as a file."""
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def originals() -> dict[str, bytes]:
    """One sound file of each way to write one."""
    return {
        "baseline.jpg": saved(dish(), "JPEG", quality=90),
        "progressive.jpg": saved(dish(), "JPEG", progressive=True),
        "plain.png": saved(dish(), "PNG"),
        "lossy.webp": saved(dish(), "WEBP"),
        "lossless.webp": saved(dish(), "WEBP", lossless=True),
        "phone.heic": saved(dish(), "HEIF", quality=60),
    }


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG's IHDR."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def png(head: bytes, *chunks: bytes, rows: bytes = b"") -> bytes:
    """A PNG from its parts."""
    return PNG + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(rows, 9)) + END


END = chunk(b"IEND", b"")


def _after_head(png_bytes: bytes, *chunks: bytes) -> bytes:
    """A sound PNG with chunks put in behind its IHDR."""
    head = len(PNG) + 25
    return png_bytes[:head] + b"".join(chunks) + png_bytes[head:]


def _no_pictures() -> Iterator[File]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    xxe = b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'
    html = b"<!DOCTYPE html><script>location='https://example.com'</script>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * 10_000_000)
    heads = {
        "empty.jpg": b"",
        "one-byte.jpg": b"\xff",
        "svg.png": svg,
        "svg-with-prologue.svg": b'<?xml version="1.0"?>\n<!-- c -->\n' + svg,
        "svg-with-entity.svg": xxe,
        "many-comments.svg": b"<!-- -->" * 120 + b"<rect/>",
        "page.jpg": html,
        "page-upper.png": html.upper(),
        "zip-as-png.png": packed.getvalue(),
        "pdf.jpg": b"%PDF-1.7\n1 0 obj<</OpenAction 2 0 R>>endobj",
        "program.jpg": b"\x7fELF" + bytes(200),
        "windows.jpg": b"MZ" + bytes(200),
        "video.heic": b"\0\0\0\x18ftypmp42" + bytes(64),
        "avif.heic": b"\0\0\0\x1cftypavif" + bytes(64),
        "photoshop.jpg": b"8BPS\0\1" + bytes(64),
        "postscript.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        "script.jpg": b"#!/bin/sh\nrm -rf /\n",
        "text.png": "カレー".encode() * 50,
        "pickle.jpg": b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00cos\nsystem\n.",
        "icon.png": b"\0\0\1\0\1\0\x10\x10\0\0" + bytes(40),
        "jpeg2000.jpg": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40),
    }
    for name, data in heads.items():
        yield name, data, "refused"
    for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "JPEG2000"):
        yield f"sound-{kind}.jpg", saved(dish((64, 64)), kind), "refused"


def _bombs() -> Iterator[File]:
    blank = bytes(3 * 1000 + 1) * 10
    for width, height in [(20000, 20000), (65500, 65500), (2**31 - 1, 2**31 - 1), (9000, 9000)]:
        yield f"bomb-{width}.png", png(header(width, height), rows=blank), "refused"
    row = bytes(1 + 4096)
    yield "real-bomb.png", png(header(32768, 32768, 1, 0), rows=row * 32768), "refused"
    jpeg = originals()["baseline.jpg"]
    frame = jpeg.index(b"\xff\xc0")
    for size in [(65535, 65535), (65500, 1000), (0, 120), (160, 0)]:
        lying = jpeg[: frame + 5] + struct.pack(">HH", *size) + jpeg[frame + 9 :]
        yield f"lying-{size[0]}x{size[1]}.jpg", lying, "refused"
    webp = bytearray(originals()["lossy.webp"])
    at = webp.index(b"\x9d\x01\x2a") + 3
    webp[at : at + 4] = struct.pack("<HH", 16383, 16383)
    yield "lying.webp", bytes(webp), "refused"
    yield "huge.webp", _vp8x(16384, 16384), "refused"
    text = zlib.compress(b"0" * 80_000_000, 9)
    sound = originals()["plain.png"]
    for kind in (b"zTXt", b"iTXt", b"iCCP"):
        lead = b"k\0\1\0\0\0" if kind == b"iTXt" else b"k\0\0"
        yield f"bomb-in-{kind.decode()}.png", _after_head(sound, chunk(kind, lead + text)), "either"
    heic = originals()["phone.heic"]
    at = heic.index(b"ispe") + 8
    for size in (40_000, 2**31 - 1, 0):
        lying = heic[:at] + struct.pack(">II", size, size) + heic[at + 8 :]
        yield f"lying-{size}.heic", lying, "refused"


def _vp8x(width: int, height: int) -> bytes:
    """An extended WebP's head alone."""
    body = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    data = b"WEBPVP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(data)) + data


def _odd_shapes() -> Iterator[File]:
    for size in [(1, 60000), (60000, 1), (1, 1), (31, 31), (31, 400), (40, 4000), (33, 300)]:
        for kind in ("JPEG", "PNG", "WEBP"):
            if kind == "WEBP" and max(size) > 16383:
                continue
            yield f"{size[0]}x{size[1]}.{kind}", saved(Image.new("RGB", size), kind), "refused"


def _moving() -> Iterator[File]:
    frames = [dish(seed=seed) for seed in range(3)]
    more = {"save_all": True, "append_images": frames[1:], "duration": 100}
    for kind in ("GIF", "PNG", "WEBP"):
        yield f"moving.{kind}", saved(frames[0], kind, **more), "refused"
    many = {"save_all": True, "append_images": frames * 60, "duration": 1}
    yield "very-moving.webp", saved(frames[0], "WEBP", **many), "refused"
    yield "burst.heic", saved(frames[0], "HEIF", save_all=True, append_images=frames[1:]), "refused"
    stereo = saved(frames[0], "MPO", save_all=True, append_images=frames[1:])
    yield "phone-with-depth-map.jpg", stereo, "safe"


def _modes() -> Iterator[File]:
    picture = dish()
    yield "cmyk.jpg", saved(picture.convert("CMYK"), "JPEG"), "safe"
    yield "grey.jpg", saved(picture.convert("L"), "JPEG"), "safe"
    deep = (np.asarray(picture.convert("L"), np.uint16) * 257).astype(np.uint16)
    yield "16-bit.png", saved(Image.fromarray(deep), "PNG"), "safe"
    wide = np.asarray(picture, ">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in wide)
    yield "48-bit.png", png(header(160, 120, 16), rows=rows), "safe"
    for mode in ("1", "L", "LA", "P", "RGBA"):
        yield f"mode-{mode}.png", saved(picture.convert(mode), "PNG"), "safe"
    paletted = picture.convert("P")
    yield "see-through-palette.png", saved(paletted, "PNG", transparency=0), "safe"
    yield "see-through-colour.png", saved(picture, "PNG", transparency=(1, 2, 3)), "safe"
    ghost = picture.convert("RGBA")
    ghost.putalpha(0)
    for kind in ("PNG", "WEBP", "HEIF"):
        yield f"wholly-see-through.{kind}", saved(ghost, kind), "safe"
    for quality in (1, 100):
        yield f"quality-{quality}.jpg", saved(picture, "JPEG", quality=quality), "safe"
    for form in ("4:4:4", "4:2:0"):
        yield f"sampled-{form}.jpg", saved(picture, "JPEG", subsampling=form), "safe"


def _metadata() -> Iterator[File]:
    picture = dish()
    for orientation in (*range(11), 255, 65535):
        exif = Image.Exif()
        exif[0x0112] = orientation
        exif[0x010E] = SECRET.decode()
        for kind in ("JPEG", "PNG", "WEBP", "HEIF"):
            yield f"turned-{orientation}.{kind}", saved(picture, kind, exif=exif), "safe"
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (35.0, 0.0, 0.0)
    exif.get_ifd(0x8825)[27] = SECRET
    yield "place.jpg", saved(picture, "JPEG", exif=exif), "safe"
    yield "comment.jpg", saved(picture, "JPEG", comment=SECRET), "safe"
    yield "xmp.jpg", saved(picture, "JPEG", xmp=b"<x:xmpmeta>" + SECRET), "safe"
    rubbish = random.Random(3).randbytes(2000)
    for name, junk in {"rubbish": rubbish, "short": b"II*\0", "loop": _looping_exif()}.items():
        yield f"{name}-exif.jpg", saved(picture, "JPEG", exif=b"Exif\0\0" + junk), "safe"
    for kind in ("JPEG", "PNG", "WEBP", "HEIF"):
        yield f"rubbish-profile.{kind}", saved(picture, kind, icc_profile=rubbish), "safe"
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    yield "foreign-profile.jpg", saved(picture, "JPEG", icc_profile=lab), "safe"
    notes = PngImagePlugin.PngInfo()
    for number in range(2000):
        notes.add_text(f"note-{number}", SECRET.decode())
    yield "many-notes.png", saved(picture, "PNG", pnginfo=notes), "safe"
    sound = originals()["plain.png"]
    yield "deep-chunks.png", _after_head(sound, *[chunk(b"tEXt", b"k\0v")] * 50_000), "safe"
    yield "unknown-chunks.png", _after_head(sound, *[chunk(b"fooB", SECRET)] * 1000), "safe"
    yield "huge-note.png", _after_head(sound, chunk(b"tEXt", b"k\0" + b"x" * 9_000_000)), "either"
    jpeg = originals()["baseline.jpg"]
    marker = b"\xff\xec" + struct.pack(">H", 65535) + SECRET.ljust(65533, b"x")
    yield "huge-markers.jpg", jpeg[:2] + marker * 100 + jpeg[2:], "safe"
    yield "padded.jpg", jpeg[:2] + b"\xff" * 100_000 + jpeg[2:], "either"


def _looping_exif() -> bytes:
    """An IFD whose successor is itself."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIIL", 1, 0x0112, 3, 1, 6 << 16, 8)


def _polyglots() -> Iterator[File]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("secret.txt", SECRET)
    tails = {
        "zip": packed.getvalue(),
        "page": b"<script>" + SECRET + b"</script>",
        "php": b"<?php system($_GET['c']); ?>" + SECRET,
        "second-photo": originals()["plain.png"] + SECRET,
    }
    for name, data in originals().items():
        for tail, more in tails.items():
            yield f"{tail}-behind-{name}", data + more, "safe"
        wrong = name.rpartition(".")[0] + ".gif"
        yield f"wrong-extension-{wrong}", data, "safe"
        yield f"page-before-{name}", b"<html>" + data, "refused"


def _broken_headers() -> Iterator[File]:
    good = b"".join(b"\0" + bytes(range(160)) * 3 for _ in range(120))
    heads = {
        "zero-width": header(0, 120),
        "zero-height": header(160, 0),
        "colour-9": header(160, 120, 8, 9),
        "depth-3": header(160, 120, 3),
        "no-palette": header(160, 120, 8, 3),
        "no-head": b"",
        "cut-head": header(160, 120)[:12],
    }
    for name, head in heads.items():
        yield f"{name}.png", png(head, rows=good), "either" if name == "no-palette" else "refused"
    spoilt = bytearray(png(header(160, 120), rows=good))
    spoilt[len(PNG) + 22] ^= 0xFF
    yield "wrong-checksum.png", bytes(spoilt), "refused"
    yield "no-pixels.png", PNG + header(160, 120) + END, "refused"
    yield "rows-missing.png", png(header(160, 120), rows=good[:5000]), "either"
    yield "rows-too-many.png", png(header(160, 120), rows=good * 50), "either"
    yield "two-heads.png", png(header(160, 120), header(9999, 9999), rows=good), "either"
    yield "no-deflate.png", PNG + header(160, 120) + chunk(b"IDAT", b"\xff" * 99) + END, "refused"
    size = struct.pack(">I", 2**31 - 1)
    yield "endless-chunk.png", PNG + header(160, 120) + size + b"IDAT" + b"x" * 99, "refused"
    jpeg = originals()["baseline.jpg"]
    for name, start in {"no-scan": b"\xff\xda", "no-frame": b"\xff\xc0"}.items():
        yield f"{name}.jpg", jpeg[: jpeg.index(start)] + b"\xff\xd9", "refused"
    for marker in (0xC3, 0xC9, 0xCF):  # C9: arithmetic coding, which some decoders know
        fate = "either" if marker == 0xC9 else "refused"
        yield f"frame-{marker:x}.jpg", jpeg.replace(b"\xff\xc0", bytes((255, marker)), 1), fate
    yield "12-bit.jpg", jpeg.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c", 1), "refused"
    yield "no-tables.jpg", jpeg.replace(b"\xff\xc4", b"\xff\xec"), "either"


def _cut() -> Iterator[File]:
    for name, data in originals().items():
        for part in range(1, 13):
            yield f"cut-{part}-{name}", data[: len(data) * part // 13], "refused"
        yield f"last-byte-missing-{name}", data[:-1], "either"


def _flipped() -> Iterator[File]:
    for name, data in originals().items():
        for seed in range(14):
            rng = random.Random(f"{name}{seed}")
            spoilt = bytearray(data)
            for _ in range(1 + seed * 4):
                spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
            yield f"flipped-{seed}-{name}", bytes(spoilt), "either"


def _noise() -> Iterator[File]:
    for name, data in originals().items():
        for seed in range(4):
            noise = random.Random(f"{name}{seed}").randbytes(3000)
            yield f"noise-{seed}-{name}", data[:16] + noise, "refused"
