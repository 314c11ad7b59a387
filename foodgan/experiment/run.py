"""Trains arms and measures them: equal pictures seen, and equal processor time.

A result is one JSON file an arm and seed, written when it is whole: a stopped experiment goes on
with what is missing, and a run that was stopped in training goes on from its checkpoint.
"""

import json
import logging
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from foodgan.evaluate.board import Board, Sketches, ceiling, measure, open_board
from foodgan.experiment.arms import ARMS
from foodgan.experiment.sketches import Average, Copycat, Retrieval, averaged, oracle
from foodgan.grids import contact_sheet
from foodgan.kondate.folder import read_menu, write_folder
from foodgan.photos.feed import open_feed
from foodgan.place import Place, computes_bf16
from foodgan.progress import Track, untracked
from foodgan.train import Trainer, train
from foodgan.whole import write_text

log = logging.getLogger(__name__)

SHOWN = 6  # names of the grid, from unseen pairs
EACH = 4  # pictures of a name
UNTRAINED = ("oracle", "retrieve-by-name", "average", "copycat", "augmented-copycat")


@dataclass(frozen=True)
class Plan:
    """What to run.

    names: unique training names; pictures: that each run sees; cpu_s: processor time of one core
    after which it is measured too, if any; hasty: a run ends at whichever of the two comes first.
    """

    out: Path
    arms: tuple[str, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    names: int = 130
    pictures: int = 20_000
    cpu_s: float | None = None
    hasty: bool = False
    jobs: int = 1

    @property
    def folder(self) -> Path:
        """The menu that is trained on."""
        return self.out / f"kondate-{self.names}"

    def result(self, arm: str, seed: int) -> Path:
        """Where the figures of a run are kept."""
        return self.out / "results" / f"{arm}-{self.names}-{seed}.json"

    def run(self, arm: str, seed: int) -> Path:
        """Where a run keeps its checkpoint."""
        return self.out / "runs" / f"{arm}-{self.names}-{seed}"


def carry_out(plan: Plan, *, track: Track = untracked) -> list[Path]:
    """Train and measure what has no result yet; returns all result files.

    Raises FolderError, PhotosError, TrainingStopped.
    """
    write_folder(plan.folder, plan.names, 64, 0, track=track)
    wanted = [(arm, seed) for seed in plan.seeds for arm in plan.arms]
    missing = [(arm, seed) for arm, seed in wanted if not plan.result(arm, seed).exists()]
    untrained(plan)
    # One process a run: torch's own threads would only get in one another's way.
    with ProcessPoolExecutor(plan.jobs, get_context("spawn")) as pool:
        running = [pool.submit(one, plan, arm, seed) for arm, seed in missing]
        for _ in track(_finished(running), f"training {len(running)} runs"):
            pass
    return [plan.result(arm, seed) for arm, seed in wanted]


def _finished(running: Sequence[Future[None]]) -> Iterable[None]:
    for done in as_completed(running):
        yield done.result()


def one(plan: Plan, arm: str, seed: int) -> None:
    """Train one arm with one seed, measure it, write its result and its grid."""
    torch.set_num_threads(1)
    config = ARMS[arm].training(seed, plan.pictures)
    place = Place(torch.device("cpu"), computes_bf16(torch.device("cpu")))
    feed = open_feed(config, plan.folder, plan.out / "cache", place.device)
    trainer = Trainer(config, feed, plan.run(arm, seed), place)
    trainer.resume()
    board = open_board(plan.folder)
    begun, before = time.process_time(), trainer.seconds
    found: dict[str, Any] = {"arm": arm, "seed": seed, "names": plan.names}

    def spent() -> float:
        return before + time.process_time() - begun

    limit = plan.cpu_s
    if limit is not None and spent() < limit:
        train(trainer, lambda: spent() >= limit)
        found["at_equal_time"] = _measured(trainer, board, spent())
    if not (plan.hasty and "at_equal_time" in found):
        train(trainer)
        found["at_equal_pictures"] = _measured(trainer, board, spent())
    result = plan.result(arm, seed)
    contact_sheet(_grid(board, trainer), result.with_suffix(".png"))
    write_text(result, json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    log.info("%s, seed %d: measured", arm, seed)


def _measured(trainer: Trainer, board: Board, cpu_s: float) -> dict[str, Any]:
    figures = measure(board, averaged(trainer.run))
    return {"seen": trainer.seen, "cpu_s": round(cpu_s, 1), **figures}


def _grid(board: Board, trainer: Trainer) -> torch.Tensor:
    from torchvision.utils import make_grid

    names = [known.name for known in board.spread_names[:SHOWN] for _ in range(EACH)]
    grid: torch.Tensor = make_grid(
        averaged(trainer.run)(names, list(range(EACH)) * SHOWN), nrow=EACH * 2, padding=2
    )
    return grid


def untrained(plan: Plan) -> None:
    """Measure what needs no training: the ceiling, and the controls that must be caught."""
    path = plan.out / "results" / f"untrained-{plan.names}.json"
    if path.exists():
        return
    board = open_board(plan.folder)
    names = [known.name for known in read_menu(plan.folder) if known.kind == "train"]
    paint: dict[str, Sketches] = {
        "oracle": oracle,
        "retrieve-by-name": Retrieval(names, board.train),
        "average": Average(board.train),
        "copycat": Copycat(board.train),
        "augmented-copycat": Copycat(board.train, augmented=True),
    }
    figures: dict[str, Any] = {name: measure(board, paint[name]) for name in UNTRAINED}
    figures["ceiling"] = ceiling(board)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
