"""What one picture is painted from, and which pictures an order of each kind asks for."""

from dataclasses import dataclass, replace
from typing import Literal

from foodgan.contract.limits import COUNT_MAX, SEED_MAX

# dish: pictures of one name with successive seeds. mix: of two names; with a share so too, without
# one a series from the first to the second, with one seed. variations: pictures near one picture.
# enlarged: one picture, larger. check: one picture beside the photos that are nearest to it.
Kind = Literal["dish", "mix", "variations", "enlarged", "check"]
SINGLE: tuple[Kind, ...] = ("enlarged", "check")  # always of one picture
PRIVATE: tuple[Kind, ...] = ("check",)  # only the one who asked reads the answer
VARIATIONS = COUNT_MAX  # pictures that are painted near one


@dataclass(frozen=True)
class Recipe:
    """One picture: same recipe, same picture.

    share: percent of the second dish, where there is one; variation: which of the pictures near
    the seed's own, None for that itself; weights: words that are heard more or less, and how much
    in percent; truncation: percent of the usual distance from the most usual dish, None for all.
    """

    name: str
    seed: int
    mix: str | None = None
    share: int | None = None
    variation: int | None = None
    weights: tuple[tuple[str, int], ...] = ()
    truncation: int | None = None


def recipes(
    kind: Kind,
    name: str,
    count: int,
    seed: int,
    mix: str | None,
    share: int | None,
    variation: int | None,
    weights: tuple[tuple[str, int], ...] = (),
    truncation: int | None = None,
) -> tuple[Recipe, ...]:
    """The recipe of each picture of an order, each of which can be asked for alone."""
    one = Recipe(name, seed, mix, share, variation, weights, truncation)
    places = range(count)
    if kind == "variations":
        first = variation or 0
        return tuple(replace(one, variation=_wrapped(first + i)) for i in places)
    if mix is not None and share is None:  # neither end: each of the pictures is a mix
        return tuple(replace(one, share=round(100 * (i + 1) / (count + 1))) for i in places)
    return tuple(replace(one, seed=_wrapped(seed + i)) for i in places)


def _wrapped(seed: int) -> int:
    return seed % (SEED_MAX + 1)
