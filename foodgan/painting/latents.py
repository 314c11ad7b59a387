"""A dish's noise: what its seed, another serving and truncation make of it.

Tensors are on the CPU, so that a seed is the same noise wherever it is painted.
"""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor


def draw(seed: int, shapes: Sequence[tuple[int, ...]]) -> list[Tensor]:
    """Standard normal noise of each shape in turn, always the same for a seed."""
    chance = Generator().manual_seed(seed)
    return [torch.randn(shape, generator=chance) for shape in shapes]


def spherical(a: Tensor, b: Tensor, share: float) -> Tensor:
    """From a (Z,) to b (Z,) along the sphere; the norm goes evenly from a's to b's.

    share: 0 is a, 1 is b. White 2016, arXiv:1609.04468: half-way on a straight line, noise is
    shorter than any that the generator was trained on.
    """
    lengths = a.norm(), b.norm()
    cosine = (a @ b / (lengths[0] * lengths[1])).clamp(-1, 1)
    angle = cosine.acos()
    if angle.sin() < 1e-4:  # one direction, or opposite ones, between which there is no one way
        return torch.lerp(a, b, share)
    parts = ((1 - share) * angle).sin() * a / lengths[0] + (share * angle).sin() * b / lengths[1]
    between: Tensor = parts / angle.sin() * torch.lerp(*lengths, share)
    return between
