"""Text of strangers, made plain: it moves no cursor, names no window and ends no line."""

import re

# Control characters, but for line breaks and tabs, and what turns the direction of reading.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text in one line, without what cannot be printed."""
    if text.isprintable():
        return text
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable())


def visible(text: str) -> str:
    r"""The text with control characters written as `\x1b`; line breaks and tabs stay."""
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
