"""Stage-II's generator of StackGAN as published, to be timed: nothing here trains it.

Zhang et al. 2017, arXiv:1612.03242, in the sizes of the best-known PyTorch code
(hanzhanggit/StackGAN-Pytorch, coco_s2.yml); the paper has four residual blocks, that file two.
N pictures, V numbers a word vector, C condition.
"""

from itertools import pairwise

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn
from torch.nn import functional as F

from foodgan.models.published import (
    PublishedAugmentation,
    PublishedConfig,
    init_published,
    mean_vector,
)
from foodgan.text.encode import TokenBatch


class PublishedStage2Config(BaseModel):
    """Widths. generator: channels at 64 pixels; four times as many in the residual blocks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vector_size: int
    condition: int = 128
    generator: int = 192
    blocks: int = 2


class PublishedBlock(nn.Module):
    """Two convolutions with a shortcut. (N, F, H, W) -> the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        first, second = (_convolved(channels, channels) for _ in range(2))
        self.net = nn.Sequential(*first, *second[:2])

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.net(x))


class PublishedStage2Generator(nn.Module):
    """TokenBatch of N, sketch (N, 3, 64, 64), CA noise (N, C) -> pictures (N, 3, 256, 256)."""

    def __init__(self, config: PublishedStage2Config) -> None:
        super().__init__()
        width, joint = config.generator, 4 * config.generator
        self.augment = PublishedAugmentation(
            PublishedConfig(vector_size=config.vector_size, condition=config.condition)
        )
        self.encoder = nn.Sequential(  # 64 pixels, 32, 16
            nn.Conv2d(3, width, 3, padding=1, bias=False),
            nn.ReLU(),
            *_convolved(width, 2 * width, halved=True),
            *_convolved(2 * width, joint, halved=True),
        )
        self.joint = nn.Sequential(*_convolved(joint + config.condition, joint))
        self.blocks = nn.Sequential(*(PublishedBlock(joint) for _ in range(config.blocks)))
        layers: list[nn.Module] = []
        for a, b in pairwise(joint // 2**i for i in range(5)):
            layers += [nn.Upsample(scale_factor=2, mode="nearest"), *_convolved(a, b)]
        self.decoder = nn.Sequential(
            *layers, nn.Conv2d(joint // 16, 3, 3, padding=1, bias=False), nn.Tanh()
        )
        init_published(self)

    def forward(self, names: TokenBatch, sketch: Tensor, noise: Tensor) -> Tensor:
        mu, log_var = self.augment(mean_vector(names))
        condition = mu + (0.5 * log_var).exp() * noise
        x = self.encoder(sketch)
        everywhere = condition[:, :, None, None].expand(-1, -1, *x.shape[2:])
        x = self.blocks(self.joint(torch.cat((x, everywhere), dim=1)))
        pictures: Tensor = self.decoder(x)
        return pictures


def _convolved(inputs: int, outputs: int, *, halved: bool = False) -> list[nn.Module]:
    size = (4, 2, 1) if halved else (3, 1, 1)
    return [nn.Conv2d(inputs, outputs, *size, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
