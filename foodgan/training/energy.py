"""How near pictures are to photos, without a discriminator: energy scores in frozen features.

A discriminator that begins anew spoils a trained generator for a hundred thousand photos before it
is of use (docs/results/model.md). A proper score needs no training, and is least where pictures of
a name are spread as its photos are, not at their mean. Of a name with one photo that is a copy of
it: a lesson is short, and copies are measured (`foodgan evaluate`). N names, two pictures of each;
S summaries of a picture, F numbers each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from foodgan.losses import energy_score
from foodgan.machine.progress import track
from foodgan.models.backbone import SEEN_SIZE, Backbone
from foodgan.models.stackgan import Maps
from foodgan.photos.feed import Feed
from foodgan.photos.tensors import crops, name_weights
from foodgan.step.batch import as_photos
from foodgan.step.objectives import LAYOUT, places
from foodgan.text.encode import TokenBatch

SCORE, DISTANCE = 5.0, 40.0  # what either counts for beside the other
NAME_CAP = 60  # photos of a name that count
STOOD = 2_048  # photos that stand for all of them
DEPTHS = 4  # of the eyes whose maps are compared: not their head's
PLACES = 16  # a side, of a map
SUMMARY = 8  # pixels a side of a picture's layout in its summary
FLAT = 1e-3  # least spread of what is compared in its units
BATCH = 32

Summaries = Sequence[Tensor]  # S tensors (N, F), of N pictures


@dataclass(frozen=True)
class NamedPhotos:
    """Photos that have a name. chances: of each of the feed's to be drawn, 0 without a name."""

    feed: Feed
    chances: Tensor

    @classmethod
    def of(cls, feed: Feed) -> Self:
        names = [photo.name for photo in feed.photos]
        named = torch.tensor([bool(name) for name in names])
        return cls(feed, name_weights(names, NAME_CAP) * named)

    def draw(self, count: int, chance: Generator, align: int = 1) -> tuple[Tensor, TokenBatch]:
        """Photos (N, 3, S, S) and their names, by a generator of the CPU's.

        S is the size of the feed's crops; their corners lie on multiples of `align` pixels.
        """
        rows = torch.multinomial(self.chances, count, replacement=True, generator=chance)
        photos = as_photos(crops(self.feed.pixels, rows, self.feed.config.size, align, chance))
        device = self.feed.device
        return photos.to(device), self.feed.names[rows].to(device)


@dataclass(frozen=True)
class Stood:
    """Summaries of photos that stand for all. real: S tensors (STOOD, F), in `units` (F) each,
    their standard deviations.
    """

    real: tuple[Tensor, ...]
    units: tuple[Tensor, ...]

    @classmethod
    def of(
        cls, named: NamedPhotos, summarise: Callable[[Tensor], Summaries], align: int = 1
    ) -> Self:
        """Look at photos, drawn as `NamedPhotos` does. Always the same."""
        chance, parts = Generator().manual_seed(0), []
        with torch.no_grad():
            for _ in track(range(STOOD // BATCH), "looking at the photos"):
                photos, _names = named.draw(BATCH, chance, align)
                parts.append(summarise(photos))
        real = [torch.cat(part) for part in zip(*parts, strict=True)]
        units = tuple(part.std(dim=0).clamp(min=FLAT) for part in real)
        return cls(tuple(part / unit for part, unit in zip(real, units, strict=True)), units)

    def distance(self, summaries: Summaries, names: int) -> Tensor:
        """Half of `losses.energy_distance` of pictures' summaries to those of the photos.

        Over pictures of different names: picture i shows name i modulo `names`, and two of one
        name lie nearer to one another than two by chance.
        """
        own = torch.arange(len(summaries[0]), device=summaries[0].device) % names
        others = (own[:, None] != own).float()
        distances = []
        for made, real, unit in zip(summaries, self.real, self.units, strict=True):
            scaled = made / unit
            within = (torch.cdist(scaled, scaled) * others).sum() / others.sum()
            apart = torch.cdist(scaled, real).mean() - 0.5 * within
            distances.append(apart * scaled.shape[1] ** -0.5)
        return torch.stack(distances).mean()


@dataclass(frozen=True)
class PhotoEnergy:
    """How near sketches of names are to the photos of these. eyes: frozen."""

    named: NamedPhotos
    eyes: Backbone
    stood: Stood

    @classmethod
    def of(cls, feed: Feed, eyes: Backbone) -> Self:
        """Look at photos of a feed, some of whose names are known. Always the same."""
        named = NamedPhotos.of(feed)
        stood = Stood.of(named, lambda photos: _summaries(photos, _look(eyes, photos)))
        return cls(named, eyes, stood)

    def draw(self, count: int, chance: Generator) -> tuple[Tensor, TokenBatch]:
        """Photos (N, 3, 64, 64) and their names, by a generator of the CPU's."""
        return self.named.draw(count, chance)

    def losses(self, photos: Tensor, painted: Tensor) -> tuple[Tensor, Tensor]:
        """The score of photos (N) under two pictures of each of their names, and the distance.

        painted (2 N): one picture of every name, then another of each. The distance is of all
        pictures to all photos, by their summaries.
        """
        with torch.no_grad():
            real = _look(self.eyes, photos)
        made = _look(self.eyes, painted)
        scores = []
        for x, y in zip((LAYOUT * photos, *real), (LAYOUT * painted, *made), strict=True):
            triple = (places(x, PLACES), *places(y, PLACES).chunk(2))
            scores.append(energy_score(*triple).mean())
            scores.append(energy_score(*(part.flatten(1) for part in triple)).mean())
        distance = self.stood.distance(_summaries(painted, made), len(photos))
        return torch.stack(scores).mean(), distance


def _look(eyes: Backbone, pictures: Tensor) -> Maps:
    """The eyes' maps of pictures, with the graph kept."""
    size = (SEEN_SIZE, SEEN_SIZE)
    sized = F.interpolate(pictures, size, mode="bilinear", align_corners=False)
    maps: Maps = eyes(sized.contiguous(memory_format=torch.channels_last))
    return maps[:DEPTHS]


def _summaries(pictures: Tensor, maps: Maps) -> list[Tensor]:
    """A picture's layout, and the mean and the spread of each channel of each map."""
    return [F.adaptive_avg_pool2d(pictures, SUMMARY).flatten(1), *spreads(maps)]


def spreads(maps: Maps) -> list[Tensor]:
    """The mean and the standard deviation of each channel (N, C) of each map (N, C, H, W)."""
    pairs = [(each.mean(dim=(2, 3)), each.flatten(2).std(dim=2)) for each in maps]
    return [part for pair in pairs for part in pair]
