"""Discord's gateway: HELLO, IDENTIFY, heartbeats, numbered DISPATCHes, and RESUME with replay."""

import asyncio
import json
import logging
import secrets
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.faults import GatewayFault
from bot.sandbox.people import APPLICATION_ID, BOT_USER, GUILD_ID, guild_create_json
from bot.sandbox.rules import Json
from bot.sandbox.world import World

_log = logging.getLogger(__name__)

# Opcodes.
DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11

# Close codes.
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, BAD_SEQUENCE, TIMED_OUT = 4005, 4007, 4009

_GUILD_MESSAGES = 1 << 9
_NEEDS_INTENT = {
    "MESSAGE_CREATE": _GUILD_MESSAGES,
    "MESSAGE_UPDATE": _GUILD_MESSAGES,
    "MESSAGE_DELETE": _GUILD_MESSAGES,
}
# discord.py notes the time of a heartbeat after sending it: an answer that overtakes the note is
# measured against the heartbeat before, as a delay of forty seconds.
_ACK_AFTER_S = 0.03
_REPLAYED_MAX = 1000  # dispatches that a session remembers


class Socket:
    """One connection. Frames leave in the order of `send`, compressed where the client asked."""

    def __init__(
        self, ws: web.WebSocketResponse, request: web.Request, *, compressed: bool
    ) -> None:
        self.ws = ws
        self.given_up = False
        self._request = request
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._deflate = zlib.compressobj(1) if compressed else None

    def send(self, frame: Json) -> None:
        self._queue.put_nowait(json.dumps(frame, separators=(",", ":")))

    async def pump(self) -> None:
        """Write queued frames until cancelled or cut."""
        while True:
            text = await self._queue.get()
            if self._deflate is None:
                await self.ws.send_str(text)
                continue
            data = self._deflate.compress(text.encode())
            await self.ws.send_bytes(data + self._deflate.flush(zlib.Z_SYNC_FLUSH))

    def cut(self) -> None:
        """Drop the connection without a closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass
class Session:
    """What a bot can come back to. sent: the latest dispatches, with their numbers."""

    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    sent: deque[Json] = field(default_factory=lambda: deque(maxlen=_REPLAYED_MAX))
    socket: Socket | None = None
    left: float = 0.0  # time.monotonic when the socket was lost

    def dispatch(self, event: str, data: Any) -> None:
        if (needed := _NEEDS_INTENT.get(event)) and not self.intents & needed:
            return
        self.sequence += 1
        frame = {"op": DISPATCH, "s": self.sequence, "t": event, "d": data}
        self.sent.append(frame)
        if self.socket is not None:
            self.socket.send(frame)


class Gateway:
    """All sessions of the one bot token."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self._sessions: dict[str, Session] = {}
        self._sockets: set[Socket] = set()
        self._deaf = False
        self._refusing = 0
        world.to_bot.append(self.dispatch)

    @property
    def connected(self) -> bool:
        """Whether a bot is identified and on the line."""
        return any(session.socket for session in self._sessions.values())

    def dispatch(self, event: str, data: Json) -> None:
        """Tell every session, also those whose bot may yet come back."""
        self._forget_stale()
        for session in self._sessions.values():
            session.dispatch(event, data)

    def _forget_stale(self) -> None:
        oldest = time.monotonic() - self._world.rules.session_life_s
        self._sessions = {
            key: session
            for key, session in self._sessions.items()
            if session.socket is not None or session.left >= oldest
        }

    async def strike(self, fault: GatewayFault) -> None:
        """Let a fault happen to every connection."""
        if fault.action == "deaf":
            self._deaf = True
        elif fault.action == "refuse":
            self._refusing = fault.times
        elif fault.action == "forget":
            self._sessions.clear()
        for socket in list(self._sockets):
            if fault.action == "drop":
                socket.cut()
            elif fault.action == "close":
                await socket.ws.close(code=fault.code)
            elif fault.action == "reconnect":
                socket.send({"op": RECONNECT, "d": None})
            elif fault.action == "forget":
                socket.send({"op": INVALID_SESSION, "d": False})

    def heal(self) -> None:
        """Take every lasting fault back."""
        self._deaf = False
        self._refusing = 0

    async def close(self) -> None:
        """Send every bot away as Discord does before a restart."""
        for socket in list(self._sockets):
            await socket.ws.close(code=1001)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection from HELLO to its end."""
        if self._refusing > 0:
            self._refusing -= 1
            return web.Response(status=503, text="gateway refused on demand")
        ws = web.WebSocketResponse(max_msg_size=16 * 1024, compress=False)
        await ws.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream"
        socket = Socket(ws, request, compressed=compressed)
        self._sockets.add(socket)
        pump = asyncio.create_task(socket.pump())
        try:
            await self._serve(socket)
        finally:
            pump.cancel()
            self._sockets.discard(socket)
            self._leave(socket)
        return ws

    def _leave(self, socket: Socket) -> None:
        for session in list(self._sessions.values()):
            if session.socket is socket:
                session.socket = None
                session.left = time.monotonic()
                if socket.given_up:
                    del self._sessions[session.id]
        self._world.tell_page("bot", {"online": self.connected})

    async def _serve(self, socket: Socket) -> None:
        interval = self._world.rules.heartbeat_s
        hello = {"heartbeat_interval": int(interval * 1000), "_trace": []}
        socket.send({"op": HELLO, "s": None, "t": None, "d": hello})
        while not socket.ws.closed:
            try:
                message = await socket.ws.receive(timeout=interval * 1.5 + 1)
            except TimeoutError:
                await socket.ws.close(code=TIMED_OUT)
                return
            if message.type is not WSMsgType.TEXT:
                # By Discord's rule a client that closes with 1000 or 1001 gives its session up.
                socket.given_up = message.type is WSMsgType.CLOSE and message.data in (1000, 1001)
                return
            try:
                frame = json.loads(message.data)
                code = self._take(socket, frame["op"], frame.get("d"))
            except (ValueError, KeyError, TypeError):
                code = DECODE_ERROR
            if code is not None:
                await socket.ws.close(code=code)
                return

    def _take(self, socket: Socket, op: int, data: Any) -> int | None:
        """Act on one frame. Returns the code to close with where it must not be."""
        if op == HEARTBEAT:
            if not self._deaf:
                loop = asyncio.get_running_loop()
                loop.call_later(_ACK_AFTER_S, socket.send, {"op": HEARTBEAT_ACK})
            return None
        known = any(session.socket is socket for session in self._sessions.values())
        if op in (IDENTIFY, RESUME):
            if known:
                return ALREADY_AUTHENTICATED
            if str(data["token"]).removeprefix("Bot ") != self._token:
                return BAD_TOKEN
            if op == IDENTIFY:
                self._identify(socket, data)
                return None
            return self._resume(socket, str(data["session_id"]), int(data["seq"] or 0))
        if op in (PRESENCE, VOICE_STATE, REQUEST_MEMBERS):
            return None if known else NOT_AUTHENTICATED
        return UNKNOWN_OPCODE

    def _identify(self, socket: Socket, data: Json) -> None:
        session = Session(intents=int(data["intents"]), socket=socket)
        self._sessions[session.id] = session
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": BOT_USER,
                "guilds": [{"id": GUILD_ID, "unavailable": True}],
                "session_id": session.id,
                "resume_gateway_url": self._world.attachments.origin.replace("http", "ws", 1)
                + "/gateway",
                "session_type": "normal",
                "private_channels": [],
                "shard": data.get("shard", [0, 1]),
                "application": {"id": APPLICATION_ID, "flags": 0},
            },
        )
        session.dispatch("GUILD_CREATE", guild_create_json())
        _log.info("a bot has identified")
        self._world.tell_page("bot", {"online": True})

    def _resume(self, socket: Socket, session_id: str, sequence: int) -> int | None:
        self._forget_stale()
        session = self._sessions.get(session_id)
        oldest = session.sent[0]["s"] if session and session.sent else 1
        if session is None or sequence < oldest - 1:
            socket.send({"op": INVALID_SESSION, "d": False})
            return None
        if sequence > session.sequence:
            return BAD_SEQUENCE
        if session.socket is not None:
            session.socket.cut()
        session.socket = socket
        for frame in session.sent:
            if frame["s"] > sequence:
                socket.send(frame)
        session.dispatch("RESUMED", {"_trace": []})
        _log.info("a bot has resumed its session")
        self._world.tell_page("bot", {"online": True})
        return None
