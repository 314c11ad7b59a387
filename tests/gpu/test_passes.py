"""A worker's passes on a GPU: as large as memory bears, halved where it does not, lost with it."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch

from foodgan.contract.orders import COUNT_MAX
from foodgan.painting.painter import Painter, portions
from worker import passes
from worker.passes import LIMIT_MAX, Passes, fitted

pytestmark = pytest.mark.gpu

DISHES = portions("虹色マグロカレーうどん", 0, LIMIT_MAX)
_LOST = """
import torch
from contextlib import nullcontext
from foodgan.painting.painter import Dish
from worker.passes import DeviceLost, Passes

class Broken:
    device = torch.device("cuda")

    def paint(self, dishes):
        beyond = torch.full((1,), 9, device="cuda")
        return torch.zeros(1, device="cuda")[beyond].cpu()

try:
    Passes(Broken(), 4).paint([Dish("鮭丼", 7)], nullcontext)
except DeviceLost as error:
    print("lost:", error)
"""


@pytest.fixture(scope="module")
def painter() -> Painter:
    """Warm: what its first passes load and allocate for good is there."""
    painter = Painter.load(device="cuda")
    for size in (1, LIMIT_MAX):
        painter.paint(DISHES[:size])
    return painter


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Leaves so many bytes for passes: torch refuses more, and says that there are no more."""

    def leave(size: int) -> None:
        torch.cuda.empty_cache()
        total = torch.cuda.mem_get_info()[1]
        torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + size) / total)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (size, total))

    yield leave
    torch.cuda.set_per_process_memory_fraction(1.0)


def each(painter: Painter) -> int:
    """Bytes that one more picture of a pass takes."""
    return (passes._peak(painter, 16) - passes._peak(painter, 8)) // 8


def test_an_empty_gpu_bears_full_passes(painter: Painter) -> None:
    if torch.cuda.mem_get_info()[0] < 2 * LIMIT_MAX * each(painter):
        pytest.skip("others use this GPU")
    assert fitted(painter) == LIMIT_MAX


def test_a_pass_of_the_fitted_size_fits(painter: Painter, room: Callable[[int], None]) -> None:
    room(24 * each(painter))
    limit = fitted(painter)
    assert COUNT_MAX < limit <= 24
    assert len(painter.paint(DISHES[:limit])) == limit


def test_a_pass_too_large_is_halved_and_all_dishes_are_painted(
    painter: Painter, room: Callable[[int], None]
) -> None:
    room(24 * each(painter))
    with pytest.raises(torch.OutOfMemoryError):
        painter.paint(DISHES)
    gc.collect()  # what pytest keeps of the error holds the pictures' memory
    bold = Passes(painter, LIMIT_MAX)
    assert len(bold.paint(DISHES, nullcontext)) == LIMIT_MAX
    assert COUNT_MAX < bold.limit < LIMIT_MAX


def test_one_picture_too_large_is_an_error_and_the_next_is_painted(
    painter: Painter, room: Callable[[int], None]
) -> None:
    room(0)
    tight = Passes(painter, 4)
    with pytest.raises(torch.OutOfMemoryError):
        tight.paint(DISHES[:1], nullcontext)
    torch.cuda.set_per_process_memory_fraction(1.0)
    assert len(tight.paint(DISHES[:4], nullcontext)) == 4


def test_a_device_that_refuses_everything_is_lost(tmp_path: Path) -> None:
    # Apart from any MPS server: what one of its clients breaks, it breaks for all.
    alone = {**os.environ, "CUDA_MPS_PIPE_DIRECTORY": str(tmp_path)}
    words = [sys.executable, "-c", _LOST]
    done = subprocess.run(words, capture_output=True, text=True, env=alone)
    assert done.stdout.startswith("lost: cuda"), done.stderr[-1000:]
