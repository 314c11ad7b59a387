"""Measures what an experiment has trained, and what needs no training."""

import json
import logging
from functools import cache
from pathlib import Path
from typing import Any

import torch

from foodgan import checkpoint
from foodgan.evaluate.board import Board, Sketches, ceiling, judged_by, measure, open_board
from foodgan.evaluate.sketches import Average, Copycat, Retrieval, averaged, oracle
from foodgan.experiment.plan import BUDGETS, Plan
from foodgan.kondate.folder import read_menu
from foodgan.machine.whole import write_text
from foodgan.painting.grids import contact_sheet
from foodgan.registry import sha256

log = logging.getLogger(__name__)

SHOWN = 6  # names of the grid, from unseen pairs
EACH = 4  # pictures of a name
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
    found = [budget in _read(plan.result(arm, seed)) for budget in plan.budgets]
    return any(found) if plan.hasty else all(found)


def measured(plan: Plan, arm: str, seed: int) -> bool:
    """Whether a run has figures by the plan's judge of all that it has kept."""
    before = _read(plan.result(arm, seed))
    judge = judged_by(sha256(plan.judge))
    return all(
        before.get(budget, {}).get("judge") == judge
        for budget in BUDGETS
        if plan.kept(arm, seed, budget).exists()
    )


def measure_run(plan: Plan, arm: str, seed: int) -> None:
    """Figures of a run at each budget that it has reached, and a grid of its pictures."""
    board, run = board_of(plan), plan.run(arm, seed)
    kept = [path for budget in BUDGETS if (path := plan.kept(arm, seed, budget)).exists()]
    found: Figures = {"arm": arm, "seed": seed, "names": plan.names}
    for path in kept:
        _, about = checkpoint.load(path)
        told = {key: about[key] for key in ("seen", "spent_s", "device")}
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
