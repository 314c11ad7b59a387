"""Stage-I of StackGAN as the best-known PyTorch code has it: the baseline to beat.

Zhang et al. 2017, arXiv:1612.03242, with what that code does beyond the paper: a ReLU on both
outputs of Conditioning Augmentation, one conditional logit, a discriminator with batch norm that
sees only mu, detached. The text embedding is the mean of a name's frozen word vectors.
N pictures, V numbers a word vector, C condition, Z noise; pictures are (N, 3, 64, 64) in [-1, 1].
"""

from itertools import pairwise

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn
from torch.nn import functional as F

from foodgan.models.layers import SLOPE
from foodgan.models.stackgan import Discriminator, Maps, Painted, Verdict
from foodgan.models.text import EncodedNames
from foodgan.text.encode import TokenBatch


class PublishedConfig(BaseModel):
    """Widths; 192, 96 and 128 are the COCO configuration's.

    relu: on mu and log sigma², as published; False repairs the conditioning and nothing else.
    sigmoid: squash the logit, on top of which a hinge loss cannot learn.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    vector_size: int
    condition: int = 128
    noise: int = 100
    generator: int = 192
    discriminator: int = 96
    relu: bool = True
    sigmoid: bool = False


def mean_vector(names: TokenBatch) -> Tensor:
    """The mean of each name's word vectors, (N, V); zero for a name without words."""
    count = names.mask.sum(dim=1, keepdim=True).clamp(min=1)
    return (names.vectors * names.mask.unsqueeze(-1)).sum(dim=1) / count


class PublishedAugmentation(nn.Module):
    """Conditioning Augmentation. (N, V) -> mu and log sigma², (N, C), with relu not negative."""

    def __init__(self, config: PublishedConfig) -> None:
        super().__init__()
        self.relu = config.relu
        self.to_both = nn.Linear(config.vector_size, 2 * config.condition)

    def forward(self, text: Tensor) -> tuple[Tensor, Tensor]:
        both = self.to_both(text)
        mu, log_var = (F.relu(both) if self.relu else both).chunk(2, dim=1)
        return mu, log_var


class PublishedGenerator(nn.Module):
    """TokenBatch of N, z (N, Z), CA noise (N, C) -> Painted with pictures (N, 3, 64, 64)."""

    def __init__(self, config: PublishedConfig) -> None:
        super().__init__()
        self.config = config
        self.noise = config.noise
        widths = [config.generator * 8 // 2**i for i in range(5)]
        self.augment = PublishedAugmentation(config)
        self.seed = nn.Sequential(
            nn.Linear(config.condition + config.noise, widths[0] * 16, bias=False),
            nn.BatchNorm1d(widths[0] * 16),
            nn.ReLU(),
        )
        layers: list[nn.Module] = []
        for a, b in pairwise(widths):
            layers += [
                nn.Upsample(scale_factor=2, mode="nearest"),
                nn.Conv2d(a, b, 3, padding=1, bias=False),
                nn.BatchNorm2d(b),
                nn.ReLU(),
            ]
        self.net = nn.Sequential(
            *layers, nn.Conv2d(widths[-1], 3, 3, padding=1, bias=False), nn.Tanh()
        )
        init_published(self)

    def forward(self, names: TokenBatch, z: Tensor, noise: Tensor) -> Painted:
        mu, log_var = self.augment(mean_vector(names))
        kl = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).mean()
        condition = mu + (0.5 * log_var).exp() * noise
        seed = self.seed(torch.cat((condition, z), dim=1)).unflatten(1, (-1, 4, 4))
        return Painted(self.net(seed), mu, kl)


class PublishedDiscriminator(Discriminator):
    """One logit of picture and name together.

    (N, 3, 64, 64) -> Verdict whose `name` is the logit; the others are 0. augment: the generator's,
    for mu is all that this discriminator learns of a name.
    """

    def __init__(self, config: PublishedConfig, augment: PublishedAugmentation) -> None:
        super().__init__()
        self.sigmoid = config.sigmoid
        self._borrowed = (augment,)  # in a tuple, so that its weights stay the generator's
        width = config.discriminator
        layers: list[nn.Module] = [
            nn.Conv2d(3, width, 4, 2, 1, bias=False),
            nn.LeakyReLU(SLOPE),
        ]
        for a, b in pairwise((width, width * 2, width * 4, width * 8)):
            layers += [
                nn.Conv2d(a, b, 4, 2, 1, bias=False),
                nn.BatchNorm2d(b),
                nn.LeakyReLU(SLOPE),
            ]
        self.net = nn.Sequential(*layers)
        self.logit = nn.Sequential(
            nn.Conv2d(width * 8 + config.condition, width * 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(width * 8),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(width * 8, 1, 4),
        )
        init_published(self)

    def names(self, names: TokenBatch) -> EncodedNames:
        """mu of each name, (N, C), without a gradient."""
        with torch.no_grad():
            mu, _ = self._borrowed[0](mean_vector(names))
        return EncodedNames(mu, names.vectors, names.mask)

    def features(self, seen: Maps) -> Maps:
        """The last map (N, 8·width, 4, 4)."""
        return (self.net(seen[0]),)

    def judge(self, maps: Maps, names: EncodedNames) -> Verdict:
        """The logit (or, with `sigmoid`, the chance) that a picture is real and fits its name."""
        (x,) = maps
        mu = names.pooled.to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
        logits = self.logit(torch.cat((x, mu), dim=1)).flatten()
        if self.sigmoid:
            logits = torch.sigmoid(logits)
        return Verdict(torch.zeros_like(logits)[:, None], logits, torch.zeros_like(logits))


def init_published(module: nn.Module) -> None:
    """N(0, 0.02²) for convolutions and linear layers, N(1, 0.02²) for batch norms."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(layer.weight, mean=1.0, std=0.02)
