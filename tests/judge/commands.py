"""Rules about the registration of application commands."""

import unicodedata
from collections import Counter
from collections.abc import Iterator

from tests.judge.interactions import choice_breaches
from tests.judge.keys import every_option
from tests.judge.request import Json, Request, commands_of, length, objects

CHAT_INPUT = 1
ATTACHMENT = 11
NAME_MAX = 32
DESCRIPTION_MAX = 100
OPTIONS_MAX = 25
COMMANDS_MAX = 100
COMMAND_CHARACTERS = 8000  # name, description and values, with the longest locale of each
LOCALES = frozenset(
    {"id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl"}
    | {"no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi"}
    | {"th", "zh-CN", "ja", "zh-TW", "ko", "ar", "he"}
)


def _named(request: Request) -> Iterator[tuple[Json, str]]:
    """Chat-input commands and their options, and what to call them."""
    for command in _chat_inputs(request):
        yield command, f"the command {command.get('name')!r}"
        for option in every_option(command):
            yield option, f"the option {option.get('name')!r}"


def _chat_inputs(request: Request) -> list[Json]:
    return [each for each in commands_of(request) if each.get("type", CHAT_INPUT) == CHAT_INPUT]


def _is_lawful(name: str) -> bool:
    """Letters, digits, - _ ' and the marks of Thai and Devanagari; lower-case; NFC."""
    return (
        1 <= len(name) <= NAME_MAX
        and name == name.lower()
        and unicodedata.is_normalized("NFC", name)
        and all(map(_is_lawful_character, name))
    )


def _is_lawful_character(character: str) -> bool:
    script = unicodedata.name(character, "").partition(" ")[0]
    return (
        character in "-_'"
        or unicodedata.category(character)[0] in "LN"
        or script in ("THAI", "DEVANAGARI")
    )


def command_name(request: Request) -> Iterator[str]:
    """Lower-case, no spaces, NFC, 1–32. Docs: interactions/application-commands."""
    for thing, called in _named(request):
        localised = thing.get("name_localizations") or {}
        for name in (thing.get("name"), *localised.values()):
            if not isinstance(name, str) or not _is_lawful(name):
                yield f"{called}: the name {name!r} is not lower-case, unspaced, NFC, 1–{NAME_MAX}"


def command_description(request: Request) -> Iterator[str]:
    """1–100 characters. Docs: interactions/application-commands#application-command-object."""
    for thing, called in _named(request):
        localised = thing.get("description_localizations") or {}
        for text in (thing.get("description"), *localised.values()):
            if not 1 <= length(text) <= DESCRIPTION_MAX:
                yield f"{called}: a description is not 1–{DESCRIPTION_MAX} characters"


def unknown_locale(request: Request) -> Iterator[str]:
    """Only Discord's locale keys. Docs: reference#locales."""
    for command in commands_of(request):
        options = list(every_option(command))
        choices = [choice for option in options for choice in objects(option.get("choices"))]
        for thing in (command, *options, *choices):
            for key in ("name_localizations", "description_localizations"):
                for locale in sorted((thing.get(key) or {}).keys() - LOCALES):
                    yield f"unknown locale {locale!r} in {key} of {thing.get('name')!r}"


def required_after_optional(request: Request) -> Iterator[str]:
    """Required options come first. Docs: interactions/application-commands."""
    for thing, called in _named(request):
        required = [bool(each.get("required")) for each in objects(thing.get("options"))]
        if required != sorted(required, reverse=True):
            yield f"{called}: a required option after an optional one"


def too_many_options(request: Request) -> Iterator[str]:
    """25 options, their names unique. Docs: interactions/application-commands."""
    for thing, called in _named(request):
        names = Counter(str(each.get("name")) for each in objects(thing.get("options")))
        if names.total() > OPTIONS_MAX:
            yield f"{called}: {names.total()} options, {OPTIONS_MAX} are allowed"
        yield from (f"{called}: option {name!r} twice" for name, n in names.items() if n > 1)


def choices_of_an_option(request: Request) -> Iterator[str]:
    """25 choices, never beside autocomplete. Docs: interactions/application-commands."""
    for option, called in _named(request):
        choices = objects(option.get("choices"))
        yield from (f"{called}: {breach}" for breach in choice_breaches(choices))
        if choices and option.get("autocomplete"):
            yield f"{called}: choices beside autocomplete"


def bounds_of_an_option(request: Request) -> Iterator[str]:
    """A minimum is not over its maximum. Docs: interactions/application-commands."""
    for option, called in _named(request):
        for least, most in (("min_value", "max_value"), ("min_length", "max_length")):
            low, high = option.get(least), option.get(most)
            if low is not None and high is not None and low > high:
                yield f"{called}: {least} is over {most}"


def commands_apart(request: Request) -> Iterator[str]:
    """100 chat-input commands, names unique. Docs: interactions/application-commands."""
    commands = Counter(str(each.get("name")) for each in _chat_inputs(request))
    if commands.total() > COMMANDS_MAX:
        yield f"{commands.total()} commands, {COMMANDS_MAX} are allowed"
    yield from (f"command {name!r} twice" for name, n in commands.items() if n > 1)


def command_too_long(request: Request) -> Iterator[str]:
    """8,000 characters a command in all. Docs: interactions/application-commands#slash-commands."""
    for command in _chat_inputs(request):
        things = [command, *every_option(command)]
        things += [choice for option in things for choice in objects(option.get("choices"))]
        total = sum(map(_characters, things))
        if total > COMMAND_CHARACTERS:
            over = f"{total} characters, {COMMAND_CHARACTERS} are allowed"
            yield f"{command.get('name')!r} has {over}"


def _characters(thing: Json) -> int:
    value = length(thing.get("value"))
    return value + sum(
        max(map(length, (thing.get(key), *(thing.get(f"{key}_localizations") or {}).values())))
        for key in ("name", "description")
    )


def menu_command_without_text(request: Request) -> Iterator[str]:
    """User and message commands have no description, no options.

    Docs: interactions/application-commands.
    """
    for command in commands_of(request):
        menu = command.get("type", CHAT_INPUT) in (2, 3)
        if menu and (command.get("description") or command.get("options")):
            yield f"the menu command {command.get('name')!r} has a description or options"


RULES = (
    command_name,
    command_description,
    unknown_locale,
    required_after_optional,
    too_many_options,
    choices_of_an_option,
    bounds_of_an_option,
    commands_apart,
    command_too_long,
    menu_command_without_text,
)
