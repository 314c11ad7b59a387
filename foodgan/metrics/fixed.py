"""Names that every model is measured by, whatever photos it saw: no teacher is asked for them."""

from foodgan.metrics import toppings
from foodgan.metrics.invented import invented


def fixed() -> frozenset[str]:
    """The 64 invented names and each topping on each dish; they never change."""
    return frozenset((*invented(), *toppings.asked()))
