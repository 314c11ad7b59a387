"""Registered commands, and what Discord's own client makes of a member's input to them."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.people import (
    APPLICATION_ID,
    GUILD_ID,
    REVIEWER_ROLE_ID,
    Member,
    channel_json,
    find_channel,
    find_member,
    member_json,
    roles_json,
    user_json,
)
from bot.sandbox.refusal import FormFaults, Refusal
from bot.sandbox.rules import Json
from bot.sandbox.snowflake import Snowflakes

CHAT_INPUT, USER, MESSAGE = 1, 2, 3  # command types
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5  # option types
OF_USER, OF_CHANNEL, OF_ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 6, 7, 8, 9, 10, 11
_BY_ID = (OF_USER, OF_CHANNEL, OF_ROLE, MENTIONABLE, ATTACHMENT)
STRING_MAX = 6000
INTEGER_MAX = 2**53


class BadInput(Exception):
    """What Discord's client does not let a member send. fault: a short English reason."""

    def __init__(self, option: str, fault: str) -> None:
        super().__init__(f"{option}: {fault}")
        self.option = option
        self.fault = fault


class Commands:
    """What the application has registered: globally and for the guild."""

    def __init__(self, ids: Snowflakes, changed: Callable[[], None]) -> None:
        self._ids = ids
        self._changed = changed
        self._kept: dict[str | None, dict[str, Json]] = {None: {}, GUILD_ID: {}}

    def listing(self, guild_id: str | None) -> list[Json]:
        if guild_id not in self._kept:
            raise Refusal(10004)
        return list(self._kept[guild_id].values())

    def every(self) -> list[Json]:
        """What a member of the guild sees: the guild's own hide global ones of the same name."""
        shown = {(c["type"], c["name"]): c for c in self.listing(None)}
        shown |= {(c["type"], c["name"]): c for c in self.listing(GUILD_ID)}
        return list(shown.values())

    def find(self, guild_id: str | None, command_id: str) -> Json:
        for command in self.listing(guild_id):
            if command["id"] == command_id:
                return command
        raise Refusal(10063)

    def named(self, name: str, kind: int = CHAT_INPUT) -> Json:
        for command in self.every():
            if command["name"] == name and command["type"] == kind:
                return command
        raise BadInput(name, "no such command is registered")

    def replace(self, guild_id: str | None, forms: list[Json]) -> list[Json]:
        """The bulk overwrite: what stays keeps its id, what is not listed is gone."""
        old = {(c["type"], c["name"]): c for c in self.listing(guild_id)}
        faults = FormFaults()
        seen: set[tuple[object, object]] = set()
        for index, form in enumerate(forms):
            _check(str(index), form, faults)
            key = (form.get("type", CHAT_INPUT), form.get("name"))
            if key in seen:
                text = "Application command names must be unique"
                faults.add(str(index), "APPLICATION_COMMANDS_DUPLICATE_NAME", text)
            seen.add(key)
        faults.raise_if_any()
        made = [self._made(form, guild_id, old) for form in forms]
        self._kept[guild_id] = {command["id"]: command for command in made}
        self._changed()
        return made

    def put(self, guild_id: str | None, form: Json) -> Json:
        """Create one, or overwrite the one of the same name and type."""
        faults = FormFaults()
        _check("", form, faults)
        faults.raise_if_any()
        old = {(c["type"], c["name"]): c for c in self.listing(guild_id)}
        made = self._made(form, guild_id, old)
        self._kept[guild_id][made["id"]] = made
        self._changed()
        return made

    def remove(self, guild_id: str | None, command_id: str) -> None:
        self.find(guild_id, command_id)
        del self._kept[guild_id][command_id]
        self._changed()

    def _made(self, form: Json, guild_id: str | None, old: dict[tuple[int, str], Json]) -> Json:
        kind = form.get("type", CHAT_INPUT)
        known = old.get((kind, form["name"]))
        made: Json = {
            "name_localizations": None,
            "description": "",
            "description_localizations": None,
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
            **form,
            "id": known["id"] if known else self._ids.next(),
            "type": kind,
            "application_id": APPLICATION_ID,
            "version": self._ids.next(),
        }
        if guild_id is not None:
            made["guild_id"] = guild_id
        return made


def _check(path: str, form: Json, faults: FormFaults) -> None:
    """Name, description, options and choices, as the documentation of application commands asks."""

    def at(key: str) -> str:
        return f"{path}.{key}" if path else key

    chat = form.get("type", CHAT_INPUT) == CHAT_INPUT
    _check_name(at("name"), form.get("name"), faults, chat)
    if chat:
        faults.length(at("description"), form.get("description"), 1, 100)
        _check_options(at("options"), form.get("options") or [], faults)


def _check_name(path: str, name: object, faults: FormFaults, chat: bool) -> None:
    faults.length(path, name, 1, 32)
    if chat and isinstance(name, str):
        plain = all(letter.isalnum() or letter in "-_'" for letter in name)
        if not plain or name != name.lower():
            text = "Command name is invalid"
            faults.add(path, "APPLICATION_COMMAND_INVALID_NAME", text)


def _check_options(path: str, options: list[Json], faults: FormFaults) -> None:
    if len(options) > 25:
        faults.add(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    optional = False
    for index, option in enumerate(options):
        here = f"{path}.{index}"
        _check_name(f"{here}.name", option.get("name"), faults, chat=True)
        faults.length(f"{here}.description", option.get("description"), 1, 100)
        if option.get("required") and optional:
            text = "Required options must be placed before non-required options"
            faults.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional = optional or not option.get("required")
        if len(option.get("choices") or []) > 25:
            faults.add(f"{here}.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        _check_options(f"{here}.options", option.get("options") or [], faults)


def may_use(command: Json, member: Member) -> bool:
    """Whether Discord shows the command to this member."""
    needed = command["default_member_permissions"]
    return needed is None or int(needed) & ~member.permissions == 0


def descend(command: Json, words: list[str]) -> Iterator[Json]:
    """The subcommand options that the words after the command's name lead to."""
    node = command
    for word in words:
        options = [o for o in node.get("options") or [] if o["name"] == word]
        if not options or options[0]["type"] not in (SUBCOMMAND, GROUP):
            raise BadInput(word, "no such subcommand")
        node = options[0]
        yield node


def bind(
    command: Json,
    words: list[str],
    values: Json,
    find_attachment: Callable[[str], Json],
    *,
    raw: bool,
    focused: str | None = None,
) -> Json:
    """The `data` of an interaction. raw: send the values on as they are, checking nothing.

    focused: the option that is being typed, for autocomplete; then none is required.
    """
    path = list(descend(command, words))
    schema = {o["name"]: o for o in (path[-1] if path else command).get("options") or []}
    resolved: dict[str, Json] = {}
    bound: list[Json] = []
    if not raw and (unknown := set(values) - set(schema)):
        raise BadInput(min(unknown), "no such option")
    for name, option in schema.items():
        if not raw and focused is None and option.get("required") and name not in values:
            raise BadInput(name, "required")
    for name, value in values.items():
        option = schema.get(name) or {"type": _type_of(value)}
        if not raw and name != focused:
            check_value(name, option, value)
        entry = {"name": name, "type": option["type"], "value": value}
        if name == focused:
            entry["focused"] = True
        bound.append(entry)
        _resolve(option["type"], value, resolved, find_attachment)
    for step in reversed(path):
        bound = [{"name": step["name"], "type": step["type"], "options": bound}]
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if bound:
        data["options"] = bound
    if resolved:
        data["resolved"] = resolved
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _type_of(value: object) -> int:
    if isinstance(value, bool):
        return BOOLEAN
    return INTEGER if isinstance(value, int) else NUMBER if isinstance(value, float) else STRING


def check_value(name: str, option: Json, value: Any) -> None:
    """What Discord's client checks before it sends an option's value."""
    kind = option["type"]
    if kind == STRING:
        if not isinstance(value, str):
            raise BadInput(name, "not a text")
        low = option.get("min_length") or (1 if option.get("required") else 0)
        if not low <= len(value) <= (option.get("max_length") or STRING_MAX):
            raise BadInput(name, "wrong length")
    elif kind in (INTEGER, NUMBER):
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole and not (kind == NUMBER and isinstance(value, float)):
            raise BadInput(name, "not a number")
        low = option.get("min_value", -INTEGER_MAX)
        if not math.isfinite(value) or not low <= value <= option.get("max_value", INTEGER_MAX):
            raise BadInput(name, "out of range")
    elif kind == BOOLEAN and not isinstance(value, bool):
        raise BadInput(name, "not true or false")
    elif kind in _BY_ID and not (isinstance(value, str) and value.isdecimal()):
        raise BadInput(name, "not an id")
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise BadInput(name, "not one of the choices")


def _resolve(
    kind: int, value: object, resolved: dict[str, Json], find_attachment: Callable[[str], Json]
) -> None:
    if kind == ATTACHMENT and isinstance(value, str):
        resolved.setdefault("attachments", {})[value] = find_attachment(value)
    elif kind in (OF_USER, MENTIONABLE) and (member := find_member(str(value))):
        resolve_member(member, resolved)
    elif kind == OF_CHANNEL and (channel := find_channel(str(value))):
        shown = channel_json(channel) | {"permissions": "0"}
        resolved.setdefault("channels", {})[channel.id] = shown
    elif kind == OF_ROLE and value == REVIEWER_ROLE_ID:
        roles = {role["id"]: role for role in roles_json()}
        resolved.setdefault("roles", {})[REVIEWER_ROLE_ID] = roles[REVIEWER_ROLE_ID]


def resolve_member(member: Member, resolved: dict[str, Json]) -> None:
    resolved.setdefault("users", {})[member.id] = user_json(member)
    partial = member_json(member) | {"permissions": str(member.permissions)}
    resolved.setdefault("members", {})[member.id] = partial
