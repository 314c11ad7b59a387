"""A lesson's course: step by step, saved on the way, gone on with after a signal or a kill.

A lesson has no discriminator, and makes its own batches: it is no training run (`train`), but what
comes of it is a run like any other.
"""

import logging
import math
import time
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import optim

from foodgan import checkpoint
from foodgan.contract.errors import FoodganError
from foodgan.contract.whole import sweep
from foodgan.machine.place import spent, title_of
from foodgan.machine.progress import track
from foodgan.machine.stopping import stop_asked
from foodgan.models.stackgan import Stage1Generator, Stage2Generator
from foodgan.registry import training_of
from foodgan.step.config import LEFT_OUT, ConfigError

log = logging.getLogger(__name__)

LOG_EVERY, SAVE_EVERY = 1_600, 3_200  # pictures


class LessonStopped(FoodganError):
    """A loss or weight is not a number, or the disk is full: the last checkpoint is kept."""


class CourseConfig(BaseModel):
    """What every lesson says of itself. kind, loss, seed, exclude_styles: as in a `TrainConfig`;
    pictures: painted for it, `batch` of them a step.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["stage1", "stage2"]
    loss: str
    exclude_styles: tuple[str, ...] = LEFT_OUT
    seed: int = 0
    pictures: int = Field(default=10_000, gt=0)
    batch: int = Field(default=16, ge=2)

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


class Course(Protocol):
    """A lesson under way. done: steps; seconds: of them all."""

    @property
    def config(self) -> CourseConfig: ...
    @property
    def generator(self) -> Stage1Generator | Stage2Generator: ...

    adam: optim.Adam
    device: torch.device
    done: int
    seconds: float

    def step(self) -> dict[str, float]:
        """Learn from one batch; what it gave, by name."""
        ...


def painted(lesson: Course) -> int:
    """Pictures so far."""
    return lesson.done * lesson.config.batch


def described(config: CourseConfig, run: Path, photos: dict[str, Any]) -> dict[str, Any]:
    """What a lesson is, as its checkpoint says: the same of a lesson that goes on.

    run: whose generator of that kind learns; photos: what a checkpoint says of those that were
    seen. Raises ModelError.
    """
    before = training_of(run, config.kind)
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
    so_far = int(about["config"]["pictures"])
    about["config"] |= {"pictures": about.get("planned")}
    if any(about.get(key) != said for key, said in lesson.items()):
        raise ConfigError(f"{out} holds another run than this lesson: name another --out")
    return so_far


def attend(lesson: Course, run: Path, out: Path, photos: dict[str, Any]) -> int:
    """Give a generator of `run` its lesson and write it into `out`, a run of its own.

    run, photos: as `described`. A lesson goes on from what `out` has of it. Returns how many
    pictures were painted: a signal ends it after its step, and what was learned till then is kept.
    Raises LessonStopped where a loss is no number or nothing can be written, ConfigError where
    `out` holds another run, ModelError.
    """
    about = described(lesson.config, run, photos)
    elsewhere = _go_on(lesson, out) if painted_in(out, about) else {}
    sweep(out)
    earlier, began = lesson.seconds, time.monotonic() - lesson.seconds
    saved = lesson.done

    def save() -> None:
        devices = spent(elsewhere, title_of(lesson.device), lesson.seconds - earlier)
        _save(lesson, out, {**about, "devices": devices})

    with stop_asked() as asked:
        for _ in track(range(lesson.done, lesson.config.steps), "the lesson"):
            if asked():
                break
            figures = lesson.step()
            lesson.seconds = time.monotonic() - began
            _check(figures, lesson, out)
            if painted(lesson) % LOG_EVERY < lesson.config.batch:
                log.info("%d pictures  %s", painted(lesson), _said(figures))
            if painted(lesson) % SAVE_EVERY < lesson.config.batch:
                save()
                saved = lesson.done
    if lesson.done > saved:
        save()
    return painted(lesson)


def _go_on(lesson: Course, out: Path) -> dict[str, float]:
    """Returns the seconds so far by device."""
    path = out / checkpoint.CHECKPOINT
    tensors, about = checkpoint.load(path)  # the optimiser counts its steps on the CPU
    checkpoint.fill(lesson.generator, checkpoint.part("ema", tensors), path.name)
    checkpoint.fill_optimizer(lesson.adam, checkpoint.part("adam", tensors))
    lesson.done, lesson.seconds = about["step"], about["seconds"]
    log.info("goes on after %d pictures", painted(lesson))
    devices: dict[str, float] = about.get("devices", {})
    return devices


def _save(lesson: Course, out: Path, about: dict[str, Any]) -> None:
    """What was learned so far is a run like any other, of as many pictures as were painted."""
    tensors = {
        **checkpoint.prefixed("ema", lesson.generator.state_dict()),
        **checkpoint.prefixed("adam", checkpoint.optimizer_tensors(lesson.adam)),
    }
    if name := checkpoint.not_finite(tensors):
        raise LessonStopped(f"{name} is not finite any more; {checkpoint.kept(out)}")
    said = {
        **about,
        "config": {**about["config"], "pictures": painted(lesson)},
        "planned": lesson.config.pictures,
        "network": lesson.generator.config.model_dump(mode="json"),
        "step": lesson.done,
        "seen": 0,  # photos in batches of a discriminator; what a lesson is held to is not counted
        "seconds": round(lesson.seconds, 1),
    }
    try:
        checkpoint.save(out / checkpoint.CHECKPOINT, tensors, said)
    except OSError as error:
        raise LessonStopped(f"cannot write in {out}: {error}; {checkpoint.kept(out)}") from error


def _check(figures: dict[str, float], lesson: Course, out: Path) -> None:
    for name, figure in figures.items():
        if not math.isfinite(figure):
            raise LessonStopped(
                f"{name} is {figure} after {painted(lesson)} pictures; {checkpoint.kept(out)}"
            )


def _said(figures: dict[str, float]) -> str:
    return "  ".join(f"{name} {figure:.3f}" for name, figure in figures.items())
