"""Japanese names of dishes: written from what they shall say, and read back.

A name is a row of words, each of which says something. What no word says is open.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from foodgan.contract.dishname import LENGTH_MAX
from foodgan.kondate.prior import weighted
from foodgan.kondate.recipe import NONE, SINGLE, Recipe, Stated, says
from foodgan.kondate.words import (
    AFTER,
    BEFORE,
    HEAD_CONTRACTIONS,
    MAIN_CONTRACTIONS,
    SPELLINGS,
    lexicon,
)

# How often a name says what is there.
SAYS = {"vessel": 0.25, "base": 0.85, "mains": 0.85, "cooking": 0.6, "sauce": 0.6, "garnish": 0.5}
SAYS_NO_MAINS = 0.3
CONTRACTS = 0.6  # how often a contraction is used where one fits
NOTHING = Stated()
TRIES = 40  # rows of words, until one reads as it was meant


@dataclass(frozen=True)
class Word:
    """A word in a name, and what it says there."""

    spelling: str
    said: Stated = NOTHING


@dataclass(frozen=True)
class Plan:
    """The words of a name, in order."""

    words: tuple[Word, ...]

    @property
    def name(self) -> str:
        """The name as people write it."""
        return "".join(word.spelling for word in self.words)

    @property
    def stated(self) -> Stated:
        """What the name says; accuracy is measured over these attributes alone."""
        together = Stated()
        for word in self.words:
            together |= word.said
        return together

    @property
    def spellings(self) -> frozenset[str]:
        """The words that say something."""
        return frozenset(word.spelling for word in self.words if word.said != NOTHING)


def choose(recipe: Recipe, rng: np.random.Generator) -> Stated:
    """What a name says of this dish: two attributes or more, never that something is missing."""
    while True:
        said = {
            attribute: frozenset({getattr(recipe, attribute)})
            for attribute in ("vessel", "base", "sauce", "garnish")
            if getattr(recipe, attribute) != NONE and rng.random() < SAYS[attribute]
        }
        tells = rng.random() < (SAYS["mains"] if recipe.mains else SAYS_NO_MAINS)
        if tells and recipe.mains and rng.random() < SAYS["cooking"]:
            said["cooking"] = frozenset({recipe.cooking})
        if len(said) + tells >= 2 and ("base" in said or recipe.mains):
            return Stated(mains=recipe.mains if tells else None, **said)


def write(stated: Stated, rng: np.random.Generator, banned: Collection[str] = ()) -> Plan | None:
    """Words that say just this, without the `banned` spellings; None where none were found."""
    for _ in range(TRIES):
        words = _words(stated, rng, banned)
        if words is None:
            continue
        plan = Plan(tuple(words))
        if (
            len(plan.name) <= LENGTH_MAX
            and not any(spelling in plan.name for spelling in banned)
            and plan.stated == stated == read(plan.name)
        ):
            return plan
    return None


def read(name: str) -> Stated:
    """What a name says, by the longest words from the left; letters of no word are passed over."""
    said, at, after_main = Stated(), 0, False
    while at < len(name):
        word = _longest(name, at)
        if word is None:
            at, after_main = at + 1, False
            continue
        roles = lexicon()[word]
        role = _role(roles, after_main)
        said |= roles[role]
        # 海老天 is one main: 天 says how it is cooked. 天 alone is a main of its own.
        after_main = role == "main" and word not in MAIN_CONTRACTIONS
        at += len(word)
    return said


@cache
def _by_length() -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in lexicon()}, reverse=True))


def _longest(name: str, at: int) -> str | None:
    words = lexicon()
    for length in _by_length():
        if (word := name[at : at + length]) in words:
            return word
    return None


def _role(roles: dict[str, Stated], after_main: bool) -> str:
    if after_main and "after" in roles:
        return "after"
    return next((role for role in roles if role != "after"), "after")


def _words(stated: Stated, rng: np.random.Generator, banned: Collection[str]) -> list[Word] | None:
    """One way to say it, not yet proven to read so."""
    head = _head(stated, rng, banned)
    if head is None:
        return None
    told = Stated()
    for word in head:
        told |= word.said
    vessel, sauce, garnish = (
        _spelt(attribute, getattr(stated, attribute) - getattr(told, attribute), rng, banned)
        for attribute in ("vessel", "sauce", "garnish")
    )
    mains = [] if told.mains == stated.mains else _mains(stated, told, rng, banned)
    if vessel is None or sauce is None or garnish is None or mains is None:
        return None
    return _order(vessel, garnish, sauce, mains, head, rng)


def _fits(said: Stated, stated: Stated) -> bool:
    """Whether a contraction says nothing but what is to be said."""
    singles = all(getattr(said, key) <= getattr(stated, key) for key in SINGLE)
    return singles and (said.mains is None or set(said.mains) <= set(stated.mains or ()))


def _head(stated: Stated, rng: np.random.Generator, banned: Collection[str]) -> list[Word] | None:
    """The last word, the base: as a contraction or by its own name."""
    fitting = [
        Word(word, said)
        for word, said in HEAD_CONTRACTIONS.items()
        if word not in banned
        and _fits(said, stated)
        and (said.mains is None or said.mains == stated.mains)
    ]
    if fitting and len(stated.base) == 1 and rng.random() < CONTRACTS:
        return [fitting[int(rng.integers(len(fitting)))]]
    return _spelt("base", stated.base, rng, banned)


def _mains(
    stated: Stated, told: Stated, rng: np.random.Generator, banned: Collection[str]
) -> list[Word] | None:
    """Mains and their cooking: 焼き鮭と海老, 鮭の刺身, カツ."""
    wanted, cooking = set(stated.mains or ()), stated.cooking - told.cooking
    words: list[Word] = []
    fitting = [
        Word(word, said)
        for word, said in MAIN_CONTRACTIONS.items()
        if word not in banned
        and said.mains is not None
        and _fits(said, stated)
        and bool(said.mains) == bool(wanted)
        and said.cooking <= cooking
    ]
    if fitting and (not wanted or rng.random() < CONTRACTS):
        words.append(fitting[int(rng.integers(len(fitting)))])
        wanted -= set(words[0].said.mains or ())
        cooking -= words[0].said.cooking
    elif not wanted:
        return None
    rest = _spelt("main", frozenset(wanted), rng, banned)
    if rest is None:
        return None
    rng.shuffle(rest)
    for how in sorted(cooking):
        before = not rest or rng.random() < 0.5 or rest[-1].said.mains is None
        spelt = _spelling((BEFORE if before else AFTER)[how], rng, banned)
        if spelt is None or not rest:
            return None
        rest.insert(0 if before else len(rest), Word(spelt, says({"cooking": how})))
    joint = Word("と") if rng.random() < 0.6 else Word("")
    return _joined([*words, *rest], joint)


def _joined(words: Sequence[Word], joint: Word) -> list[Word]:
    """Mains joined by と or by nothing; cooking stays with its main."""
    row: list[Word] = []
    for word in words:
        if row and word.said.mains is not None and row[-1].said.mains is not None:
            row.append(joint)
        row.append(word)
    return [word for word in row if word.spelling]


def _spelt(
    attribute: str, values: frozenset[str], rng: np.random.Generator, banned: Collection[str]
) -> list[Word] | None:
    """A word for each value; None where every spelling of one is banned."""
    row = []
    for value in sorted(values):
        spelt = _spelling(SPELLINGS[attribute][value], rng, banned)
        if spelt is None:
            return None
        said = says(mains=[value]) if attribute == "main" else says({attribute: value})
        row.append(Word(spelt, said))
    return row


def _spelling(
    spellings: Sequence[str], rng: np.random.Generator, banned: Collection[str]
) -> str | None:
    """One of the spellings, the first ones more often."""
    left = [spelling for spelling in spellings if spelling not in banned]
    if not left:
        return None
    return left[weighted(rng, [1 / rank for rank in range(1, len(left) + 1)])]


def _order(
    vessel: list[Word],
    garnish: list[Word],
    sauce: list[Word],
    mains: list[Word],
    head: list[Word],
    rng: np.random.Generator,
) -> list[Word]:
    """The words in one of the orders that Japanese menus know."""
    of, and_, on, comma = Word("の"), Word("と"), Word("のせ"), Word("、")
    over = Word("がけ") if rng.random() < 0.5 else Word("添え")
    bare = any(word.said.mains == () for word in mains)
    last = [*vessel, *head] if rng.random() < 0.7 else [*head, *vessel]
    orders: list[Callable[[], list[Word]]] = [
        lambda: [*garnish, *sauce, *mains, *last],
        lambda: [*vessel, *garnish, *sauce, *mains, *head],
    ]
    if mains and not bare and last:
        orders += [lambda: [*mains, of, *garnish, *sauce, *last]]
        orders += [lambda: [*sauce, *last, comma, *mains, *([and_] * bool(garnish)), *garnish, on]]
        orders += [lambda: [*sauce, *last, comma, *garnish, *([and_] * bool(garnish)), *mains, on]]
    if garnish and last:
        orders += [lambda: [*garnish, over, *sauce, *mains, *last]]
        orders += [lambda: [*sauce, *mains, *last, comma, *garnish, over]]
    if sauce and (mains or garnish) and last:
        orders += [lambda: [*sauce, Word("味の"), *garnish, *mains, *last]]
    return orders[int(rng.integers(len(orders)))]()
