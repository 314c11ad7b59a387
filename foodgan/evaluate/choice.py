"""Which snapshot of a run to ship: the one nearest to held-out photos of those that do not copy.

Half of the held-out photos choose, and `foodgan evaluate` also says how far the pictures are from
the other half. N pictures; snapshots are EMA generators, written every so many photos seen.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.evaluate.entrants import Entrant, of_run, of_stages
from foodgan.evaluate.painted import paint
from foodgan.evaluate.yardstick import common_names, spread_of_photos
from foodgan.metrics import copies, measures
from foodgan.metrics.alarms import COPIED_MAX
from foodgan.metrics.copies import Controls
from foodgan.metrics.exam import HELD_OUT_MIN, Exam
from foodgan.metrics.features import random_features, standardised
from foodgan.metrics.kid import Estimate, kid
from foodgan.painting.painter import Dish
from foodgan.photos.folder import PhotosError

RHO_MIN = 0.9  # below, pictures lie nearer to training photos than new photos do
AUTHENTIC_LESS = 0.1  # than held-out photos at most
SEEDS = 4  # pictures of a name when its spread is measured
SPREAD_NAMES = 12


@dataclass(frozen=True)
class Judged:
    """A snapshot's figures. seen: photos; kid: to the half of the held-out photos that choose."""

    path: Path
    seen: int
    kid: Estimate
    rho: float
    authenticity: float
    suspicious: float
    spread: float | None

    @property
    def figures(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"path": str(self.path)}


@dataclass(frozen=True)
class Choosing:
    """What every snapshot is held against. held_out: features of the photos that choose."""

    exam: Exam
    dishes: list[Dish]
    names: list[str]
    held_out: Tensor
    controls: Controls
    floor: Estimate
    spread: float | None

    @property
    def authenticity_min(self) -> float:
        """The share below which a snapshot copies."""
        return self.controls.authentic["held_out"] - AUTHENTIC_LESS

    @property
    def augmented_rho(self) -> float:
        """Of shifted, cropped and tinted training photos, which the rule must catch."""
        near = self.controls.textures
        return measures.copying(near["augmented"].gaps, near["held_out"].gaps)

    def fit(self, judged: Judged) -> bool:
        """Whether a snapshot may be chosen: it copies no more than new photos seem to."""
        return (
            judged.rho >= RHO_MIN
            and judged.authenticity >= self.authenticity_min
            and judged.suspicious <= COPIED_MAX
        )

    def pick(self, table: Sequence[Judged]) -> Judged | None:
        """Of those that are fit the one of the least FoodKID, never of the most steps."""
        return min(filter(self.fit, table), key=lambda judged: judged.kid.mean, default=None)


def snapshots(run: Path) -> list[Path]:
    """Snapshots of a run in the order of training, its last checkpoint at the end.

    Raises ModelError where there is neither.
    """
    found = sorted((run / checkpoint.SNAPSHOTS).glob("*.safetensors"))
    last = run / checkpoint.CHECKPOINT
    if last.exists() and not (found and _seen(found[-1]) == _seen(last)):
        found.append(last)
    if not found:
        raise ModelError(f"{run} holds no snapshot and no checkpoint")
    return found


def _seen(path: Path) -> int:
    return int(checkpoint.description(path)["seen"])


def open_choosing(exam: Exam, pictures: int) -> Choosing:
    """Take the half of the held-out photos that chooses, and their names for `pictures` dishes.

    Raises PhotosError when that half is too small.
    """
    half = exam.for_choice()
    said = [name for row in half.tolist() if (name := exam.photos[row].name)]
    if len(half) < HELD_OUT_MIN or not said:
        raise PhotosError(f"{len(half)} held-out photos are too few to choose a snapshot by")
    raw = exam.random()
    train = exam.small[exam.train]
    training = copies.known(train, raw[exam.train], exam.shelf)
    count = min(pictures, len(train))
    controls = copies.controls(training, train, exam.small[half], count, exam.shelf, "choice")
    dishes = [Dish(said[i % len(said)], i) for i in range(pictures)]
    like = exam.like([dish.name for dish in dishes])
    reference = raw[half]
    floor = kid(standardised(raw[like], reference), standardised(reference, reference))
    names = common_names(exam)[:SPREAD_NAMES]
    spread = spread_of_photos(exam, names, SEEDS) if names else None
    return Choosing(exam, dishes, names, reference, controls, floor, spread)


def entrant(path: Path, first: Path | None) -> Entrant:
    """A snapshot as something that paints. first: the run of Stage-I below a Stage-II.

    Raises ModelError.
    """
    kind = checkpoint.description(path)["config"]["kind"]
    if kind != "stage2":
        return of_run(path, path.stem)
    if first is None:
        raise ModelError(
            f"{path.name} is of Stage-II: name the run of Stage-I that sketches for it"
        )
    return of_stages(first, path, path.stem)


def judge(choosing: Choosing, path: Path, first: Path | None = None) -> Judged:
    """Measure one snapshot. Raises ModelError."""
    one = entrant(path, first)
    asked = paint(one, choosing.dishes, {}, 0, "painting")
    raw = random_features(asked.small)
    held_out = choosing.held_out
    found = choosing.controls.search(asked.small, raw).figures
    return Judged(
        path,
        _seen(path),
        kid(standardised(raw, held_out), standardised(held_out, held_out)),
        found["rho"],
        found["authenticity"],
        found["suspicious_share"],
        _spread(choosing, one),
    )


def _spread(choosing: Choosing, one: Entrant) -> float | None:
    """Spread within a name over that of photos; None where no name has many photos."""
    if choosing.spread is None or one.conditions is None:
        return None
    same = [Dish(name, seed) for name in choosing.names for seed in range(SEEDS)]
    painted = paint(one, same, {}, 0, "painting each name again")
    made = standardised(random_features(painted.small), choosing.exam.random())
    return measures.spread(list(made.split(SEEDS))) / choosing.spread


def report(choosing: Choosing, table: Sequence[Judged]) -> dict[str, Any]:
    """Everything that was measured, by what rule, and what it came to."""
    exam, picked = choosing.exam, choosing.pick(table)
    return {
        "pictures": len(choosing.dishes),
        "photos_that_choose": len(choosing.held_out),
        "photos_that_do_not": len(exam.not_for_choice()),
        "rule": {
            "rho_at_least": RHO_MIN,
            "authenticity_at_least": choosing.authenticity_min,
            "suspicious_share_at_most": COPIED_MAX,
            "then": "the least FoodKID on random convolutions",
        },
        "kid_floor_train_to_test": asdict(choosing.floor),
        "rho_control_augmented": choosing.augmented_rho,
        "snapshots": [judged.figures | {"fit": choosing.fit(judged)} for judged in table],
        "chosen": str(picked.path) if picked else None,
    }
