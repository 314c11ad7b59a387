"""Dishes' names as words, by the dictionary; and which words the photos lack most."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from foodgan.text.tokens import tokens

Count = tuple[str, int]


@dataclass(frozen=True)
class Coverage:
    """Words with how often they occur. covered: in the photos' names, the most frequent first.

    wanted: asked for more often than there are photos, what is lacking most first.
    """

    covered: tuple[Count, ...]
    wanted: tuple[Count, ...]


def warm() -> None:
    """Open the dictionary now: processes that are forked later have it."""
    tokens("米")


def read(name: str) -> tuple[str, ...]:
    """The words of a normalised name, each once, in its order; none where it knows no script of it.

    As written; words that share a place, as 鶏, 卵 and 丼 do in 親子丼, by what they mean.
    """
    return tuple(_spelt(name).values())


def coverage(covered: Mapping[str, int], asked: Mapping[str, int], most: int) -> Coverage:
    """How photos and wishes compare. Both: normalised names and how often each occurs.

    most: words of each list. Spellings of one word (うどん, ウドン) count together and are shown as
    written most often.
    """
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    there = _count(covered.items(), spellings)
    wished = _count(asked.items(), spellings)
    shown = {key: _most_frequent(each) for key, each in spellings.items()}
    lacking = {key: times / (1 + there[key]) for key, times in wished.items() if times > there[key]}
    wanted = sorted(lacking, key=lambda key: (-lacking[key], shown[key]))[:most]
    often = sorted(there, key=lambda key: (-there[key], shown[key]))[:most]
    return Coverage(
        tuple((shown[key], there[key]) for key in often),
        tuple((shown[key], wished[key]) for key in wanted),
    )


def _spelt(name: str) -> dict[str, str]:
    """The words of a name: key in the dictionary -> how it is shown."""
    found = tokens(name)
    places = Counter((token.start, token.end) for token in found)
    spelt: dict[str, str] = {}
    for token in found:
        alone = places[token.start, token.end] == 1
        spelt.setdefault(token.key, token.surface if alone else token.key)
    return spelt


def _count(names: Iterable[Count], spellings: dict[str, Counter[str]]) -> Counter[str]:
    """How often each key occurs; a name in which no word is known counts as one word.

    A number is nothing to photograph.
    """
    found: Counter[str] = Counter()
    for name, times in names:
        for key, shown in (_spelt(name) or {name: name}).items():
            if not key.isdecimal():
                found[key] += times
                spellings[key][shown] += times
    return found


def _most_frequent(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda shown: (-spellings[shown], shown))
