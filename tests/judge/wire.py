"""The other end of the wire: a loopback server that writes requests down, and discord.py on it.

It answers just enough to content the client library. It checks nothing; that is the judge's.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import discord
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.test_utils import TestServer

from tests.judge.request import Json, Kind, Request, Upload, kind_of, message_of
from tests.judge.shapes import APPLICATION, CHANNEL, INTERACTION, TOKEN

_USER: Json = {
    "id": APPLICATION,
    "username": "foodgan",
    "discriminator": "0",
    "global_name": None,
    "avatar": None,
    "bot": True,
}
_APPLICATION: Json = {
    "id": APPLICATION,
    "name": "foodgan",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "owner": _USER,
    "verify_key": "",
}


@dataclass
class Wire:
    """A logged-in client and the requests that it has made since. base: the API's address."""

    client: discord.Client
    base: str
    requests: list[Request]

    def interaction(self, kind: int = 2, **data: Any) -> "discord.Interaction[discord.Client]":
        """An interaction as the gateway would bring it. kind: 2 command, 3 component …"""
        payload: Any = {
            "id": INTERACTION,
            "application_id": APPLICATION,
            "type": kind,
            "token": TOKEN,
            "version": 1,
            "channel": {"id": CHANNEL, "type": 1, "recipients": [], "last_message_id": None},
            "user": {**_USER, "id": "1100000000000000009", "bot": False},
            "attachment_size_limit": 10 << 20,
            "data": {"id": "1", "name": "dish", "type": 1, "custom_id": "again", **data},
            "message": _message({}) if kind == 3 else None,
        }
        if payload["message"] is None:
            del payload["message"]
        return discord.Interaction(data=payload, state=self.client._connection)


@asynccontextmanager
async def open_wire() -> AsyncIterator[Wire]:
    """Point the unmodified client library at a loopback server, and log in."""
    requests: list[Request] = []
    application = web.Application(client_max_size=32 << 20)

    async def answer(request: web.Request) -> web.StreamResponse:
        taken = await _take(request)
        requests.append(taken)
        return _answer(taken)

    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server:
        base = str(server.make_url("/api/v10"))
        client = discord.Client(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        with patch.object(discord.http.Route, "BASE", base):
            async with client:
                await client.login("token")
                yield Wire(client, base, requests)


async def _take(request: web.Request) -> Request:
    body, files = None, []
    if request.content_type == "multipart/form-data":
        reader = await request.multipart()
        assert isinstance(reader, MultipartReader)
        async for part in reader:
            assert isinstance(part, BodyPartReader)
            data = bytes(await part.read())
            if part.name == "payload_json":
                body = json.loads(data)
            else:
                files.append(Upload(part.name or "", part.filename or "", len(data)))
    elif text := await request.text():
        body = json.loads(text)
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = dict(request.query)
    return Request(request.method, request.path, query, headers, body, tuple(files), 200)


def _json(value: Any) -> web.Response:
    """JSON whose type is exactly `application/json`: the client library takes no charset."""
    return web.Response(body=json.dumps(value).encode(), content_type="application/json")


def _answer(request: Request) -> web.Response:
    if request.method == "DELETE":
        return web.Response(status=204)
    if request.route == "/users/@me":
        return _json(_USER)
    if request.route.endswith("applications/@me"):
        return _json(_APPLICATION)
    if kind_of(request) is Kind.CALLBACK:
        return _json(
            {"interaction": {"id": INTERACTION, "type": 2, "response_message_id": CHANNEL}}
        )
    if kind_of(request) is Kind.COMMAND_LIST:
        extra = {"application_id": APPLICATION, "version": "1", "description": ""}
        listed = [extra | command | {"id": str(n)} for n, command in enumerate(request.body, 1)]
        return _json(listed)
    return _json(_message(message_of(request) or {}))


def _message(written: Json) -> Json:
    return {
        "id": "1100000000000000004",
        "channel_id": CHANNEL,
        "author": _USER,
        "content": written.get("content") or "",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": 0,
        "flags": written.get("flags") or 0,
    }
