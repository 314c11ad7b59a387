"""Attribute accuracy: does a picture show what its Kondate name says?

Measured only over what a name states; what it leaves open may be anything. A main is right when it
is seen; a name is all right when every stated attribute is, and the mains are just those it says.
"""

from collections.abc import Sequence
from itertools import permutations

from foodgan.kondate.recipe import SINGLE, Recipe, Stated, says
from foodgan.kondate.taster import Tasted

ATTRIBUTES = (*SINGLE, "main")


def accuracy(stated: Sequence[Stated], tasted: Sequence[Tasted]) -> dict[str, float | None]:
    """Of N names and pictures: the share right of each attribute, their mean, and "all".

    None where no name states the attribute. "mains": the set of mains is just as said.
    """
    marks: dict[str, list[bool]] = {key: [] for key in (*ATTRIBUTES, "mains", "all")}
    for said, seen in zip(stated, tasted, strict=True):
        right = {key: seen.singles[key] in getattr(said, key) for key in said.attributes}
        if said.mains is not None:
            marks["main"] += [main in seen.mains for main in said.mains]
            right["mains"] = seen.mains == said.mains
        for key, mark in right.items():
            marks[key].append(mark)
        marks["all"].append(all(right.values()))
    shares = {key: sum(row) / len(row) if row else None for key, row in marks.items()}
    known = [share for key in ATTRIBUTES if (share := shares[key]) is not None]
    return {**shares, "mean": sum(known) / len(known) if known else None}


def shuffled(stated: Sequence[Stated], tasted: Sequence[Tasted]) -> dict[str, float | None]:
    """The same of every picture under every other one's name: what guessing is worth.

    One order of a hundred names, drawn by chance, would be .02 off (a standard deviation).
    """
    pairs = list(permutations(range(len(stated)), 2))
    return accuracy([stated[i] for i, _ in pairs], [tasted[j] for _, j in pairs])


def truths(recipes: Sequence[Recipe]) -> list[Stated]:
    """Names that would say everything: what a taster is held against on real renders."""
    singles = [{key: getattr(recipe, key) for key in SINGLE} for recipe in recipes]
    return [says(row, recipe.mains) for row, recipe in zip(singles, recipes, strict=True)]
