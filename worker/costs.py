"""What pictures cost, counted in plain ones, so that a pass is as long as its limit was fitted for.

An enlarged picture is a plain one, and Stage-II once more over four times its pixels.
"""

from foodgan.painting.painter import Dish

ENLARGED = 5


def of_dish(dish: Dish) -> int:
    """The cost of one picture."""
    return ENLARGED if dish.enlarged else 1


def of_each(kind: object) -> int:
    """The cost of each picture of an order; 1 for a kind that is not known."""
    return ENLARGED if kind == "enlarged" else 1
