"""Does a picture look like the kind of dish that its name ends in? A classifier of photos says.

It sees the ImageNet features that the shipped generator's discriminator sees through as well. N
pictures, F features, K kinds.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.evaluate.base_dish import KINDS, invented, kind_of
from foodgan.evaluate.classifier import Classifier, fit, untaught
from foodgan.evaluate.kid import RESAMPLES, Estimate

PHOTOS_MIN = 8  # of a kind, to know it
FOLDS = 5
SHUFFLES = 200
SIGHT = "imagenet"  # whose features it takes
WHAT = "base dish"  # what the file says that it holds


@dataclass(frozen=True)
class Looks:
    """kinds: those that it knows, K or none; photos, names: how many it learned from.

    left_out: share right of photos whose names it was not shown, a mean over kinds.
    """

    classifier: Classifier
    kinds: tuple[str, ...]
    photos: int
    names: int
    left_out: float | None

    @property
    def asked(self) -> tuple[str, ...]:
        """The invented names of kinds that it knows."""
        return tuple(name for name in invented() if kind_of(name) in self.kinds)

    def labels(self, names: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Which of the names are of a kind that it knows, and its index: rows (M), kinds (M)."""
        found = enumerate(map(kind_of, names))
        pairs = [(row, self.kinds.index(kind)) for row, kind in found if kind in self.kinds]
        rows, labels = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).unbind(dim=1)
        return rows, labels


def learn(features: Tensor, names: Sequence[str]) -> Looks:
    """Learn from photos' features (N, F) and names (N); fewer than two kinds are none."""
    counts = Counter(map(kind_of, names))
    known = tuple(kind for kind in KINDS if counts[kind] >= PHOTOS_MIN)
    blank = Looks(untaught(features.shape[1]), known if len(known) > 1 else (), 0, 0, None)
    if not blank.kinds:
        return blank
    rows, labels = blank.labels(names)
    seen, kept = features[rows], [names[row] for row in rows.tolist()]
    told = _left_out(seen, kept, labels, len(known))
    return Looks(
        fit(seen, labels, len(known)),
        known,
        len(kept),
        len(set(kept)),
        _mean(_by_kind(told, labels, known)),
    )


def _left_out(features: Tensor, names: list[str], labels: Tensor, classes: int) -> Tensor:
    """What each photo (N) is taken for by a classifier that was shown no photo of its name."""
    order = {name: i for i, name in enumerate(sorted(set(names)))}
    folds = torch.tensor([order[name] % FOLDS for name in names])
    told = torch.empty_like(labels)
    for fold in folds.unique().tolist():
        away = folds == fold
        told[away] = fit(features[~away], labels[~away], classes)(features[away])
    return told


def save(looks: Looks, path: Path) -> None:
    about = {name: value for name, value in vars(looks).items() if name != "classifier"}
    checkpoint.save(path, vars(looks.classifier), {"kind": WHAT, **about})


def load(path: Path) -> Looks:
    """Read what `save` wrote. Raises ModelError."""
    tensors, about = checkpoint.load(path)
    if about.get("kind") != WHAT:
        raise ModelError(f"{path.name} holds no classifier of base dishes")
    return Looks(
        Classifier(**tensors),
        tuple(about["kinds"]),
        about["photos"],
        about["names"],
        about["left_out"],
    )


def figures(
    looks: Looks, made: Tensor, names: Sequence[str], photos: Tensor, real: Sequence[str]
) -> dict[str, Any]:
    """How often pictures (N, F) and photos (M, F) are taken for the kinds of their names.

    None where nothing is of a kind that is known. Shares of photos are means over kinds.
    """
    rows, labels = looks.labels(names)
    told = looks.classifier(made[rows]) if len(rows) else labels
    held_rows, held_labels = looks.labels(real)
    held = looks.classifier(photos[held_rows]) if len(held_rows) else held_labels
    held_by_kind = _by_kind(held, held_labels, looks.kinds)
    return {
        "base_dish": _over_names(told == labels, [names[row] for row in rows.tolist()]),
        "base_dish_held_out_photos": _mean(held_by_kind),
        "base_dish_left_out_names": looks.left_out,
        "base_dish_control_shuffled": _shuffled(told, labels),
        "base_dish_chance": 1 / len(looks.kinds) if looks.kinds else None,
        "base_dish_by_kind": _by_kind(told, labels, looks.kinds) or None,
        "base_dish_by_kind_held_out_photos": held_by_kind,
    }


def _by_kind(told: Tensor, labels: Tensor, kinds: Sequence[str]) -> dict[str, float]:
    """The share right of each kind that has any."""
    right = (told == labels).float()
    present = labels.unique().tolist()
    return {kinds[label]: float(right[labels == label].mean()) for label in present}


def _mean(shares: dict[str, float]) -> float | None:
    return sum(shares.values()) / len(shares) if shares else None


def _over_names(right: Tensor, names: list[str]) -> dict[str, float] | None:
    """The share right with a 95 % interval from drawing the names anew, each with its pictures."""
    if not names:
        return None
    order = {name: i for i, name in enumerate(dict.fromkeys(names))}
    own = torch.tensor([order[name] for name in names])
    hits = torch.zeros(len(order)).index_add(0, own, right.float())
    pictures = torch.bincount(own).float()
    chance = Generator().manual_seed(0)
    drawn = torch.randint(len(order), (RESAMPLES, len(order)), generator=chance)
    shares = hits[drawn].sum(dim=1) / pictures[drawn].sum(dim=1)
    low, high = torch.quantile(shares, torch.tensor([0.025, 0.975])).tolist()
    return asdict(Estimate(float(right.float().mean()), low, high))


def _shuffled(told: Tensor, labels: Tensor) -> float | None:
    """The share right under the names of other pictures."""
    if not len(labels):
        return None
    chance = Generator().manual_seed(0)
    orders = [torch.randperm(len(labels), generator=chance) for _ in range(SHUFFLES)]
    return float(torch.stack([(told == labels[order]).float().mean() for order in orders]).mean())
