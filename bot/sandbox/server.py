"""The stand-in's web server: Discord's API, gateway and CDN, the chat page and the driver."""

import time
from collections.abc import Awaitable, Callable
from importlib.resources import files
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.body import Body, read_body
from bot.sandbox.driver import Driver
from bot.sandbox.faults import Faults, suffer
from bot.sandbox.feed import Feed
from bot.sandbox.gateway import Gateway
from bot.sandbox.people import APPLICATION_ID
from bot.sandbox.record import Record
from bot.sandbox.refusal import Refusal
from bot.sandbox.rest import BODY, Rest
from bot.sandbox.rules import Rules
from bot.sandbox.snowflake import bot_token
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import World

API = "/api/v10"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_OPEN = ("/webhooks/", "/interactions/", "/gateway")  # these need no bot token
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sandbox:
    """One stand-in. `async with Sandbox() as sandbox:` serves it; port 0 takes a free one."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        rules: Rules | None = None,
        *,
        public: bool = False,
    ) -> None:
        if host not in LOOPBACK and not public:
            raise ValueError(f"{host} is not a loopback address; the sandbox has no passwords")
        self._host = host
        self._port = port
        self._public = public
        self.rules = rules or Rules()
        self.token = bot_token(APPLICATION_ID)
        self.world = World(self.rules)
        self.faults = Faults()
        self.record = Record(self.rules.requests_kept)
        self.gateway = Gateway(self.world, self.token)
        self._feed = Feed(self.world, self.gateway)
        self._runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        """Where the chat page is: http://host:port."""
        return self.world.attachments.origin

    @property
    def api_base(self) -> str:
        return self.origin + API

    @property
    def gateway_url(self) -> str:
        return self.origin.replace("http", "ws", 1) + "/gateway"

    async def __aenter__(self) -> "Sandbox":
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.world.attachments.origin = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.world.close()
        await self._feed.close()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _app(self) -> web.Application:
        limit = self.rules.request_limit
        app = web.Application(middlewares=[self._guard], client_max_size=limit)
        api = web.Application(middlewares=[self._as_discord], client_max_size=limit)
        api.add_routes(Rest(self.world).routes())
        api.add_routes(Webhook(self.world).routes())
        app.add_subapp(API, api)
        app.add_routes(Driver(self.world, self.gateway, self.faults, self.record).routes())
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/page/{name}", self._page),
                web.get("/feed", self._feed.connect),
                web.get("/gateway", self.gateway.connect),
                web.get("/attachments/{channel}/{attachment}/{filename}", self._file),
                web.get("/ephemeral-attachments/{channel}/{attachment}/{filename}", self._file),
            ]
        )
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Keep web pages of other origins out, also those that rebind a name to loopback."""
        if not self._public:
            host = urlsplit(f"//{request.host}").hostname
            origin = request.headers.get("Origin")
            if host not in LOOPBACK or (origin and urlsplit(origin).netloc != request.host):
                raise web.HTTPForbidden(text="only pages of this stand-in may call it")
        return await handler(request)

    @web.middleware
    async def _as_discord(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Read and record the body, let ordered faults happen, and refuse in Discord's words."""
        started = time.perf_counter()
        path = request.path.removeprefix(API)
        unreadable: Refusal | None = None
        try:
            body = await read_body(request, self.rules.request_limit)
        except Refusal as refusal:
            body, unreadable = Body(), refusal
        request[BODY] = body
        recorded = self.record.add(request, path, body)
        fault = self.faults.strike(request.method, path)
        response: web.StreamResponse | None = None
        if fault is not None and not fault.applied:
            response = await suffer(fault, request)
        if response is None:
            response = await self._answered(request, handler, path, unreadable)
            if fault is not None and fault.applied:
                response = await suffer(fault, request) or response
        recorded.status = response.status
        recorded.fault = fault is not None
        recorded.page = fault is not None and fault.page
        recorded.seconds = time.perf_counter() - started
        self.record.answered(recorded)
        if recorded.page:
            return response
        response.headers["Via"] = "1.1 sandbox"
        if not path.startswith("/interactions/"):
            for name, value in (("Limit", "1000"), ("Remaining", "999"), ("Reset-After", "1.000")):
                response.headers.setdefault(f"X-RateLimit-{name}", value)
            response.headers.setdefault("X-RateLimit-Reset", f"{time.time() + 1:.3f}")
        # Exactly this: discord.py takes "application/json; charset=utf-8" for text.
        if response.content_type == "application/json":
            response.headers["Content-Type"] = "application/json"
        return response

    async def _answered(
        self, request: web.Request, handler: Handler, path: str, unreadable: Refusal | None
    ) -> web.StreamResponse:
        try:
            if unreadable is not None:
                raise unreadable
            if not path.startswith(_OPEN):
                scheme, _, token = request.headers.get("Authorization", "").partition(" ")
                if scheme != "Bot" or token != self.token:
                    return _bare(401, "401: Unauthorized")
            return await handler(request)
        except Refusal as refusal:
            return web.json_response(refusal.to_json(), status=refusal.status)
        except web.HTTPException as error:  # no such route, or not this method
            return _bare(error.status, f"{error.status}: {error.reason}")
        except (KeyError, TypeError, ValueError, AttributeError):  # a form of a wild shape
            return web.json_response(Refusal(50035).to_json(), status=400)

    async def _page(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "index.html")
        kind = _PAGE_TYPES.get(name[name.rfind(".") :])
        # From a listing: a name may hold slashes, %2F in the address, and would lead anywhere.
        page = {file.name: file for file in files("bot.sandbox").joinpath("page").iterdir()}
        source = page.get(name)
        if kind is None or source is None:
            raise web.HTTPNotFound
        headers = {"Content-Security-Policy": _PAGE_POLICY, "Cache-Control": "no-cache"}
        return web.Response(
            body=source.read_bytes(), content_type=kind, charset="utf-8", headers=headers
        )

    async def _file(self, request: web.Request) -> web.Response:
        signed = [request.query.get(key, "") for key in ("ex", "is", "hm")]
        attachment = self.world.attachments.get(request.match_info["attachment"])
        if attachment is None or not self.world.attachments.valid(request.path, *signed):
            return web.Response(status=404, text="This content is no longer available.")
        headers = {
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        }
        if attachment.width is None:  # only pictures are shown in place
            headers["Content-Disposition"] = "attachment"
        return web.Response(
            body=attachment.data, content_type=attachment.content_type, headers=headers
        )


def _bare(status: int, message: str) -> web.Response:
    return web.json_response({"message": message, "code": 0}, status=status)
