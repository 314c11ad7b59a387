"""Failures in rounds: one line in the log for each that goes on, and the others have their turn."""

import pytest
from sqlalchemy.exc import OperationalError

from bot import guard as guard_module
from bot.guard import Guard
from foodgan.contract.errors import KitchenClosed


async def work(error: Exception | None = None, done: bool | None = None) -> bool | None:
    if error is not None:
        raise error
    return done


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(each.levelname, each.getMessage().split(":")[0]) for each in caplog.records]


async def test_what_fails_in_every_round_is_one_line_until_it_has_worked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    guard, away = Guard(), KitchenClosed("Redis: TimeoutError")
    for _ in range(3):
        assert await guard.keep("the journal", work(away))
    assert await guard.keep("late dishes", work(away))
    assert lines(caplog) == [("WARNING", "the journal"), ("WARNING", "late dishes")]
    assert await guard.keep("the journal", work())
    assert await guard.keep("the journal", work(away))
    assert lines(caplog)[2:] == [("WARNING", "the journal")]


async def test_what_nobody_expected_is_told_with_its_traceback_and_is_not_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    guard = Guard()
    assert not await guard.keep("a round", work(KeyError("name")))
    assert not await guard.keep("a round", work(KeyError("name")))
    assert not await guard.keep("a round", work(ValueError("other")))
    assert lines(caplog) == [("ERROR", "a round")] * 2
    assert all(each.exc_info for each in caplog.records)
    assert [await guard.keep("a round", work(done=done)) for done in (True, None, False)] == [
        True,
        True,
        False,
    ]


async def test_a_fault_of_the_records_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    fault = OperationalError("INSERT INTO orders …", {}, Exception("disk is full"))
    await Guard().keep("the journal", work(fault))
    assert [each.getMessage() for each in caplog.records] == [
        "the journal: left for the next round, OperationalError: disk is full"
    ]


async def test_failures_of_orders_that_have_ended_are_not_kept_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard_module, "KEPT", 5)
    guard = Guard()
    for order in range(20):
        await guard.keep(f"order {order}", work(KitchenClosed("Redis: away")))
    assert len(guard._failing) == 5
