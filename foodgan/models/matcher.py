"""Tells which name is a picture's own among many. N pictures, M names."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from foodgan.models.layers import SLOPE, init_convolutions
from foodgan.models.stackgan import Maps
from foodgan.models.text import NameEncoder
from foodgan.text.encode import TokenBatch

SIDE = 2  # places at which frozen maps are pooled
WIDTHS = (32, 32, 64, 128)  # of a sight of its own, at 1, 1/2, 1/4, 1/8 of the size
GROUPS = 8


class FrozenSight(nn.Module):
    """Frozen maps, pooled. Maps of `channels` in all -> (N, features)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.features = channels * SIDE**2

    def forward(self, seen: Maps) -> Tensor:
        return torch.cat([F.adaptive_avg_pool2d(m, SIDE).flatten(1) for m in seen], dim=1)


def own_body(norm: Callable[[int], nn.Module]) -> nn.Sequential:
    """Convolutions that learn to see from nothing. (N, 3, S, S) -> (N, WIDTHS[-1], S/8, S/8)."""
    first = nn.Sequential(nn.Conv2d(3, WIDTHS[0], 3, padding=1), nn.ReLU())
    return nn.Sequential(first, *(_halving(a, b, norm) for a, b in pairwise(WIDTHS)))


def _halving(inputs: int, outputs: int, norm: Callable[[int], nn.Module]) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False),
        norm(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
        norm(outputs),
        nn.ReLU(),
    )


def means_and_maxima(maps: Tensor) -> Tensor:
    """(N, C, H, W) to (N, 2C)."""
    return torch.cat((maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))), dim=1)


class OwnSight(nn.Module):
    """Convolutions of its own, for pictures that frozen features know nothing of: drawings.

    A pupil with such a body learns more from 2,000 of them than by ImageNet's eyes, and from 130 as
    much: `foodgan experiment pupil --own-eyes`. Its norms are over a picture, as photos and
    paintings come in batches of their own. One map, of pictures (N, 3, S, S) -> (N, features).
    """

    def __init__(self) -> None:
        super().__init__()
        self.net = own_body(partial(nn.GroupNorm, GROUPS))
        self.features = 2 * WIDTHS[-1]
        init_convolutions(self.net)

    def forward(self, seen: Maps) -> Tensor:
        (pictures,) = seen
        return means_and_maxima(self.net(pictures))


class Matcher(nn.Module):
    """How well each picture fits each name. Learns from photos alone, and so never from a painting.

    As AttnGAN's DAMSM does for whole sentences: Xu et al. 2018, arXiv:1711.10485, section 3.2.
    What its sight takes of N pictures, M names -> logits (N, M).
    """

    def __init__(
        self, vector_size: int, buckets: int, features: int, sees: FrozenSight | OwnSight
    ) -> None:
        super().__init__()
        self.names = NameEncoder(vector_size, buckets, features)
        self.sees = sees
        self.sight = nn.Sequential(
            nn.Linear(sees.features, 2 * features),
            nn.LeakyReLU(SLOPE),
            nn.Linear(2 * features, features),
        )
        self.log_scale = nn.Parameter(torch.tensor(2.0))
        init_convolutions(self.sight)

    def forward(self, seen: Maps, names: TokenBatch) -> Tensor:
        pictures = F.normalize(self.sight(self.sees(seen)).float(), dim=1)
        words = F.normalize(self.names(names).pooled.float(), dim=1)
        fit: Tensor = self.log_scale.exp().clamp(max=50.0) * pictures @ words.T
        return fit
