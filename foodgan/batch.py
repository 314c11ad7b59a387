"""What one training step sees, and the noise that it draws."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from foodgan.text.encode import TokenBatch


@dataclass
class Batch:
    """What one step sees.

    photos: real ones; names: theirs; wrong: names that do not fit them; asked: what the generator
    paints, of which `invented` (N,) bool are new combinations; random: the step's own generator
    of randomness; conditional: weight of the conditional loss in [0, 1]; penalise: whether this
    step pays the lazy gradient penalty.
    """

    photos: Tensor
    names: TokenBatch
    wrong: TokenBatch
    asked: TokenBatch
    invented: Tensor
    random: Generator
    conditional: float
    penalise: bool


def normal(batch: Batch, *shape: int) -> Tensor:
    """Standard normal noise from the step's generator."""
    return torch.randn(*shape, generator=batch.random, device=batch.photos.device)


def uniform(batch: Batch, *shape: int) -> Tensor:
    """Uniform in [0, 1) from the step's generator."""
    return torch.rand(*shape, generator=batch.random, device=batch.photos.device)
