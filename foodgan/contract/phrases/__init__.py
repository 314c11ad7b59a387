"""Every sentence that a person reads (Project Fluent). `ja` is the source, `en` follows.

A phrase stands in the file that its first word names (`help-…` in help.ftl), where there is one,
else in house.ftl. A file is read when something of it is first said: who paints needs no help.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from fluent.runtime import FluentBundle, FluentResource

LOCALES = ("ja", "en")
FOLDER = Path(__file__).parent
SHELVES = ("house", "help", "cli", "doctor", "report")


def shelf_of(phrase: str) -> str:
    """The file, without its ending, in which a phrase stands."""
    first = phrase.partition("-")[0]
    return first if first in SHELVES else SHELVES[0]


@cache
def bundle(locale: str, shelf: str) -> FluentBundle:
    """One file of one locale, read once. locale: "ja" or "en"."""
    loaded = FluentBundle([locale], use_isolating=False)
    path = FOLDER / locale / f"{shelf}.ftl"
    loaded.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return loaded


def say(locale: str, phrase: str, /, **values: str | int | float) -> str:
    """The sentence `phrase` in `locale`; Japanese for a locale that has no phrases.

    phrase: a message, or an attribute of it: "help-foodgan-dish", "help-foodgan-dish.seed".
    Raises KeyError for an unknown phrase and ValueError when a variable is missing.
    """
    chosen = bundle(locale if locale in LOCALES else "ja", shelf_of(phrase))
    key, _, attribute = phrase.partition(".")
    message = chosen.get_message(key)
    pattern = message.attributes[attribute] if attribute else message.value
    if pattern is None:
        raise KeyError(phrase)
    sentence, errors = chosen.format_pattern(pattern, values)
    if errors:
        raise ValueError(f"phrase {phrase}: {errors[0]}")
    return str(sentence)


def locale_of(discord_locale: str) -> Literal["ja", "en"]:
    """A Discord locale ("ja", "en-GB", "fr" …) as one that has phrases; anything but ja is en."""
    return "ja" if discord_locale.startswith("ja") else "en"
