"""Who may order now. In memory: nothing may be asked before the answer is deferred."""

import math
import time
from collections.abc import Callable, Mapping

from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings

PRUNE_AT = 1000  # members remembered before those with no cooldown left are forgotten


class Door:
    """Lets a member in who has waited the cooldown and has few dishes on the way."""

    def __init__(self, settings: Settings, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._cooldown_s = settings.cooldown_s
        self._limit = settings.orders_per_member
        self._clock_s = clock_s
        self._free_at: dict[int, float] = {}  # member id -> when the next order is welcome
        self._seats: dict[str, int] = {}  # order id -> member id, for orders that have not ended

    def admit(self, member_id: int, order_id: str, title: str) -> None:
        """Take a seat for an order. Raises UserError when it is too soon or too much.

        title: what is ordered, which Discord does not show of a command that was refused.
        """
        now = self._clock_s()
        left_s = self._free_at.get(member_id, now) - now
        if left_s > 0:
            raise UserError("ordered-too-soon", name=title, seconds=math.ceil(left_s))
        if list(self._seats.values()).count(member_id) >= self._limit:
            raise UserError("too-many-waiting", name=title, limit=self._limit)
        if len(self._free_at) >= PRUNE_AT:
            self._free_at = {who: at for who, at in self._free_at.items() if at > now}
        self._free_at[member_id] = now + self._cooldown_s
        self._seats[order_id] = member_id

    def leave(self, order_id: str) -> None:
        """Free the seat of an order that has ended."""
        self._seats.pop(order_id, None)

    def seat_only(self, seats: Mapping[str, int]) -> None:
        """Make the seats what the records say: after a start, or after an order got stuck."""
        self._seats = dict(seats)
