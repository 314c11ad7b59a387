"""The language in which the command line speaks: `--lang`, else that of the terminal."""

import os

CHOSEN = "FOODGAN_LANG"


def locale() -> str:
    """ "ja" or "en"."""
    for name in (CHOSEN, "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.startswith("ja") else "en"
    return "en"


def say(phrase: str, **values: str | int | float) -> str:
    """The sentence `phrase` in the command line's language."""
    from foodgan.contract import phrases  # reads its files: not for every `--help`

    return phrases.say(locale(), phrase, **values)
