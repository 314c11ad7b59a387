"""What the chat page is told, live, over its own websocket."""

import asyncio
import json

from aiohttp import WSCloseCode, web

from bot.sandbox.gateway import Gateway
from bot.sandbox.people import (
    BOT_USER,
    CHANNELS,
    MEMBERS,
    REVIEWER_ROLE_ID,
    dm_of,
    guild_json,
)
from bot.sandbox.rules import Json
from bot.sandbox.world import World, shown_to_page

_BEHIND_MAX = 1000  # events that a page may lag before it is sent away


class Feed:
    """All open pages."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        # None: no more for this page.
        self._pages: dict[asyncio.Queue[str | None], web.WebSocketResponse] = {}
        world.to_page.append(self._tell)

    def _tell(self, event: str, data: Json) -> None:
        if not self._pages:
            return
        text = json.dumps({"event": event, **data})
        for queue in list(self._pages):
            if queue.qsize() < _BEHIND_MAX:
                queue.put_nowait(text)
            else:  # it comes back by itself, and a snapshot tells it all
                queue.put_nowait(None)
                del self._pages[queue]

    def _snapshot(self) -> str:
        return json.dumps(
            {
                "event": "snapshot",
                "guild": guild_json()["name"],
                "bot": BOT_USER,
                "online": self._gateway.connected,
                "response_s": self._world.rules.response_s,
                "file_limit": self._world.rules.file_limit,
                "channels": [
                    {"id": c.id, "name": c.name, "topic": c.topic, "member_id": c.member_id}
                    for c in (*CHANNELS, *map(dm_of, MEMBERS))
                ],
                "members": [
                    {
                        "id": m.id,
                        "username": m.username,
                        "name": m.name,
                        "locale": m.locale,
                        "colour": m.colour,
                        "reviewer": REVIEWER_ROLE_ID in m.roles,
                        "permissions": str(m.permissions),
                    }
                    for m in MEMBERS
                ],
                "commands": self._world.commands.every(),
                "messages": [shown_to_page(m) for m in self._world.messages.listing()],
            }
        )

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one page: a snapshot, then every event."""
        ws = web.WebSocketResponse(heartbeat=20)
        await ws.prepare(request)
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        queue.put_nowait(self._snapshot())
        self._pages[queue] = ws
        writer = asyncio.create_task(_write(queue, ws))
        try:
            async for _ in ws:  # the page only listens
                continue
        finally:
            writer.cancel()
            self._pages.pop(queue, None)
        return ws

    async def close(self) -> None:
        for ws in list(self._pages.values()):
            await ws.close(code=1001)


async def _write(queue: asyncio.Queue[str | None], ws: web.WebSocketResponse) -> None:
    while (text := await queue.get()) is not None:
        await ws.send_str(text)
    await ws.close(code=WSCloseCode.TRY_AGAIN_LATER)
