"""A CPU's threads, each of which paints pictures of its own.

Where all threads share a pass they go layer by layer at the pace of the slowest: whoever takes a
core for a moment, an encoder or Redis, holds up every core. Lanes wait for one another at the end
alone. See docs/results/painter.md.
"""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import TypeVar

import torch

# Python starts the kernels of all lanes one after another: many cores share few lanes.
MOST = 4
LOAD = 4  # pictures that a lane takes at a time: of two each costs more, eight end unevenly

Load = TypeVar("Load")
Done = TypeVar("Done")


def count_of(threads: int) -> int:
    """How many lanes there are for so many threads."""
    return min(threads, MOST)


def load_of(pictures: int, threads: int) -> int:
    """How many of a pass's pictures a lane takes at a time; all, where lanes do not pay."""
    lanes = count_of(threads)
    if lanes == 1 or pictures < 2 * lanes:
        return pictures
    return min(LOAD, -(-pictures // lanes))


def run(threads: int, work: Callable[[Load], Done], loads: Iterable[Load]) -> list[Done]:
    """What `work` makes of each load, in order; each begins as soon as `loads` has given it.

    Raises what either raises, once no lane is at work any more.
    """
    pool = _lanes(threads)
    begun: list[Future[Done]] = []
    try:
        for load in loads:
            begun.append(pool.submit(work, load))
    finally:
        wait(begun)
    return [each.result() for each in begun]


@cache
def _lanes(threads: int) -> ThreadPoolExecutor:
    """This process's lanes for so many threads, all of them started."""
    count = count_of(threads)
    pool = ThreadPoolExecutor(count, "lane")
    started = threading.Barrier(count)

    def start(own: int) -> None:
        torch.get_num_threads()  # as a new thread takes on the number of all, once, with its first
        torch.set_num_threads(own)  # operation: that would undo this
        started.wait()

    shares = [threads // count + (lane < threads % count) for lane in range(count)]
    for lane in [pool.submit(start, own) for own in shares]:
        lane.result()
    torch.set_num_threads(threads)  # so that those that come later have as many as ever
    return pool


os.register_at_fork(after_in_child=_lanes.cache_clear)  # a child has none of these threads
