"""DCGAN: the unconditional baseline beside StackGAN.

Radford et al. 2016, arXiv:1511.06434. N pictures, Z noise; pictures are (N, 3, 64, 64) in [-1, 1].
"""

from itertools import pairwise

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn

from foodgan.models.layers import SLOPE
from foodgan.models.stackgan import Discriminator, Maps, Painted, Verdict
from foodgan.models.text import EncodedNames
from foodgan.text.encode import TokenBatch


class DcganConfig(BaseModel):
    """Widths of DCGAN: channels at 4, 8, 16, 32 pixels are 8, 4, 2, 1 times `width`.

    sigmoid: squash the logit, as many implementations do; a hinge loss on top cannot learn.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    noise: int = 100
    width: int = 64
    sigmoid: bool = False


def _init(module: nn.Module) -> None:
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=0.02)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, mean=1.0, std=0.02)


class DcganGenerator(nn.Module):
    """Noise to a picture; the name is not used. z (N, Z) -> Painted with (N, 3, 64, 64)."""

    def __init__(self, config: DcganConfig) -> None:
        super().__init__()
        self.config = config
        self.noise = config.noise
        widths = [config.width * k for k in (8, 4, 2, 1)]
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(config.noise, widths[0], 4, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        ]
        for a, b in pairwise(widths):
            layers += [nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        self.net = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1), nn.Tanh())
        _init(self)

    def forward(self, names: TokenBatch, z: Tensor, noise: Tensor) -> Painted:
        pictures = self.net(z[:, :, None, None])
        return Painted(pictures, mu=z.new_zeros(len(z), 1), kl=z.new_zeros(()))


class DcganDiscriminator(Discriminator):
    """One logit a picture. (N, 3, 64, 64) -> Verdict whose name and words logits are 0."""

    def __init__(self, config: DcganConfig) -> None:
        super().__init__()
        self.sigmoid = config.sigmoid
        widths = [config.width * k for k in (1, 2, 4, 8)]
        layers: list[nn.Module] = [nn.Conv2d(3, widths[0], 4, 2, 1), nn.LeakyReLU(SLOPE)]
        for a, b in pairwise(widths):
            layers += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(SLOPE)]
        self.net = nn.Sequential(*layers)
        self.last = nn.Conv2d(widths[-1], 1, 4)
        _init(self)

    def names(self, names: TokenBatch) -> EncodedNames:
        """DCGAN knows no names: they stay as they are."""
        return EncodedNames(names.vectors.mean(dim=1), names.vectors, names.mask)

    def features(self, seen: Maps) -> Maps:
        """The last map (N, 8·width, 4, 4)."""
        return (self.net(seen[0]),)

    def judge(self, maps: Maps, names: EncodedNames) -> Verdict:
        """The logit (or, with `sigmoid`, the chance) that each picture is real."""
        logits = self.last(maps[0]).flatten(1)
        if self.sigmoid:
            logits = torch.sigmoid(logits)
        return Verdict(logits, torch.zeros_like(logits[:, 0]), torch.zeros_like(logits[:, 0]))
