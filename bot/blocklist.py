"""Words that operators want in no name; in memory, for names are checked before any deferral."""

import re
from collections.abc import Iterable

from foodgan.contract import dishname
from foodgan.contract.errors import UserError

_BETWEEN = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """A text as words are compared: one case, hiragana as katakana, no spaces or signs."""
    plain = _BETWEEN.sub("", text.casefold())
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in plain)


class Blocklist:
    """The blocked words, as the records have them."""

    def __init__(self) -> None:
        self._words: frozenset[str] = frozenset()

    def hold(self, words: Iterable[str]) -> None:
        """Block these words, and no others."""
        self._words = frozenset(filter(None, map(folded, words)))

    def check(self, name: str) -> str:
        """The normalised name, unless it holds a blocked word: then UserError `name-blocked`."""
        found = folded(name)
        if any(word in found for word in self._words):
            raise UserError("name-blocked")
        return name

    def name(self, raw: str) -> str:
        """A dish's name from what a member typed. Raises UserError for one that will not do."""
        return self.check(dishname.normalise(raw))
