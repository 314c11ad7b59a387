"""Measures as pure functions of features: copying, fidelity and coverage, spread, faithfulness.

N generated, M training, K held-out pictures, F features, V views of a picture, C names to choose
from.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from foodgan.metrics.kid import RESAMPLES, Estimate
from foodgan.models.layers import blurred

NEIGHBOURS = 5
CLOSE = 0.01  # share of held-out photos that lie as close as what counts as suspicious
BLOCK = 1024
HUED = 32  # pictures at a time
PROPOSED = 8  # rows, by an inexact distance, among which an exact one decides


@dataclass(frozen=True)
class Manifold:
    """How two clouds overlap, each figure 0 … 1 but density, which may be above 1.

    precision, recall: Kynkäänniemi et al. 2019, arXiv:1904.06991. density, coverage: Naeem et al.
    2020, arXiv:2002.09797.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def manifold(real: Tensor, made: Tensor, k: int = NEIGHBOURS) -> Manifold:
    """real (M, F), made (N, F); k-th nearest neighbours span each manifold."""
    around_real, around_made = _radius(real, k), _radius(made, k)
    gaps = _gaps(real, made)
    inside = gaps < around_real[:, None]
    return Manifold(
        precision=float(inside.any(dim=0).float().mean()),
        recall=float((gaps < around_made).any(dim=1).float().mean()),
        density=float(inside.float().sum(dim=0).mean() / k),
        coverage=float((gaps.min(dim=1).values < around_real).float().mean()),
    )


def _radius(x: Tensor, k: int) -> Tensor:
    """Distance (N,) of each row to its k-th nearest other row."""
    return _gaps(x, x).kthvalue(min(k, len(x) - 1) + 1, dim=1).values


def _gaps(a: Tensor, b: Tensor) -> Tensor:
    # Through a matrix product a row is not at distance 0 from its copy.
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


def nearest(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Distance (N,) and place (N,) of the row of b (M, F) that is nearest to each row of a."""
    gaps, places = [], []
    for part in a.split(BLOCK):
        # A matrix product is fast but inexact near 0: it proposes, subtraction decides.
        rough = torch.cdist(part, b, compute_mode="use_mm_for_euclid_dist")
        proposed = rough.topk(min(PROPOSED, len(b)), largest=False).indices
        exact = (part[:, None] - b[proposed]).norm(dim=2)
        best = exact.min(dim=1, keepdim=True)
        gaps.append(best.values.squeeze(1))
        places.append(proposed.gather(1, best.indices).squeeze(1))
    return torch.cat(gaps), torch.cat(places)


def copying(made: Tensor, held_out: Tensor) -> float:
    """rho: median distance to the nearest training photo, made (N,) over held-out (K,).

    Copies are near 0; pictures as new as photos that were never seen are at 1.
    """
    return float(made.median() / held_out.median())


def suspicious(made: Tensor, held_out: Tensor) -> float:
    """Share of made (N,) closer to a training photo than all but CLOSE of held-out photos (K,).

    It finds a model that copies now and then, which a median does not. CLOSE where none is copied.
    """
    return float((made < torch.quantile(held_out, CLOSE)).float().mean())


def authenticity(made: Tensor, train: Tensor) -> float:
    """Share of made (N, F) that are no noisy copy of a photo in train (M, F).

    Alaa et al. 2022, arXiv:2102.08921: a picture is authentic when the training photo nearest to
    it has a nearer neighbour among the other training photos.
    """
    gaps, places = nearest(made, train)
    return authentic(gaps, apart(train)[places])


def authentic(gaps: Tensor, own: Tensor) -> float:
    """The same of distances (N,) to the nearest training photo, and of that photo to its own."""
    return float((gaps > own).float().mean())


def apart(x: Tensor) -> Tensor:
    """Distance (N,) of each row to the nearest other row."""
    gaps = []
    for at in range(0, len(x), BLOCK):
        part = x[at : at + BLOCK]
        rough = torch.cdist(part, x, compute_mode="use_mm_for_euclid_dist")
        rows = torch.arange(len(part))
        rough[rows, at + rows] = torch.inf  # a row is no neighbour of its own
        proposed = rough.topk(min(PROPOSED, len(x) - 1), largest=False).indices
        gaps.append((part[:, None] - x[proposed]).norm(dim=2).amin(dim=1))
    return torch.cat(gaps)


def spread(groups: list[Tensor]) -> float:
    """Mean distance between two pictures of one group, over groups of (k, F) with k > 1."""
    return float(torch.stack([torch.pdist(group).mean() for group in groups]).mean())


def alike(made: Tensor, real: Tensor, seed: int = 0) -> float:
    """Share of made (N, F) with a near twin among made, as only CLOSE of real (K, F) have one."""
    chance = Generator().manual_seed(seed)
    count = min(len(made), len(real))  # more pictures lie closer together
    a, b = (x[torch.randperm(len(x), generator=chance)[:count]] for x in (made, real))
    return float((_radius(a, 1) <= torch.quantile(_radius(b, 1), CLOSE)).float().mean())


def agreement(a: Tensor, b: Tensor) -> float:
    """Pearson correlation of two tables of the same shape, columns centred: 1 is full agreement."""
    x, y = (a - a.mean(dim=0)).flatten(), (b - b.mean(dim=0)).flatten()
    return float((x @ y) / (x.norm() * y.norm()).clamp(min=1e-12))


def fine_hue(pictures: Tensor) -> float:
    """How much of the hue of pictures (N, 3, S, S) lies at single pixels, of its deviation: 0 … 1.

    Deviation from grey, over all pictures and channels. Photos have little at single pixels, as
    cameras interpolate it and JPEG halves it.
    """
    fine = whole = 0.0
    for part in pictures.split(HUED):
        coloured = part.float()
        hue = coloured - coloured.mean(dim=1, keepdim=True)
        fine += float((hue - blurred(hue, 1)).square().sum())
        whole += float(hue.square().sum())
    return float((fine / max(whole, 1e-12)) ** 0.5)


def r_precision(scores: Tensor) -> float:
    """Share of rows (N, C) whose first name, the true one, scores highest. Xu et al. 2018.

    arXiv:1711.10485, with R = 1.
    """
    return float(fits_best(scores).float().mean())


def fits_best(scores: Tensor) -> Tensor:
    """Of which rows (N, C) the first name scores highest, (N,). Ties count against it."""
    return scores[:, 0] > scores[:, 1:].max(dim=1).values


def of_groups(right: Tensor, groups: Tensor) -> Estimate:
    """The share of true ones of (N,) bool, with a 95 % interval from drawing whole groups anew.

    groups (N,): equal numbers for what belongs together: pictures of one name are no independent
    ones.
    """
    own = groups.unique(return_inverse=True)[1]
    members = torch.bincount(own).float()
    hits = torch.zeros(len(members)).index_add(0, own, right.float())
    chance = Generator().manual_seed(0)
    drawn = torch.randint(len(members), (RESAMPLES, len(members)), generator=chance)
    shares = hits[drawn].sum(dim=1) / members[drawn].sum(dim=1)
    low, high = torch.quantile(shares, torch.tensor([0.025, 0.975])).tolist()
    return Estimate(float(right.float().mean()), low, high)
