"""The tables of known keys, written by hand, against Discord's description: neither may drift."""

from typing import Any

import pytest

from tests.judge import commands, keys, schema
from tests.judge.request import Json, Kind

# In the documentation or in discord.py's requests, but not in the description.
_BEYOND = {"nsfw", "tts", "flags", "poll", "default_values"}
_MESSAGE_SCHEMAS = {
    Kind.CALLBACK: ["IncomingWebhookInteractionRequest"],
    Kind.FOLLOW_UP: ["IncomingWebhookRequestPartial"],
    Kind.WEBHOOK_EDIT: ["IncomingWebhookUpdateRequestPartial"],
    Kind.CHANNEL_MESSAGE: ["MessageCreateRequest"],
    Kind.CHANNEL_EDIT: ["MessageEditRequestPartial"],
}


@pytest.fixture
def schemas(description: schema.Schema | None) -> Json:
    if description is None:
        pytest.skip(schema.ABSENT)
    found: Json = description.document["components"]["schemas"]
    return found


def _properties(schemas: Json, *names: str) -> set[str]:
    return {key for name in names for key in schemas[name].get("properties", {})}


def _of_type(schemas: Json, kind: int) -> list[str]:
    """The request schemas of one component type."""
    return [
        name
        for name, each in schemas.items()
        if name.endswith(("ForMessageRequest", "ForModalRequest"))
        and each.get("properties", {}).get("type", {}).get("enum") == [kind]
    ]


@pytest.mark.parametrize("kind", _MESSAGE_SCHEMAS)
def test_message_keys_are_discords(schemas: Json, kind: Kind) -> None:
    known = _properties(schemas, *_MESSAGE_SCHEMAS[kind])

    assert keys.MESSAGE_KEYS[kind] - _BEYOND <= known


@pytest.mark.parametrize("kind", keys.COMPONENT_KEYS)
def test_component_keys_are_discords(schemas: Json, kind: int) -> None:
    names = _of_type(schemas, kind)

    assert names
    assert keys.COMPONENT_KEYS[kind] | {"type", "id"} == _properties(schemas, *names)


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (keys.ATTACHMENT_KEYS, "MessageAttachmentRequest"),
        (keys.EMBED_KEYS, "RichEmbed"),
        (keys.MENTION_KEYS, "MessageAllowedMentionsRequest"),
        (keys.COMMAND_KEYS, "ApplicationCommandUpdateRequest"),
    ],
)
def test_other_keys_are_discords(schemas: Json, table: set[str], name: str) -> None:
    assert table - _BEYOND == _properties(schemas, name)


def test_option_keys_are_discords(schemas: Json) -> None:
    names = [f"ApplicationCommand{kind}Option" for kind in ("String", "Integer", "Channel")]
    names.append("ApplicationCommandSubcommandOption")

    assert _properties(schemas, *names) == keys.OPTION_KEYS


def test_locales_are_discords(schemas: Json) -> None:
    listed: list[dict[str, Any]] = schemas["AvailableLocalesEnum"]["oneOf"]

    assert {each["const"] for each in listed} == commands.LOCALES
