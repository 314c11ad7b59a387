"""DiffAugment: the same differentiable changes on real and generated pictures.

Zhao et al. 2020, arXiv:2006.10738. Pictures are (N, 3, H, W) in [-1, 1].
"""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Generator, Tensor

Augment = Callable[[Tensor, Generator], Tensor]
Policy = Literal["color", "tint", "translation", "cutout"]


def _rand(x: Tensor, generator: Generator) -> Tensor:
    """(N, 1, 1, 1) uniform in [0, 1)."""
    return torch.rand(x.shape[0], 1, 1, 1, generator=generator, device=x.device, dtype=x.dtype)


def _integers(low: int, high: int, x: Tensor, generator: Generator) -> Tensor:
    """(N, 1, 1) uniform in low … high - 1."""
    shape = (x.shape[0], 1, 1)
    return torch.randint(low, high, shape, generator=generator, device=x.device)


def brightness(x: Tensor, generator: Generator) -> Tensor:
    """Add up to ±0.5 to every pixel."""
    return x + (_rand(x, generator) - 0.5)


def saturation(x: Tensor, generator: Generator) -> Tensor:
    """Scale the colour's distance from grey by 0 to 2."""
    grey = x.mean(dim=1, keepdim=True)
    return (x - grey) * (_rand(x, generator) * 2) + grey


def contrast(x: Tensor, generator: Generator) -> Tensor:
    """Scale the distance from the mean by 0.5 to 1.5."""
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    return (x - mean) * (_rand(x, generator) + 0.5) + mean


def tint(x: Tensor, generator: Generator) -> Tensor:
    """A mild brightness and saturation: colour *is* the ingredient, so less of it."""
    grey = x.mean(dim=1, keepdim=True)
    bright = 0.3 * (_rand(x, generator) - 0.5)
    return (x - grey) * (_rand(x, generator) * 0.6 + 0.7) + grey + bright


def translation(x: Tensor, generator: Generator, ratio: float = 0.125) -> Tensor:
    """Shift by up to `ratio` of the side, zeros moving in."""
    n, _, h, w = x.shape
    reach_y, reach_x = int(h * ratio + 0.5), int(w * ratio + 0.5)
    dy = _integers(-reach_y, reach_y + 1, x, generator)
    dx = _integers(-reach_x, reach_x + 1, x, generator)
    rows = (torch.arange(h, device=x.device)[None, :, None] + dy + 1).clamp(0, h + 1)
    columns = (torch.arange(w, device=x.device)[None, None, :] + dx + 1).clamp(0, w + 1)
    padded = torch.nn.functional.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)
    batch = torch.arange(n, device=x.device)[:, None, None]
    moved: Tensor = padded[batch, rows, columns]
    return moved.permute(0, 3, 1, 2)


def cutout(x: Tensor, generator: Generator, ratio: float = 0.5) -> Tensor:
    """Blank a square of `ratio` of the side, anywhere."""
    _, _, h, w = x.shape
    size_y, size_x = int(h * ratio + 0.5), int(w * ratio + 0.5)
    top = _integers(-(size_y // 2), h - size_y // 2, x, generator)
    left = _integers(-(size_x // 2), w - size_x // 2, x, generator)
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


def diff_augment(x: Tensor, policies: Sequence[Policy], generator: Generator) -> Tensor:
    """Apply the named policies of `POLICIES` in order. No policy: the pictures as they are."""
    for policy in policies:
        for change in POLICIES[policy]:
            x = change(x, generator)
    return x
