"""Trains one arm with one seed, and keeps its averaged generator at each budget."""

import time
from collections.abc import Callable
from pathlib import Path

import torch

from foodgan import checkpoint
from foodgan.experiment.arms import ARMS
from foodgan.experiment.plan import EQUAL_PICTURES, EQUAL_TIME, Plan, file_of
from foodgan.machine.place import placed
from foodgan.photos.feed import Feed, open_feed
from foodgan.step.config import ConfigError, TrainConfig
from foodgan.training.train import Trainer, train


def feed_of(plan: Plan, arm: str, seed: int) -> Feed:
    """What the run is trained on. Raises PhotosError."""
    config = ARMS[arm].training(seed, plan.pictures)
    return open_feed(config, plan.folder, plan.cache, plan.place)


def train_run(plan: Plan, arm: str, seed: int, stop: Callable[[], bool]) -> None:
    """Train until the plan's budgets are reached or it should `stop`; the checkpoint is kept.

    Raises PhotosError, TrainingStopped; ConfigError where its checkpoint is of another run, or the
    run that it goes on from is not trained.
    """
    first = _before(plan, arm, seed)
    feed = feed_of(plan, arm, seed)
    # It draws its own batches: its neighbours want the other cores.
    with placed(plan.device, loaders=0) as place:
        _refuse_another_length(feed.config, plan.run(arm, seed))
        trainer = Trainer(feed.config, feed, plan.run(arm, seed), place)
        if plan.device == "cpu":  # a core's own time: its neighbours come and go
            trainer.clock = time.process_time
        if not trainer.resume() and first is not None:
            trainer.begin_from(first)
        _reach_budgets(trainer, plan, stop)


def _before(plan: Plan, arm: str, seed: int) -> Path | None:
    """The run that this one goes on from, if any. Raises ConfigError before that is trained."""
    first = ARMS[arm].begins
    if first is None:
        return None
    run = plan.run(first, seed)
    if not (plan.kept(first, seed, EQUAL_PICTURES).exists() and checkpoint.of(run).exists()):
        raise ConfigError(f"{run} is not trained, and this run goes on from it")
    return run


def _refuse_another_length(config: TrainConfig, run: Path) -> None:
    """An unfinished run goes on to other pictures than it was begun for only where names count
    alike all along: else it would be neither the one nor the other. Raises ConfigError.
    """
    path = checkpoint.of(run)
    if not path.exists() or config.conditional_full == 0 or config.conditional_from == 1:
        return
    then = checkpoint.description(path)["config"]["pictures"]
    if then != config.pictures:
        raise ConfigError(
            f"{run} was begun for {then:,} pictures, and how much names count goes by its share of "
            "them: go on with as many, or name another --out"
        )


def _reach_budgets(trainer: Trainer, plan: Plan, stop: Callable[[], bool]) -> None:
    def whole() -> bool:
        return trainer.seen >= trainer.config.pictures

    limit, in_time = plan.limit_s, trainer.run / file_of(EQUAL_TIME)
    if limit is not None and not in_time.exists():
        train(trainer, lambda: stop() or trainer.seconds >= limit)
        if trainer.seconds >= limit or whole():
            _keep(trainer, EQUAL_TIME, limit_s=limit)
    if stop() or (plan.hasty and in_time.exists()):
        return
    train(trainer, stop)
    if whole():
        _keep(trainer, EQUAL_PICTURES)


def _keep(trainer: Trainer, budget: str, **told: float) -> None:
    """The averaged generator as it is at this budget. told: of it, beside what was seen."""
    device, before = trainer.place.device, trainer.before
    about = {
        **told,
        **{key: trainer.about[key] for key in ("config", "network")},
        "seen": trainer.seen + sum(run["seen"] for run in before),
        "spent_s": round(trainer.seconds + sum(run["seconds"] for run in before), 1),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
    }
    tensors = checkpoint.prefixed("ema", trainer.ema.state_dict())
    checkpoint.save(trainer.run / file_of(budget), tensors, about)
