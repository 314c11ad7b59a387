"""What paints on the board: trained generators, and baselines that need no training.

N pictures (N, 3, 64, 64) in [-1, 1], M training pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Generator, Tensor

from foodgan import checkpoint
from foodgan.checkpoint import CHECKPOINT
from foodgan.contract.errors import ModelError
from foodgan.evaluate.board import Sketches
from foodgan.evaluate.eyes import disturbed
from foodgan.evaluate.features import small
from foodgan.evaluate.taster import as_tensor
from foodgan.kondate.names import read
from foodgan.kondate.prior import draw
from foodgan.kondate.render import render
from foodgan.models.generators import Generators
from foodgan.models.stackgan import Stage2Generator
from foodgan.painting.painter import Dish, Painter
from foodgan.registry import open_generator
from foodgan.text.encode import encode

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Trained:
    """A generator of 64×64 pictures, which come back to the CPU.

    named: False paints every name as the null name. Names are heard as the network hears them: a
    `Painter` lets the last word lead (LEADS) where a Stage-I does not know which that is, so
    pictures of such a run are not quite what its exported model paints.
    """

    generator: Generators
    named: bool = True
    device: torch.device = CPU

    @torch.no_grad()
    def __call__(self, names: Sequence[str], seeds: Sequence[int]) -> Tensor:
        condition = getattr(self.generator.config, "condition", 1)
        size = cast(int, self.generator.noise)
        z, noise = [], []
        for seed in seeds:
            chance = Generator().manual_seed(seed)
            z.append(torch.randn(size, generator=chance))
            noise.append(torch.randn(condition, generator=chance))
        asked = encode([name if self.named else "" for name in names]).to(self.device)
        drawn = (torch.stack(part).to(self.device) for part in (z, noise))
        pictures: Tensor = self.generator(asked, *drawn).pictures
        return pictures.float().cpu()


def averaged(run: Path, kept: str = CHECKPOINT, device: torch.device = CPU) -> Trained:
    """The averaged generator of a run of Stage-I, DCGAN or the published one, or of its snapshot.

    kept: the file of a run's folder that holds it; device: where it paints. Raises ModelError.
    """
    path = checkpoint.of(run, kept)
    generator = open_generator(path)
    if isinstance(generator, Stage2Generator):
        raise ModelError(f"{run} is a run of Stage-II: it paints no names without a sketch")
    config = checkpoint.description(path)["config"]
    named = config.get("name_dropout", 0) < 1  # a lesson forgets none
    return Trained(generator.to(device), named, device)


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
