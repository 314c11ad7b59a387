"""Measures as pure functions of features: distance to photos, copying, spread, faithfulness.

N generated, M real pictures, F features.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

SUBSETS = 100


@dataclass(frozen=True)
class Estimate:
    """A figure with the 95 % interval of its mean over random subsets."""

    mean: float
    low: float
    high: float


def kid(a: Tensor, b: Tensor, *, size: int = 200, seed: int = 0) -> Estimate:
    """Unbiased squared MMD with the cubic kernel. Binkowski et al. 2018, arXiv:1801.01401.

    a (N, F), b (M, F); over SUBSETS subsets of `size` (or of all, where there are fewer).
    """
    chance = Generator().manual_seed(seed)
    size = min(size, len(a), len(b))
    drawn = []
    for _ in range(SUBSETS):
        x = a[torch.randperm(len(a), generator=chance)[:size]]
        y = b[torch.randperm(len(b), generator=chance)[:size]]
        within = _off_diagonal(_cubic(x, x)) + _off_diagonal(_cubic(y, y))
        drawn.append(within - 2 * _cubic(x, y).mean())
    values = torch.stack(drawn).double()
    half = 1.96 * values.std() / SUBSETS**0.5
    mean = values.mean()
    return Estimate(float(mean), float(mean - half), float(mean + half))


def _cubic(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _off_diagonal(kernel: Tensor) -> Tensor:
    n = len(kernel)
    return (kernel.sum() - kernel.diagonal().sum()) / (n * (n - 1))


def copying(made: Tensor, train: Tensor, test: Tensor) -> float:
    """rho: median distance to the nearest training photo, made over held-out. Copies are near 0.

    made (N, F), train (M, F), test (K, F).
    """
    return float(nearest(made, train).median() / nearest(test, train).median())


def nearest(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distance (N,) of each row of a (N, F) to its nearest row of b (M, F)."""
    return torch.cdist(a, b).min(dim=1).values


def spread(groups: list[Tensor]) -> float:
    """Mean distance between two pictures of one group, over groups of (k, F) with k > 1."""
    return float(torch.stack([torch.pdist(group).mean() for group in groups]).mean())


def agreement(a: Tensor, b: Tensor) -> float:
    """Pearson correlation of two tables of the same shape, columns centred: 1 is full agreement."""
    x, y = (a - a.mean(dim=0)).flatten(), (b - b.mean(dim=0)).flatten()
    return float((x @ y) / (x.norm() * y.norm()).clamp(min=1e-12))
