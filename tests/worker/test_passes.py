"""The batch limit: by speed on a CPU, by memory on a CUDA device, as set where it is set."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from PIL import Image

from foodgan.contract.orders import COUNT_MAX
from foodgan.painting.painter import Dish, portions
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.process import WorkerProcess
from tests.worker.tiny import TinyPainter
from worker import connection, passes
from worker.batching import BatchingWorker
from worker.passes import LIMIT_MAX, Passes, by_peaks, by_speed, fitted, warm
from worker.reply import Replies
from worker.succession import Opened

GIB = 2**30


class Cramped(TinyPainter):
    """Has memory for so many pictures at once, or for any number."""

    holds: int | None = None

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        if self.holds is not None and len(dishes) > self.holds:
            raise torch.OutOfMemoryError("full")
        return super().paint(dishes)


@pytest.mark.parametrize(
    ("pass_s", "limit"),
    [
        (lambda size: 1.0, LIMIT_MAX),  # a pass of many takes no longer than one of one
        (lambda size: size, COUNT_MAX),
        (lambda size: max(size, 8), 8),
        (lambda size: 1 + size / 100 if size <= 16 else size, 16),
    ],
)
def test_a_batch_grows_as_long_as_pictures_a_second_do(
    pass_s: Callable[[int], float], limit: int
) -> None:
    assert by_speed(pass_s, patience_s=1000) == limit


@pytest.mark.parametrize(
    ("patience_s", "tried"), [(2.9, [4]), (3.0, [4, 8]), (4.0, [4, 8, 16]), (5.0, [4, 8, 16, 32])]
)
def test_a_batch_that_would_take_long_to_try_is_not_tried(
    patience_s: float, tried: list[int]
) -> None:
    """Of a machine that takes 1 s for a pass, until it has no memory left for it."""
    asked = []

    def pass_s(size: int) -> float:
        asked.append(size)
        return 1.0 if size < 32 else 10.0

    assert by_speed(pass_s, patience_s) == min(tried[-1], 16)
    assert asked == tried


def test_memory_holds_as_many_as_fit_into_four_fifths_of_what_is_free() -> None:
    assert by_peaks(one=2 * GIB, trial=9 * GIB, free=10 * GIB) == 8
    assert by_peaks(one=2 * GIB, trial=9 * GIB, free=GIB // 2) == 1
    assert by_peaks(one=2 * GIB, trial=2 * GIB, free=10 * GIB) == LIMIT_MAX


@pytest.mark.parametrize(("device", "sizes"), [("cuda", [1, COUNT_MAX]), ("cpu", [])])
def test_a_gpu_paints_once_before_members_ask_it_to(device: str, sizes: list[int]) -> None:
    painter = TinyPainter()
    painter.device = torch.device(device)
    warm(painter)
    assert painter.passes == sizes


def test_the_pictures_of_one_order_always_fit() -> None:
    class Slow(TinyPainter):
        """Four times as slow with two pictures as with one."""

        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            self.pause_s = 0.05 * len(dishes) ** 2
            return super().paint(dishes)

    assert fitted(Slow()) == COUNT_MAX


def test_a_set_limit_is_obeyed(kitchen: Kitchen, start: Callable[..., WorkerProcess]) -> None:
    orders = [kitchen.put(an_order()) for _ in range(5)]

    worker = start(batch_limit=2, pause_s=0.05)

    until(lambda: len(kitchen.discord.answers) == 5, 60)
    assert "2 pictures a pass" in worker.log
    assert {order.token.get_secret_value() for order in orders} == set(kitchen.discord.answers)


def test_without_a_set_limit_one_is_found(
    kitchen: Kitchen, start: Callable[..., WorkerProcess]
) -> None:
    worker = start(batch_limit=0, pause_s=0.02)

    until(lambda: "serving queue" in worker.log, 60)
    assert "pictures a pass fit cpu best" in worker.log


class Clock:
    """Stands in for the module `time`."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(passes, "time", clock)
    return clock


def test_a_limit_that_was_halved_for_want_of_memory_grows_again_to_what_had_been_fitted(
    clock: Clock,
) -> None:
    painter = Cramped()
    batches = Passes(painter, 16)
    limits = []

    def paint(pictures: int) -> None:
        batches.paint(portions("丼", 0, pictures), nullcontext)
        limits.append(batches.limit)

    painter.holds = 1
    paint(2)
    painter.holds = None
    for minutes in (0.1, 1.1, 1.2, 2.2, 3.3, 4.4, 5.5):
        clock.seconds = minutes * passes.GROW_S
        paint(2)

    assert limits == [1, 1, 2, 2, 4, 8, 16, 16]


def test_where_memory_stays_short_every_picture_is_painted_all_the_same(clock: Clock) -> None:
    painter = Cramped()
    painter.holds = 2
    batches = Passes(painter, 8)
    for minute in range(5):
        clock.seconds = minute * (passes.GROW_S + 1)
        assert len(batches.paint(portions("丼", 0, 8), nullcontext)) == 8
        assert batches.limit in (2, 4)


def test_the_next_model_has_the_limit_that_was_fitted_not_one_that_was_halved(
    kitchen: Kitchen,
) -> None:
    heir = Opened("a" * 64, None, cast(Any, TinyPainter()))
    heirs = [heir]
    succession = SimpleNamespace(folder=None, take=lambda: heirs.pop() if heirs else None)
    with Replies(kitchen.settings.discord_api_base) as replies:
        worker = BatchingWorker(
            TinyPainter(),
            replies,
            kitchen.settings,
            connection.patient(kitchen.settings),
            limit=8,
            name="w",
            label="w",
            succession=cast(Any, succession),
        )
        worker._passes.limit = 1
        worker._succeed()
    assert (worker._painter, worker.limit) == (heir.painter, 8)
