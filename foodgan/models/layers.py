"""Layers that the generators and discriminators share.

N pictures, C channels, S style features; pictures and features are (N, C, H, W).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.2  # of every leaky ReLU, as in DCGAN
BENT = 0.5  # most that a tone curve bends


class TextAffine(nn.Module):
    """Scale and shift each channel from the style. Tao et al. 2022 (DF-GAN), arXiv:2008.05865.

    (N, C, H, W) and (N, S) -> (N, C, H, W). Starts well apart for any two styles of unit size, as
    in StyleGAN: near the identity a name went unheard. norm: a batch norm before it; once trained
    it is part of the affine and costs nothing.
    """

    def __init__(self, style: int, channels: int, *, norm: bool = False) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False) if norm else None
        self.to_affine = nn.Linear(style, 2 * channels)
        nn.init.normal_(self.to_affine.weight, std=0.5 * style**-0.5)
        nn.init.zeros_(self.to_affine.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.to_affine(style)[:, :, None, None].chunk(2, dim=1)
        scale = 1 + scale
        if self.norm is not None and self.training:
            x = self.norm(x)
        elif self.norm is not None:
            mean, var = self.norm.running_mean, self.norm.running_var
            assert mean is not None
            assert var is not None
            scale = scale * (var + self.norm.eps).rsqrt()[:, None, None]
            shift = shift - scale * mean[:, None, None]
        return torch.addcmul(shift, x, scale)


def upsample(x: Tensor, factor: int = 2) -> Tensor:
    """Blurred (bilinear) upsampling: no checker pattern, unlike a transposed convolution."""
    return F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)


def blurred(x: Tensor, share: float) -> Tensor:
    """Pictures (N, C, H, W), of which `share` is their blur by (1 2 1), down and across."""
    padded = F.pad(x, (1, 1, 1, 1), mode="replicate").to(x.dtype)  # autocast on a CPU widens it
    return torch.lerp(x, F.avg_pool2d(F.avg_pool2d(padded, 2, stride=1), 2, stride=1), share)


def lit(pictures: Tensor, light: Tensor) -> Tensor:
    """Pictures (N, 3, H, W) in another light (N, 3): a tone curve of each channel.

    x + b (1 - x²) is brighter or darker in between and leaves black and white where they are; b is
    less than BENT, beyond which it would fall somewhere. No light, and they stay as they were.
    """
    bend = BENT * torch.tanh(light / BENT)[:, :, None, None]
    return torch.addcmul(pictures, bend, 1 - pictures.clamp(-1, 1).square())


class UpBlock(nn.Module):
    """Twice the size, both convolutions modulated by the style, with a shortcut.

    (N, A, H, W), style (N, S) and grain (N, 1, 2H, 2W), if any -> (N, B, 2H, 2W). The first
    convolution runs before the upsampling, where it costs a quarter. Grain is noise a pixel, which
    textures are made of: Karras et al. 2019 (StyleGAN), arXiv:1812.04948.
    """

    def __init__(self, inputs: int, outputs: int, style: int, *, norm: bool = False) -> None:
        super().__init__()
        self.affine1 = TextAffine(style, inputs, norm=norm)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.grain = nn.Parameter(torch.full((outputs, 1, 1), 0.1))
        self.affine2 = TextAffine(style, outputs, norm=norm)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor, style: Tensor, grain: Tensor | None = None) -> Tensor:
        h = upsample(self.conv1(F.leaky_relu(self.affine1(x, style), SLOPE)))
        if grain is not None:
            h = torch.addcmul(h, self.grain, grain)
        h = self.conv2(F.leaky_relu(self.affine2(h, style), SLOPE))
        return torch.add(upsample(self.shortcut(x)), h)


class ResBlock(nn.Module):
    """Two modulated convolutions with a shortcut. (N, C, H, W) and (N, S) -> (N, C, H, W)."""

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.affine1 = TextAffine(style, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.affine2 = TextAffine(style, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        h = self.conv1(F.leaky_relu(self.affine1(x, style), SLOPE))
        h = self.conv2(F.leaky_relu(self.affine2(h, style), SLOPE))
        return torch.add(x, h)


def down(inputs: int, outputs: int) -> nn.Sequential:
    """Half the size: a 4×4 convolution of stride 2, which sees every pixel equally often."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(SLOPE))


def minibatch_std(x: Tensor, group: int = 8) -> Tensor:
    """Append a map of the spread within groups of pictures, so that collapse shows.

    (N, C, H, W) -> (N, C + 1, H, W); N need not divide by `group`. Karras et al. 2018,
    arXiv:1710.10196, section 3.
    """
    n, _, h, w = x.shape
    size = max(d for d in range(1, min(group, n) + 1) if n % d == 0)
    spread = x.reshape(size, n // size, *x.shape[1:]).float().var(dim=0, unbiased=False)
    spread = (spread + 1e-8).sqrt().mean(dim=(1, 2, 3)).to(x.dtype)
    return torch.cat((x, spread.repeat(size)[:, None, None, None].expand(n, 1, h, w)), dim=1)


def init_convolutions(module: nn.Module) -> None:
    """He initialisation for all convolutions and linear layers but affines. arXiv:1502.01852."""
    affines = {m.to_affine for m in module.modules() if isinstance(m, TextAffine)}
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer not in affines:
            nn.init.kaiming_normal_(layer.weight, a=SLOPE)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
