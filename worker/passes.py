"""Forward passes no larger than the device bears: fitted at the start, halved when too large.

Memory is short for a while only where another process takes it: the limit grows again.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import accumulate

import torch
from PIL.Image import Image

from foodgan.contract.errors import FoodganError
from foodgan.contract.orders import COUNT_MAX
from foodgan.painting import cuda_graphs
from foodgan.painting.painter import Dish, Painter, portions
from worker import costs, metrics
from worker.tasks import Paints

LIMIT_MAX = 64  # beyond it encoding and posting are what takes the time
GROW_S = 60.0  # after it was halved or doubled, a limit below the fitted one is doubled
_GROWTH = 1.1  # a pass twice as large is worth it from this gain in pictures/s
_REPEATS = 2  # of each size; the best one counts
_PATIENCE_S = 3.0  # for the best of all sizes that are tried
_MEMORY_SHARE = 0.8  # of what is free: other processes may want some later
_TRIAL = 8  # pictures of the pass that tells what one more picture takes
_NAME = "チーズ味噌カツ丼"

_log = logging.getLogger(__name__)


class DeviceLost(FoodganError):
    """The device answers nothing any more, and will not in this process."""


class Passes:
    """A painter with a limit on the pictures of one pass; see `costs`.

    fitted: the limit to begin with, at least 1, and never passed.
    """

    def __init__(self, painter: Paints, fitted: int) -> None:
        self._painter = painter
        self.fitted = self.limit = fitted
        self._changed = time.monotonic()

    def paint(
        self, dishes: Sequence[Dish], deadline: Callable[[], AbstractContextManager[None]]
    ) -> list[Image]:
        """A picture for each dish, in order; each pass within a deadline of its own.

        Raises what the painter raises; OutOfMemoryError only when a single picture is too much,
        DeviceLost where no pass at all would succeed.
        """
        painted: list[Image] = []
        while len(painted) < len(dishes):
            part = self._part(dishes[len(painted) :])
            pictures = self._pass(part, deadline)
            if pictures is None:  # what the error held on to is free by now
                self._halve(sum(map(costs.of_dish, part)))
            else:
                self._grow()
                metrics.PICTURES.observe(len(part))
                painted += pictures
        return painted

    def _pass(
        self, part: Sequence[Dish], deadline: Callable[[], AbstractContextManager[None]]
    ) -> list[Image] | None:
        """Pictures of one pass, None where memory does not hold several. Raises as `paint` does."""
        try:
            with deadline(), metrics.PASSES.time():
                return self._painter.paint(part)
        except torch.OutOfMemoryError:
            if len(part) == 1:
                raise
            return None
        except Exception as error:
            if not _answers(self._painter.device):
                raise DeviceLost(f"{self._painter.device}: {type(error).__name__}") from error
            raise

    def _part(self, dishes: Sequence[Dish]) -> Sequence[Dish]:
        """The first, and those after it that fit beside it."""
        totals = accumulate(map(costs.of_dish, dishes))
        return dishes[: max(1, sum(total <= self.limit for total in totals))]

    def _halve(self, size: int) -> None:
        self.limit, self._changed = max(1, size // 2), time.monotonic()
        _log.warning("no memory for %d pictures at once; %d for now", size, self.limit)
        release(self._painter.device)

    def _grow(self) -> None:
        if self.limit < self.fitted and time.monotonic() - self._changed >= GROW_S:
            self.limit, self._changed = min(2 * self.limit, self.fitted), time.monotonic()
            _log.info("%d pictures at once again", self.limit)


def _answers(device: torch.device) -> bool:
    """Whether a device still works: after some errors CUDA refuses all that a process asks."""
    if device.type == "cpu":
        return True
    try:
        torch.ones(1, device=device).item()
    except (RuntimeError, AssertionError):
        return False
    return True


def warm(painter: Paints, sizes: Sequence[int] = (1, COUNT_MAX)) -> None:
    """Let a GPU load what it paints with, for which the first member would wait seconds."""
    for size in sizes if painter.device.type == "cuda" else ():
        painter.paint(portions(_NAME, 0, size))


def record(painter: Painter, limit: int) -> None:
    """Let a GPU replay passes of up to `limit` pictures, and have it record each now."""
    if painter.device.type == "cuda":
        cuda_graphs.record(painter)
        warm(painter, range(1, min(limit, cuda_graphs.MOST) + 1))


def settled(painter: Painter, device: torch.device, limit: int) -> Painter:
    """A CPU's painter as this device paints best with it, warm. Raises what painting raises."""
    if device.type == "cpu":
        return painter
    moved = Painter(painter.model, painter.first, painter.second, str(device))
    warm(moved)
    record(moved, limit)
    return moved


def release(device: torch.device) -> None:
    """Give back what a GPU's painters held that are gone."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def fitted(painter: Paints) -> int:
    """How many pictures a pass should have here; an order's own pictures always share one."""
    if painter.device.type == "cuda":
        return max(COUNT_MAX, _by_memory(painter))
    return by_speed(lambda size: _pass_s(painter, size))


def by_speed(pass_s: Callable[[int], float], patience_s: float = _PATIENCE_S) -> int:
    """The size, doubled from COUNT_MAX, at which pictures/s stop growing.

    pass_s: seconds of a size; patience_s: a size is not tried if, at the speed of the one before,
    all that was tried would take longer. A busy machine would have members wait for a minute.
    """
    size, seconds = COUNT_MAX, pass_s(COUNT_MAX)
    spent = seconds
    while size < LIMIT_MAX and spent + 2 * seconds <= patience_s:
        larger = pass_s(2 * size)
        if 2 * seconds < _GROWTH * larger:
            break
        size, seconds, spent = 2 * size, larger, spent + larger
    return size


def by_peaks(one: int, trial: int, free: int) -> int:
    """What fits into `free` bytes, from the peaks of a pass of 1 and of one of _TRIAL pictures."""
    each = max(1, (trial - one) // (_TRIAL - 1))
    return min(max(1, int(_MEMORY_SHARE * free) // each), LIMIT_MAX)


def _pass_s(painter: Paints, size: int) -> float:
    """Seconds of a pass, the best of a few."""
    dishes = portions(_NAME, 0, size)
    times = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        painter.paint(dishes)
        times.append(time.perf_counter() - began)
    return min(times)


def _by_memory(painter: Paints) -> int:
    warm(painter)  # what the first passes allocate stays
    one, trial = _peak(painter, 1), _peak(painter, _TRIAL)
    torch.cuda.empty_cache()
    return by_peaks(one, trial, torch.cuda.mem_get_info(painter.device)[0])


def _peak(painter: Paints, size: int) -> int:
    """Bytes that the device holds at most in a pass of `size` pictures."""
    torch.cuda.reset_peak_memory_stats(painter.device)
    painter.paint(portions(_NAME, 0, size))
    return torch.cuda.max_memory_allocated(painter.device)
