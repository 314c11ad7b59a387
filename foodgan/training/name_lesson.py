"""A lesson for a trained Stage-I: what to paint for names that no photo has.

Of a name that photos have, a discriminator tells whether its picture fits. Of an invented one it
only tells that the picture is food, so the generator never learned what たこ焼きバーガー is: the
rarer word won. Here Stage-I learns on, from a teacher who knows photos (`teacher`), on
invented names; beside them it paints names that photos have, and energy scores hold those to their
photos (`energy`). Without these the name encoder alone learns, what paints stays as it is,
and pictures drift from photos all the same. N names of a batch, C numbers a condition.
"""

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import torch
from pydantic import Field
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F

from foodgan.augment import diff_augment
from foodgan.models.stackgan import Stage1Generator
from foodgan.registry import open_sketcher
from foodgan.text.encode import TokenBatch, collate, encode
from foodgan.text.invent import Inventor
from foodgan.training.course import CourseConfig
from foodgan.training.energy import DISTANCE, SCORE, PhotoEnergy
from foodgan.training.teacher import Teacher

LESSON: Final = "lesson"  # what a run says of its loss
RIVALS = 7  # names that a picture's own is told from
LONGEST = 1.3  # of a condition, its mean square ÷ that of the same name before the lesson
KEPT_MAX = 8  # times that a name of many photos is kept as firmly as one of a single photo


class LessonConfig(CourseConfig):
    """How a lesson of Stage-I goes. pictures: of invented names."""

    kind: Literal["stage1"] = "stage1"
    loss: Literal["lesson"] = LESSON
    lr: float = Field(default=3e-4, gt=0)
    lead: float = 1.5  # that the last word begins with, where the encoder did not know it before
    by_kind: float = Field(default=1.5, ge=0)
    by_name: float = Field(default=0.6, ge=0)
    stay: float = Field(default=1.0, ge=0)  # names of photos are heard as before
    by_photos: float = Field(default=1.0, ge=0)  # above 0 what paints learns along, …
    beside: int = Field(default=8, ge=2)  # … by so many names of photos a step, two pictures each …
    lr_paint: float = Field(default=1e-4, gt=0)  # … and so fast


@dataclass
class Lesson:
    """A lesson under way. names: those that photos have, see `kept`; photos: that it is held to,
    where the configuration says so; done: steps; seconds: of them all.
    """

    config: LessonConfig
    generator: Stage1Generator
    teacher: Teacher
    inventor: Inventor
    names: TokenBatch
    photos: PhotoEnergy | None = None
    done: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.before = copy.deepcopy(self.generator)
        last = self.generator.names.last
        if last is not None and not last.lead:
            last.lead.fill_(self.config.lead)
        generator, config = self.generator, self.config
        generator.requires_grad_(self.photos is not None)
        hears = nn.ModuleList((generator.names, generator.augment.to_mu)).requires_grad_(True)
        groups: list[dict[str, Any]] = [{"params": list(hears.parameters()), "lr": config.lr}]
        if self.photos is not None:
            heard = set(hears.parameters())
            paints = [each for each in generator.parameters() if each not in heard]
            groups.append({"params": paints, "lr": config.lr_paint})
        self.rates: list[float] = [group["lr"] for group in groups]
        self.adam = optim.Adam(groups, betas=(0.0 if self.photos else 0.5, 0.99))
        self.device = next(self.generator.parameters()).device
        self.chance = Generator()

    def step(self) -> dict[str, float]:
        """One step, on a batch of names that nobody has cooked and on some that photos have."""
        config, generator = self.config, self.generator
        seed = config.seed * 1_000_003 + self.done  # so that a lesson that goes on draws the same
        self.chance.manual_seed(seed)
        self.inventor.random.seed(seed)
        for group, rate in zip(self.adam.param_groups, self.rates, strict=True):
            group["lr"] = rate * config.share(self.done)
        names = [self.inventor.name() for _ in range(config.batch)]
        asked = encode(names).to(self.device)
        if self.photos:
            photos, known = self.photos.draw(config.beside, self.chance)
            asked = collate((asked, known, known))
        noise = self._normal(len(asked), generator.config.condition)
        condition, mu, _ = generator.condition_of(asked, noise)
        painted = generator.paint(condition, condition, self._normal(len(asked), generator.noise))
        seen = self.teacher.see(self._changed(painted[: config.batch]))
        kind, right = self.teacher.kind_loss(seen, names)
        name = self._name_loss(seen, names)
        stay, far = self._stay(), self._far(asked, mu)
        parts = {"kind": kind, "right": right, "name": name, "stay": stay, "far": far}
        loss = config.by_kind * kind + config.by_name * name + config.stay * (stay + far)
        if self.photos:
            score, distance = self.photos.losses(photos, painted[config.batch :])
            parts |= {"score": score, "distance": distance}
            loss = loss + config.by_photos * (SCORE * score + DISTANCE * distance)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.done += 1
        return {what: float(part.detach()) for what, part in parts.items()}

    def _normal(self, count: int, size: int) -> Tensor:
        drawn = torch.randn(count, size, generator=self.chance)
        return drawn.to(self.device)

    def _changed(self, painted: Tensor) -> Tensor:
        """By DiffAugment, so that no trick on single pixels takes the teacher in."""
        drawn = Generator(self.device).manual_seed(
            int(torch.randint(2**31, (), generator=self.chance))
        )
        return diff_augment(painted, ("tint", "translation", "cutout"), drawn)

    def _name_loss(self, seen: Tensor, names: Sequence[str]) -> Tensor:
        rivals = [self.inventor.rivals(name, RIVALS) for name in names]
        among = [
            each for name, others in zip(names, rivals, strict=True) for each in (name, *others)
        ]
        return self.teacher.name_loss(seen, encode(among).to(self.device))

    def _stay(self) -> Tensor:
        """How much else is heard of names that photos have."""
        rows = torch.randint(len(self.names), (self.config.batch,), generator=self.chance)
        names = self.names[rows].to(self.device)
        return F.mse_loss(_mean(self.generator, names), self._mean_before(names))

    def _far(self, asked: TokenBatch, mu: Tensor) -> Tensor:
        """By how much conditions (N, C) grow: no longer ones were painted from in training."""
        usual = self._mean_before(asked).square().mean(dim=1)
        return F.relu(mu.square().mean(dim=1) / usual.clamp(min=1e-6) - LONGEST).mean()

    @torch.no_grad()
    def _mean_before(self, names: TokenBatch) -> Tensor:
        return _mean(self.before, names)


def _mean(generator: Stage1Generator, names: TokenBatch) -> Tensor:
    mean: Tensor = generator.augment.to_mu(generator.names(names).pooled)
    return mean


def open_pupil(run: Path, device: torch.device) -> Stage1Generator:
    """The averaged Stage-I of a run or snapshot, whose encoder knows the last word from now on.

    Raises ModelError without one.
    """
    before = open_sketcher(run)
    pupil = Stage1Generator(before.config.model_copy(update={"knows_last": True}))
    pupil.load_state_dict(pupil.state_dict() | before.state_dict())
    return pupil.eval().requires_grad_(False).to(device)


def kept(names: Sequence[str]) -> list[str]:
    """Names of photos, one a photo, each as often as a lesson is to keep it beside the others."""
    return [name for name, count in Counter(names).items() for _ in range(min(count, KEPT_MAX))]
