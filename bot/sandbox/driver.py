"""The HTTP routes by which page, tests and benchmarks act as members and order faults."""

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bot.sandbox.body import read_body
from bot.sandbox.command import BadInput
from bot.sandbox.faults import Faults, GatewayFault, RequestFault
from bot.sandbox.gateway import Gateway
from bot.sandbox.interaction import CHOICES, DEFER, MODAL, Interaction
from bot.sandbox.member_input import Act, Members, SubmitModal, UseCommand, UseComponent
from bot.sandbox.people import find_channel, find_member, user_json
from bot.sandbox.record import Record
from bot.sandbox.refusal import Refusal
from bot.sandbox.rules import Json
from bot.sandbox.world import World, shown_to_page

_ACT: TypeAdapter[UseCommand | UseComponent | SubmitModal] = TypeAdapter(Act)
_FAULT: TypeAdapter[RequestFault | GatewayFault] = TypeAdapter(RequestFault | GatewayFault)
_WAIT_MAX_S = 600.0

# What a caller can wait for.
_UNTIL: dict[str, Callable[[Interaction], bool]] = {
    "responded": lambda i: i.response is not None,
    "deferred": lambda i: i.response == DEFER or i.first("deferred") is not None,
    "answered": lambda i: i.first("answered", "edited", "followup", "updated") is not None,
    "edited": lambda i: i.first("edited") is not None,
    "pictures": lambda i: (
        i.first("answered", "edited", "followup", "updated", with_pictures=True) is not None
    ),
    "modal": lambda i: i.response == MODAL,
    "choices": lambda i: i.response == CHOICES,
    "void": lambda i: i.void,
}


class _Said(BaseModel):
    """A member's own message. attachments: ids of files uploaded before."""

    text: Annotated[str, Field(max_length=2000)] = ""
    attachments: Annotated[list[str], Field(max_length=10)] = []
    member: str | None = None
    channel: str | None = None


def _wrong(error: str, **more: str) -> web.Response:
    return web.json_response({"error": error, **more}, status=400)


class Driver:
    """The handlers; `routes` lists them."""

    def __init__(self, world: World, gateway: Gateway, faults: Faults, record: Record) -> None:
        self._world = world
        self._gateway = gateway
        self._faults = faults
        self._record = record
        self._members = Members(world)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sandbox/ready", self.ready),
            web.post("/sandbox/interactions", self.open),
            web.get("/sandbox/interactions/{interaction}", self.show),
            web.get("/sandbox/interactions/{interaction}/wait", self.wait),
            web.post("/sandbox/attachments", self.upload),
            web.get("/sandbox/messages", self.messages),
            web.post("/sandbox/messages", self.say),
            web.get("/sandbox/requests", self.requests),
            web.delete("/sandbox/requests", self.forget_requests),
            web.get("/sandbox/faults", self.list_faults),
            web.post("/sandbox/faults", self.add_fault),
            web.delete("/sandbox/faults", self.clear_faults),
        ]

    async def ready(self, request: web.Request) -> web.Response:
        names = [command["name"] for command in self._world.commands.every()]
        missing = [] if self._gateway.connected else ["gateway"]
        missing += [] if names else ["commands"]
        shown = {"ready": not missing, "missing": missing, "commands": names}
        return web.json_response(shown, status=503 if missing else 200)

    async def open(self, request: web.Request) -> web.Response:
        try:
            act = _ACT.validate_json(await request.read())
            interaction = self._members.act(act)
        except ValidationError as error:
            return _wrong("malformed", fault=str(error))
        except BadInput as error:
            return _wrong("bad input", option=error.option, fault=error.fault)
        except Refusal as error:
            return _wrong("unknown", fault=error.message)
        return web.json_response({"id": interaction.id}, status=201)

    def _interaction(self, request: web.Request) -> Interaction:
        interaction = self._world.interactions.get(request.match_info["interaction"])
        if interaction is None:
            raise web.HTTPNotFound(text="no such interaction")
        return interaction

    async def show(self, request: web.Request) -> web.Response:
        return web.json_response(self._interaction(request).to_json())

    async def wait(self, request: web.Request) -> web.Response:
        """200 when it has happened, 410 when it cannot any more, 408 when the time is up."""
        interaction = self._interaction(request)
        reached = _UNTIL.get(request.query.get("until", "answered"))
        if reached is None:
            return _wrong("until must be one of " + ", ".join(_UNTIL))
        try:
            timeout_s = min(float(request.query.get("timeout_s", 30)), _WAIT_MAX_S)
        except ValueError:
            return _wrong("timeout_s must be a number")
        deadline = time.monotonic() + timeout_s
        while not reached(interaction):
            left = deadline - time.monotonic()
            if interaction.void or left <= 0:
                status = 410 if interaction.void else 408
                return web.json_response(interaction.to_json(), status=status)
            try:
                await asyncio.wait_for(interaction.changed.wait(), left)
            except TimeoutError:
                continue
        return web.json_response(interaction.to_json())

    async def upload(self, request: web.Request) -> web.Response:
        """Take files from a member, each at most as large as Discord lets it be."""
        channel = find_channel(request.query.get("channel"))
        try:
            body = await read_body(request, self._world.rules.request_limit)
        except Refusal as error:
            return web.json_response(error.to_json(), status=error.status)
        if channel is None or not body.files:
            return _wrong("send files as multipart")
        if any(len(file.data) > self._world.rules.file_limit for file in body.files):
            return web.json_response(Refusal(40005).to_json(), status=413)
        store = self._world.attachments
        kept = [store.add(file, channel.id, None, ephemeral=True) for file in body.files]
        return web.json_response([store.to_json(attachment) for attachment in kept], status=201)

    async def messages(self, request: web.Request) -> web.Response:
        """Oldest first; `seen_by` names the only member an ephemeral message is for."""
        channel = find_channel(request.query.get("channel"))
        if channel is None:
            return _wrong("no such channel")
        listing = self._world.messages.listing(channel.id)
        return web.json_response([shown_to_page(message) for message in listing])

    async def say(self, request: web.Request) -> web.Response:
        try:
            said = _Said.model_validate_json(await request.read())
        except ValidationError as error:
            return _wrong("malformed", fault=str(error))
        member, channel = find_member(said.member), find_channel(said.channel)
        if member is None or channel is None:
            return _wrong("no such member or channel")
        store = self._world.attachments
        files = [kept for key in said.attachments if (kept := store.get(key))]
        if len(files) < len(said.attachments) or not (said.text or files):
            return _wrong("say something, or attach what was uploaded")
        shown = [store.to_json(kept) for kept in files]
        message = self._world.messages.say(channel.id, user_json(member), said.text, shown)
        return web.json_response(message.json, status=201)

    async def requests(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isdecimal():
            return _wrong("since must be a number")
        return web.json_response([r.to_json() for r in self._record.since(int(since))])

    async def forget_requests(self, request: web.Request) -> web.Response:
        self._record.clear()
        return web.Response(status=204)

    def _shown_faults(self) -> list[Json]:
        return [fault.model_dump() for fault in self._faults.waiting]

    async def list_faults(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown_faults())

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = _FAULT.validate_json(await request.read())
        except ValidationError as error:
            return _wrong("malformed", fault=str(error))
        if isinstance(fault, GatewayFault):
            await self._gateway.strike(fault)
        else:
            self._faults.add(fault)
        return web.json_response(fault.model_dump(), status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._faults.clear()
        self._gateway.heal()
        return web.Response(status=204)
