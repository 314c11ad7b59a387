"""Discord's REST routes for a bot: itself, its commands, its guild, its messages in channels."""

from typing import Any

from aiohttp import web

from bot.sandbox.body import Body
from bot.sandbox.message import Message
from bot.sandbox.people import (
    APPLICATION_ID,
    BOT_USER,
    CHANNELS,
    GUILD_ID,
    MEMBERS,
    Channel,
    application_json,
    bot_member_json,
    channel_json,
    dm_of,
    find_channel,
    find_member,
    guild_json,
    member_json,
    roles_json,
    user_json,
)
from bot.sandbox.refusal import Refusal
from bot.sandbox.rules import Json
from bot.sandbox.world import World

BODY: web.RequestKey[Body] = web.RequestKey("body", Body)


def _application(request: web.Request) -> None:
    if request.match_info["application"] != APPLICATION_ID:
        raise Refusal(50001)


def _channel(request: web.Request) -> Channel:
    channel = find_channel(request.match_info["channel"])
    if channel is None:
        raise Refusal(10003)
    return channel


def _guild(request: web.Request) -> str:
    if request.match_info["guild"] != GUILD_ID:
        raise Refusal(10004)
    return GUILD_ID


def _answer(shown: Any, status: int = 200) -> web.Response:
    return web.json_response(shown, status=status)


class Rest:
    """The handlers; `routes` lists them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        commands = "/applications/{application}/commands"
        guild_commands = "/applications/{application}/guilds/{guild}/commands"
        messages = "/channels/{channel}/messages"
        return [
            web.get("/users/@me", self.me),
            web.get("/users/{user}", self.user),
            web.post("/users/@me/channels", self.open_dm),
            web.get("/oauth2/applications/@me", self.application),
            web.get("/applications/@me", self.application),
            web.get("/gateway", self.gateway),
            web.get("/gateway/bot", self.gateway),
            web.get("/applications/{application}/emojis", self.emojis),
            *(
                route
                for path in (commands, guild_commands)
                for route in (
                    web.get(path, self.list_commands),
                    web.put(path, self.replace_commands),
                    web.post(path, self.put_command),
                    web.get(path + "/{command}", self.get_command),
                    web.patch(path + "/{command}", self.edit_command),
                    web.delete(path + "/{command}", self.remove_command),
                )
            ),
            web.get("/guilds/{guild}", self.guild),
            web.get("/guilds/{guild}/channels", self.guild_channels),
            web.get("/guilds/{guild}/roles", self.guild_roles),
            web.get("/guilds/{guild}/members/{user}", self.member),
            web.get("/channels/{channel}", self.channel),
            web.post("/channels/{channel}/typing", self.typing),
            web.get(messages, self.list_messages),
            web.post(messages, self.post_message),
            web.get(messages + "/{message}", self.get_message),
            web.patch(messages + "/{message}", self.edit_message),
            web.delete(messages + "/{message}", self.delete_message),
        ]

    async def me(self, request: web.Request) -> web.Response:
        return _answer(BOT_USER)

    async def user(self, request: web.Request) -> web.Response:
        member = find_member(request.match_info["user"])
        if request.match_info["user"] == APPLICATION_ID:
            return _answer(BOT_USER)
        if member is None:
            raise Refusal(10013)
        return _answer(user_json(member))

    async def open_dm(self, request: web.Request) -> web.Response:
        recipient = str(request[BODY].form().get("recipient_id"))
        member = next((m for m in MEMBERS if m.id == recipient), None)
        if member is None:
            raise Refusal(10013)
        return _answer(channel_json(dm_of(member)))

    async def application(self, request: web.Request) -> web.Response:
        return _answer(application_json())

    async def gateway(self, request: web.Request) -> web.Response:
        url = self._world.attachments.origin.replace("http", "ws", 1) + "/gateway"
        start = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        return _answer({"url": url, "shards": 1, "session_start_limit": start})

    async def emojis(self, request: web.Request) -> web.Response:
        _application(request)
        return _answer({"items": []})

    # Commands.

    def _scope(self, request: web.Request) -> str | None:
        _application(request)
        return _guild(request) if "guild" in request.match_info else None

    async def list_commands(self, request: web.Request) -> web.Response:
        return _answer(self._world.commands.listing(self._scope(request)))

    async def replace_commands(self, request: web.Request) -> web.Response:
        forms = request[BODY].payload
        if not isinstance(forms, list) or not all(isinstance(form, dict) for form in forms):
            why = {"code": "LIST_TYPE_CONVERT", "message": "Only iterables may be used"}
            raise Refusal(50035, {"_errors": [why]})
        return _answer(self._world.commands.replace(self._scope(request), forms))

    async def put_command(self, request: web.Request) -> web.Response:
        form = request[BODY].form()
        return _answer(self._world.commands.put(self._scope(request), form), status=201)

    async def get_command(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        return _answer(self._world.commands.find(scope, request.match_info["command"]))

    async def edit_command(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        known = self._world.commands.find(scope, request.match_info["command"])
        return _answer(self._world.commands.put(scope, known | request[BODY].form()))

    async def remove_command(self, request: web.Request) -> web.Response:
        self._world.commands.remove(self._scope(request), request.match_info["command"])
        return web.Response(status=204)

    # The guild.

    async def guild(self, request: web.Request) -> web.Response:
        _guild(request)
        return _answer(guild_json())

    async def guild_channels(self, request: web.Request) -> web.Response:
        _guild(request)
        return _answer([channel_json(channel) for channel in CHANNELS])

    async def guild_roles(self, request: web.Request) -> web.Response:
        _guild(request)
        return _answer(roles_json())

    async def member(self, request: web.Request) -> web.Response:
        _guild(request)
        if request.match_info["user"] in (APPLICATION_ID, "@me"):
            return _answer(bot_member_json())
        member = find_member(request.match_info["user"])
        if member is None:
            raise Refusal(10007)
        return _answer(member_json(member) | {"user": user_json(member)})

    # Channels and their messages.

    async def channel(self, request: web.Request) -> web.Response:
        return _answer(channel_json(_channel(request)))

    async def typing(self, request: web.Request) -> web.Response:
        self._world.tell_page("typing", {"channel_id": _channel(request).id})
        return web.Response(status=204)

    def _message(self, request: web.Request, *, own: bool = False) -> Message:
        """The message of the path, which everyone may see. own: only one of the bot's."""
        found = self._world.messages.find(request.match_info["message"], _channel(request).id)
        if found.seen_by is not None:
            raise Refusal(10008)
        if own and found.json["author"]["id"] != APPLICATION_ID:
            raise Refusal(50005)
        return found

    async def list_messages(self, request: web.Request) -> web.Response:
        channel = _channel(request)
        limit = max(1, min(int(request.query.get("limit", 50)), 100))
        seen = [m.json for m in self._world.messages.listing(channel.id) if m.seen_by is None]
        for key, keep in (("before", int.__lt__), ("after", int.__gt__)):
            if bound := request.query.get(key):
                seen = [m for m in seen if keep(int(m["id"]), int(bound))]
        # Of those after a message Discord gives the ones next to it; the newest come first anyway.
        given = seen[:limit] if request.query.get("after") else seen[-limit:]
        return _answer(list(reversed(given)))

    async def post_message(self, request: web.Request) -> web.Response:
        message = self._world.messages.post(_channel(request).id, request[BODY])
        return _answer(message.json)

    async def get_message(self, request: web.Request) -> web.Response:
        return _answer(self._message(request).json)

    async def edit_message(self, request: web.Request) -> web.Response:
        message = self._message(request, own=True)
        self._world.messages.edit(message, request[BODY])
        return _answer(message.json)

    async def delete_message(self, request: web.Request) -> web.Response:
        self._world.messages.delete(self._message(request))
        return web.Response(status=204)


def callback_json(interaction_json: Json, kind: int, message: Message | None) -> Json:
    """The answer to a callback that asked for it with `with_response`."""
    resource: Json = {"type": kind}
    if message is not None:
        resource["message"] = message.json
        interaction_json = interaction_json | {
            "response_message_id": message.id,
            "response_message_loading": message.loading,
            "response_message_ephemeral": message.seen_by is not None,
        }
    return {"interaction": interaction_json, "resource": resource}
