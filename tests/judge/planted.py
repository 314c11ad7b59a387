"""Planted faults: in requests, callbacks and commands; those in messages stand beside."""

from dataclasses import replace

from tests.judge import planted_in_messages
from tests.judge.fault import asked, plant
from tests.judge.request import COMPONENTS_V2
from tests.judge.shapes import (
    ORIGINAL,
    callback,
    channel_message,
    command,
    edit,
    follow_up,
    label,
    modal,
    option,
    sync,
    text,
    v2_edit,
)

_LONG = "あ" * 101
_MANY_CHOICES = [{"name": f"{n:050}", "value": "v" * 50} for n in range(25)]

TRANSPORT = (
    plant(
        "an older API version in the path",
        "version_in_the_path",
        replace(edit(), path=ORIGINAL.replace("v10", "v9")),
    ),
    plant(
        "a path that Discord does not have",
        None,
        replace(follow_up(), path="/api/v10/dishes"),
        schema=True,
    ),
    plant(
        "an edit sent with PUT",
        "shape_of_a_webhook_path",
        replace(edit(), method="PUT"),
        schema=True,
    ),
    plant(
        "an edit to a message that is called original",
        "shape_of_a_webhook_path",
        replace(edit(), path=ORIGINAL.replace("@", "")),
        schema=True,
    ),
    plant(
        "a callback to an interaction that is no snowflake",
        "shape_of_a_callback_path",
        replace(callback(5), path="/api/v10/interactions/abc/aToken/callback"),
        schema=True,
    ),
    plant(
        "a bot token sent by the worker",
        "no_authorization_on_token_routes",
        replace(edit(), headers={**edit().headers, "authorization": "Bot x"}),
    ),
    plant(
        "a channel message without a bot token",
        "authorization_on_bot_routes",
        replace(channel_message(), headers=edit().headers),
    ),
    plant(
        "a browser's user agent",
        "user_agent",
        replace(channel_message(), headers={**channel_message().headers, "user-agent": "Mozilla"}),
    ),
    plant(
        "a body sent as plain text",
        "content_type",
        replace(edit(), headers={"content-type": "text/plain"}),
    ),
    plant(
        "a deletion with a body",
        "no_body_where_none_is_read",
        replace(edit(), method="DELETE"),
        schema=True,
    ),
    plant(
        "an edit that asks to wait",
        "wait_is_for_follow_ups",
        replace(edit(), query={"wait": "true"}),
        schema=True,
    ),
    plant(
        "a wait that is neither true nor false",
        None,
        replace(follow_up(), query={"wait": "perhaps"}),
        schema=True,
    ),
    plant("an edit without a body", None, replace(edit(), body=None), schema=True),
)

CALLBACKS = (
    plant("a callback of type 2", "callback_of_a_known_type", callback(2, {}), schema=True),
    plant("a message callback without data", "callback_of_a_known_type", callback(4)),
    plant(
        "a misspelt callback key",
        "unknown_key_in_a_callback",
        replace(callback(5), body={"type": 5, "date": {}}),
    ),
    plant(
        "a deferral with the V2 flag", "flags_of_a_deferral", callback(5, {"flags": COMPONENTS_V2})
    ),
    plant("a deferral without embeds allowed", "flags_of_a_deferral", callback(5, {"flags": 4})),
    plant(
        "a deferral with a text", "deferral_that_says_something", callback(5, {"content": "待って"})
    ),
    plant(
        "26 autocomplete choices",
        "choices_of_an_autocomplete",
        callback(8, {"choices": [{"name": f"丼{n}", "value": n} for n in range(26)]}),
        schema=True,
    ),
    plant(
        "an autocomplete name of 101 characters",
        "choices_of_an_autocomplete",
        callback(8, {"choices": [{"name": _LONG, "value": "丼"}]}),
        schema=True,
    ),
    asked(2, "choices to a command", callback(8, {"choices": []})),
    asked(5, "a modal in answer to a modal", modal(label())),
    plant("an interaction answered twice", "answered_twice", *[callback(5, status=200)] * 2),
    plant("an edit before the deferral", "answered_before_the_callback", edit(), callback(5)),
    plant(
        "a deferral edited into nothing",
        "deferral_edited_to_nothing",
        callback(5),
        edit(content=None),
    ),
    plant("a text after the V2 flag", "v2_for_good", v2_edit(text()), edit()),
    plant("an edit tried again after 404", "retried_after_refusal", edit(status=404), edit()),
)

COMMAND_FAULTS = (
    plant("a misspelt option key", "unknown_key_in_a_command", sync(command(option(requird=True)))),
    plant("an upper-case command name", "command_name", sync(command(name="Dish"))),
    plant("a spaced command name", "command_name", sync(command(name="my dish"))),
    plant("a command name that is not NFC", "command_name", sync(command(name="か\u3099"))),
    plant("an upper-case option name", "command_name", sync(command(option("Name")))),
    plant(
        "a command name of 33 characters", "command_name", sync(command(name="d" * 33)), schema=True
    ),
    plant("a command without a name", "command_name", sync({"description": "描く"}), schema=True),
    plant("an empty command description", "command_description", sync(command(description=""))),
    plant(
        "an option description of 101 characters",
        "command_description",
        sync(command(option(description=_LONG))),
        schema=True,
    ),
    plant(
        "a locale called jp",
        "unknown_locale",
        sync(command(description_localizations={"jp": "描く"})),
    ),
    plant(
        "a required option after an optional one",
        "required_after_optional",
        sync(command(option("count", required=False), option())),
    ),
    plant(
        "26 options",
        "too_many_options",
        sync(command(*(option(f"o{n}") for n in range(26)))),
        schema=True,
    ),
    plant(
        "26 choices",
        "choices_of_an_option",
        sync(command(option(choices=[{"name": f"丼{n}", "value": f"{n}"} for n in range(26)]))),
        schema=True,
    ),
    plant(
        "choices beside autocomplete",
        "choices_of_an_option",
        sync(command(option(autocomplete=True, choices=[{"name": "丼", "value": "丼"}]))),
    ),
    plant(
        "a minimum over its maximum",
        "bounds_of_an_option",
        sync(command(option(type=4, min_value=4, max_value=1))),
    ),
    plant("a command registered twice", "commands_apart", sync(command(), command())),
    plant(
        "a command of more than 8,000 characters",
        "command_too_long",
        sync(command(*(option(f"o{n}", choices=_MANY_CHOICES) for n in range(4)))),
    ),
    plant(
        "a menu command with a description",
        "menu_command_without_text",
        sync({"name": "Copy?", "type": 3, "description": "写し"}),
    ),
    plant("an option of type 12", None, sync(command(option(type=12))), schema=True),
)

FAULTS = (*TRANSPORT, *planted_in_messages.FAULTS, *CALLBACKS, *COMMAND_FAULTS)
