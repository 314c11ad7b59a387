"""How a generator paints a training batch, and the losses that belong to that way of painting.

N pictures of a batch; pictures are (N, 3, H, W) in [-1, 1].
"""

from typing import Protocol

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from foodgan.models.dcgan import DcganGenerator
from foodgan.models.layers import upsample
from foodgan.models.published import PublishedGenerator
from foodgan.models.stackgan import Painted, Stage1Generator, Stage2Generator
from foodgan.step.batch import Batch, normal, uniform
from foodgan.step.config import TrainConfig
from foodgan.step.hatching import hatching
from foodgan.text.encode import TokenBatch

Figures = dict[str, Tensor]
Sketchers = Stage1Generator | DcganGenerator | PublishedGenerator


class Painting(Protocol):
    """Paints what a batch asks for, with the graph kept. Keeps what its own losses need.

    paired: (N,) bool, which pictures should be their own photo; None where none should.
    """

    paired: Tensor | None

    def __call__(self, batch: Batch) -> Painted: ...

    def extra_loss(self, batch: Batch, fake: Painted) -> tuple[Tensor, Figures]: ...


class SketchPainting:
    """Stage-I, the published one and DCGAN: pictures from noise."""

    paired: Tensor | None = None

    def __init__(self, generator: Sketchers, config: TrainConfig, noise: int, ca: int) -> None:
        self.generator, self.config, self.noise, self.ca = generator, config, noise, ca

    def __call__(self, batch: Batch) -> Painted:
        n = len(batch.photos)
        z, noise = normal(batch.random, n, self.noise), normal(batch.random, n, self.ca)
        painted: Painted = self.generator(batch.asked, z, noise)
        return painted

    def extra_loss(self, batch: Batch, fake: Painted) -> tuple[Tensor, Figures]:
        """The KL of Conditioning Augmentation."""
        return self.config.kl * fake.kl, {"kl": fake.kl, "mu_std": fake.mu.std(dim=0).mean()}


class DetailPainting:
    """Stage-II: from degraded photos, labelled or not; and from what Stage-I makes of their names.

    first: a trained Stage-I, which `config.sketched` of the batch comes from.
    """

    def __init__(
        self, generator: Stage2Generator, config: TrainConfig, first: Stage1Generator | None
    ) -> None:
        self.generator, self.config, self.first = generator, config, first
        self.paired: Tensor | None = None

    def __call__(self, batch: Batch) -> Painted:
        self.small = F.avg_pool2d(batch.photos, 4)
        sketch = degrade(self.small, batch.random)
        n, _, h, w = sketch.shape
        # Which rows are sketched does not matter: a batch is in random order.
        sketched = round(self.config.sketched * n) if self.first else 0
        if self.first and sketched:
            sketch[:sketched] = sketches(self.first, batch.names[:sketched], h, batch.random)
            self.small[:sketched] = sketch[:sketched]
        self.paired = torch.arange(n, device=sketch.device) >= sketched
        z = normal(batch.random, n, self.generator.noise, h // 2, w // 2)
        noise = normal(batch.random, n, self.generator.config.condition)
        painted: Painted = self.generator(batch.names, sketch, z, noise)
        return painted

    def extra_loss(self, batch: Batch, fake: Painted) -> tuple[Tensor, Figures]:
        """L1 to the sketch, before it was degraded, and to the photo; hatching; the KL."""
        assert self.paired is not None
        paired = self.paired[:, None, None, None]
        to_sketch = off_sketch(fake.pictures, self.small, self.paired)
        to_photo = ((fake.pictures - batch.photos).abs() * paired).mean()
        config = self.config
        loss = config.sketch_l1 * to_sketch + config.picture_l1 * to_photo + config.kl * fake.kl
        figures = {"sketch_l1": to_sketch, "picture_l1": to_photo, "kl": fake.kl}
        if config.hatching:
            figures["hatching"] = hatching(fake.pictures)
            loss = loss + config.hatching * figures["hatching"].log().clamp(min=0)  # photos: 0
        return loss, figures


def off_sketch(pictures: Tensor, sketch: Tensor, paired: Tensor) -> Tensor:
    """L1 of pictures (N, 3, 4h, 4w), at a quarter of their width, to their sketches (N, 3, h, w).

    A sketch of Stage-I, where `paired` (N,) is not set, has a grain that no photo has: it is
    honoured at half its width.
    """
    gap = F.avg_pool2d(pictures, 4) - sketch
    blurred = upsample(F.avg_pool2d(gap, 2))
    return torch.where(paired[:, None, None, None], gap, blurred).abs().mean()


@torch.no_grad()
def sketches(first: Stage1Generator, names: TokenBatch, side: int, random: Generator) -> Tensor:
    """Crops (N, 3, side, side) of what a trained Stage-I makes of N names."""
    n = len(names)
    z, noise = normal(random, n, first.noise), normal(random, n, first.config.condition)
    pictures = first(names, z, noise).pictures.float().clamp(-1, 1)
    reach = pictures.shape[-1] - side + 1
    corner = (uniform(random, n, 2, 1) * reach).long()
    rows, columns = (corner + torch.arange(side, device=corner.device)).unbind(dim=1)
    picture = torch.arange(n, device=corner.device)[:, None, None]
    last = pictures.permute(0, 2, 3, 1)
    crops: Tensor = last[picture, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    return crops


def degrade(sketch: Tensor, random: Generator) -> Tensor:
    """Make a clean sketch look like one that Stage-I painted: softer, with a little noise.

    (N, 3, h, w) -> the same. Each picture is blended with a copy blurred 2 to 4 times.
    """
    n, _, h, w = sketch.shape
    blur = uniform(random, n, 1, 1, 1)
    half = F.interpolate(F.avg_pool2d(sketch, 2), (h, w), mode="bilinear")
    quarter = F.interpolate(F.avg_pool2d(sketch, 4), (h, w), mode="bilinear")
    soft = torch.where(blur < 0.5, half, quarter)
    share, grain = uniform(random, n, 1, 1, 1), 0.06 * uniform(random, n, 1, 1, 1)
    return torch.lerp(sketch, soft, share) + grain * normal(random, *sketch.shape)
