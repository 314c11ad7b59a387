"""Trains one arm with one seed, and keeps its averaged generator at each budget."""

import time
from collections.abc import Callable

import torch

from foodgan import checkpoint
from foodgan.experiment.arms import ARMS
from foodgan.experiment.plan import EQUAL_PICTURES, EQUAL_TIME, Plan
from foodgan.photos.feed import Feed, open_feed
from foodgan.place import Place, computes_bf16
from foodgan.train import Trainer, train


def feed_of(plan: Plan, arm: str, seed: int) -> Feed:
    """What the run is trained on. Raises PhotosError."""
    config = ARMS[arm].training(seed, plan.pictures)
    return open_feed(config, plan.folder, plan.cache, plan.place)


def train_run(plan: Plan, arm: str, seed: int, stop: Callable[[], bool]) -> None:
    """Train until the plan's budgets are reached or it should `stop`; the checkpoint is kept.

    Raises PhotosError, TrainingStopped.
    """
    feed = feed_of(plan, arm, seed)
    place = Place(plan.place, computes_bf16(plan.place))
    trainer = Trainer(feed.config, feed, plan.run(arm, seed), place)
    trainer.resume()
    clock = time.process_time if plan.device == "cpu" else time.monotonic
    begun, before = clock(), trainer.seconds

    def spent_s() -> float:
        return before + clock() - begun

    def keep(budget: str) -> None:
        about = {"config": trainer.config.model_dump(mode="json"), "seen": trainer.seen}
        about |= {"spent_s": round(spent_s(), 1), "device": _named(plan.place)}
        averaged = checkpoint.prefixed("ema", trainer.ema.module.state_dict())
        checkpoint.save(plan.kept(arm, seed, budget), averaged, about)

    def whole() -> bool:
        return trainer.seen >= trainer.config.pictures

    limit, in_time = plan.limit_s, plan.kept(arm, seed, EQUAL_TIME)
    if limit is not None and not in_time.exists():
        train(trainer, lambda: stop() or spent_s() >= limit)
        if spent_s() >= limit or whole():
            keep(EQUAL_TIME)
    if stop() or (plan.hasty and in_time.exists()):
        return
    train(trainer, stop)
    if whole():
        keep(EQUAL_PICTURES)


def _named(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
