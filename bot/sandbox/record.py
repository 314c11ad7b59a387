"""A record of every REST request of bot and worker, for people, tests and the judge."""

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.sandbox.body import Body
from bot.sandbox.rules import Json


@dataclass
class Recorded:
    """One request. path: below /api/v10; payload: the decoded JSON or `payload_json`."""

    number: int
    at: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    payload: Any
    files: list[Json]
    status: int | None = None  # None: not answered yet, or never
    fault: bool = False  # answered by a fault on demand
    page: bool = False  # which was not of Discord's making
    seconds: float = 0.0

    def to_json(self) -> Json:
        return asdict(self)


class Record:
    """The latest requests. hooks: called with each one when it has been answered."""

    def __init__(self, kept: int) -> None:
        self.hooks: list[Callable[[Recorded], None]] = []
        self._kept: deque[Recorded] = deque(maxlen=kept)
        self._count = 0

    def add(self, request: web.Request, path: str, body: Body) -> Recorded:
        self._count += 1
        headers = dict(request.headers)
        if "Authorization" in headers:
            headers["Authorization"] = headers["Authorization"].split(" ")[0] + " ‹redacted›"
        recorded = Recorded(
            number=self._count,
            at=datetime.now(UTC).isoformat(),
            method=request.method,
            path=path,
            query=dict(request.query),
            headers=headers,
            payload=body.payload,
            files=[upload.describe() for upload in body.files],
        )
        self._kept.append(recorded)
        return recorded

    def answered(self, recorded: Recorded) -> None:
        for hook in self.hooks:
            hook(recorded)

    def since(self, number: int = 0) -> list[Recorded]:
        """Every kept request after that number, oldest first."""
        return [recorded for recorded in self._kept if recorded.number > number]

    def clear(self) -> None:
        self._kept.clear()
