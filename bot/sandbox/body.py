"""A request's body as Discord reads it: JSON, or multipart of `payload_json` and `files[n]`."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.refusal import Refusal
from bot.sandbox.rules import Json

_FILE_FIELD = re.compile(r"files\[(\d+)\]$")


@dataclass(frozen=True)
class Upload:
    """One file of a multipart body. index: the n of `files[n]`, None for another field."""

    field: str
    index: int | None
    filename: str
    content_type: str
    data: bytes

    def describe(self) -> Json:
        """What the request record keeps: never the bytes."""
        return {
            "field": self.field,
            "filename": self.filename,
            "content_type": self.content_type,
            "size": len(self.data),
            "sha256": hashlib.sha256(self.data).hexdigest(),
        }


@dataclass(frozen=True)
class Body:
    """payload: the decoded JSON, None where there was no body."""

    payload: Any = None
    files: list[Upload] = field(default_factory=list)

    def form(self) -> Json:
        """The payload, which must be an object."""
        if self.payload is None:
            return {}
        if not isinstance(self.payload, dict):
            raise Refusal(50035, {"_errors": [{"code": "DICT_TYPE_CONVERT", "message": "Object"}]})
        return self.payload


def _decoded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Refusal(50109) from None


async def read_body(request: web.Request, limit: int) -> Body:
    """Read at most `limit` bytes. Refuses with 40005 what is larger, with 50109 broken JSON."""
    if (request.content_length or 0) > limit:
        raise Refusal(40005)
    if not request.content_type.startswith("multipart/"):
        text = await request.read()
        return Body(_decoded(text)) if text.strip() else Body()
    payload: Any = None
    files: list[Upload] = []
    left = limit
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise Refusal(50109)
        data = bytearray()
        while chunk := await part.read_chunk(65536):
            data += chunk
            left -= len(chunk)
            if left < 0:
                raise Refusal(40005)
        name = part.name or ""
        if name == "payload_json":
            payload = _decoded(bytes(data))
        elif part.filename is not None:
            match = _FILE_FIELD.match(name)
            files.append(
                Upload(
                    field=name,
                    index=int(match.group(1)) if match else None,
                    filename=part.filename,
                    content_type=part.headers.get("Content-Type", ""),
                    data=bytes(data),
                )
            )
    return Body(payload, files)
