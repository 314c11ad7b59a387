"""Feature networks that are trained on nothing, so that they favour nobody.

N pictures (N, 3, 64, 64) in [-1, 1], F features.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise, product

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

# Pictures (N, 3, S, S) to features (N, F), or to (J, N, F) of J networks.
Look = Callable[[Tensor], Tensor]

SIZE = 64  # pixels a side that every picture is brought to
SEED = 20170
WIDTHS = (3, 32, 64, 128, 256)
BATCH = 64
SHAPE = 8  # pixels a side of a shape
FRAMES = (0.9, 0.8, 0.7)  # sides of the crops that copies are sought in


def small(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, 64, 64), by area."""
    return F.interpolate(pictures, (SIZE, SIZE), mode="area")


@torch.no_grad()
def random_features(pictures: Tensor, device: torch.device | None = None) -> Tensor:
    """Mean and spread of each channel of four random convolutions. (N, 3, H, W) -> (N, 960).

    device: where to compute them, if elsewhere; they come back to where the pictures are.
    """
    parts = (part.to(device or part.device) for part in pictures.split(BATCH))
    return torch.cat([_features(small(part)).to(pictures.device) for part in parts])


def _features(x: Tensor) -> Tensor:
    chance = Generator().manual_seed(SEED)
    found = []
    for inputs, outputs in pairwise(WIDTHS):
        weight = torch.randn(outputs, inputs, 4, 4, generator=chance) * (2 / (inputs * 16)) ** 0.5
        x = F.leaky_relu(F.conv2d(x, weight.to(x.device), stride=2, padding=1), 0.2)
        found += [x.mean(dim=(2, 3)), x.std(dim=(2, 3))]
    return torch.cat(found, dim=1)


def shapes(greys: Tensor) -> Tensor:
    """Brightness at 8×8, without its mean and of length 1: (N, 1, H, W) -> (N, 64).

    Another tint, exposure or contrast changes next to nothing, so a recoloured copy stays near.
    """
    flat = F.interpolate(greys, (SHAPE, SHAPE), mode="area").flatten(1)
    return F.normalize(flat - flat.mean(dim=1, keepdim=True), dim=1)


def views(greys: Tensor) -> Iterator[Tensor]:
    """Pictures (N, 1, H, H) whole and in 27 crops, each also mirrored: 56 views, one by one."""
    whole = greys.shape[-1]
    yield from (greys, greys.flip(3))
    for frame in FRAMES:
        side = round(whole * frame)
        for top, left in product((0, (whole - side) // 2, whole - side), repeat=2):
            cut = greys[:, :, top : top + side, left : left + side]
            yield from (cut, cut.flip(3))


def standardised(features: Tensor, reference: Tensor) -> Tensor:
    """Features (N, F) in units of the reference's (M, F) standard deviation, per feature.

    Or those of J networks, (J, N, F) and (J, M, F), each in its own units.
    """
    middle, unit = reference.mean(dim=-2, keepdim=True), reference.std(dim=-2, keepdim=True)
    return (features - middle) / unit.clamp(min=1e-6)
