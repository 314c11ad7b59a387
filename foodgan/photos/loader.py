"""Draws for training steps, made ahead by processes of their own where the device is fast."""

import os
from collections.abc import Callable, Iterator
from itertools import count

from torch import Generator
from torch.utils.data import DataLoader, Dataset

from foodgan.batch import Draw
from foodgan.photos.feed import Feed

AHEAD = 4  # draws that each process keeps ready


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

    seed: of a step; processes: 0 draws in this one; pinned: in memory that a GPU copies from.
    """
    return iter(
        DataLoader(
            _Steps(feed, seed),
            batch_size=None,
            sampler=count(first),
            num_workers=processes,
            prefetch_factor=AHEAD if processes else None,
            pin_memory=pinned,
            worker_init_fn=_leave_stopping_to_the_trainer,
            generator=Generator(),  # its own: torch's global one belongs to the networks
        )
    )


def _leave_stopping_to_the_trainer(worker: int) -> None:
    """Ctrl-C and `timeout` signal a whole group of processes. This one ends with the trainer."""
    os.setpgrp()
