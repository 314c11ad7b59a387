"""How fast each network trains, side by side in one run, and where the time of a step goes."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foodgan.kondate.render import render
from foodgan.kondate.splits import menu
from foodgan.machine.place import Place, placed
from foodgan.machine.progress import track
from foodgan.photos.feed import Feed
from foodgan.photos.folder import Photo
from foodgan.photos.tensors import name_weights
from foodgan.step.config import load_config
from foodgan.text.encode import encode
from foodgan.training.train import Trainer

NAMES = 64  # drawn dishes that are trained on, over and over
ROUNDS = 3  # the networks take turns, so that a slow moment of the machine meets them all
WARMUP = 2  # steps on a CPU
RECORDED = 40  # steps after which a GPU's graphs are recorded, those of the rare penalty too
PARTS = {  # of a step, by the method that does it
    "data": "draw",
    "descent": "_descend",  # both backward passes and both updates
}


@dataclass
class Runner:
    """A network in training, with what its steps have cost so far, in seconds."""

    trainer: Trainer
    seconds: float = 0.0
    steps: int = 0
    parts: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))

    def run(self, steps: int) -> None:
        """Take steps and add up what they cost."""
        with self._timed():
            begun = time.perf_counter()
            for _ in range(steps):
                self.trainer.take_step()
            self._wait()
            self.seconds += time.perf_counter() - begun
        self.steps += steps

    def _wait(self) -> None:
        if self.trainer.place.device.type == "cuda":
            torch.cuda.synchronize(self.trainer.place.device)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Stopwatches on the parts of a step. On a GPU they see only what is waited for."""
        for part, method in PARTS.items():
            setattr(self.trainer, method, self._watched(part, getattr(self.trainer, method)))
        yield
        for method in PARTS.values():
            delattr(self.trainer, method)

    def _watched(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any) -> Any:
            begun = time.perf_counter()
            done = work(*given)
            self.parts[part] += time.perf_counter() - begun
            return done

        return watched

    def figures(self) -> dict[str, Any]:
        """pictures_s, ms of a step, and the share of each part; `forward` is the rest."""
        shares = {part: seconds / self.seconds for part, seconds in self.parts.items()}
        shares["forward"] = 1 - sum(shares.values())
        networks = (self.trainer.objective.generator, self.trainer.objective.discriminator)
        return {
            "pictures_s": round(self.steps * self.trainer.step_pictures / self.seconds, 1),
            "step_ms": round(self.seconds / self.steps * 1e3, 1),
            "shares": {part: round(share, 3) for part, share in shares.items()},
            "parameters": [sum(p.numel() for p in network.parameters()) for network in networks],
        }


def measure(configs: Sequence[str], steps: int, device: str | None = None) -> dict[str, Any]:
    """Everything that `foodgan bench train` prints. steps: of each network, in each round.

    The first configuration is the one that the others' ratios are taken to. Raises ConfigError.
    """
    with placed(device) as place:
        runners = {name: Runner(_trainer(name, place)) for name in configs}
        for runner in runners.values():
            for _ in range(RECORDED if place.records else WARMUP):
                runner.trainer.take_step()
        for _ in track(range(ROUNDS), "rounds"):
            for runner in runners.values():
                runner.run(steps)
    found = {name: runner.figures() for name, runner in runners.items()}
    first = next(iter(found.values()))["pictures_s"]
    return {
        "device": str(place.device),
        "bf16": place.bf16,
        "threads": torch.get_num_threads(),
        "networks": found,
        "ratios": {name: round(f["pictures_s"] / first, 2) for name, f in found.items()},
    }


def _trainer(config: str, place: Place) -> Trainer:
    settings = load_config(config, sketched=0.0)  # no Stage-I paints here
    entries = [entry for entry in menu(NAMES, 0).entries if entry.kind == "train"]
    pixels = np.stack([render(e.recipe, e.seed, settings.photo_size) for e in entries])
    photos = [Photo(Path(), entry.plan.name) for entry in entries]
    names = encode([photo.name or "" for photo in photos])
    weights = name_weights([photo.name for photo in photos], settings.name_cap)
    feed = Feed(settings, photos, pixels, names, weights, place.device)
    return Trainer(settings, feed, Path(), place)
