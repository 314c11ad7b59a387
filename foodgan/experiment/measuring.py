"""Measures what an experiment has trained, and what needs no training."""

import json
import logging
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch

from foodgan import checkpoint
from foodgan.contract.whole import write_text
from foodgan.experiment.plan import BUDGETS, EQUAL_TIME, Plan
from foodgan.kondate.baselines import Average, Copycat, Retrieval, oracle
from foodgan.kondate.board import Board, Sketches, ceiling, judged_by, measure, open_board
from foodgan.kondate.folder import read_menu
from foodgan.painting.grids import contact_sheet
from foodgan.painting.trained import averaged
from foodgan.registry import sha256
from foodgan.step.config import ConfigError

log = logging.getLogger(__name__)

SHOWN = 6  # names of the grid, from unseen pairs
EACH = 4  # pictures of a name
SAID = ("seen", "spent_s", "limit_s", "device")  # by a kept file, which figures say again
UNTRAINED = ("oracle", "retrieve-by-name", "average", "copycat", "augmented-copycat")
Figures = dict[str, Any]


def board_of(plan: Plan) -> Board:
    """The board of a plan, opened once a process. Raises FolderError, ModelError."""
    return _board(plan.folder, plan.judge, plan.place, plan.cache)


@cache
def _board(folder: Path, judge: Path, device: torch.device, kept: Path) -> Board:
    return open_board(folder, judge=judge, device=device, cache=kept)


def told(plan: Plan, arm: str, seed: int) -> bool:
    """Whether a run has figures of what the plan wants, also where it is not kept any more."""
    before = _read(plan.result(arm, seed))
    found = [
        budget in before and plan.means(arm, budget, before[budget]) for budget in plan.budgets
    ]
    return any(found) if plan.hasty else all(found)


def refuse_other_lengths(plan: Plan, runs: Sequence[tuple[str, int]]) -> None:
    """Hold what is kept and measured of these runs against what the plan means by its budgets.

    Their figures would stand in one table. No run goes on to another length: how much names count
    may go by its share of the pictures. Raises ConfigError, ModelError.
    """
    for arm, seed in runs:
        own = plan.of(arm)
        done = list(_done(own, arm, seed))
        others = [about for budget, about in done if not own.means(arm, budget, about)]
        if own.limit_s and not own.hasty and EQUAL_TIME not in dict(done):  # and cannot go back
            others += [about for _, about in done if about["spent_s"] > own.limit_s]
        if others:
            after = f"{others[0]['seen']:,} pictures and {others[0]['spent_s']:.0f} s"
            raise ConfigError(
                f"{plan.out} holds {arm}, seed {seed}, after {after}, which is not what is asked "
                "for now: ask for as much as then, or name another --out"
            )


def _done(plan: Plan, arm: str, seed: int) -> Iterator[tuple[str, Figures]]:
    """What a run says of each budget, as it was kept and as it was measured."""
    figures = _read(plan.result(arm, seed))
    for budget in plan.budgets:
        if (path := plan.kept(arm, seed, budget)).exists():
            yield budget, checkpoint.description(path)
        if budget in figures:
            yield budget, figures[budget]


def measured(plan: Plan, arm: str, seed: int) -> bool:
    """Whether a run has figures by the plan's judge of all that it has kept."""
    before = _read(plan.result(arm, seed))
    judge = judged_by(sha256(plan.judge))
    return all(
        before.get(budget, {}).get("judge") == judge
        and before[budget].get("seen") == checkpoint.description(path)["seen"]
        for budget in BUDGETS
        if (path := plan.kept(arm, seed, budget)).exists()
    )


def measure_run(plan: Plan, arm: str, seed: int) -> None:
    """Figures of a run at each budget that it has reached, and a grid of its pictures."""
    board, run = board_of(plan), plan.run(arm, seed)
    kept = [path for budget in BUDGETS if (path := plan.kept(arm, seed, budget)).exists()]
    found: Figures = {"arm": arm, "seed": seed, "names": plan.names}
    for path in kept:
        _, about = checkpoint.load(path)
        told = {key: about[key] for key in SAID if key in about}
        told["planned"] = about["config"]["pictures"]
        found[path.stem] = told | measure(board, averaged(run, path.name, plan.place))
    if kept:
        result = plan.result(arm, seed)
        sketches = averaged(run, kept[-1].name, plan.place)
        contact_sheet(_grid(board, sketches), result.with_suffix(".png"))
        _write(result, found)
        log.info("%s, seed %d: measured", arm, seed)


def _grid(board: Board, sketches: Sketches) -> torch.Tensor:
    from torchvision.utils import make_grid

    shown = [known.name for known in board.spread_names[:SHOWN]]
    names = [name for name in shown for _ in range(EACH)]
    pictures = sketches(names, list(range(EACH)) * len(shown))
    grid: torch.Tensor = make_grid(pictures, nrow=EACH * 2, padding=2)
    return grid


def measure_untrained(plan: Plan) -> None:
    """Measure what needs no training: the ceiling, and the controls that must be caught."""
    before = _read(plan.untrained)
    if before.get("oracle", {}).get("judge") == judged_by(sha256(plan.judge)):
        return
    board = board_of(plan)
    names = [known.name for known in read_menu(plan.folder) if known.kind == "train"]
    paint: dict[str, Sketches] = {
        "oracle": oracle,
        "retrieve-by-name": Retrieval(names, board.train),
        "average": Average(board.train),
        "copycat": Copycat(board.train),
        "augmented-copycat": Copycat(board.train, augmented=True),
    }
    figures: Figures = {name: measure(board, paint[name]) for name in UNTRAINED}
    _write(plan.untrained, {**figures, "ceiling": ceiling(board)})


def _read(path: Path) -> Figures:
    if not path.exists():
        return {}
    found: Figures = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(path: Path, figures: Figures) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
