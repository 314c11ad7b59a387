"""How near pictures are to photos, without a discriminator: energy scores in frozen features.

A discriminator that begins anew spoils a trained generator for a hundred thousand photos before it
is of use (docs/results/model.md). A proper score needs no training, and is least where pictures of
a name are spread as its photos are, not at their mean. Of a name with one photo that is a copy of
it: a lesson is short, and copies are measured (`foodgan evaluate`). N names, two pictures of each;
S summaries of a picture, F numbers each.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from foodgan.batch import as_photos
from foodgan.losses import energy_score
from foodgan.models.backbone import SEEN_SIZE, Backbone
from foodgan.models.stackgan import Maps
from foodgan.objectives import LAYOUT, places
from foodgan.photos.feed import Feed
from foodgan.photos.tensors import crops, name_weights
from foodgan.progress import track
from foodgan.text.encode import TokenBatch

SCORE, DISTANCE = 5.0, 40.0  # what either counts for beside the other
NAME_CAP = 60  # photos of a name that count
STOOD = 2_048  # photos that stand for all of them
DEPTHS = 4  # of the eyes whose maps are compared: not their head's
PLACES = 16  # a side, of a map
SUMMARY = 8  # pixels a side of a picture's layout in its summary
FLAT = 1e-3  # least spread of what is compared in its units
BATCH = 32


@dataclass(frozen=True)
class PhotoEnergy:
    """eyes: frozen; chances: of the feed's photos to be drawn, none of those without a name.

    real: S summaries (STOOD, F) of photos, each in `units` (F), its standard deviations.
    """

    feed: Feed
    eyes: Backbone
    chances: Tensor
    real: tuple[Tensor, ...]
    units: tuple[Tensor, ...]

    @classmethod
    def of(cls, feed: Feed, eyes: Backbone) -> Self:
        """Look at photos of a feed, some of whose names are known. Always the same."""
        names = [photo.name for photo in feed.photos]
        named = torch.tensor([bool(name) for name in names])
        chances = name_weights(names, NAME_CAP) * named
        empty = cls(feed, eyes, chances, (), ())
        chance = Generator().manual_seed(0)
        with torch.no_grad():
            parts = [
                _summaries(photos, empty.look(photos))
                for _ in track(range(STOOD // BATCH), "looking at the photos")
                for photos in [empty.draw(BATCH, chance)[0]]
            ]
        real = [torch.cat(part) for part in zip(*parts, strict=True)]
        units = tuple(part.std(dim=0).clamp(min=FLAT) for part in real)
        scaled = tuple(part / unit for part, unit in zip(real, units, strict=True))
        return cls(feed, eyes, chances, scaled, units)

    def draw(self, count: int, chance: Generator) -> tuple[Tensor, TokenBatch]:
        """Photos (N, 3, 64, 64) and their names, by a generator of the CPU's."""
        rows = torch.multinomial(self.chances, count, replacement=True, generator=chance)
        photos = as_photos(crops(self.feed.pixels, rows, self.feed.config.size, 1, chance))
        device = self.feed.device
        return photos.to(device), self.feed.names[rows].to(device)

    def look(self, pictures: Tensor) -> Maps:
        """The eyes' maps of pictures, with the graph kept."""
        size = (SEEN_SIZE, SEEN_SIZE)
        sized = F.interpolate(pictures, size, mode="bilinear", align_corners=False)
        maps: Maps = self.eyes(sized.contiguous(memory_format=torch.channels_last))
        return maps[:DEPTHS]

    def losses(self, photos: Tensor, painted: Tensor) -> tuple[Tensor, Tensor]:
        """The score of photos (N) under two pictures of each of their names, and the distance.

        painted (2 N): one picture of every name, then another of each. The distance is of all
        pictures to all photos, by their summaries.
        """
        with torch.no_grad():
            real = self.look(photos)
        made = self.look(painted)
        scores = []
        for x, y in zip((LAYOUT * photos, *real), (LAYOUT * painted, *made), strict=True):
            triple = (places(x, PLACES), *places(y, PLACES).chunk(2))
            scores.append(energy_score(*triple).mean())
            scores.append(energy_score(*(part.flatten(1) for part in triple)).mean())
        return torch.stack(scores).mean(), self._distance(_summaries(painted, made), len(photos))

    def _distance(self, summaries: list[Tensor], names: int) -> Tensor:
        """Half of `losses.energy_distance`, over pictures of different names.

        Two of one name lie nearer to one another than two by chance.
        """
        own = torch.arange(2 * names, device=summaries[0].device) % names
        others = (own[:, None] != own).float()
        distances = []
        for made, real, unit in zip(summaries, self.real, self.units, strict=True):
            scaled = made / unit
            within = (torch.cdist(scaled, scaled) * others).sum() / others.sum()
            apart = torch.cdist(scaled, real).mean() - 0.5 * within
            distances.append(apart * scaled.shape[1] ** -0.5)
        return torch.stack(distances).mean()


def _summaries(pictures: Tensor, maps: Maps) -> list[Tensor]:
    """A picture's layout, and the mean and the spread of each channel of each map."""
    found = [F.adaptive_avg_pool2d(pictures, SUMMARY).flatten(1)]
    for each in maps:
        found += [each.mean(dim=(2, 3)), each.flatten(2).std(dim=2)]
    return found
