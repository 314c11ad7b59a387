"""Whether a dish is what its name says."""

from foodgan.kondate.recipe import Recipe, Stated


def true_of(stated: Stated, dish: Recipe) -> bool:
    """Whether the dish has all that a name states, as it says it."""
    singles = all(getattr(dish, key) in getattr(stated, key) for key in stated.attributes)
    return singles and stated.mains in (None, dish.mains)
