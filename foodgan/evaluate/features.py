"""Fixed random convolutions as a feature network: trained on nothing, so it favours nobody.

N pictures (N, 3, 64, 64) in [-1, 1], F features.
"""

from itertools import pairwise

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

SIZE = 64  # pixels a side that every picture is brought to
SEED = 20170
WIDTHS = (3, 32, 64, 128, 256)
BATCH = 64


def small(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, 64, 64), by area."""
    return F.interpolate(pictures, (SIZE, SIZE), mode="area")


@torch.inference_mode()
def random_features(pictures: Tensor) -> Tensor:
    """Mean and spread of each channel of four random convolutions. (N, 3, H, W) -> (N, 960)."""
    return torch.cat([_features(small(part)) for part in pictures.split(BATCH)])


def _features(x: Tensor) -> Tensor:
    chance = Generator().manual_seed(SEED)
    found = []
    for inputs, outputs in pairwise(WIDTHS):
        weight = torch.randn(outputs, inputs, 4, 4, generator=chance) * (2 / (inputs * 16)) ** 0.5
        x = F.leaky_relu(F.conv2d(x, weight, stride=2, padding=1), 0.2)
        found += [x.mean(dim=(2, 3)), x.std(dim=(2, 3))]
    return torch.cat(found, dim=1)


def standardised(features: Tensor, reference: Tensor) -> Tensor:
    """Features (N, F) in units of the reference's (M, F) standard deviation, per feature."""
    return (features - reference.mean(dim=0)) / reference.std(dim=0).clamp(min=1e-6)
