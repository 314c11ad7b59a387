"""Attachments, byte for byte, behind links that are signed and expire as those of Discord's CDN."""

import hashlib
import hmac
import mimetypes
import re
import secrets
import struct
import time
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import quote

from bot.sandbox.body import Upload
from bot.sandbox.rules import Json, Rules
from bot.sandbox.snowflake import Snowflakes


@dataclass(frozen=True)
class Attachment:
    """One stored file. width, height: pixels, None where it is no picture."""

    id: str
    channel_id: str
    filename: str
    content_type: str
    data: bytes
    width: int | None
    height: int | None
    description: str | None
    ephemeral: bool


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF, WebP or JPEG, read from its head alone."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp_size(data)
    if data[:2] == b"\xff\xd8":
        return _jpeg_size(data)
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def safe_filename(name: str) -> str:
    """As Discord stores it: no path, no spaces, only plain characters and letters."""
    return re.sub(r"[^\w.\-]", "_", name.rsplit("/", 1)[-1]).lstrip(".")[:200] or "file"


class Attachments:
    """The stand-in's CDN. Drops the oldest files beyond `rules.attachments_kept` bytes."""

    def __init__(self, ids: Snowflakes, rules: Rules) -> None:
        self.origin = ""  # "http://host:port", known once the server listens
        self._ids = ids
        self._rules = rules
        self._secret = secrets.token_bytes(32)
        self._kept: OrderedDict[str, Attachment] = OrderedDict()
        self._bytes = 0

    def add(
        self, upload: Upload, channel_id: str, description: str | None, ephemeral: bool
    ) -> Attachment:
        """Store an upload. A picture's type is read from its bytes' head, not believed."""
        size = picture_size(upload.data)
        guessed = mimetypes.guess_type(upload.filename)[0]
        kept = Attachment(
            id=self._ids.next(),
            channel_id=channel_id,
            filename=safe_filename(upload.filename),
            content_type=guessed or upload.content_type or "application/octet-stream",
            data=upload.data,
            width=size[0] if size else None,
            height=size[1] if size else None,
            description=description,
            ephemeral=ephemeral,
        )
        self._kept[kept.id] = kept
        self._bytes += len(kept.data)
        while self._bytes > self._rules.attachments_kept and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._bytes -= len(old.data)
        return kept

    def get(self, attachment_id: str) -> Attachment | None:
        return self._kept.get(attachment_id)

    def _signature(self, path: str, expires: str, issued: str) -> str:
        text = f"{path}?ex={expires}&is={issued}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()

    def link(self, attachment: Attachment) -> str:
        """A fresh signed link, good for `rules.link_life_s`."""
        now = time.time()
        folder = "ephemeral-attachments" if attachment.ephemeral else "attachments"
        path = f"/{folder}/{attachment.channel_id}/{attachment.id}/{attachment.filename}"
        issued, expires = f"{int(now):x}", f"{int(now + self._rules.link_life_s):x}"
        signature = self._signature(path, expires, issued)
        return f"{self.origin}{quote(path)}?ex={expires}&is={issued}&hm={signature}&"

    def valid(self, path: str, expires: str, issued: str, signature: str) -> bool:
        """Whether a link was signed here and has not expired. path: unquoted."""
        wanted = self._signature(path, expires, issued)
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            return False
        return int(expires, 16) >= time.time()

    def to_json(self, attachment: Attachment) -> Json:
        """Discord's attachment object."""
        link = self.link(attachment)
        shown: Json = {
            "id": attachment.id,
            "filename": attachment.filename,
            "size": len(attachment.data),
            "url": link,
            "proxy_url": link,
            "content_type": attachment.content_type,
        }
        if attachment.width is not None:
            shown |= {"width": attachment.width, "height": attachment.height}
        if attachment.description is not None:
            shown["description"] = attachment.description
        if attachment.ephemeral:
            shown["ephemeral"] = True
        return shown
