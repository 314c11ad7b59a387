"""A discriminator on frozen features, at four depths. Sauer et al. 2021 (Projected GAN).

arXiv:2111.01007, with the two logits and word heads of this project's StackGAN. Frozen features
learn from few photos where a discriminator of one's own has too little to go by.
N pictures (N, 3, H, W) in [-1, 1].
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from foodgan.models.backbone import LITE0, Backbone
from foodgan.models.layers import SLOPE, down, init_convolutions, minibatch_std, upsample
from foodgan.models.matcher import FrozenSight, Matcher, OwnSight
from foodgan.models.stackgan import Discriminator, Maps, TextHeads, Verdict
from foodgan.models.text import EncodedNames, NameEncoder

MIXED = 64  # channels of the random projection


class Projection(nn.Module):
    """Fixed random convolutions that mix the features across channels and depths (section 3.2).

    Four maps, fine to coarse -> four maps of MIXED channels. Coarse ones are added to finer ones,
    so that no discriminator can settle on the easiest features alone.
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        chance = torch.Generator().manual_seed(seed)
        for i, tap in enumerate(LITE0.taps):
            across = torch.randn(MIXED, tap.channels, 1, 1, generator=chance) * tap.channels**-0.5
            scales = torch.randn(MIXED, MIXED, 3, 3, generator=chance) * (MIXED * 9) ** -0.5
            self.register_buffer(f"across{i}", across, persistent=False)
            self.register_buffer(f"scales{i}", scales, persistent=False)

    def forward(self, features: tuple[Tensor, ...]) -> Maps:
        mixed: list[Tensor] = []
        for i in reversed(range(len(features))):
            x = F.conv2d(features[i], getattr(self, f"across{i}"))
            if mixed:
                x = x + upsample(mixed[-1])
            mixed.append(F.conv2d(x, getattr(self, f"scales{i}"), padding=1))
        return tuple(reversed(mixed))


class ScaleDiscriminator(nn.Module):
    """Convolutions from one projected map to 4×4. (N, MIXED, S, S) -> (N, F, 4, 4).

    The spread within the batch shows it when all pictures are alike. No norms, for the sake of the
    gradient penalty; Huang et al. 2024 (R3GAN), arXiv:2501.05441.
    """

    def __init__(self, side: int, channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = MIXED
        while side > 4:
            layers.append(down(inputs, channels))
            inputs, side = channels, side // 2
        self.net = nn.Sequential(*layers)
        self.last = nn.Conv2d(inputs + 1, channels, 3, padding=1)
        init_convolutions(self)

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu(self.last(minibatch_std(self.net(x))), SLOPE)


class PatchDiscriminator(nn.Sequential):
    """Is each patch of 40 pixels as fine-grained as a photo's? Looks at the pixels themselves.

    Frozen features overlook what repeats every few pixels, and a generator fills pictures with it.
    Patches: Isola et al. 2017, arXiv:1611.07004. (N, 3, H, W) -> logits (N, H/8 · W/8).
    """

    def __init__(self, channels: tuple[int, int, int, int] = (24, 48, 96, 96)) -> None:
        first = nn.Sequential(nn.Conv2d(3, channels[0], 3, padding=1), nn.LeakyReLU(SLOPE))
        downs = [down(a, b) for a, b in pairwise(channels)]
        last = nn.Conv2d(channels[-1], 1, 3, padding=1)
        super().__init__(first, *downs, last, nn.Flatten())
        init_convolutions(self)


class ProjectedDiscriminator(Discriminator):
    """Is the picture food, and the food of this name, at each of four depths?

    side: pixels that smaller pictures are enlarged to; the features know photos, not stamps.
    patches: whether a judge of its own, `patches`, looks at the pixels beside them; own_sight:
    whether the matcher sees by itself, too.
    (N, 3, H, W) and TokenBatch of N -> Verdict, its picture logit (N, 4 · 16), a patch each.
    """

    def __init__(
        self,
        vector_size: int,
        buckets: int,
        features: int,
        channels: int,
        side: int,
        *,
        patches: bool = False,
        own_sight: bool = False,
    ) -> None:
        super().__init__()
        self.side = side
        self.backbone = Backbone(LITE0)
        self.projection = Projection()
        self.names = NameEncoder(vector_size, buckets, features)
        sight = OwnSight() if own_sight else FrozenSight(len(LITE0.taps) * MIXED)
        self.matcher = Matcher(vector_size, buckets, features, sight)
        sides = [side // (4 * 2**i) for i in range(len(LITE0.taps))]
        self.scales = nn.ModuleList(ScaleDiscriminator(side, channels) for side in sides)
        self.heads = nn.ModuleList(TextHeads(channels, features, patch=1) for _ in sides)
        self.patches = PatchDiscriminator() if patches else None

    def look(self, pictures: Tensor) -> Maps:
        """Four frozen maps (N, MIXED, S, S), from the finest features to the coarsest."""
        if pictures.shape[-1] < self.side:
            pictures = F.interpolate(pictures, (self.side, self.side), mode="bilinear")
        frozen: Maps = self.projection(self.backbone(pictures))
        return frozen

    def features(self, seen: Maps) -> Maps:
        """Four maps (N, F, 4, 4) of the frozen ones."""
        return tuple(scale(m) for scale, m in zip(self.scales, seen, strict=True))

    def judge(self, maps: Maps, names: EncodedNames) -> Verdict:
        """Hold maps of `features` against the names."""
        verdicts = [head(m, names) for head, m in zip(self.heads, maps, strict=True)]
        return Verdict(
            torch.cat([v.picture for v in verdicts], dim=1),
            torch.stack([v.name for v in verdicts]).mean(dim=0),
            torch.stack([v.words for v in verdicts]).mean(dim=0),
        )
