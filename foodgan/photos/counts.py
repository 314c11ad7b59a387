"""Counting, in an order that does not depend on chance."""

from collections import Counter
from collections.abc import Iterable


def counted(values: Iterable[str]) -> dict[str, int]:
    """How often each occurs, the most frequent first, equals by name."""
    return dict(sorted(Counter(values).items(), key=lambda count: (-count[1], count[0])))
