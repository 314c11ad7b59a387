"""What an experiment is to do, and where it keeps what it has done."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import torch

from foodgan import checkpoint
from foodgan.experiment.arms import ARMS
from foodgan.kondate import taster

# At which a run is measured.
EQUAL_TIME, EQUAL_PICTURES = "at_equal_time", "at_equal_pictures"
BUDGETS = (EQUAL_TIME, EQUAL_PICTURES)


def file_of(budget: str) -> str:
    """What a run's averaged generator is called, as it was at a budget."""
    return f"{budget}.safetensors"


@dataclass(frozen=True)
class Plan:
    """What to run.

    names: unique training names; pictures: that each run sees; limit_s: seconds after which it is
    measured too, if any, of one core's time on a CPU and of the clock on another device, which its
    neighbours share; hasty: a run ends at whichever of the two comes first; jobs: runs at a time;
    until: when everything ends, as time.time() tells it; judge: a taster's file.
    """

    out: Path
    arms: tuple[str, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    names: int = 130
    pictures: int = 20_000
    limit_s: float | None = None
    hasty: bool = False
    jobs: int = 1
    device: str = "cpu"
    until: float | None = None
    trains: bool = True
    measures: bool = True
    judge: Path = taster.SHIPPED

    @property
    def place(self) -> torch.device:
        """Where runs are trained and measured."""
        return torch.device(self.device)

    @property
    def late(self) -> bool:
        """Whether everything is to end."""
        return self.until is not None and time.time() >= self.until

    @property
    def folder(self) -> Path:
        """The menu that is trained on."""
        return self.out / f"kondate-{self.names}"

    @property
    def cache(self) -> Path:
        """What several runs need and only one has to make."""
        return self.out / "cache"

    @property
    def untrained(self) -> Path:
        """Where the figures of what needs no training are kept."""
        return self.out / "results" / f"untrained-{self.names}.json"

    def result(self, arm: str, seed: int) -> Path:
        """Where the figures of a run are kept."""
        return self.out / "results" / f"{arm}-{self.names}-{seed}.json"

    def run(self, arm: str, seed: int) -> Path:
        """Where a run keeps its checkpoint."""
        return self.out / "runs" / f"{arm}-{self.names}-{seed}"

    def kept(self, arm: str, seed: int, budget: str) -> Path:
        """The averaged generator of a run as it was at a budget."""
        return self.run(arm, seed) / file_of(budget)

    @property
    def budgets(self) -> tuple[str, ...]:
        """What each run is trained to, in turn."""
        return BUDGETS if self.limit_s is not None else (EQUAL_PICTURES,)

    def of(self, arm: str) -> Self:
        """What the plan is for one arm: what goes on from another is trained in full."""
        begins = ARMS[arm].begins is not None  # at equal time it is not there yet
        return replace(self, limit_s=None, hasty=False) if begins else self

    def trained(self, arm: str, seed: int) -> bool:
        """Whether a run has come as far as it should, and was kept there. Raises ModelError."""
        kept = [
            path.exists() and self.means(arm, budget, checkpoint.description(path))
            for budget in self.budgets
            for path in (self.kept(arm, seed, budget),)
        ]
        return any(kept) if self.hasty else all(kept)

    def means(self, arm: str, budget: str, about: Mapping[str, Any]) -> bool:
        """Whether a budget of this plan is the one that a run was kept or measured at.

        about: what the kept file or the figures say of themselves.
        """
        planned = about["config"]["pictures"] if "config" in about else about["planned"]
        if planned != ARMS[arm].training(0, self.pictures).pictures:
            return False
        return budget != EQUAL_TIME or bool(about["limit_s"] == self.limit_s)
