"""A loopback stand-in for the one Discord route that the worker uses, with faults on demand."""

import asyncio
import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.judge.request import Request, Upload

ROUTE = "/api/v10/webhooks/{application}/{token}/messages/@original"


@dataclass(frozen=True)
class Fault:
    """One answer that is no success.

    text: instead of a JSON body, as of a server in between; cut: break the connection while the
    request's body still comes.
    """

    status: int = 500
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    text: str | None = None


@dataclass(frozen=True)
class Edit:
    """One request that arrived whole. at: seconds of the loop's clock."""

    token: str
    payload: dict[str, Any]
    files: dict[str, bytes]
    at: float
    status: int


class Webhooks:
    """Takes edits. `faults` are answered first, one a request; then every edit succeeds.

    slow_s: seconds that every answer takes; held: while it is true no edit is answered.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.edits: list[Edit] = []
        self.cuts = 0
        self.slow_s = 0.0
        self.held = False
        self.requests: list[Request] = []  # for the judge
        self.port = 0
        self._loop = asyncio.new_event_loop()

    @property
    def api_base(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def answers(self) -> dict[str, list[Edit]]:
        """Token → the edits that succeeded; the last one is what a member sees."""
        taken = defaultdict(list)
        for edit in self.edits:
            if edit.status < 300:
                taken[edit.token].append(edit)
        return taken

    def reset(self) -> None:
        self.faults, self.edits, self.requests, self.cuts = [], [], [], 0
        self.slow_s, self.held = 0.0, False

    async def _take(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.pop(0) if self.faults else None
        if fault and fault.cut:
            await request.content.read(100)
            self.cuts += 1
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        await asyncio.sleep(self.slow_s)
        while self.held:
            await asyncio.sleep(0.01)
        form = await request.post()
        payload = json.loads(bytes(form["payload_json"]))
        parts = {key: part for key, part in form.items() if isinstance(part, web.FileField)}
        files = {part.filename: part.file.read() for part in parts.values()}
        status = fault.status if fault else 200
        self.edits.append(
            Edit(request.match_info["token"], payload, files, self._loop.time(), status)
        )
        uploads = tuple(
            Upload(key, part.filename, len(files[part.filename])) for key, part in parts.items()
        )
        self.requests.append(
            Request("PATCH", request.path, {}, dict(request.headers), payload, uploads, status)
        )
        if fault and fault.text is not None:
            return web.Response(
                status=status, headers=fault.headers, text=fault.text, content_type="text/html"
            )
        if fault:
            return web.json_response(fault.body, status=status, headers=fault.headers)
        return web.json_response({"id": "1", "content": payload.get("content", "")})

    async def _show(self, request: web.Request) -> web.Response:
        """The answer as the last edit has left it."""
        self.requests.append(Request("GET", request.path, {}, dict(request.headers), None, (), 200))
        edits = self.answers[request.match_info["token"]]
        shown = list(edits[-1].files) if edits else []
        return web.json_response({"id": "1", "attachments": [{"filename": f} for f in shown]})

    @contextmanager
    def serving(self) -> Iterator["Webhooks"]:
        """Serve on a thread of its own, on a free port of the loopback."""
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.router.add_patch(ROUTE, self._take)
        app.router.add_get(ROUTE, self._show)
        runner = web.AppRunner(app)
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()

        async def start() -> None:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", self.port)
            await site.start()
            self.port = runner.addresses[0][1]

        asyncio.run_coroutine_threadsafe(start(), self._loop).result()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()


def digest(edit: Edit) -> list[str]:
    """What its pictures are, to compare answers by."""
    return [hashlib.sha256(body).hexdigest() for body in edit.files.values()]
