"""A lesson for a trained Stage-I: what to paint for names that no photo has.

Of a name that photos have, a discriminator tells whether its picture fits. Of an invented one it
only tells that the picture is food, so the generator never learned what たこ焼きバーガー is: the
rarer word won. Here the name encoder alone learns on, from a teacher who knows photos
(`foodgan.teacher`), on invented names. What paints stays as it is, and so does what is heard of the
names that photos have. N names of a batch, C numbers a condition.
"""

import copy
import logging
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F

from foodgan import checkpoint
from foodgan.augment import diff_augment
from foodgan.config import LEFT_OUT
from foodgan.contract.errors import FoodganError
from foodgan.models.stackgan import Stage1Generator
from foodgan.progress import track
from foodgan.registry import open_sketcher, training_of
from foodgan.stopping import stop_asked
from foodgan.teacher import Teacher
from foodgan.text.encode import TokenBatch, encode
from foodgan.text.invent import Inventor

log = logging.getLogger(__name__)

LESSON: Final = "lesson"  # what a run says of its loss
RIVALS = 7  # names that a picture's own is told from
LONGEST = 1.3  # of a condition, its mean square ÷ that of the same name before the lesson
KEPT_MAX = 8  # times that a name of many photos is kept as firmly as one of a single photo
LOG_EVERY = 1_600  # pictures


class LessonStopped(FoodganError):
    """A loss is not a number, or the disk is full: no run is written."""


class LessonConfig(BaseModel):
    """How a lesson goes. kind, loss, seed, exclude_styles: as in a `TrainConfig`; pictures: painted
    for it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["stage1"] = "stage1"
    loss: Literal["lesson"] = LESSON
    exclude_styles: tuple[str, ...] = LEFT_OUT
    seed: int = 0
    pictures: int = Field(default=40_000, gt=0)
    batch: int = Field(default=32, ge=2)
    lr: float = Field(default=5e-4, gt=0)
    lead: float = 1.5  # that the last word begins with, where the encoder did not know it before
    by_kind: float = Field(default=1.0, ge=0)
    by_name: float = Field(default=0.4, ge=0)
    stay: float = Field(default=10.0, ge=0)  # names of photos are heard as before

    @property
    def steps(self) -> int:
        return math.ceil(self.pictures / self.batch)


@dataclass
class Lesson:
    """A lesson under way. names: those that photos have, see `kept`."""

    config: LessonConfig
    generator: Stage1Generator
    teacher: Teacher
    inventor: Inventor
    names: TokenBatch

    def __post_init__(self) -> None:
        self.before = copy.deepcopy(self.generator)
        last = self.generator.names.last
        if last is not None and not last.lead:
            last.lead.fill_(self.config.lead)
        self.generator.requires_grad_(False)
        learns = nn.ModuleList((self.generator.names, self.generator.augment.to_mu))
        learns.requires_grad_(True)
        self.adam = optim.Adam(learns.parameters(), self.config.lr, (0.5, 0.99))
        warm_up = max(1, self.config.steps // 20)
        self.plan = optim.lr_scheduler.LambdaLR(
            self.adam,
            lambda step: (
                min(1, (step + 1) / warm_up)
                * (0.5 + 0.5 * math.cos(math.pi * step / self.config.steps))
            ),
        )
        self.device = next(self.generator.parameters()).device
        self.chance = Generator().manual_seed(self.config.seed)

    def step(self) -> dict[str, float]:
        """One step of the encoder, on a batch of names that nobody has cooked."""
        config, generator = self.config, self.generator
        names = [self.inventor.name() for _ in range(config.batch)]
        asked = encode(names).to(self.device)
        condition, mu, _ = generator.condition_of(asked, self._normal(generator.config.condition))
        painted = generator.paint(condition, condition, self._normal(generator.noise))
        seen = self.teacher.see(self._changed(painted))
        kind, right = self.teacher.kind_loss(seen, names)
        name = self._name_loss(seen, names)
        stay, far = self._stay(), self._far(asked, mu)
        loss = config.by_kind * kind + config.by_name * name + config.stay * (stay + far)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.plan.step()
        parts = {"kind": kind, "right": right, "name": name, "stay": stay, "far": far}
        return {what: float(part.detach()) for what, part in parts.items()}

    def _normal(self, size: int) -> Tensor:
        drawn = torch.randn(self.config.batch, size, generator=self.chance)
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


def attend(lesson: Lesson, run: Path, out: Path, photos: dict[str, Any]) -> int:
    """Give the Stage-I of `run` its lesson and write it into `out`, a run of its own.

    photos: what a checkpoint says of those that the teacher saw. Returns how many pictures were
    painted: a signal ends the lesson after its step, and what was learned till then is kept.
    Raises LessonStopped where a loss is no number or nothing can be written, ModelError.
    """
    painted, began = 0, time.monotonic()
    with stop_asked() as asked:
        for _ in track(range(lesson.config.steps), "the lesson"):
            if asked():
                break
            figures = lesson.step()
            painted += lesson.config.batch
            _check(figures, painted)
            if painted % LOG_EVERY < lesson.config.batch:
                log.info("%d pictures  %s", painted, _said(figures))
    before = training_of(run)
    about = {
        "config": lesson.config.model_dump(mode="json") | {"pictures": painted},
        "network": lesson.generator.config.model_dump(mode="json"),
        "step": painted // lesson.config.batch,
        "seen": 0,  # photos: the lesson paints, and looks at none
        "seconds": round(time.monotonic() - began, 1),
        "photos": photos,
        "before": [each.model_dump(mode="json", exclude={"before"}) for each in before.runs],
    }
    tensors = checkpoint.prefixed("ema", lesson.generator.state_dict())
    try:
        checkpoint.save(out / checkpoint.CHECKPOINT, tensors, about)
    except OSError as error:
        raise LessonStopped(f"cannot write in {out}: {error}") from error
    return painted


def _check(figures: dict[str, float], painted: int) -> None:
    for name, figure in figures.items():
        if not math.isfinite(figure):
            raise LessonStopped(f"{name} is {figure} after {painted} pictures; nothing is written")


def _said(figures: dict[str, float]) -> str:
    return "  ".join(f"{name} {figure:.3f}" for name, figure in figures.items())
