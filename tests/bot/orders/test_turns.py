"""Whose turn it is: while Discord is away an order comes to it ever more seldom."""

import asyncio

import pytest

from bot.orders import turns
from bot.orders.turns import PAUSE_MOST_S, PAUSE_S, Turns
from foodgan.contract.errors import KitchenClosed


class Clock:
    """Monotonic seconds that a test sets."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(turns, "monotonic", clock)
    return clock


class Errand:
    """What is done for an order; returns or raises what it is told to."""

    def __init__(self, outcome: bool | Exception = False) -> None:
        self.outcome = outcome
        self.times = 0

    async def __call__(self) -> bool:
        self.times += 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def at_every_second(clock: Clock, errand: Errand, seconds: int, *, talks: bool = True) -> int:
    """How often the errand was run."""
    order, before = Turns(), errand.times
    for _ in range(seconds):
        order.begin("a", errand, talks=talks)
        await order.all_done()
        await asyncio.sleep(0)
        clock.now_s += 1
    return errand.times - before


@pytest.mark.parametrize("outcome", [False, RuntimeError("broken")])
async def test_an_order_that_discord_takes_no_word_on_waits_twice_as_long_each_time(
    clock: Clock, outcome: bool | Exception
) -> None:
    tried = await at_every_second(clock, Errand(outcome), 600)
    assert PAUSE_S == 2
    assert tried == 6 + (600 - 62) // PAUSE_MOST_S


async def test_what_it_says_nothing_about_is_done_on_each_round(clock: Clock) -> None:
    assert await at_every_second(clock, Errand(False), 10, talks=False) == 10


@pytest.mark.parametrize("outcome", [True, KitchenClosed("away")])
async def test_an_order_that_was_seen_to_or_waits_for_something_else_has_no_pause(
    clock: Clock, outcome: bool | Exception
) -> None:
    assert await at_every_second(clock, Errand(outcome), 10) == 10


async def test_another_order_is_not_held_up_and_a_word_that_was_taken_ends_the_pause(
    clock: Clock,
) -> None:
    order, one, other = Turns(), Errand(False), Errand(True)

    async def begin() -> None:
        order.begin("one", one)
        order.begin("other", other)
        await order.all_done()
        await asyncio.sleep(0)

    await begin()
    await begin()
    assert (one.times, other.times) == (1, 2)
    clock.now_s += PAUSE_S
    one.outcome = True
    await begin()
    await begin()
    assert (one.times, other.times) == (3, 4)
    assert not order._pauses


async def test_nothing_is_remembered_of_orders_that_are_long_gone(clock: Clock) -> None:
    order = Turns()
    for number in range(20):
        order.begin(str(number), Errand(False))
        await order.all_done()
        clock.now_s += PAUSE_MOST_S
    assert len(order._pauses) <= 3


async def test_after_the_stop_nothing_is_begun_any_more(clock: Clock) -> None:
    """The news of an order that has just ended may come in that moment."""
    order, errand = Turns(), Errand(True)
    await order.stop()
    order.begin("a", errand)
    await order.all_done()
    assert errand.times == 0
