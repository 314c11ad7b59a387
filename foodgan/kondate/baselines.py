"""What stands beside runs on the board: a whole model, and baselines that need no training.

N pictures (N, 3, 64, 64) in [-1, 1], M training pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from foodgan.kondate.board import Sketches
from foodgan.kondate.names import read
from foodgan.kondate.prior import draw
from foodgan.kondate.render import render
from foodgan.kondate.taster import as_tensor
from foodgan.metrics.eyes import disturbed
from foodgan.metrics.features import small
from foodgan.painting.painter import Dish, Painter
from foodgan.text.encode import encode


def painted_by(painter: Painter) -> Sketches:
    """Both stages of a model, made small."""

    def paint(names: Sequence[str], seeds: Sequence[int]) -> Tensor:
        dishes = [Dish(name, seed) for name, seed in zip(names, seeds, strict=True)]
        return small(painter.paint_tensor(dishes).cpu().clone())

    return paint


def oracle(names: Sequence[str], seeds: Sequence[int]) -> Tensor:
    """A render of what each name says: no generator can do better."""
    return as_tensor(
        np.stack([_render(name, seed) for name, seed in zip(names, seeds, strict=True)])
    )


def _render(name: str, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rng = np.random.default_rng([6, seed])
    return render(draw(rng, read(name)), int(rng.integers(2**31)))


@dataclass(frozen=True)
class Retrieval:
    """The training picture whose name has most words in common: a copy, and how far that gets."""

    names: Sequence[str]  # M
    pictures: Tensor  # (M, …)

    def __call__(self, names: Sequence[str], seeds: Sequence[int]) -> Tensor:
        known = encode(self.names)
        shared = encode(names).common(known)
        score = shared / (known.mask.sum(dim=1)[None] + 1)  # fewer words that were not asked for
        score = score + shared
        tie = torch.stack(
            [torch.rand(len(known), generator=Generator().manual_seed(seed)) for seed in seeds]
        )
        return self.pictures[(score + 1e-3 * tie).argmax(dim=1)]


@dataclass(frozen=True)
class Average:
    """The mean training picture, whatever the name."""

    pictures: Tensor

    def __call__(self, names: Sequence[str], seeds: Sequence[int]) -> Tensor:
        return self.pictures.mean(dim=0, keepdim=True).expand(len(names), -1, -1, -1).contiguous()


@dataclass(frozen=True)
class Copycat:
    """Any training picture, whatever the name; shifted, cropped and tinted where `augmented`."""

    pictures: Tensor
    augmented: bool = False

    def __call__(self, names: Sequence[str], seeds: Sequence[int]) -> Tensor:
        return torch.cat([self._copy(Generator().manual_seed(seed)) for seed in seeds])

    def _copy(self, chance: Generator) -> Tensor:
        copied = self.pictures[torch.randint(len(self.pictures), (1,), generator=chance)]
        return disturbed(copied, chance, 0.75) if self.augmented else copied
