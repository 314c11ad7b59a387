"""The state of the stand-in, and the rules by which an interaction is answered."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from bot.sandbox.attachment import Attachments
from bot.sandbox.body import Body
from bot.sandbox.command import Commands
from bot.sandbox.form import check_modal
from bot.sandbox.interaction import (
    ANSWER,
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFER,
    DEFER_UPDATE,
    MODAL,
    MODAL_SUBMIT,
    PONG,
    UPDATE,
    Interaction,
    is_private,
)
from bot.sandbox.message import CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND, REPLY, Message, Messages
from bot.sandbox.people import APPLICATION_ID, DM_IDS, GUILD_ID, bot_member_json
from bot.sandbox.refusal import Refusal
from bot.sandbox.rules import Json, Rules
from bot.sandbox.snowflake import Snowflakes

_log = logging.getLogger(__name__)

# Which first responses an interaction's type allows.
_ALLOWED = {
    COMMAND: {ANSWER, DEFER, MODAL},
    COMPONENT: {ANSWER, DEFER, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {ANSWER, DEFER, DEFER_UPDATE, UPDATE},
}


class World:
    """to_bot and to_page: who is told of an event, by its name and JSON."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.ids = Snowflakes()
        self.to_bot: list[Callable[[str, Json], None]] = []
        self.to_page: list[Callable[[str, Json], None]] = []
        self.attachments = Attachments(self.ids, rules)
        self.messages = Messages(self.ids, rules, self.attachments, self._announce)
        self.commands = Commands(self.ids, self._commands_changed)
        self.interactions: OrderedDict[str, Interaction] = OrderedDict()
        self._by_token: dict[str, Interaction] = {}
        self._clocks: dict[str, asyncio.TimerHandle] = {}

    def close(self) -> None:
        """Stop every running clock."""
        for clock in self._clocks.values():
            clock.cancel()
        self._clocks.clear()

    def tell_page(self, event: str, data: Json) -> None:
        for tell in self.to_page:
            tell(event, data)

    def tell_bot(self, event: str, data: Json) -> None:
        for tell in self.to_bot:
            tell(event, data)

    def _commands_changed(self) -> None:
        self.tell_page("commands", {"commands": self.commands.every()})

    def _announce(self, event: str, message: Message) -> None:
        where = {"channel_id": message.json["channel_id"], "guild_id": GUILD_ID}
        if message.json["channel_id"] in DM_IDS:
            del where["guild_id"]
        if event == "MESSAGE_DELETE":
            self.tell_bot(event, {"id": message.id, **where})
            self.tell_page("message_gone", {"id": message.id})
            return
        if message.seen_by is None:
            member = bot_member_json()
            del member["user"]
            of_guild = {"member": member} if "guild_id" in where else {}
            self.tell_bot(event, message.json | where | of_guild)
        self.tell_page("message", shown_to_page(message))

    # Interactions, from the member's side.

    def open(self, interaction: Interaction) -> Interaction:
        """Send an interaction to the bot and start its clock."""
        self.interactions[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        while len(self.interactions) > self.rules.interactions_kept:
            _, old = self.interactions.popitem(last=False)
            self._by_token.pop(old.token, None)
        clock = asyncio.get_running_loop().call_later(
            self.rules.response_s, self._too_late, interaction
        )
        self._clocks[interaction.id] = clock
        self._show(interaction, "open")
        self.tell_bot("INTERACTION_CREATE", interaction.to_gateway())
        return interaction

    def _too_late(self, interaction: Interaction) -> None:
        self._clocks.pop(interaction.id, None)
        interaction.void = True
        interaction.note("void")
        _log.info("interaction %s got no response in time", interaction.id)
        self._show(interaction, "void")

    def _show(self, interaction: Interaction, state: str) -> None:
        self.tell_page(
            "interaction",
            {
                "id": interaction.id,
                "type": interaction.type,
                "state": state,
                "member_id": interaction.member.id,
                "channel_id": interaction.channel.id,
                "command": interaction.command_name,
                "source_id": interaction.source.id if interaction.source else None,
                "custom_id": interaction.data.get("custom_id"),
            },
        )

    # Interactions, from the bot's side.

    def respond(self, interaction_id: str, token: str, kind: int, body: Body) -> Interaction:
        """The first response. Refuses 10062 what is too late, 40060 what was answered before."""
        interaction = self.interactions.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.void:
            raise Refusal(10062)
        if interaction.response is not None:
            raise Refusal(40060)
        allowed = _ALLOWED[interaction.type]
        updating = kind in (DEFER_UPDATE, UPDATE)
        if kind not in allowed or (updating and interaction.source is None):
            why = {"code": "BASE_TYPE_CHOICES", "message": f"Not one of {sorted(allowed)}"}
            raise Refusal(50035, {"type": {"_errors": [why]}})
        self._take(interaction, kind, body)
        interaction.response = kind
        if clock := self._clocks.pop(interaction.id, None):
            clock.cancel()
        self._show(interaction, "acknowledged")
        return interaction

    def _take(self, interaction: Interaction, kind: int, body: Body) -> None:
        form = body.form()
        seen_by = interaction.member.id if is_private(body) else None
        channel_id = interaction.channel.id
        if kind == ANSWER:
            interaction.original = self.messages.post(
                channel_id,
                body,
                kind=_message_type(interaction),
                seen_by=seen_by,
                interaction=interaction.credit(),
                extra=_reference(interaction),
            )
            interaction.note("answered", interaction.original)
        elif kind == DEFER:
            interaction.original = self.messages.post_loading(
                channel_id,
                _message_type(interaction),
                seen_by,
                interaction.credit(),
                _reference(interaction),
            )
            interaction.note("deferred", interaction.original)
        elif kind == DEFER_UPDATE:
            interaction.original = interaction.source
            interaction.note("deferred", interaction.original)
        elif kind == UPDATE and interaction.source is not None:
            self.messages.edit(interaction.source, body)
            interaction.original = interaction.source
            interaction.note("updated", interaction.original)
        elif kind == MODAL:
            check_modal(form)
            interaction.modal = form
            interaction.note("modal")
            self.tell_page(
                "modal",
                {"id": interaction.id, "member_id": interaction.member.id, "modal": form},
            )
        elif kind == CHOICES:
            interaction.choices = list(form.get("choices") or [])[:25]
            interaction.note("choices")

    def of_token(self, application_id: str, token: str) -> Interaction:
        """The answered interaction of a token. Refuses 50027 a dead or foreign token."""
        if application_id != APPLICATION_ID:
            raise Refusal(10015)
        interaction = self._by_token.get(token)
        if interaction is None:
            raise Refusal(50027)
        if time.monotonic() - interaction.created > self.rules.token_life_s:
            raise Refusal(50027)
        if interaction.response in (None, PONG, CHOICES):
            raise Refusal(10015)
        return interaction

    def message_of(self, interaction: Interaction, which: str) -> Message:
        """which: "@original" or the id of a message that answers this interaction."""
        if which == "@original":
            if interaction.original is None:
                raise Refusal(10015)
            return self.messages.find(interaction.original.id)
        message = self.messages.find(which)
        if message not in [interaction.original, *interaction.followups]:
            raise Refusal(10008)
        return message

    def edit_answer(self, interaction: Interaction, which: str, body: Body) -> Message:
        message = self.message_of(interaction, which)
        self.messages.edit(message, body)
        interaction.note("edited", message)
        return message

    def follow_up(self, interaction: Interaction, body: Body) -> Message:
        """A further answer; the first one after a deferral fills the deferred message."""
        original = interaction.original
        if original is not None and original.loading:
            return self.edit_answer(interaction, "@original", body)
        message = self.messages.post(
            interaction.channel.id,
            body,
            kind=REPLY if original else _message_type(interaction),
            seen_by=interaction.member.id if is_private(body) else None,
            interaction=interaction.credit(),
            extra=_reply_to(original) if original else None,
        )
        interaction.followups.append(message)
        interaction.note("followup", message)
        return message

    def delete_answer(self, interaction: Interaction, which: str) -> None:
        message = self.message_of(interaction, which)
        self.messages.delete(message)
        interaction.note("deleted", message)


def _message_type(interaction: Interaction) -> int:
    if interaction.type == COMPONENT:
        return REPLY
    menu = interaction.data.get("type") in (2, 3) and interaction.type == COMMAND
    return CONTEXT_MENU_COMMAND if menu else CHAT_INPUT_COMMAND


def _reply_to(message: Message) -> Json:
    return {
        "message_reference": {
            "type": 0,
            "message_id": message.id,
            "channel_id": message.json["channel_id"],
            "guild_id": GUILD_ID,
        }
    }


def _reference(interaction: Interaction) -> Json:
    if interaction.type == COMPONENT and interaction.source is not None:
        return _reply_to(interaction.source)
    return {}


def shown_to_page(message: Message) -> Json:
    return {"message": message.json, "seen_by": message.seen_by}
