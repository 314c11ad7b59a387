"""Words that operators want in no name; in memory, for names are checked before any deferral."""

import re
from collections.abc import Iterable

from foodgan.contract import dishname
from foodgan.contract.errors import UserError

_BETWEEN = re.compile(r"[\W_]+")
# What is typed for the long vowel sign, after katakana.
_DASHES = re.compile(f"(?<=[{dishname.KATAKANA}])[-‐-―−|一丨]")
# Kanji that look like katakana; small capitals, and letters of other scripts that look like Latin.
_LOOKS = {
    **dishname.LATIN,
    **str.maketrans("口力工夕卜二八三千才一丨", "ロカエタトニハミチオーー"),
    **str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
    **str.maketrans("ıɩɑɡƙոսօհցքո", "iiagknuohgpn"),
}


def folded(text: str) -> str:
    """A text as words are compared: one case, hiragana as katakana, no spaces or signs."""
    return folded_kana(_BETWEEN.sub("", text.casefold()))


def folded_kana(text: str) -> str:
    """A text with hiragana as katakana."""
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def looks(text: str) -> str:
    """A text as it looks to the eye: folded, with one sign for those that are told apart hardly."""
    drawn = _DASHES.sub("ー", folded_kana(text.casefold()).translate(_LOOKS))
    return _BETWEEN.sub("", drawn).casefold()


class Blocklist:
    """The blocked words, as the records have them."""

    def __init__(self) -> None:
        self._words: frozenset[str] = frozenset()

    def hold(self, words: Iterable[str]) -> None:
        """Block these words, and no others."""
        self._words = frozenset(filter(None, map(looks, words)))

    def allows(self, name: str) -> bool:
        """Whether a normalised name holds no blocked word."""
        found = looks(name)
        return not any(word in found for word in self._words)

    def check(self, name: str) -> str:
        """The normalised name, unless it holds a blocked word: then UserError `name-blocked`."""
        if not self.allows(name):
            raise UserError("name-blocked")
        return name

    def name(self, raw: str) -> str:
        """A dish's name from what a member typed. Raises UserError for one that will not do."""
        return self.check(dishname.normalise(raw))
