"""How often dishes occur: Zipf frequencies, and what goes with what.

p(dish) = p(base) p(vessel|base) p(sauce|base) p(garnish|base) p(mains|base) p(cooking|mains, base).
"""

import math
from bisect import bisect
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import accumulate

import numpy as np

from foodgan.kondate.recipe import NONE, VALUES, Atom, Recipe, Stated, in_order

ZIPF = 0.6  # exponent: the value of rank r has weight r^-ZIPF
RARE = 0.08  # factor of a combination that a canteen would not cook; this menu sometimes does
MAINS_COUNT = (0.12, 0.45, 0.30, 0.13)  # of 0 … 3 mains
MAINS_SUMS = tuple(tuple(accumulate(MAINS_COUNT[least:])) for least in (0, 1))  # of so many or more

# What a canteen does cook; every other combination is RARE.
VESSELS_OF = {
    "rice": "don plate bento nabe wan",
    "ramen": "don nabe",
    "udon": "don nabe teppan wan",
    "soba": "don wan",
    "pasta": "plate teppan",
    "bread": "plate",
    "salad": "plate don",
    "pizza": "plate teppan",
}
SAUCES_OF = {
    "rice": "shoyu none miso curry tomato chili",
    "ramen": "shoyu miso shio chili curry",
    "udon": "shoyu curry miso shio",
    "soba": "shoyu curry",
    "pasta": "tomato cream shoyu none",
    "bread": "none cream tomato curry",
    "salad": "none shio shoyu cream",
    "pizza": "tomato cream none",
}
GARNISHES_OF = {
    "rice": "none negi nori goma benishoga shiso katsuobushi",
    "ramen": "none negi nori goma",
    "udon": "none negi katsuobushi oroshi nori",
    "soba": "negi oroshi nori none",
    "pasta": "none cheese shiso nori",
    "bread": "none cheese lemon",
    "salad": "none lemon cheese goma",
    "pizza": "cheese none shiso",
}
BASES_OF_MAIN = {
    "tuna": "rice salad udon",
    "mackerel": "rice soba udon",
    "sausage": "bread pasta pizza rice",
    "avocado": "salad bread rice",
    "tofu": "rice ramen udon salad",
    "scallop": "rice pasta ramen",
    "squid": "rice pasta udon",
    "pumpkin": "rice salad pasta udon",
    "aubergine": "rice pasta pizza soba",
}
COOKINGS_OF_MAIN = {
    "egg": "simmered grilled raw steamed",
    "chicken": "fried grilled simmered steamed",
    "pork": "fried grilled simmered stirfried",
    "shrimp": "fried grilled stirfried steamed raw",
    "beef": "grilled simmered stirfried fried",
    "salmon": "raw grilled fried simmered",
    "tuna": "raw grilled fried",
    "tofu": "simmered fried raw steamed",
    "sausage": "grilled stirfried fried",
    "mushroom": "grilled stirfried simmered fried",
    "mackerel": "grilled simmered fried",
    "aubergine": "fried grilled stirfried simmered",
    "squid": "raw grilled fried stirfried",
    "pumpkin": "fried simmered steamed grilled",
    "avocado": "raw grilled",
    "scallop": "raw grilled fried steamed",
}


def draw(rng: np.random.Generator, stated: Stated | None = None) -> Recipe:
    """A dish of which `stated` is true; all else varies as it does in the canteen.

    What contradicts itself is settled by chance.
    """
    said: dict[str, str] = {}
    mains = None
    if stated is not None:
        said = {key: _one_of(rng, getattr(stated, key)) for key in stated.attributes}
        mains = stated.mains
    base = said.get("base") or _drawn_base(rng, said, mains)
    if mains is None:
        mains = _mains_for(rng, base, said.get("cooking"))
    cooking = NONE if not mains else said.get("cooking") or _cooking_for(rng, mains)
    return Recipe(
        vessel=said.get("vessel") or _beside(rng, "vessel", base),
        base=base,
        mains=mains,
        cooking=cooking,
        sauce=said.get("sauce") or _beside(rng, "sauce", base),
        garnish=said.get("garnish") or _beside(rng, "garnish", base),
    )


def weighted(rng: np.random.Generator, weights: Sequence[float]) -> int:
    """An index, each as often as its weight says."""
    return _at(rng, list(accumulate(weights)))


def _at(rng: np.random.Generator, sums: Sequence[float]) -> int:
    """The same by what the weights sum up to."""
    return min(bisect(sums, rng.random() * sums[-1]), len(sums) - 1)


@cache
def zipf(attribute: str) -> tuple[float, ...]:
    """Weights of an attribute's values by rank; their sum is 1."""
    weights = [float(rank**-ZIPF) for rank in range(1, len(VALUES[attribute]) + 1)]
    return tuple(weight / sum(weights) for weight in weights)


def _one_of(rng: np.random.Generator, values: frozenset[str]) -> str:
    return sorted(values)[int(rng.integers(len(values)))] if len(values) > 1 else next(iter(values))


# Menus ask a million times: what weights sum up to is kept, here and below.
def _summed(attribute: str, factors: Sequence[float]) -> tuple[float, ...]:
    """What the weights of an attribute's values sum up to, each times its factor."""
    return tuple(accumulate(a * b for a, b in zip(zipf(attribute), factors, strict=True)))


def _beside(rng: np.random.Generator, attribute: str, base: str) -> str:
    return VALUES[attribute][_at(rng, _sums(attribute, base))]


@cache
def _sums(attribute: str, base: str) -> tuple[float, ...]:
    return _summed(attribute, _likely(attribute, base))


@cache
def _likely(attribute: str, base: str) -> tuple[float, ...]:
    """The factor of each value of an attribute beside this base."""
    table = {"vessel": VESSELS_OF, "sauce": SAUCES_OF, "garnish": GARNISHES_OF}[attribute]
    cooked = table[base].split()
    return tuple(1.0 if value in cooked else RARE for value in VALUES[attribute])


def _on_base(main: str, base: str) -> float:
    return 1.0 if base in BASES_OF_MAIN.get(main, base).split() else RARE


def _cooked(main: str, cooking: str) -> float:
    return 1.0 if cooking in COOKINGS_OF_MAIN[main].split() else RARE


def _drawn_base(
    rng: np.random.Generator, said: dict[str, str], mains: tuple[str, ...] | None
) -> str:
    beside = tuple((key, said[key]) for key in ("vessel", "sauce", "garnish") if key in said)
    return VALUES["base"][_at(rng, _base_sums(beside, mains or ()))]


@lru_cache(4096)
def _base_sums(beside: tuple[Atom, ...], mains: tuple[str, ...]) -> tuple[float, ...]:
    factors = []
    for base in VALUES["base"]:
        factor = 1.0
        for attribute, value in beside:
            likely = _likely(attribute, base)
            weights = [a * b for a, b in zip(likely, zipf(attribute), strict=True)]
            factor *= weights[VALUES[attribute].index(value)] / sum(weights)
        for main in mains:
            factor *= _on_base(main, base)
        factors.append(factor)
    return _summed("base", factors)


def _mains_for(rng: np.random.Generator, base: str, cooking: str | None) -> tuple[str, ...]:
    """Mains that go with the base, and with the cooking where that is said."""
    least = 0 if cooking is None else 1  # where something is cooked, there is something
    count = least + _at(rng, MAINS_SUMS[least])
    taken: frozenset[str] = frozenset()
    while len(taken) < count:
        taken |= {VALUES["main"][_at(rng, _main_sums(base, cooking, taken))]}
    return in_order(taken)


@cache
def _main_sums(base: str, cooking: str | None, taken: frozenset[str]) -> tuple[float, ...]:
    factors = [
        0.0
        if main in taken
        else _on_base(main, base) * (1.0 if cooking is None else _cooked(main, cooking))
        for main in VALUES["main"]
    ]
    return _summed("main", factors)


def _cooking_for(rng: np.random.Generator, mains: tuple[str, ...]) -> str:
    return VALUES["cooking"][_at(rng, _cooking_sums(mains))]


@cache
def _cooking_sums(mains: tuple[str, ...]) -> tuple[float, ...]:
    factors = [math.prod(_cooked(main, cooking) for main in mains) for cooking in VALUES["cooking"]]
    return _summed("cooking", factors)
