"""What one training step sees, and the noise that it draws."""

from dataclasses import dataclass, fields

import torch
from torch import Generator, Tensor

from foodgan.text.encode import TokenBatch


@dataclass
class Draw:
    """What the CPU draws for one step of N photos.

    pixels (N, S, S, 3) uint8: real photos; names: theirs; wrong: names that do not fit them; asked:
    what the generator paints, of which `invented` (N,) bool are new combinations.
    """

    pixels: Tensor
    names: TokenBatch
    wrong: TokenBatch
    asked: TokenBatch
    invented: Tensor

    def pin_memory(self) -> "Draw":
        """The same in pinned memory; data loaders call this."""
        return Draw(*(getattr(self, field.name).pin_memory() for field in fields(self)))

    def to(self, device: torch.device) -> "Draw":
        """The same on another device; the copy from pinned memory is not waited for."""
        parts = (getattr(self, field.name) for field in fields(self))
        return Draw(*(part.to(device, non_blocking=True) for part in parts))


@dataclass
class Batch:
    """What one step sees: a draw on the training device, and how it is weighed.

    photos (N, 3, S, S) in [-1, 1]; random: the step's own generator of randomness; conditional: a
    scalar, weight of the conditional loss in [0, 1]; penalise: whether this step pays the lazy
    gradient penalty.
    """

    photos: Tensor
    names: TokenBatch
    wrong: TokenBatch
    asked: TokenBatch
    invented: Tensor
    random: Generator
    conditional: Tensor
    penalise: bool

    @classmethod
    def of(cls, draw: Draw, random: Generator, conditional: Tensor, penalise: bool) -> "Batch":
        """The pixels of a draw as a network sees them."""
        return cls(
            as_photos(draw.pixels),
            draw.names,
            draw.wrong,
            draw.asked,
            draw.invented,
            random,
            conditional,
            penalise,
        )


def as_photos(pixels: Tensor) -> Tensor:
    """Bytes (N, S, S, 3) to (N, 3, S, S) in [-1, 1], channels last."""
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1


def normal(random: Generator, *shape: int) -> Tensor:
    """Standard normal noise from a step's generator, where that lies."""
    return torch.randn(*shape, generator=random, device=random.device)


def uniform(random: Generator, *shape: int) -> Tensor:
    """Uniform in [0, 1) from a step's generator, where that lies."""
    return torch.rand(*shape, generator=random, device=random.device)
