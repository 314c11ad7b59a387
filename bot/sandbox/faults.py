"""Faults on demand: what goes wrong with the next requests, or with the gateway, and how often."""

import asyncio
import re
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.sandbox.refusal import CODES
from bot.sandbox.rules import Json


class RequestFault(BaseModel):
    """The next `times` requests whose method and path match go wrong.

    path: a regular expression, searched in the path below /api/v10. answer: an HTTP status; code:
    Discord's JSON code with it; page: without any JSON, as something on the way answers. hang_s:
    wait first. drop: cut the connection. applied: do the work first, so that only the answer is
    lost. after: how many matching requests pass unharmed before.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["request"] = "request"
    method: str = ".*"
    path: str = ".*"
    times: Annotated[int, Field(ge=1)] = 1
    after: Annotated[int, Field(ge=0)] = 0
    answer: Annotated[int, Field(ge=400, le=599)] | None = None
    code: int = 0
    page: bool = False
    retry_after_s: Annotated[float, Field(ge=0)] = 1.0
    scope: Literal["user", "global", "shared"] = "user"
    hang_s: Annotated[float, Field(ge=0)] = 0.0
    drop: bool = False
    applied: bool = False
    hits: int = 0

    @field_validator("method", "path")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        re.compile(pattern)
        return pattern

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is hit. Counts it."""
        if not re.fullmatch(self.method, method, re.IGNORECASE) or not re.search(self.path, path):
            return False
        if self.hits >= self.times:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.hits += 1
        return True


class GatewayFault(BaseModel):
    """Something that happens to the gateway now.

    close: close every socket with `code`; drop: cut it without a word; reconnect: ask to
    reconnect; forget: INVALID_SESSION, no resume; deaf: heartbeats stay without an ACK; refuse:
    the next `times` connections fail.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["gateway"]
    action: Literal["close", "drop", "reconnect", "forget", "deaf", "refuse"]
    code: Annotated[int, Field(ge=1000, le=4999)] = 4000
    times: Annotated[int, Field(ge=1)] = 1


class Faults:
    """The faults of requests that are still to come."""

    def __init__(self) -> None:
        self.waiting: list[RequestFault] = []

    def add(self, fault: RequestFault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def strike(self, method: str, path: str) -> RequestFault | None:
        """The fault that hits this request, the oldest first."""
        return next((fault for fault in self.waiting if fault.strikes(method, path)), None)


async def suffer(fault: RequestFault, request: web.Request) -> web.Response | None:
    """Let the fault happen. Returns its answer, or None where the request only had to wait."""
    if fault.hang_s:
        await asyncio.sleep(fault.hang_s)
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    if fault.answer is None:
        return None
    if fault.page:
        wait = {"Retry-After": f"{fault.retry_after_s:g}"} if fault.answer == 429 else {}
        text = f"<html>{fault.answer}</html>"
        return web.Response(status=fault.answer, headers=wait, text=text, content_type="text/html")
    if fault.answer == 429:
        return _too_many(fault)
    if fault.answer >= 500:
        return web.Response(status=fault.answer, text="upstream error", content_type="text/plain")
    message = CODES.get(fault.code, (0, f"{fault.answer}: refused on demand"))[1]
    return web.json_response({"message": message, "code": fault.code}, status=fault.answer)


def _too_many(fault: RequestFault) -> web.Response:
    body: Json = {
        "message": "You are being rate limited.",
        "retry_after": fault.retry_after_s,
        "global": fault.scope == "global",
    }
    headers = {
        "Retry-After": f"{fault.retry_after_s:g}",
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset-After": f"{fault.retry_after_s:.3f}",
        "X-RateLimit-Scope": fault.scope,
    }
    if fault.scope == "global":
        headers["X-RateLimit-Global"] = "true"
    return web.json_response(body, status=429, headers=headers)
