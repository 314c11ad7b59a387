"""Menus: n unique training names, and names that hold out pairs, triples and spellings.

What is held out occurs in no training name and in no training picture.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from foodgan.contract.errors import FoodganError
from foodgan.kondate.names import Plan, choose, write
from foodgan.kondate.prior import draw
from foodgan.kondate.recipe import NONE, VALUES, Atom, Recipe, Stated
from foodgan.kondate.words import SPELLINGS

SIZES = (130, 500, 2000, 10_000)  # unique training names
HELD_OUT = 100  # names of each set that is not for training
SETS = ("seen", "unseen_pair", "unseen_triple", "unseen_synonym", "contradictory")
# Triples that no training name says were a set before, pictures notwithstanding. They are drawn
# still and thrown away: what is drawn after them stays as it has been measured.
UNSAID = "unsaid_triple"
DRAWN = ("unseen_pair", UNSAID, "unseen_synonym", "contradictory")  # one after another
OWN = 3  # stream of the unseen triples
PAIRS, TRIPLES, SYNONYMS = 24, 60, 12
SURVEY = 4000  # dishes looked at, to hold out what is neither common nor absurd
PAIR_SHARE = (0.004, 0.03)  # of surveyed names that say a pair which may be held out
TRIPLE_SHARE = (0.0012, 0.01)
CONTRADICTS = ("base", "cooking", "sauce")
DRAWS_MAX = 200_000  # of names, until a set is full


class MenuError(FoodganError):
    """A set could not be filled: too few names of its kind exist."""


@dataclass(frozen=True)
class HeldOut:
    """What no training name says: pairs and triples of atoms, spellings of words."""

    pairs: frozenset[frozenset[Atom]]
    triples: frozenset[frozenset[Atom]]
    synonyms: frozenset[str]

    def touches(self, atoms: Collection[Atom]) -> bool:
        """Whether a held-out pair or triple is among the atoms."""
        holds = frozenset(atoms).issuperset
        return any(map(holds, self.pairs)) or any(map(holds, self.triples))

    def pairs_in(self, atoms: Collection[Atom]) -> set[frozenset[Atom]]:
        """The held-out pairs among the atoms."""
        return set(filter(frozenset(atoms).issuperset, self.pairs))


@dataclass(frozen=True)
class Entry:
    """A name on the menu and one picture of it. seed: of the picture."""

    plan: Plan
    recipe: Recipe
    seed: int
    kind: str  # "train" or one of SETS

    @property
    def split(self) -> str:
        """What training may see: "train" or "test"."""
        return "train" if self.kind == "train" else "test"


@dataclass(frozen=True)
class Menu:
    """Training names and held-out names, one picture each."""

    entries: tuple[Entry, ...]
    held_out: HeldOut

    def of(self, kind: str) -> list[Entry]:
        """The entries of one set."""
        return [entry for entry in self.entries if entry.kind == kind]


def menu(names: int, seed: int = 0, held_out: int = HELD_OUT) -> Menu:
    """`names` unique training names, and `held_out` in each test set. Same seed, same menu.

    Raises MenuError when a set cannot be filled.
    """
    rng = np.random.default_rng([seed, names])
    apart = _hold_out(rng)
    train = list(_training(names, apart, rng))
    known = Known.of(train)
    entries = [*train, *_seen(train, apart, held_out, rng)]
    used = {entry.plan.name for entry in train}
    tests: dict[str, list[Entry]] = {}
    for kind in DRAWN:
        tests[kind] = _test(kind, held_out, apart, known, used, rng)
        used |= {entry.plan.name for entry in tests[kind]}
    used -= {entry.plan.name for entry in tests[UNSAID]}
    own = np.random.default_rng([seed, names, OWN])
    tests["unseen_triple"] = _test("unseen_triple", held_out, apart, known, used, own)
    entries += [entry for kind in SETS[1:] for entry in tests[kind]]
    return Menu(tuple(entries), apart)


@dataclass(frozen=True)
class Known:
    """What training names say: words, atoms, and which atoms together.

    shown: triples in training pictures, which show what their names do not say as well; few: names
    that say all pairs of a held-out triple are too rare, so triples that are not shown stand in.
    """

    spellings: frozenset[str]
    atoms: frozenset[Atom]
    pairs: frozenset[frozenset[Atom]]
    triples: frozenset[frozenset[Atom]]
    shown: frozenset[frozenset[Atom]]
    few: bool

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Known":
        """Gather it from entries."""
        entries = list(entries)
        plans = [entry.plan for entry in entries]
        stated = [plan.stated.atoms for plan in plans]
        return cls(
            spellings=frozenset().union(*(plan.spellings for plan in plans)),
            atoms=frozenset().union(*stated),
            pairs=frozenset(subset for atoms in stated for subset in _subsets(atoms, 2)),
            triples=frozenset(subset for atoms in stated for subset in _subsets(atoms, 3)),
            shown=frozenset(
                subset for entry in entries for subset in _subsets(entry.recipe.atoms, 3)
            ),
            few=len(entries) < SIZES[0],
        )


def _subsets(atoms: Collection[Atom], count: int) -> Iterator[frozenset[Atom]]:
    return (frozenset(subset) for subset in combinations(sorted(atoms), count))


def _hold_out(rng: np.random.Generator) -> HeldOut:
    """Choose what is held out, from what names say often enough and not too often."""
    pairs: Counter[frozenset[Atom]] = Counter()
    triples: Counter[frozenset[Atom]] = Counter()
    for _ in range(SURVEY):
        atoms = choose(draw(rng), rng).atoms
        pairs.update(_subsets(atoms, 2))
        triples.update(_subsets(atoms, 3))
    some_pairs = _some(pairs, PAIR_SHARE, PAIRS, rng)
    # A triple that holds a held-out pair would be no test of triples.
    free = Counter(
        {triple: n for triple, n in triples.items() if not any(p <= triple for p in some_pairs)}
    )
    return HeldOut(some_pairs, _some(free, TRIPLE_SHARE, TRIPLES, rng), _some_synonyms(rng))


def _some(
    counted: Counter[frozenset[Atom]],
    share: tuple[float, float],
    count: int,
    rng: np.random.Generator,
) -> frozenset[frozenset[Atom]]:
    fitting = sorted(
        (sorted(subset) for subset, n in counted.items() if share[0] <= n / SURVEY <= share[1])
    )
    picked = rng.permutation(len(fitting))[:count]
    return frozenset(frozenset(fitting[i]) for i in picked)


def _some_synonyms(rng: np.random.Generator) -> frozenset[str]:
    """Spellings to hold out: never the commonest one of a value."""
    rare = [
        spellings[-1]
        for attribute in ("base", "main", "sauce", "garnish")
        for spellings in SPELLINGS[attribute].values()
        if len(spellings) > 1
    ]
    return frozenset(rare[i] for i in rng.permutation(len(rare))[:SYNONYMS])


def _training(names: int, apart: HeldOut, rng: np.random.Generator) -> Iterator[Entry]:
    used: set[str] = set()
    for _ in range(DRAWS_MAX):
        if len(used) == names:
            return
        recipe = draw(rng)
        if apart.touches(recipe.atoms):
            continue
        plan = write(choose(recipe, rng), rng, apart.synonyms)
        if plan is None or plan.name in used:
            continue
        used.add(plan.name)
        yield Entry(plan, _complete(plan.stated, apart, rng), _seed(rng), "train")
    raise MenuError(f"only {len(used)} of {names} training names were found")


def _complete(stated: Stated, apart: HeldOut, rng: np.random.Generator) -> Recipe:
    """A dish of that name, free of what is held out."""
    for _ in range(DRAWS_MAX):
        recipe = draw(rng, stated)
        if not apart.touches(recipe.atoms):
            return recipe
    raise MenuError(f"every dish with {stated.as_json()} is held out")


def _seen(train: list[Entry], apart: HeldOut, count: int, rng: np.random.Generator) -> list[Entry]:
    """Training names again, with new pictures."""
    picked = rng.permutation(len(train))[:count]
    return [
        replace(
            train[i],
            recipe=_complete(train[i].plan.stated, apart, rng),
            seed=_seed(rng),
            kind="seen",
        )
        for i in picked
    ]


def _test(
    kind: str,
    count: int,
    apart: HeldOut,
    known: Known,
    used: set[str],
    rng: np.random.Generator,
) -> list[Entry]:
    """Names of one held-out set, whose atoms all occur in training."""
    found: dict[str, Entry] = {}
    for _ in range(DRAWS_MAX):
        if len(found) == count:
            return list(found.values())
        stated = choose(draw(rng), rng)
        if kind == "contradictory":
            stated = _contradicted(stated, rng)
        if not stated.atoms <= known.atoms or not _belongs(kind, stated, apart, known):
            continue
        plan = write(stated, rng, () if kind == "unseen_synonym" else apart.synonyms)
        if plan is None or plan.name in used or plan.name in found:
            continue
        strange = plan.spellings - known.spellings
        if strange != plan.spellings & apart.synonyms or (kind == "unseen_synonym") != bool(
            strange
        ):
            continue
        found[plan.name] = Entry(plan, draw(rng, stated), _seed(rng), kind)
    raise MenuError(f"only {len(found)} of {count} names were found for {kind}")


def _belongs(kind: str, stated: Stated, apart: HeldOut, known: Known) -> bool:
    """Whether what a name states makes it a name of this set.

    A contradictory name may say a held-out pair or triple as well.
    """
    if kind == "unseen_pair":
        return bool(apart.pairs_in(stated.atoms))
    if kind in ("unseen_triple", UNSAID):
        if not all(pair in known.pairs for pair in _subsets(stated.atoms, 2)):
            return False
        triples = frozenset(_subsets(stated.atoms, 3))
        if kind == UNSAID:
            new = triples - known.triples
        else:
            new = triples - known.shown if known.few else triples & apart.triples
        return bool(new)
    if kind == "contradictory":
        return stated.contradicts
    return not apart.touches(stated.atoms)


def _contradicted(stated: Stated, rng: np.random.Generator) -> Stated:
    """The same with a second value for something that a dish has once."""
    can = [key for key in CONTRADICTS if getattr(stated, key)]
    if not can:
        return stated
    attribute = can[int(rng.integers(len(can)))]
    now = getattr(stated, attribute)
    others = [value for value in VALUES[attribute] if value not in now and value != NONE]
    both = now | {others[int(rng.integers(len(others)))]}
    return replace(stated, **{attribute: both})


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))
