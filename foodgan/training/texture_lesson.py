"""A lesson for a trained Stage-II: surfaces as photos have them.

Lessons changed what Stage-I sketches after Stage-II had learned to paint over it, and what Stage-II
had never seen at single pixels it painted as drops and coloured seams. After this lesson Stage-II
blurs the brightness of a sketch a little, and adds light and shade but hardly hue. It learns on of
crops, without a discriminator: of sketches of Stage-I, whose surfaces are to be spread as those of
photos are, and of degraded photos, two pictures each, which the photos score (`energy`).
N pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, Self

import torch
from pydantic import Field
from torch import Generator, Tensor, optim
from torch.nn import functional as F

from foodgan.losses import energy_score
from foodgan.models.backbone import Backbone
from foodgan.models.stackgan import Maps, Stage1Generator, Stage2Generator
from foodgan.photos.feed import Feed
from foodgan.registry import open_model
from foodgan.step.batch import normal
from foodgan.step.fakes import degrade, off_sketch, sketches
from foodgan.step.hatching import hatching
from foodgan.step.objectives import LAYOUT
from foodgan.text.encode import TokenBatch, collate
from foodgan.training.course import CourseConfig
from foodgan.training.energy import DISTANCE, NamedPhotos, Stood, spreads

TEXTURE: Final = "texture"  # what a run says of its loss
CROP = 128  # pixels a side of what is painted and looked at
ALIGN = 4  # pixels: corners of crops lie on those of a sketch
FILTERS, FILTER_SIDE, SCALES = 16, 5, 3
FILTER_SEED = 7
FAINT = 1e-8  # least power of a filter that answers nowhere


class TextureConfig(CourseConfig):
    """How a lesson of Stage-II goes. pictures: crops of sketches."""

    kind: Literal["stage2"] = "stage2"
    loss: Literal["texture"] = TEXTURE
    pictures: int = Field(default=1_600, gt=0)
    lr: float = Field(default=2e-4, gt=0)
    beside: int = Field(default=4, ge=1)  # photos a step, two pictures of each
    blur: float = Field(default=0.3, ge=0, le=1)  # from now on, see `Stage2Config`
    hue: float = Field(default=0.04, ge=0, le=1)
    score: float = Field(default=4.0, ge=0)
    distance: float = Field(default=DISTANCE, ge=0)
    sketch_l1: float = Field(default=20.0, ge=0)
    hatching: float = Field(default=0.5, ge=0)


@dataclass(frozen=True)
class Surfaces:
    """Photos of 256×256, and what their surfaces are like. eyes: frozen."""

    named: NamedPhotos
    eyes: Backbone
    stood: Stood

    @classmethod
    def of(cls, feed: Feed, eyes: Backbone) -> Self:
        """Look at crops of a feed's photos, some of whose names are known. Always the same."""
        named = NamedPhotos.of(feed)
        stood = Stood.of(named, lambda photos: surface(photos, look(eyes, photos)), ALIGN)
        return cls(named, eyes, stood)


@dataclass
class TextureLesson:
    """A lesson under way. generator: Stage-II; sketcher: the Stage-I that it paints for; done:
    steps; seconds: of them all.
    """

    config: TextureConfig
    generator: Stage2Generator
    sketcher: Stage1Generator
    photos: Surfaces
    done: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.generator.requires_grad_(True)
        self.adam = optim.Adam(self.generator.parameters(), lr=self.config.lr, betas=(0.0, 0.99))
        self.device = next(self.generator.parameters()).device
        self.chance, self.random = Generator(), Generator(self.device)

    def step(self) -> dict[str, float]:
        """One step, on degraded photos and on what Stage-I makes of their names."""
        config, named = self.config, self.photos.named
        seed = config.seed * 1_000_003 + self.done  # so that a lesson that goes on draws the same
        self.chance.manual_seed(seed)
        self.random.manual_seed(seed)
        self.adam.param_groups[0]["lr"] = config.lr * config.share(self.done)
        photos, known = named.draw(config.beside, self.chance, ALIGN)
        _, asked = named.draw(config.batch, self.chance, ALIGN)
        small = F.avg_pool2d(photos, 4)
        worn = degrade(small, self.random)
        sketched = sketches(self.sketcher, asked, CROP // 4, self.random)
        given = torch.cat((worn, worn, sketched))
        painted = self._paint(given, collate((known, known, asked)))
        maps = look(self.photos.eyes, painted)
        n = 2 * len(photos)
        score = self._score(photos, painted[:n], [each[:n] for each in maps])
        made = surface(painted[n:], tuple(each[n:] for each in maps))
        distance = self.photos.stood.distance(made, config.batch)
        paired = torch.arange(len(given), device=self.device) < n
        sketch = off_sketch(painted, torch.cat((small, small, sketched)), paired)
        hatched = hatching(painted)
        parts = {"score": score, "distance": distance, "sketch": sketch, "hatching": hatched}
        loss = config.score * score + config.distance * distance + config.sketch_l1 * sketch
        loss = loss + config.hatching * hatched.log().clamp(min=0)  # photos: 0
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.done += 1
        return {what: float(part.detach()) for what, part in parts.items()}

    def _paint(self, given: Tensor, names: TokenBatch) -> Tensor:
        generator, (n, _, height, width) = self.generator, given.shape
        noise = normal(self.random, n, generator.config.condition)
        condition, _, _ = generator.condition_of(names, noise)
        z = normal(self.random, n, generator.noise, height // 2, width // 2)
        return generator.paint(condition, given.contiguous(memory_format=torch.channels_last), z)

    def _score(self, photos: Tensor, painted: Tensor, maps: Sequence[Tensor]) -> Tensor:
        """The energy score of photos (N) under two pictures of each, at every place of a map."""
        with torch.no_grad():
            real = look(self.photos.eyes, photos)
        scores = [
            energy_score(x.flatten(2), *y.flatten(2).chunk(2)).mean()
            for x, y in zip((LAYOUT * photos, *real), (LAYOUT * painted, *maps), strict=True)
        ]
        return torch.stack(scores).mean()


def open_pupil(
    model: Path, config: TextureConfig, device: torch.device
) -> tuple[Stage1Generator, Stage2Generator]:
    """The Stage-I of a model, and its Stage-II as it is to paint from now on.

    Raises ModelError.
    """
    _, first, second = open_model(model)
    pupil = Stage2Generator(
        second.config.model_copy(update={"blur": config.blur, "hue": config.hue})
    )
    pupil.load_state_dict(second.state_dict())
    last = torch.channels_last
    return first.to(device).to(memory_format=last), pupil.eval().to(device).to(memory_format=last)


def look(eyes: Backbone, pictures: Tensor) -> Maps:
    """The eyes' maps of pictures at their own size, with the graph kept."""
    maps: Maps = eyes(pictures.contiguous(memory_format=torch.channels_last))
    return maps


def surface(pictures: Tensor, maps: Maps) -> list[Tensor]:
    """What a surface is like: the eyes' channels, and how strongly random filters answer to its
    brightness, and how evenly, at three scales. Filters: Heeger & Bergen 1995,
    doi:10.1145/218380.218446.
    """
    strong, even = [], []
    greys = pictures.mean(dim=1, keepdim=True)
    filters = _filters().to(pictures.device)
    for _ in range(SCALES):
        answers = F.conv2d(greys, filters)
        power = answers.square().mean(dim=(2, 3)).clamp(min=FAINT).sqrt()
        strong.append(power.log())
        even.append(answers.abs().mean(dim=(2, 3)) / power)
        greys = F.avg_pool2d(greys, 2)
    return [*spreads(maps), torch.cat(strong, dim=1), torch.cat(even, dim=1)]


@cache
def _filters() -> Tensor:
    """Random, of no mean and of length 1: (FILTERS, 1, 5, 5). Always the same."""
    chance = Generator().manual_seed(FILTER_SEED)
    drawn = torch.randn(FILTERS, 1, FILTER_SIDE, FILTER_SIDE, generator=chance)
    centred = drawn - drawn.mean(dim=(2, 3), keepdim=True)
    return F.normalize(centred.flatten(1), dim=1).view(drawn.shape)
