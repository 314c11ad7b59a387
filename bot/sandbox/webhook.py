"""Discord's interaction routes: the first response, then edits and follow-ups by the token."""

from aiohttp import web

from bot.sandbox.body import Body
from bot.sandbox.interaction import ANSWER, CHOICES, DEFER, MODAL, UPDATE, Interaction
from bot.sandbox.refusal import Refusal
from bot.sandbox.rest import BODY, callback_json
from bot.sandbox.world import World

_WITH_DATA = (ANSWER, DEFER, UPDATE, CHOICES, MODAL)
_WITH_MESSAGE = (ANSWER, DEFER, UPDATE)


class Webhook:
    """The handlers; `routes` lists them. The token in the path is all the permission they need."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        hook = "/webhooks/{application}/{token}"
        return [
            web.post("/interactions/{interaction}/{token}/callback", self.respond),
            web.post(hook, self.follow_up),
            web.get(hook + "/messages/{message}", self.get_message),
            web.patch(hook + "/messages/{message}", self.edit_message),
            web.delete(hook + "/messages/{message}", self.delete_message),
        ]

    async def respond(self, request: web.Request) -> web.Response:
        body = request[BODY]
        form = body.form()
        kind = form.get("type")
        if not isinstance(kind, int):
            why = {"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}
            raise Refusal(50035, {"type": {"_errors": [why]}})
        data = form.get("data") if kind in _WITH_DATA else None
        interaction = self._world.respond(
            request.match_info["interaction"],
            request.match_info["token"],
            kind,
            Body(data, body.files),
        )
        if request.query.get("with_response", "0").lower() not in ("1", "true"):
            return web.Response(status=204)
        shown = {"id": interaction.id, "type": interaction.type}
        message = interaction.original if kind in _WITH_MESSAGE else None
        return web.json_response(callback_json(shown, kind, message))

    def _interaction(self, request: web.Request) -> Interaction:
        return self._world.of_token(request.match_info["application"], request.match_info["token"])

    async def follow_up(self, request: web.Request) -> web.Response:
        message = self._world.follow_up(self._interaction(request), request[BODY])
        return web.json_response(message.json)

    async def get_message(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        return web.json_response(
            self._world.message_of(interaction, request.match_info["message"]).json
        )

    async def edit_message(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        message = self._world.edit_answer(interaction, request.match_info["message"], request[BODY])
        return web.json_response(message.json)

    async def delete_message(self, request: web.Request) -> web.Response:
        self._world.delete_answer(self._interaction(request), request.match_info["message"])
        return web.Response(status=204)
