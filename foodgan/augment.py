"""DiffAugment: the same differentiable changes on real and generated pictures.

Zhao et al. 2020, arXiv:2006.10738. Pictures are (N, 3, H, W) in [-1, 1].
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Generator, Tensor

Policy = Literal["color", "tint", "translation", "cutout"]


@dataclass(frozen=True)
class Chance:
    """What the changes draw. A batch is `alike` blocks of pictures, which all change alike."""

    generator: Generator
    alike: int = 1

    def uniform(self, x: Tensor) -> Tensor:
        """(N, 1, 1, 1) in [0, 1)."""
        shape = (len(x) // self.alike, 1, 1, 1)
        drawn = torch.rand(shape, generator=self.generator, device=x.device, dtype=x.dtype)
        return drawn.repeat(self.alike, 1, 1, 1)

    def integers(self, low: int, high: int, x: Tensor) -> Tensor:
        """(N, 1, 1) in low … high - 1."""
        shape = (len(x) // self.alike, 1, 1)
        drawn = torch.randint(low, high, shape, generator=self.generator, device=x.device)
        return drawn.repeat(self.alike, 1, 1)


Augment = Callable[[Tensor, Chance], Tensor]


def brightness(x: Tensor, chance: Chance) -> Tensor:
    """Add up to ±0.5 to every pixel."""
    return x + (chance.uniform(x) - 0.5)


def saturation(x: Tensor, chance: Chance) -> Tensor:
    """Scale the colour's distance from grey by 0 to 2."""
    grey = x.mean(dim=1, keepdim=True)
    return (x - grey) * (chance.uniform(x) * 2) + grey


def contrast(x: Tensor, chance: Chance) -> Tensor:
    """Scale the distance from the mean by 0.5 to 1.5."""
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    return (x - mean) * (chance.uniform(x) + 0.5) + mean


def tint(x: Tensor, chance: Chance) -> Tensor:
    """A mild brightness and saturation: colour *is* the ingredient, so less of it."""
    grey = x.mean(dim=1, keepdim=True)
    bright = 0.3 * (chance.uniform(x) - 0.5)
    return (x - grey) * (chance.uniform(x) * 0.6 + 0.7) + grey + bright


def translation(x: Tensor, chance: Chance, ratio: float = 0.125) -> Tensor:
    """Shift by up to `ratio` of the side, zeros moving in."""
    n, _, h, w = x.shape
    reach_y, reach_x = int(h * ratio + 0.5), int(w * ratio + 0.5)
    dy = chance.integers(-reach_y, reach_y + 1, x)
    dx = chance.integers(-reach_x, reach_x + 1, x)
    rows = (torch.arange(h, device=x.device)[None, :, None] + dy + 1).clamp(0, h + 1)
    columns = (torch.arange(w, device=x.device)[None, None, :] + dx + 1).clamp(0, w + 1)
    padded = torch.nn.functional.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)
    batch = torch.arange(n, device=x.device)[:, None, None]
    moved: Tensor = padded[batch, rows, columns]
    return moved.permute(0, 3, 1, 2)


def cutout(x: Tensor, chance: Chance, ratio: float = 0.5) -> Tensor:
    """Blank a square of `ratio` of the side, anywhere."""
    _, _, h, w = x.shape
    size_y, size_x = int(h * ratio + 0.5), int(w * ratio + 0.5)
    top = chance.integers(-(size_y // 2), h - size_y // 2, x)
    left = chance.integers(-(size_x // 2), w - size_x // 2, x)
    rows = torch.arange(h, device=x.device)[None, :, None]
    columns = torch.arange(w, device=x.device)[None, None, :]
    inside = (rows >= top) & (rows < top + size_y) & (columns >= left) & (columns < left + size_x)
    return x * (~inside).unsqueeze(1).to(x.dtype)


POLICIES: dict[Policy, tuple[Augment, ...]] = {
    "color": (brightness, saturation, contrast),
    "tint": (tint,),
    "translation": (translation,),
    "cutout": (cutout,),
}


def diff_augment(
    x: Tensor, policies: Sequence[Policy], generator: Generator, alike: int = 1
) -> Tensor:
    """Apply the named policies of `POLICIES` in order. No policy: the pictures as they are.

    alike: x is that many blocks of N pictures; row i of each changes in the same way.
    """
    chance = Chance(generator, alike)
    for policy in policies:
        for change in POLICIES[policy]:
            x = change(x, chance)
    return x
