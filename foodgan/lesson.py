"""A lesson for a trained Stage-I: what to paint for names that no photo has.

Of a name that photos have, a discriminator tells whether its picture fits. Of an invented one it
only tells that the picture is food, so the generator never learned what たこ焼きバーガー is: the
rarer word won. Here Stage-I learns on, from a teacher who knows photos (`foodgan.teacher`), on
invented names; beside them it paints names that photos have, and energy scores hold those to their
photos (`foodgan.energy`). Without these the name encoder alone learns, what paints stays as it is,
and pictures drift from photos all the same. N names of a batch, C numbers a condition.
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
from foodgan.config import LEFT_OUT, ConfigError
from foodgan.contract.errors import FoodganError
from foodgan.energy import DISTANCE, SCORE, PhotoEnergy
from foodgan.models.stackgan import Stage1Generator
from foodgan.progress import track
from foodgan.registry import open_sketcher, training_of
from foodgan.stopping import stop_asked
from foodgan.teacher import Teacher
from foodgan.text.encode import TokenBatch, collate, encode
from foodgan.text.invent import Inventor
from foodgan.whole import sweep

log = logging.getLogger(__name__)

LESSON: Final = "lesson"  # what a run says of its loss
RIVALS = 7  # names that a picture's own is told from
LONGEST = 1.3  # of a condition, its mean square ÷ that of the same name before the lesson
KEPT_MAX = 8  # times that a name of many photos is kept as firmly as one of a single photo
LOG_EVERY, SAVE_EVERY = 1_600, 3_200  # pictures


class LessonStopped(FoodganError):
    """A loss or weight is not a number, or the disk is full: the last checkpoint is kept."""


class LessonConfig(BaseModel):
    """How a lesson goes. kind, loss, seed, exclude_styles: as in a `TrainConfig`; pictures: painted
    for it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["stage1"] = "stage1"
    loss: Literal["lesson"] = LESSON
    exclude_styles: tuple[str, ...] = LEFT_OUT
    seed: int = 0
    pictures: int = Field(default=10_000, gt=0)
    batch: int = Field(default=16, ge=2)
    lr: float = Field(default=3e-4, gt=0)
    lead: float = 1.5  # that the last word begins with, where the encoder did not know it before
    by_kind: float = Field(default=1.5, ge=0)
    by_name: float = Field(default=0.6, ge=0)
    stay: float = Field(default=1.0, ge=0)  # names of photos are heard as before
    by_photos: float = Field(default=1.0, ge=0)  # above 0 what paints learns along, …
    beside: int = Field(default=8, ge=2)  # … by so many names of photos a step, two pictures each …
    lr_paint: float = Field(default=1e-4, gt=0)  # … and so fast

    @property
    def steps(self) -> int:
        return math.ceil(self.pictures / self.batch)

    def share(self, step: int) -> float:
        """Of its rates, how fast a step learns: faster for a twentieth of the lesson, then ever
        slower.
        """
        warm_up = max(1, self.steps // 20)
        slower = 0.5 + 0.5 * math.cos(math.pi * step / self.steps)
        return min(1, (step + 1) / warm_up) * slower


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

    @property
    def painted(self) -> int:
        """Pictures so far."""
        return self.done * self.config.batch

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


def described(config: LessonConfig, run: Path, photos: dict[str, Any]) -> dict[str, Any]:
    """What a lesson is, as its checkpoint says: the same of a lesson that goes on.

    run: the Stage-I that it is given to; photos: what a checkpoint says of those that the teacher
    saw. Raises ModelError.
    """
    before = training_of(run)
    return {
        "config": config.model_dump(mode="json"),
        "photos": photos,
        "before": before.told,
    }


def painted_in(out: Path, lesson: dict[str, Any]) -> int:
    """How many pictures of a lesson, as `described`, are painted in the run of `out`.

    Raises ConfigError where that is another run, ModelError.
    """
    path = out / checkpoint.CHECKPOINT
    if not path.exists():
        return 0
    about = checkpoint.description(path)
    painted = int(about["config"]["pictures"])
    about["config"] |= {"pictures": about.get("planned")}
    if any(about.get(key) != said for key, said in lesson.items()):
        raise ConfigError(f"{out} holds another run than this lesson: name another --out")
    return painted


def attend(lesson: Lesson, run: Path, out: Path, photos: dict[str, Any]) -> int:
    """Give the Stage-I of `run` its lesson and write it into `out`, a run of its own.

    run, photos: as `described`. A lesson goes on from what `out` has of it. Returns how many
    pictures were painted: a signal ends it after its step, and what was learned till then is kept.
    Raises LessonStopped where a loss is no number or nothing can be written, ConfigError where
    `out` holds another run, ModelError.
    """
    about = described(lesson.config, run, photos)
    if painted_in(out, about):
        _go_on(lesson, out)
    sweep(out)
    began = time.monotonic() - lesson.seconds
    saved = lesson.done
    with stop_asked() as asked:
        for _ in track(range(lesson.done, lesson.config.steps), "the lesson"):
            if asked():
                break
            figures = lesson.step()
            lesson.seconds = time.monotonic() - began
            _check(figures, lesson, out)
            if lesson.painted % LOG_EVERY < lesson.config.batch:
                log.info("%d pictures  %s", lesson.painted, _said(figures))
            if lesson.painted % SAVE_EVERY < lesson.config.batch:
                _save(lesson, out, about)
                saved = lesson.done
    if lesson.done > saved:
        _save(lesson, out, about)
    return lesson.painted


def _go_on(lesson: Lesson, out: Path) -> None:
    path = out / checkpoint.CHECKPOINT
    tensors, about = checkpoint.load(path)  # the optimiser counts its steps on the CPU
    checkpoint.fill(lesson.generator, checkpoint.part("ema", tensors), path.name)
    checkpoint.fill_optimizer(lesson.adam, checkpoint.part("adam", tensors))
    lesson.done, lesson.seconds = about["step"], about["seconds"]
    log.info("goes on after %d pictures", lesson.painted)


def _save(lesson: Lesson, out: Path, about: dict[str, Any]) -> None:
    """What was learned so far is a run like any other, of as many pictures as were painted."""
    tensors = {
        **checkpoint.prefixed("ema", lesson.generator.state_dict()),
        **checkpoint.prefixed("adam", checkpoint.optimizer_tensors(lesson.adam)),
    }
    if name := checkpoint.not_finite(tensors):
        raise LessonStopped(f"{name} is not finite any more; {checkpoint.kept(out)}")
    said = {
        **about,
        "config": {**about["config"], "pictures": lesson.painted},
        "planned": lesson.config.pictures,
        "network": lesson.generator.config.model_dump(mode="json"),
        "step": lesson.done,
        "seen": 0,  # photos: the lesson paints, and looks at none
        "seconds": round(lesson.seconds, 1),
    }
    try:
        checkpoint.save(out / checkpoint.CHECKPOINT, tensors, said)
    except OSError as error:
        raise LessonStopped(f"cannot write in {out}: {error}; {checkpoint.kept(out)}") from error


def _check(figures: dict[str, float], lesson: Lesson, out: Path) -> None:
    for name, figure in figures.items():
        if not math.isfinite(figure):
            raise LessonStopped(
                f"{name} is {figure} after {lesson.painted} pictures; {checkpoint.kept(out)}"
            )


def _said(figures: dict[str, float]) -> str:
    return "  ".join(f"{name} {figure:.3f}" for name, figure in figures.items())
