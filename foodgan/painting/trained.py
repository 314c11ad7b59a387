"""Generators of training runs and their snapshots, of any kind: names and seeds to sketches."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Generator, Tensor

from foodgan import checkpoint
from foodgan.checkpoint import CHECKPOINT
from foodgan.contract.errors import ModelError
from foodgan.models.generators import Generators
from foodgan.models.stackgan import Stage2Generator
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
