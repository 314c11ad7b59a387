"""What a dish is made of: the truth behind a picture, and what a name says of it.

An atom is one value of one attribute, ("sauce", "miso"); a dish with two mains has two main atoms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

NONE = "none"
MAINS_MAX = 3

# Values in order of popularity: the index is the rank of the Zipf law.
VALUES: dict[str, tuple[str, ...]] = {
    "vessel": ("don", "plate", "nabe", "bento", "teppan", "wan"),
    "base": ("rice", "ramen", "udon", "pasta", "bread", "soba", "salad", "pizza"),
    "main": (
        "egg",
        "chicken",
        "pork",
        "shrimp",
        "beef",
        "salmon",
        "tuna",
        "tofu",
        "sausage",
        "mushroom",
        "mackerel",
        "aubergine",
        "squid",
        "pumpkin",
        "avocado",
        "scallop",
    ),
    "cooking": ("grilled", "fried", "simmered", "stirfried", "raw", "steamed"),
    "sauce": ("shoyu", NONE, "miso", "curry", "shio", "tomato", "cream", "chili"),
    "garnish": (
        NONE,
        "negi",
        "nori",
        "goma",
        "shiso",
        "cheese",
        "benishoga",
        "oroshi",
        "katsuobushi",
        "lemon",
    ),
}
SINGLE = ("vessel", "base", "cooking", "sauce", "garnish")  # one value a dish
NOODLES = ("ramen", "udon", "soba")
DEEP = ("don", "nabe", "wan")

Atom = tuple[str, str]


@dataclass(frozen=True)
class Recipe:
    """One dish. mains: 0 … 3 different ones in the order of VALUES, all cooked the same way.

    cooking is "none" where there is no main, else never.
    """

    vessel: str
    base: str
    mains: tuple[str, ...]
    cooking: str
    sauce: str
    garnish: str

    def __post_init__(self) -> None:
        for attribute in SINGLE:
            value = getattr(self, attribute)
            if value not in VALUES[attribute] and (attribute, value) != ("cooking", NONE):
                raise ValueError(f"{value!r} is no {attribute}")
        if self.mains != in_order(self.mains) or len(self.mains) > MAINS_MAX:
            raise ValueError(f"{self.mains!r} are not 0 to {MAINS_MAX} different mains in order")
        if (self.cooking == NONE) != (not self.mains):
            raise ValueError("mains are cooked, and nothing else is")

    @property
    def soup(self) -> bool:
        """Whether the dish swims in broth: noodles or rice with a sauce, in something deep."""
        if self.vessel not in DEEP or self.sauce == NONE:
            return False
        return self.base in NOODLES or (self.base == "rice" and self.vessel == "nabe")

    @cached_property
    def atoms(self) -> frozenset[Atom]:
        """Every value that is there; "none" is no atom."""
        singles = ((attribute, getattr(self, attribute)) for attribute in SINGLE)
        mains = (("main", main) for main in self.mains)
        return frozenset(atom for atom in (*singles, *mains) if atom[1] != NONE)


@dataclass(frozen=True)
class Stated:
    """What a name says: for each attribute the values that would make it true.

    A single attribute that is not said is empty; with more than one value the name contradicts
    itself and any one of them will do. mains is None when not said, () for a dish without mains.
    """

    vessel: frozenset[str] = frozenset()
    base: frozenset[str] = frozenset()
    mains: tuple[str, ...] | None = None
    cooking: frozenset[str] = frozenset()
    sauce: frozenset[str] = frozenset()
    garnish: frozenset[str] = frozenset()

    @cached_property
    def atoms(self) -> frozenset[Atom]:
        """Every value that the name mentions."""
        singles = ((key, value) for key in SINGLE for value in getattr(self, key))
        return frozenset((*singles, *(("main", main) for main in self.mains or ())))

    @property
    def contradicts(self) -> bool:
        """Whether it asks for two values where a dish has one."""
        return any(len(getattr(self, attribute)) > 1 for attribute in SINGLE)

    def __or__(self, other: "Stated") -> "Stated":
        """What two words say together."""
        said = [mains for mains in (self.mains, other.mains) if mains is not None]
        singles = {key: getattr(self, key) | getattr(other, key) for key in SINGLE}
        return Stated(mains=in_order(sum(said, ())) if said else None, **singles)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The single attributes that the name says something about."""
        return tuple(attribute for attribute in SINGLE if getattr(self, attribute))

    def as_json(self) -> dict[str, Any]:
        """{attribute: [values that will do]}, and "mains" as the whole list, where said."""
        said: dict[str, Any] = {key: sorted(getattr(self, key)) for key in self.attributes}
        return said if self.mains is None else {**said, "mains": list(self.mains)}


def says(values: Mapping[str, str] | None = None, mains: Iterable[str] | None = None) -> Stated:
    """A statement from plain values: says({"base": "udon"}, ["egg"])."""
    singles = {key: frozenset({value}) for key, value in (values or {}).items()}
    return Stated(mains=None if mains is None else in_order(mains), **singles)


def in_order(mains: Iterable[str]) -> tuple[str, ...]:
    """Different mains in the order of VALUES."""
    return _in_order(frozenset(mains))


@lru_cache(4096)
def _in_order(wanted: frozenset[str]) -> tuple[str, ...]:
    unknown = wanted - set(VALUES["main"])
    if unknown:
        raise ValueError(f"no main: {sorted(unknown)}")
    return tuple(main for main in VALUES["main"] if main in wanted)
