"""Many dishes at once, on several cores."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from foodgan.machine.process import end_with_parent

Item = TypeVar("Item")
Made = TypeVar("Made")
SHARE = 16  # items that a process takes at a time


def each(work: Callable[[Item], Made], items: Sequence[Item], jobs: int) -> Iterator[Made]:
    """`work` of each item, in order. More than one job starts processes: `work` must be named."""
    if jobs == 1 or len(items) <= SHARE:
        yield from map(work, items)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), end_with_parent) as pool:
        yield from pool.map(work, items, chunksize=SHARE)
