"""Words of a name that say a colour: what no photo teaches is written down (`colours.toml`)."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path

from foodgan.text.encode import heard

COLOURS = Path(__file__).parent / "colours.toml"
HUE = "色"
Rgb = tuple[float, float, float]  # sRGB, 0 … 1


@dataclass(frozen=True)
class ColourWord:
    """The token of a name that says a colour, by its slot in `encode.heard`, and what it says."""

    slot: int
    colours: tuple[Rgb, ...]


@dataclass(frozen=True)
class Palette:
    """Keys of words and their colours.

    bare: those that say nothing before a key of `kinds`; hued: those that say one before 色 alone.
    """

    colours: dict[str, tuple[Rgb, ...]]
    bare: frozenset[str]
    kinds: frozenset[str]
    hued: frozenset[str]

    def dyes(self, key: str, following: str | None) -> bool:
        """Whether this word of a name says the dish's colour before that one, or as the last."""
        if key not in self.colours or (key in self.bare and following in self.kinds):
            return False
        return key not in self.hued or following == HUE


@cache
def palette() -> Palette:
    """The table. Raises ValueError for a colour that is none."""
    read = tomllib.loads(COLOURS.read_text(encoding="utf-8"))
    kinds = frozenset(read.pop("ingredients")["kinds"])
    colours = {
        key: tuple(map(_rgb, several)) for part in read.values() for key, several in part.items()
    }
    return Palette(colours, frozenset(read["bare"]), kinds, frozenset(read["hued"]))


def colour_words(name: str) -> list[ColourWord]:
    """The colour words of a name, as `dishname.normalise` gives it, in its order."""
    known, keys = palette(), [word.key for word in heard(name)]
    return [
        ColourWord(slot, known.colours[key])
        for slot, (key, following) in enumerate(zip_longest(keys, keys[1:]))
        if known.dyes(key, following)
    ]


def dyed_by(names: Sequence[str]) -> list[str]:
    """The colour words of a dish's names as they are written there, each once."""
    return list(
        dict.fromkeys(_written(name, word) for name in names for word in colour_words(name))
    )


def _written(name: str, word: ColourWord) -> str:
    token = heard(name)[word.slot]
    return token.surface + (HUE if name.startswith(HUE, token.end) else "")


def _rgb(written: str) -> Rgb:
    """#rrggbb as numbers."""
    red, green, blue = bytes.fromhex(written.removeprefix("#"))
    return red / 255, green / 255, blue / 255
