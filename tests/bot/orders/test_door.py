"""The door: a cooldown and a fair share for each member."""

import pytest

from bot.orders.door import PRUNE_AT, Door
from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings

AOI, REN = 1, 2
DISH = "虹色マグロカレーうどん"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def make_door(clock: Clock, cooldown_s: float = 5.0, orders_per_member: int = 2) -> Door:
    settings = Settings(cooldown_s=cooldown_s, orders_per_member=orders_per_member)
    return Door(settings, clock)


def test_a_second_order_within_the_cooldown_is_told_how_long_to_wait() -> None:
    clock = Clock()
    door = make_door(clock)
    door.admit(AOI, "a", DISH)
    clock.now_s += 1.5

    with pytest.raises(UserError, match="ordered-too-soon") as refusal:
        door.admit(AOI, "b", DISH)

    assert refusal.value.values == {"name": DISH, "seconds": 4}


def test_one_members_cooldown_is_not_anothers() -> None:
    door = make_door(Clock())
    door.admit(AOI, "a", DISH)
    door.admit(REN, "b", DISH)


def test_after_the_cooldown_the_member_is_welcome_again() -> None:
    clock = Clock()
    door = make_door(clock)
    door.admit(AOI, "a", DISH)
    clock.now_s += 5.0
    door.admit(AOI, "b", DISH)


def test_a_refused_order_does_not_lengthen_the_cooldown() -> None:
    clock = Clock()
    door = make_door(clock)
    door.admit(AOI, "a", DISH)
    clock.now_s += 4.0
    with pytest.raises(UserError):
        door.admit(AOI, "b", DISH)
    clock.now_s += 1.0
    door.admit(AOI, "c", DISH)


def test_too_many_dishes_on_the_way_close_the_door_until_one_is_served() -> None:
    door = make_door(Clock(), cooldown_s=0)
    door.admit(AOI, "a", DISH)
    door.admit(AOI, "b", DISH)
    with pytest.raises(UserError, match="too-many-waiting") as refusal:
        door.admit(AOI, "c", DISH)
    assert refusal.value.values == {"name": DISH, "limit": 2}

    door.leave("a")

    door.admit(AOI, "d", DISH)


def test_the_records_have_the_last_word_on_who_is_waiting() -> None:
    door = make_door(Clock(), cooldown_s=0)
    door.seat_only({"a": AOI, "b": AOI})
    with pytest.raises(UserError, match="too-many-waiting"):
        door.admit(AOI, "c", DISH)
    door.seat_only({})
    door.admit(AOI, "d", DISH)


def test_the_door_forgets_members_whose_cooldown_is_over() -> None:
    clock = Clock()
    door = make_door(clock)
    for member in range(PRUNE_AT):
        door.admit(member, str(member), DISH)
    clock.now_s += 6.0
    door.admit(AOI, "x", DISH)
    assert len(door._free_at) == 1
