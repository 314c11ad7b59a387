"""The batch limit: by speed on a CPU, by memory on a CUDA device, as set where it is set."""

from collections.abc import Callable, Sequence

import pytest
import torch
from PIL import Image

from foodgan.contract.orders import COUNT_MAX
from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.process import WorkerProcess
from tests.worker.tiny import TinyPainter
from worker.passes import LIMIT_MAX, by_peaks, by_speed, fitted, warm

GIB = 2**30


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
