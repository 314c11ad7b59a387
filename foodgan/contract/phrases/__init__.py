"""Every sentence that a person reads. `ja.ftl` is the source, `en.ftl` follows (Project Fluent)."""

from functools import cache
from pathlib import Path
from typing import Literal

from fluent.runtime import FluentBundle, FluentResource

LOCALES = ("ja", "en")
FOLDER = Path(__file__).parent


@cache
def bundle(locale: str) -> FluentBundle:
    """The phrases of one locale, read once. locale: "ja" or "en"."""
    loaded = FluentBundle([locale], use_isolating=False)
    loaded.add_resource(FluentResource((FOLDER / f"{locale}.ftl").read_text(encoding="utf-8")))
    return loaded


def say(locale: str, phrase: str, **values: str | int | float) -> str:
    """The sentence `phrase` in `locale`; Japanese for a locale that has no phrases.

    Raises KeyError for an unknown phrase and ValueError when a variable is missing.
    """
    chosen = bundle(locale if locale in LOCALES else "ja")
    pattern = chosen.get_message(phrase).value
    if pattern is None:
        raise KeyError(phrase)
    sentence, errors = chosen.format_pattern(pattern, values)
    if errors:
        raise ValueError(f"phrase {phrase}: {errors[0]}")
    return str(sentence)


def locale_of(discord_locale: str) -> Literal["ja", "en"]:
    """A Discord locale ("ja", "en-GB", "fr" …) as one that has phrases; anything but ja is en."""
    return "ja" if discord_locale.startswith("ja") else "en"
