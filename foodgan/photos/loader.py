"""Draws for training steps, made ahead by processes of their own where the device is fast."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from itertools import count

from torch import Generator
from torch.utils.data import DataLoader, Dataset

from foodgan.photos.feed import Feed
from foodgan.step.batch import Draw

log = logging.getLogger(__name__)

AHEAD = 4  # draws that each process keeps ready
GONE = "exited unexpectedly"  # what a DataLoader says of a process that is no more


class _Steps(Dataset[Draw]):
    """The draw of each step, by its number."""

    def __init__(self, feed: Feed, seed: Callable[[int], int]) -> None:
        self.feed, self.seed = feed, seed

    def __getitem__(self, step: int) -> Draw:
        return self.feed.draw(Generator().manual_seed(self.seed(step)))


def draws(
    feed: Feed, seed: Callable[[int], int], first: int, processes: int, pinned: bool
) -> Iterator[Draw]:
    """Draws of step `first` and all after it, the same whatever the number of processes.

    seed: of a step; processes: 0 draws in this one; pinned: in memory that a GPU copies from. Where
    a process is killed, others take over. Raises RuntimeError where those do not live either.
    """
    step, taken_over = first, -1
    while True:
        try:
            for draw in _loader(feed, seed, step, processes, pinned):
                yield draw
                step += 1
        except RuntimeError as error:
            if GONE not in str(error) or step == taken_over:
                raise
            log.warning("a loader is gone; others take over from step %d: %s", step, error)
            taken_over = step


def _loader(
    feed: Feed, seed: Callable[[int], int], first: int, processes: int, pinned: bool
) -> DataLoader[Draw]:
    return DataLoader(
        _Steps(feed, seed),
        batch_size=None,
        sampler=count(first),
        num_workers=processes,
        prefetch_factor=AHEAD if processes else None,
        pin_memory=pinned,
        worker_init_fn=_leave_stopping_to_the_trainer,
        generator=Generator(),  # its own: torch's global one belongs to the networks
    )


def _leave_stopping_to_the_trainer(worker: int) -> None:
    """Ctrl-C and `timeout` signal a whole group of processes. This one ends with the trainer.

    `pkill` and systemd find it all the same: then it goes without a failure, which would reach
    the trainer in the middle of a step.
    """
    os.setpgrp()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
