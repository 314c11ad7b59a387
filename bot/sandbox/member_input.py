"""What a member does — types a command, clicks, sends a modal off — turned into interactions."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.sandbox import command as commands
from bot.sandbox.command import BadInput
from bot.sandbox.form import (
    BUTTON,
    FILE_UPLOAD,
    LABEL,
    LINK,
    ROW,
    SELECT,
    SELECTS,
    TEXT_INPUT,
    walk,
)
from bot.sandbox.interaction import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
)
from bot.sandbox.message import Message
from bot.sandbox.people import Channel, Member, find_channel, find_member
from bot.sandbox.rules import Json
from bot.sandbox.world import World

RADIO, CHECKBOX = 21, 23  # component types of a modal alone
_VALUE_TYPES: dict[int, Any] = {TEXT_INPUT: str, RADIO: str, CHECKBOX: bool}  # others: lists


class _Act(BaseModel):
    """Who does it, where, in which language. raw: check nothing that Discord's client would."""

    model_config = ConfigDict(extra="forbid")

    member: str | None = None
    channel: str | None = None
    locale: str | None = None
    raw: bool = False


class UseCommand(_Act):
    """A command, or with `focused` its autocomplete. target: of a context menu."""

    type: Literal["command", "autocomplete"]
    command: str
    options: Json = Field(default_factory=dict)
    focused: str | None = None
    target: str | None = None


class UseComponent(_Act):
    """A click on a button, or a choice in a select menu."""

    type: Literal["component"]
    message: str
    custom_id: str
    values: list[str] = Field(default_factory=list)


class SubmitModal(_Act):
    """A modal that an interaction opened, filled in. values: by custom_id."""

    type: Literal["modal"]
    interaction: str
    values: dict[str, Any] = Field(default_factory=dict)


Act = Annotated[UseCommand | UseComponent | SubmitModal, Field(discriminator="type")]


class Members:
    """Sends what members do to the bot."""

    def __init__(self, world: World) -> None:
        self._world = world

    def act(self, act: UseCommand | UseComponent | SubmitModal) -> Interaction:
        """Raises BadInput for what Discord's client would not send."""
        member, channel = find_member(act.member), find_channel(act.channel)
        if member is None:
            raise BadInput("member", "no such member")
        if channel is None:
            raise BadInput("channel", "no such channel")
        if isinstance(act, UseCommand):
            made = self._command(act, member, channel)
        elif isinstance(act, UseComponent):
            made = self._component(act, member)
        else:
            made = self._modal(act, member)
        return self._world.open(made)

    def _made(
        self, kind: int, act: _Act, member: Member, channel: Channel, data: Json
    ) -> Interaction:
        return Interaction(
            id=self._world.ids.next(),
            type=kind,
            member=member,
            channel=channel,
            locale=act.locale or member.locale,
            data=data,
            file_limit=self._world.rules.file_limit,
        )

    def _attachment(self, attachment_id: str) -> Json:
        attachment = self._world.attachments.get(attachment_id)
        if attachment is None:
            raise BadInput(attachment_id, "no such attachment was uploaded")
        return self._world.attachments.to_json(attachment)

    def _command(self, act: UseCommand, member: Member, channel: Channel) -> Interaction:
        name, *words = act.command.removeprefix("/").split(" ")
        command, data = self._menu(act) if act.target else (None, {})
        if command is None:
            command = self._world.commands.named(name)
            data = commands.bind(
                command,
                words,
                act.options,
                self._attachment,
                raw=act.raw,
                focused=act.focused if act.type == "autocomplete" else None,
            )
        if not act.raw and not commands.may_use(command, member):
            raise BadInput(act.command, "this member may not use the command")
        kind = AUTOCOMPLETE if act.type == "autocomplete" else COMMAND
        made = self._made(kind, act, member, channel, data)
        made.command_name = act.command.removeprefix("/")
        return made

    def _menu(self, act: UseCommand) -> tuple[Json, Json]:
        """A context menu command and its data. The target is a member or a message."""
        resolved: Json = {}
        target = find_member(act.target)
        if target is not None:
            command = self._world.commands.named(act.command, commands.USER)
            commands.resolve_member(target, resolved)
        else:
            command = self._world.commands.named(act.command, commands.MESSAGE)
            message = self._world.messages.find(act.target or "")
            resolved["messages"] = {message.id: message.json}
        data = {
            "id": command["id"],
            "name": command["name"],
            "type": command["type"],
            "target_id": target.id if target else act.target,
            "resolved": resolved,
        }
        return command, data

    def _component(self, act: UseComponent, member: Member) -> Interaction:
        message = self._world.messages.find(act.message)
        component = self._find_component(message, act, member)
        kind = component.get("type", SELECT if act.values else BUTTON)
        data: Json = {"custom_id": act.custom_id, "component_type": kind}
        if "id" in component:
            data["id"] = component["id"]
        if kind in SELECTS:
            data["values"] = act.values
        channel = find_channel(message.json["channel_id"])
        assert channel is not None, "a message is always in one of the channels"
        made = self._made(COMPONENT, act, member, channel, data)
        made.source = message
        return made

    def _find_component(self, message: Message, act: UseComponent, member: Member) -> Json:
        found: Json = {}
        for _, component in walk(message.json["components"]):
            if component.get("custom_id") == act.custom_id:
                found = component
        if act.raw:
            return found
        if not found or found.get("style") == LINK:
            raise BadInput(act.custom_id, "no such component in the message")
        if found.get("disabled"):
            raise BadInput(act.custom_id, "disabled")
        if message.seen_by not in (None, member.id):
            raise BadInput(act.message, "this member cannot see the message")
        if found["type"] in SELECTS:
            low, high = found.get("min_values"), found.get("max_values") or 1
            low = 1 if low is None else low
            if not low <= len(act.values) <= high:
                raise BadInput(act.custom_id, "wrong number of values")
            offered = [option["value"] for option in found.get("options") or []]
            if found["type"] == SELECT and set(act.values) - set(offered):
                raise BadInput(act.custom_id, "not one of the options")
        return found

    def _modal(self, act: SubmitModal, member: Member) -> Interaction:
        opener = self._world.interactions.get(act.interaction)
        if opener is None or opener.modal is None:
            raise BadInput("interaction", "it has opened no modal")
        attachments: Json = {}
        components = [
            self._filled(component, act, attachments) for component in opener.modal["components"]
        ]
        data: Json = {"custom_id": opener.modal["custom_id"], "components": components}
        if attachments:
            data["resolved"] = {"attachments": attachments}
        made = self._made(MODAL_SUBMIT, act, member, opener.channel, data)
        made.source = opener.source
        made.command_name = opener.command_name
        return made

    def _filled(self, component: Json, act: SubmitModal, attachments: Json) -> Json:
        """One component of a modal as it travels back, with what the member put in."""
        kind = component["type"]
        filled: Json = {"type": kind, "id": component.get("id", 0)}
        if kind == ROW:
            filled["components"] = [
                self._filled(child, act, attachments) for child in component["components"]
            ]
        elif kind == LABEL:
            filled["component"] = self._filled(component["component"], act, attachments)
        elif "custom_id" in component:
            name = component["custom_id"]
            filled["custom_id"] = name
            value = act.values.get(name)
            if not act.raw:
                _check_modal_value(name, component, value)
            if kind in (TEXT_INPUT, RADIO, CHECKBOX):
                empty: Any = {TEXT_INPUT: "", RADIO: None, CHECKBOX: False}[kind]
                filled["value"] = empty if value is None else value
            else:
                filled["values"] = value or []
            if kind == FILE_UPLOAD:
                attachments |= {key: self._attachment(key) for key in value or []}
        return filled


def _check_modal_value(name: str, component: Json, value: Any) -> None:
    """What Discord's client checks before it sends a modal off."""
    kind = component["type"]
    if value is None or value == "" or value == []:
        if component.get("required") is not False and kind != CHECKBOX:
            raise BadInput(name, "required")
        return
    if not isinstance(value, _VALUE_TYPES.get(kind, list)):
        raise BadInput(name, "wrong type")
    if kind == TEXT_INPUT:
        low, high = component.get("min_length") or 0, component.get("max_length") or 4000
        if not low <= len(value) <= high:
            raise BadInput(name, "wrong length")
    if kind == FILE_UPLOAD and len(value) > (component.get("max_values") or 1):
        raise BadInput(name, "too many files")
