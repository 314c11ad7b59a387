"""Dishes' names as words, by the dictionary; and which words the photos lack most."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from foodgan.text.tokens import listed_keys, tokens

WISHERS_MIN = 2  # members; what one alone wants would tell of that one

Count = tuple[str, int]


@dataclass(frozen=True)
class Coverage:
    """Words with how often they occur. covered: in the photos' names, the most frequent first.

    wanted: asked for by more members than there are photos, what is lacking most first.
    """

    covered: tuple[Count, ...]
    wanted: tuple[Count, ...]


def warm() -> None:
    """Open the dictionary now: processes that are forked later have it."""
    tokens("米")


def read(name: str) -> tuple[str, ...]:
    """The words of a normalised name, each once, in its order; none where it knows no script of it.

    As written; words that share a place, as 鶏, 卵 and 丼 do in 親子丼, as the list writes them.
    """
    return tuple(_spelt(name).values())


def coverage(
    covered: Mapping[str, int], asked: Mapping[str, Collection[int]], most: int
) -> Coverage:
    """How photos and wishes compare. covered: normalised names and how often each occurs; asked:
    such names and who wants each, by any number for a member.

    most: words of each list. Spellings of one word (うどん, ウドン) count together and are shown as
    written most often. Everybody reads what is wanted: so it is words of the kitchen alone, or of
    photos that were accepted, and only such as several members want.
    """
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    there: Counter[str] = Counter()
    for name, times in covered.items():
        for key in _note(name, times, spellings):
            there[key] += times
    wishers: dict[str, set[int]] = defaultdict(set)
    for name, members in asked.items():
        for key in _note(name, len(members), spellings):
            wishers[key] |= set(members)
    shown = {key: _most_frequent(each) for key, each in spellings.items()}
    wished = {
        key: len(members)
        for key, members in wishers.items()
        if len(members) >= WISHERS_MIN and (key in there or key in _kitchen())
    }
    lacking = {key: times / (1 + there[key]) for key, times in wished.items() if times > there[key]}
    wanted = sorted(lacking, key=lambda key: (-lacking[key], shown[key]))[:most]
    often = sorted(there, key=lambda key: (-there[key], shown[key]))[:most]
    return Coverage(
        tuple((shown[key], there[key]) for key in often),
        tuple((shown[key], wished[key]) for key in wanted),
    )


def _spelt(name: str) -> dict[str, str]:
    """The words of a name: key in the dictionary -> how it is shown."""
    spelt: dict[str, str] = {}
    for token in tokens(name):
        spelt.setdefault(token.key, token.spelt or token.surface)
    return spelt


def _note(name: str, times: int, spellings: dict[str, Counter[str]]) -> list[str]:
    """The keys of a name, whose spellings are counted; one where no word is known: itself.

    A number is nothing to photograph.
    """
    found = {
        key: shown for key, shown in (_spelt(name) or {name: name}).items() if not key.isdecimal()
    }
    for key, shown in found.items():
        spellings[key][shown] += times
    return list(found)


@cache
def _kitchen() -> frozenset[str]:
    return frozenset(listed_keys())


def _most_frequent(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda shown: (-spellings[shown], shown))
