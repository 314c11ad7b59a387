"""Rules about keys: Discord drops a key that it does not know, and with it what was meant."""

from collections.abc import Iterator

from tests.judge.request import (
    CALLBACK_CHOICES,
    Json,
    Kind,
    Request,
    callback_type,
    commands_of,
    components_of,
    kind_of,
    message_of,
    modal_of,
    objects,
)

_MESSAGE = {"content", "embeds", "allowed_mentions", "components", "attachments", "flags"}
# discord.py's one message builder writes `tts` into edits too, where Discord passes over it.
_EDIT = _MESSAGE | {"tts"}
_WEBHOOK_ONLY = {"username", "avatar_url", "thread_name", "applied_tags"}
MESSAGE_KEYS: dict[Kind, set[str]] = {
    Kind.CALLBACK: _MESSAGE | {"tts", "poll"},
    Kind.FOLLOW_UP: _MESSAGE | _WEBHOOK_ONLY | {"tts", "poll"},
    Kind.WEBHOOK_EDIT: _EDIT | {"poll"},
    Kind.CHANNEL_MESSAGE: _MESSAGE
    | {"tts", "poll", "sticker_ids", "message_reference", "nonce", "enforce_nonce"},
    Kind.CHANNEL_EDIT: _EDIT,
}
ATTACHMENT_KEYS = {
    "id",
    "filename",
    "description",
    "title",
    "duration_secs",
    "waveform",
    "is_spoiler",
    "is_remix",
}
# What discord.py sends back of an attachment that an edit keeps: the object as Discord gave it.
_KEPT_ATTACHMENT_KEYS = {
    "size",
    "url",
    "proxy_url",
    "content_type",
    "height",
    "width",
    "ephemeral",
    "spoiler",
    "flags",
}
EMBED_KEYS = {
    "type",
    "url",
    "title",
    "color",
    "timestamp",
    "description",
    "author",
    "image",
    "thumbnail",
    "footer",
    "fields",
    "provider",
    "video",
    "flags",  # in the documentation of the embed object, and sent by discord.py
}
MENTION_KEYS = {"parse", "users", "roles", "replied_user"}
_SELECT = {"custom_id", "placeholder", "min_values", "max_values", "disabled", "required"}
COMPONENT_KEYS: dict[int, set[str]] = {
    1: {"components"},
    2: {"custom_id", "style", "label", "disabled", "url", "sku_id", "emoji"},
    3: _SELECT | {"options"},
    4: {
        "custom_id",
        "style",
        "label",
        "value",
        "placeholder",
        "required",
        "min_length",
        "max_length",
    },
    5: _SELECT | {"default_values"},
    6: _SELECT | {"default_values"},
    7: _SELECT | {"default_values"},
    8: _SELECT | {"default_values", "channel_types"},
    9: {"components", "accessory"},
    10: {"content"},
    11: {"description", "spoiler", "media"},
    12: {"items"},
    13: {"spoiler", "file"},
    14: {"spacing", "divider"},
    17: {"accent_color", "components", "spoiler"},
    18: {"label", "description", "component"},
    19: {"custom_id", "min_values", "max_values", "required"},
    21: {"custom_id", "required", "options"},
    22: {"custom_id", "required", "options", "min_values", "max_values"},
    23: {"custom_id", "default"},
}
COMMAND_KEYS = {
    "id",
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "contexts",
    "integration_types",
    "handler",
    "nsfw",
}
OPTION_KEYS = {
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "options",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
}


def _strangers(value: Json, known: set[str], where: str) -> Iterator[str]:
    for key in value:
        if key not in known:
            yield f"unknown key {key!r} in {where}"


def unknown_key_in_a_message(request: Request) -> Iterator[str]:
    """Only documented message fields. Docs: resources/message#create-message, resources/webhook."""
    message = message_of(request)
    if message is None:
        return
    yield from _strangers(message, MESSAGE_KEYS[kind_of(request)], "the message")
    for attachment in objects(message.get("attachments")):
        known = ATTACHMENT_KEYS | (_KEPT_ATTACHMENT_KEYS if "url" in attachment else set())
        yield from _strangers(attachment, known, "an attachment")
    for embed in objects(message.get("embeds")):
        yield from _strangers(embed, EMBED_KEYS, "an embed")
    mentions = message.get("allowed_mentions")
    if isinstance(mentions, dict):
        yield from _strangers(mentions, MENTION_KEYS, "allowed_mentions")


def unknown_key_in_a_component(request: Request) -> Iterator[str]:
    """Only documented component fields. Docs: components/reference."""
    for component in components_of(request):
        kind = component.get("type")
        if kind in COMPONENT_KEYS:
            known = COMPONENT_KEYS[kind] | {"type", "id"}
            yield from _strangers(component, known, f"a component of type {kind}")
        else:
            yield f"unknown component type {kind!r}"


def unknown_key_in_a_callback(request: Request) -> Iterator[str]:
    """`type` and `data`. Docs: interactions/receiving-and-responding."""
    if callback_type(request) is None:
        return
    yield from _strangers(request.body, {"type", "data"}, "the callback")
    data = request.body.get("data")
    if isinstance(data, dict) and callback_type(request) == CALLBACK_CHOICES:
        yield from _strangers(data, {"choices"}, "the autocomplete result")
    modal = modal_of(request)
    if modal is not None:
        yield from _strangers(modal, {"custom_id", "title", "components"}, "the modal")


def unknown_key_in_a_command(request: Request) -> Iterator[str]:
    """Only documented command fields. Docs: interactions/application-commands."""
    for command in commands_of(request):
        yield from _strangers(command, COMMAND_KEYS, f"the command {command.get('name')!r}")
        for option in every_option(command):
            yield from _strangers(option, OPTION_KEYS, f"the option {option.get('name')!r}")
            for choice in objects(option.get("choices")):
                yield from _strangers(choice, {"name", "name_localizations", "value"}, "a choice")


def every_option(command: Json) -> Iterator[Json]:
    """All options of a command, those of its subcommands too."""
    return (each for top in objects(command.get("options")) for each in _with_nested(top))


def _with_nested(option: Json) -> Iterator[Json]:
    yield option
    yield from every_option(option)


RULES = (
    unknown_key_in_a_message,
    unknown_key_in_a_component,
    unknown_key_in_a_callback,
    unknown_key_in_a_command,
)
