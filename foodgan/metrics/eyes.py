"""A small network of our own that looks at pictures: what the judge and the reader see with.

He et al. 2016, arXiv:1512.03385, narrow. It never sees ImageNet features: the generator's
discriminator is trained on those, so a generator may look good to them and to nobody else.
N pictures (N, 3, 64, 64) in [-1, 1], W features.
"""

from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from foodgan.augment import diff_augment

WIDTHS = (24, 48, 96, 192)
FEATURES = WIDTHS[-1]
BATCH = 256


class Residual(nn.Module):
    """Two 3×3 convolutions beside the identity. (N, W, H, H) -> the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = (
            nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(2)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        h = F.relu(self.norms[0](self.first(x)))
        return F.relu(x + self.norms[1](self.second(h)))


class Eyes(nn.Module):
    """(N, 3, 64, 64) -> features (N, 192): the mean of the last map."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, WIDTHS[0], 5, stride=2, padding=2, bias=False)]
        layers += [nn.BatchNorm2d(WIDTHS[0]), nn.ReLU()]
        for before, width in pairwise(WIDTHS):
            layers += [
                nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
                Residual(width),
            ]
        self.layers = nn.Sequential(*layers)

    def forward(self, pictures: Tensor) -> Tensor:
        seen: Tensor = self.layers(pictures)
        return seen.mean(dim=(2, 3))


@torch.no_grad()
def look(eyes: nn.Module, pictures: Tensor) -> Tensor:
    """(N, 3, 64, 64) -> (N, W), in parts that fit in memory."""
    return torch.cat([eyes(part) for part in pictures.split(BATCH)])


def disturbed(pictures: Tensor, chance: Generator, least: float = 0.6) -> Tensor:
    """Other views (N, 3, 64, 64): a frame of `least` of the side or more, half mirrored, a tint."""
    n = len(pictures)
    scale = least + (1 - least) * torch.rand(n, generator=chance)
    shift = (1 - scale)[:, None] * (2 * torch.rand(n, 2, generator=chance) - 1)
    mirror = (torch.rand(n, generator=chance) < 0.5).float() * -2 + 1
    frame = torch.zeros(n, 2, 3)
    frame[:, 0, 0], frame[:, 1, 1], frame[:, :, 2] = scale * mirror, scale, shift
    grid = F.affine_grid(frame, list(pictures.shape), align_corners=False)
    views = F.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)
    return diff_augment(views, ("tint",), chance)
