"""Does a picture look like the kind of dish that its name ends in? A classifier of photos says.

How it sees (`foodgan/metrics/sight.py`) and learns was chosen by photos alone, in folds that leave
names out (docs/results/base-dish.md). N pictures, F features, K kinds.
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
from foodgan.metrics.invented import invented
from foodgan.metrics.kid import RESAMPLES, Estimate
from foodgan.metrics.measures import of_groups
from foodgan.models.classifier import Classifier, fit, numbered, untaught
from foodgan.photos.tensors import name_weights
from foodgan.text.kinds import KINDS, kind_labels, kind_of

PHOTOS_MIN = 8  # of a kind, to know it
PER_NAME = 20  # photos of a name that are learnt from at most
NAME_CAP = 8  # photos that a name counts as: invented names are not the few big ones
FOLDS = 5
SHUFFLES = 200
VERSION = 4  # of how it sees and learns, and of what its file says
WHAT = "base dish"  # what the file says that it holds


@dataclass(frozen=True)
class Looks:
    """kinds: those that it knows, K or none; photos: those that it learned from (SHA-256 of each
    file); names: how many those have.

    left_out: share right of photos whose names it was not shown, a mean over names and kinds.
    """

    classifier: Classifier
    kinds: tuple[str, ...]
    photos: frozenset[str]
    names: int
    left_out: Estimate | None

    @property
    def asked(self) -> tuple[str, ...]:
        """The invented names of kinds that it knows."""
        return tuple(name for name in invented() if kind_of(name) in self.kinds)

    def labels(self, names: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Which of the names are of a kind that it knows, and its index: rows (M), kinds (M)."""
        return kind_labels(names, self.kinds)


def learn(features: Tensor, names: Sequence[str], photos: Sequence[str]) -> Looks:
    """Learn from photos' features (N, F) and names (N); fewer than two kinds are none.

    photos (N): SHA-256 of each file.
    """
    counts = Counter(map(kind_of, names))
    known = tuple(kind for kind in KINDS if counts[kind] >= PHOTOS_MIN)
    kinds = known if len(known) > 1 else ()
    blank = Looks(untaught(features.shape[1]), kinds, frozenset(), 0, None)
    if not blank.kinds:
        return blank
    rows, labels = blank.labels(names)
    seen, kept = features[rows], [names[row] for row in rows.tolist()]
    told = _left_out(seen, kept, labels, len(known))
    return Looks(
        fit(seen, labels, len(known), name_weights(kept, NAME_CAP)),
        known,
        frozenset(photos[row] for row in rows.tolist()),
        len(set(kept)),
        _over_kinds(told == labels, labels, numbered(kept)),
    )


def _left_out(features: Tensor, names: list[str], labels: Tensor, classes: int) -> Tensor:
    """What each photo (N) is taken for by a classifier that was shown no photo of its name."""
    order = {name: i for i, name in enumerate(sorted(set(names)))}
    folds = torch.tensor([order[name] % FOLDS for name in names])
    told = torch.empty_like(labels)
    for fold in folds.unique().tolist():
        away = folds == fold
        near = (~away).nonzero().flatten().tolist()
        weights = name_weights([names[row] for row in near], NAME_CAP)
        told[away] = fit(features[near], labels[near], classes, weights)(features[away])
    return told


def save(looks: Looks, path: Path) -> None:
    about = {name: value for name, value in vars(looks).items() if name != "classifier"}
    about["photos"] = sorted(looks.photos)
    about["left_out"] = asdict(looks.left_out) if looks.left_out else None
    described = {"kind": WHAT, "version": VERSION, **about}
    checkpoint.save(path, vars(looks.classifier), described)


def readable(path: Path) -> bool:
    """Whether a file holds a classifier that sees as this build does. Raises ModelError."""
    return path.exists() and checkpoint.description(path).get("version") == VERSION


def load(path: Path) -> Looks:
    """Read what `save` wrote. Raises ModelError."""
    tensors, about = checkpoint.load(path)
    if about.get("kind") != WHAT or about.get("version") != VERSION:
        raise ModelError(f"{path.name} holds no classifier of base dishes of this build")
    return Looks(
        Classifier(**tensors),
        tuple(about["kinds"]),
        frozenset(about["photos"]),
        about["names"],
        Estimate(**about["left_out"]) if about["left_out"] else None,
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
    return {
        "base_dish": _over_names(told == labels, [names[row] for row in rows.tolist()]),
        "base_dish_held_out_photos": _said(
            _over_kinds(held == held_labels, held_labels, torch.arange(len(held)))
        ),
        "base_dish_left_out_names": _said(looks.left_out),
        "base_dish_control_shuffled": _shuffled(told, labels),
        "base_dish_chance": 1 / len(looks.kinds) if looks.kinds else None,
        "base_dish_by_kind": _by_kind(told, labels, looks.kinds) or None,
        "base_dish_by_kind_held_out_photos": _by_kind(held, held_labels, looks.kinds),
    }


def _by_kind(told: Tensor, labels: Tensor, kinds: Sequence[str]) -> dict[str, float]:
    """The share right of each kind that has any."""
    right = (told == labels).float()
    present = labels.unique().tolist()
    return {kinds[label]: float(right[labels == label].mean()) for label in present}


def _said(share: Estimate | None) -> dict[str, float] | None:
    return asdict(share) if share else None


def _over_kinds(right: Tensor, labels: Tensor, groups: Tensor) -> Estimate | None:
    """The share right, a mean over kinds of means over groups of (N), all of one kind each.

    The 95 % interval is from drawing each kind's groups anew. None where there is nothing.
    """
    if not len(right):
        return None
    chance = Generator().manual_seed(0)
    means, drawn = [], []
    for kind in labels.unique().tolist():
        own = groups[labels == kind].unique(return_inverse=True)[1]
        hits = torch.zeros(int(own.max()) + 1).index_add(0, own, right[labels == kind].float())
        shares = hits / torch.bincount(own)
        picks = torch.randint(len(shares), (RESAMPLES, len(shares)), generator=chance)
        means.append(shares.mean())
        drawn.append(shares[picks].mean(dim=1))
    low, high = torch.quantile(
        torch.stack(drawn).mean(dim=0), torch.tensor([0.025, 0.975])
    ).tolist()
    return Estimate(float(torch.stack(means).mean()), low, high)


def _over_names(right: Tensor, names: list[str]) -> dict[str, float] | None:
    """The share right, each name with its pictures; None where there are none."""
    return asdict(of_groups(right, numbered(names))) if names else None


def _shuffled(told: Tensor, labels: Tensor) -> float | None:
    """The share right under the names of other pictures."""
    if not len(labels):
        return None
    chance = Generator().manual_seed(0)
    orders = [torch.randperm(len(labels), generator=chance) for _ in range(SHUFFLES)]
    return float(torch.stack([(told == labels[order]).float().mean() for order in orders]).mean())
