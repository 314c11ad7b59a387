"""StackGAN: a 64×64 sketch (Stage-I), then a 256×256 picture (Stage-II).

Zhang et al. 2017, arXiv:1612.03242, with the text path repaired: linear conditioning,
two logits, an affine of the text in every block.
N pictures, E text features, C condition, Z noise; pictures are (N, 3, H, W) in [-1, 1].
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn import functional as F

from foodgan.models.layers import (
    SLOPE,
    ResBlock,
    UpBlock,
    blurred,
    down,
    init_convolutions,
    lit,
    minibatch_std,
    upsample,
)
from foodgan.models.text import (
    ConditioningAugmentation,
    EncodedNames,
    NameEncoder,
)
from foodgan.text.encode import TokenBatch

Maps = tuple[Tensor, ...]  # feature maps of a discriminator

SKETCH_SIZE = 64  # pixels a side
PICTURE_SIZE = 256
FAINT = 1e-6  # keeps a square root from dividing by 0, in half precision too
LIGHT = "light"  # of Stage-I: in its configuration, and the layer that says it
RULES = ("blur", "hue")  # how Stage-II paints that no tensor's shape tells, see its configuration
Widths = Annotated[tuple[int, ...], Field(min_length=2, max_length=5)]  # fewer end at more pixels


class Stage1Config(BaseModel):
    """Widths of Stage-I. generator: channels at 4, 8, 16, 32, 64 pixels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vector_size: int
    buckets: int
    features: int = 128
    condition: int = 96
    noise: int = 64
    word_vectors: bool = True  # else a word is its n-grams alone
    knows_last: bool = False  # the encoder knows which word is the last, the dish itself
    relu: bool = False  # on the conditioning's mean and log variance, as once published
    norm: bool = False  # batch norm before each affine, at no cost once trained
    named_seed: bool = False  # the 4×4 layout hears the name too
    light: bool = False  # z says in what light the dish stands, too, see `layers.lit`
    generator: tuple[int, int, int, int, int] = (256, 192, 128, 64, 32)
    discriminator: Widths = (24, 48, 96, 192, 256)  # at 64, 32, 16, 8, 4 pixels


class Stage2Config(BaseModel):
    """Widths of Stage-II. up: channels at 64, 128, 256 pixels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vector_size: int
    buckets: int
    features: int = 96
    condition: int = 64
    noise: int = 8
    trunk: int = 80  # channels of the residual blocks, at 32 pixels
    blocks: int = 4
    up: tuple[int, int, int] = (48, 24, 12)
    grain: bool = False  # noise a pixel in each of the three blocks that enlarge
    blur: Annotated[float, Field(ge=0, le=1)] = 0.0  # share of a sketch's brightness
    hue: Annotated[float, Field(ge=0, le=1)] = 1.0  # most that details may add of it; 1: any
    discriminator: tuple[int, ...] = (24, 48, 96, 128)  # at 1/2, 1/4, 1/8, 1/16 of the size


@dataclass
class Painted:
    """A generator's batch. pictures: (N, 3, H, W); mu: (N, C); kl: scalar, nats a dimension."""

    pictures: Tensor
    mu: Tensor
    kl: Tensor


@dataclass
class Verdict:
    """Logits of a discriminator.

    picture (N, P): does each of P patches look real; name (N,): does the picture fit the name;
    words (N,): does it fit each word.
    """

    picture: Tensor
    name: Tensor
    words: Tensor

    def detach(self) -> "Verdict":
        return Verdict(self.picture.detach(), self.name.detach(), self.words.detach())


class Discriminator(nn.Module):
    """Judges pictures against names, in steps that a training step can share.

    `look` gives what the gradient penalty is taken of, `features` makes maps of it, `judge` holds
    those against names, one set after another. Pictures (N, 3, H, W), TokenBatch of N -> Verdict.
    """

    names: Callable[[TokenBatch], EncodedNames]

    def look(self, pictures: Tensor) -> Maps:
        """The pictures themselves, unless a discriminator sees through something frozen."""
        return (pictures,)

    def features(self, seen: Maps) -> Maps:
        """Maps of what `look` gave."""
        raise NotImplementedError

    def judge(self, maps: Maps, names: EncodedNames) -> Verdict:
        """Hold maps of `features` against the names."""
        raise NotImplementedError

    def forward(self, pictures: Tensor, names: TokenBatch) -> Verdict:
        return self.judge(self.features(self.look(pictures)), self.names(names))


class TextHeads(nn.Module):
    """Three logits from a feature map: unconditional, projection on the name, and a word each.

    Two logits against collapse by conditioning: Shahbazi et al. 2022, arXiv:2201.06578.
    Projection: Miyato & Koyama 2018, arXiv:1802.05637.
    (N, F, H, W) and EncodedNames -> Verdict. patch: width of what one unconditional logit sees.
    """

    def __init__(self, channels: int, features: int, patch: int) -> None:
        super().__init__()
        self.unconditional = nn.Conv2d(channels, 1, patch)
        self.name = nn.Linear(features, channels)
        self.region = nn.Conv2d(channels, features, 1)
        self.word = nn.Linear(features, features)

    def forward(self, maps: Tensor, names: EncodedNames) -> Verdict:
        pooled = maps.mean(dim=(2, 3))
        scale = pooled.shape[1] ** -0.5
        by_name = (pooled * self.name(names.pooled)).sum(dim=1) * scale
        regions = self.region(maps).flatten(2)  # (N, E, H·W)
        fit = self.word(names.words) @ regions * regions.shape[1] ** -0.5  # (N, T, H·W)
        best = fit.logsumexp(dim=2) - math.log(fit.shape[2])
        count = names.mask.sum(dim=1).clamp(min=1)
        by_word = (best * names.mask).sum(dim=1) / count
        return Verdict(self.unconditional(maps).flatten(1), by_name, by_word)


class Conditioned(nn.Module):
    """What both generators do with a name before they paint."""

    names: NameEncoder
    augment: ConditioningAugmentation

    def condition_of(
        self, names: TokenBatch, noise: Tensor, weights: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """A condition (N, C) near each name, its mu and KL. weights: (N, T), of the words."""
        conditioned: tuple[Tensor, Tensor, Tensor] = self.augment(
            self.names(names, weights).pooled, noise
        )
        return conditioned


class Stage1Generator(Conditioned):
    """A name and noise to a 64×64 sketch.

    TokenBatch of N, z (N, Z), CA noise (N, C) -> Painted with pictures (N, 3, 64, 64). The first
    `noise` numbers of z lay the dish out at 4×4, the others are grain: a number a pixel and block.
    The name comes in by the affines, and z by the layout alone: where z could set colours too, it
    did only that. Unless the seed is named, the layout has no bias, so that all of it is z's. What
    light the dish stands in, if any is said, is set afterwards, over the whole sketch.
    """

    def __init__(self, config: Stage1Config) -> None:
        super().__init__()
        self.config = config
        style = config.condition
        widths = config.generator
        self.names = NameEncoder(
            config.vector_size,
            config.buckets,
            config.features,
            word_vectors=config.word_vectors,
            knows_last=config.knows_last,
        )
        self.augment = ConditioningAugmentation(config.features, config.condition, config.relu)
        heard = config.condition if config.named_seed else 0
        self.seed = nn.Linear(config.noise + heard, widths[0] * 16, bias=config.named_seed)
        self.blocks = nn.ModuleList(
            UpBlock(a, b, style, norm=config.norm) for a, b in pairwise(widths)
        )
        self.grains = [4**i * 16 for i in range(1, len(widths))]  # pixels of each block's output
        self.noise = config.noise + sum(self.grains)
        self.to_rgb = nn.Conv2d(widths[-1], 3, 3, padding=1)
        self.light = nn.Linear(config.noise, 3, bias=False) if config.light else None
        if self.light is not None:
            nn.init.zeros_(self.light.weight)
        init_convolutions(nn.ModuleList((self.seed, self.blocks, self.to_rgb)))
        soften(self.blocks, self.to_rgb)

    def paint(self, shape: Tensor, colours: Tensor, z: Tensor) -> Tensor:
        """Sketches (N, 3, 64, 64) of conditions (N, C), which need not be those of one name.

        shape forms the dish, up to 32×32; colours is heard by the last block alone. In training
        they are one; to mix them afterwards is style mixing: Karras et al. 2019 (StyleGAN),
        arXiv:1812.04948.
        """
        whole, *grains = torch.split(z, [self.config.noise, *self.grains], dim=1)
        laid = torch.cat((whole, shape), dim=1) if self.config.named_seed else whole
        x = self.seed(laid).unflatten(1, (-1, 4, 4))
        heard = [shape] * (len(self.blocks) - 1) + [colours]
        for block, condition, grain in zip(self.blocks, heard, grains, strict=True):
            side = 2 * x.shape[-1]
            x = block(x, condition, grain.reshape(-1, 1, side, side))
        pictures = self._bounded(self.to_rgb(F.leaky_relu(x, SLOPE)))
        return pictures if self.light is None else lit(pictures, self.light(whole))

    def _bounded(self, pictures: Tensor) -> Tensor:
        # Not while it learns: a tanh that saturates passes no gradient, and it did.
        return pictures if self.training else pictures.clamp(-1, 1)

    def forward(self, names: TokenBatch, z: Tensor, noise: Tensor) -> Painted:
        condition, mu, kl = self.condition_of(names, noise)
        return Painted(self.paint(condition, condition, z), mu, kl)


class Stage1Discriminator(Discriminator):
    """Is the sketch food, and the food of this name? No batch norm; sees the text embedding.

    (N, 3, 64, 64) and TokenBatch of N -> Verdict. `features` and `judge` split the work, so that
    one pass over the pictures can be judged against several names.
    """

    def __init__(self, config: Stage1Config) -> None:
        super().__init__()
        widths = config.discriminator
        self.names = NameEncoder(config.vector_size, config.buckets, config.features)
        self.from_rgb = nn.Conv2d(3, widths[0], 3, padding=1)
        self.downs = nn.ModuleList(down(a, b) for a, b in pairwise(widths))
        self.last = nn.Conv2d(widths[-1] + 1, widths[-1], 3, padding=1)
        self.heads = TextHeads(widths[-1], config.features, patch=4)
        self.decoder = Decoder(widths[-2])
        init_convolutions(nn.ModuleList((self.from_rgb, self.downs, self.last, self.decoder)))

    def features(self, seen: Maps) -> Maps:
        """The last map (N, F, 4, 4), and the one before it (N, F', 8, 8) for the decoder."""
        (pictures,) = seen
        x = F.leaky_relu(self.from_rgb(pictures), SLOPE)
        before = x
        for block in self.downs:
            before, x = x, block(x)
        return F.leaky_relu(self.last(minibatch_std(x)), SLOPE), before

    def judge(self, maps: Maps, names: EncodedNames) -> Verdict:
        """Hold maps of `features` against the names."""
        verdict: Verdict = self.heads(maps[0], names)
        return verdict


class Decoder(nn.Module):
    """Redraws a real picture at a quarter of its width from the discriminator's features.

    Self-supervision for few photos: Liu et al. 2021 (FastGAN), arXiv:2101.04775.
    (N, F, h, w) -> (N, 3, 4h, 4w) in [-1, 1].
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 32, 3, padding=1)
        self.to_rgb = nn.Conv2d(32, 3, 3, padding=1)

    def forward(self, maps: Tensor) -> Tensor:
        x = F.leaky_relu(self.conv1(maps), SLOPE)
        x = F.leaky_relu(self.conv2(upsample(x)), SLOPE)
        return torch.tanh(self.to_rgb(upsample(x)))


class Stage2Generator(Conditioned):
    """A sketch and its name again to a picture of four times the size.

    Adds to the enlarged sketch, so that a sketch which a person edited is honoured.
    TokenBatch of N, sketch (N, 3, h, w), z (N, Z, h/2, w/2), CA noise (N, C) -> Painted with
    pictures (N, 3, 4h, 4w). The first `config.noise` channels of z go in with the sketch. The
    others, if it has grain, hold a number a pixel for each block that enlarges: without, textures
    can only be made of what the convolutions repeat, and dark parts were hatched. A sketch's
    brightness may be blurred first: what Stage-I leaves at single pixels shows as drops. What hue
    details add may have a limit: photos have little at that size, and more shows as coloured seams.
    """

    def __init__(self, config: Stage2Config) -> None:
        super().__init__()
        self.config = config
        style = config.condition
        self.names = NameEncoder(config.vector_size, config.buckets, config.features)
        self.augment = ConditioningAugmentation(config.features, config.condition)
        self.stem = nn.Conv2d(12 + config.noise, config.trunk, 3, padding=1)
        self.trunk = nn.ModuleList(ResBlock(config.trunk, style) for _ in range(config.blocks))
        widths = (config.trunk, *config.up)
        self.ups = nn.ModuleList(UpBlock(a, b, style) for a, b in pairwise(widths))
        self.grains = [4**i for i in range(1, len(widths))] if config.grain else []
        self.noise = config.noise + sum(self.grains)
        self.to_rgb = nn.Conv2d(widths[-1], 3, 3, padding=1)
        init_convolutions(nn.ModuleList((self.stem, self.trunk, self.ups, self.to_rgb)))
        soften(self.trunk, self.ups, self.to_rgb)

    def paint(self, condition: Tensor, sketch: Tensor, z: Tensor) -> Tensor:
        """Pictures (N, 3, 4h, 4w) of conditions (N, C), which need not be those of one name."""
        if self.config.blur:
            bright = sketch.mean(dim=1, keepdim=True)
            sketch = sketch + (blurred(bright, self.config.blur) - bright)
        laid, *grains = torch.split(z, [self.config.noise, *self.grains], dim=1)
        x = self.stem(torch.cat((F.pixel_unshuffle(sketch, 2), laid), dim=1))
        for block in self.trunk:
            x = block(x, condition)
        for doublings, block in enumerate(self.ups, start=1):
            grain = F.pixel_shuffle(grains[doublings - 1], 2**doublings) if grains else None
            x = block(x, condition, grain)
        detail = self.to_rgb(F.leaky_relu(x, SLOPE))
        if self.config.hue < 1:
            detail = faded(detail, self.config.hue)
        painted: Tensor = (upsample(sketch, 4) + detail).clamp(-1.2, 1.2)
        return painted

    def forward(self, names: TokenBatch, sketch: Tensor, z: Tensor, noise: Tensor) -> Painted:
        condition, mu, kl = self.condition_of(names, noise)
        return Painted(self.paint(condition, sketch, z), mu, kl)


class Stage2Discriminator(Discriminator):
    """Are the patches of a picture real, and do they fit the name? Isola et al. 2017's patches.

    (N, 3, H, W) and TokenBatch of N -> Verdict, its picture logit (N, H/16 · W/16), a patch each.
    """

    def __init__(self, config: Stage2Config) -> None:
        super().__init__()
        widths = (3, *config.discriminator)
        self.names = NameEncoder(config.vector_size, config.buckets, config.features)
        self.downs = nn.ModuleList(down(a, b) for a, b in pairwise(widths))
        self.heads = TextHeads(widths[-1], config.features, patch=1)
        init_convolutions(self.downs)

    def features(self, seen: Maps) -> Maps:
        """The last map (N, F, H/16, W/16)."""
        (x,) = seen
        for block in self.downs:
            x = block(x)
        return (x,)

    def judge(self, maps: Maps, names: EncodedNames) -> Verdict:
        """Hold maps of `features` against the names."""
        verdict: Verdict = self.heads(maps[0], names)
        return verdict


def faded(detail: Tensor, most: float) -> Tensor:
    """Detail (N, 3, H, W) whose deviation from grey stays below `most`, root mean square of RGB.

    Softly, and towards grey alone: brightness and the kind of hue stay.
    """
    light = detail.mean(dim=1, keepdim=True)
    hue = detail - light
    strength = hue.square().mean(dim=1, keepdim=True)
    return light + hue * (most * (strength + (most**2 + FAINT)).rsqrt())


@torch.no_grad()
def soften(*parts: nn.Module) -> None:
    """Start residual branches and the last convolution small: without norms they would add up."""
    for part in parts:
        for block in part.modules():
            if isinstance(block, UpBlock | ResBlock):
                block.conv2.weight.mul_(0.3)
            if isinstance(block, UpBlock):
                block.shortcut.weight.mul_(0.7)
    last = parts[-1]
    if isinstance(last, nn.Conv2d):
        last.weight.mul_(0.2)
