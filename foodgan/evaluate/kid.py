"""KID on features of our own: a distance of pictures to photos. It is no FID.

Bińkowski et al. 2018, arXiv:1801.01401. N generated, M real pictures, F features, B resamples.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

SUBSETS = 100
RESAMPLES = 1000


@dataclass(frozen=True)
class Estimate:
    """A figure with a 95 % interval from resampling the pictures of both sides."""

    mean: float
    low: float
    high: float


def kid(a: Tensor, b: Tensor, *, size: int = 200, seed: int = 0) -> Estimate:
    """Unbiased squared MMD with the cubic kernel, a mean over SUBSETS subsets.

    a (N, F), b (M, F); subsets of `size`, or of all where there are fewer. The interval is a
    bootstrap over pictures (Efron 1979): subsets overlap, so the standard error of their mean says
    nothing of how another draw of pictures would come out.
    """
    chance = Generator().manual_seed(seed)
    size = min(size, len(a), len(b))
    aa, bb, ab = cubic(a, a), cubic(b, b), cubic(a, b)
    drawn = []
    for _ in range(SUBSETS):
        x = torch.randperm(len(a), generator=chance)[:size]
        y = torch.randperm(len(b), generator=chance)[:size]
        drawn.append(_mmd(aa[x][:, x], bb[y][:, y], ab[x][:, y]))
    mean = float(torch.stack(drawn).double().mean())
    around = _resampled(aa, bb, ab, chance) - _mmd(aa, bb, ab)
    low, high = torch.quantile(around.double(), torch.tensor([0.025, 0.975]).double()).tolist()
    return Estimate(mean, mean + low, mean + high)


def cubic(x: Tensor, y: Tensor) -> Tensor:
    """(N, F), (M, F) -> (N, M), in double precision: differences of large sums follow."""
    return (x.double() @ y.double().T / x.shape[1] + 1) ** 3


def _mmd(aa: Tensor, bb: Tensor, ab: Tensor) -> Tensor:
    return _off_diagonal(aa) + _off_diagonal(bb) - 2 * ab.mean()


def _off_diagonal(kernel: Tensor) -> Tensor:
    n = len(kernel)
    return (kernel.sum() - kernel.diagonal().sum()) / (n * (n - 1))


def _resampled(aa: Tensor, bb: Tensor, ab: Tensor, chance: Generator) -> Tensor:
    """The same figure (B,) when pictures are drawn anew with replacement.

    A picture drawn twice is never held against itself: that pair would count as a perfect match.
    """
    wa, wb = _counts(len(aa), chance), _counts(len(bb), chance)
    between = ((wa @ ab) * wb).sum(dim=1) / (len(aa) * len(bb))
    return _weighted(aa, wa) + _weighted(bb, wb) - 2 * between


def _counts(n: int, chance: Generator) -> Tensor:
    """How often each of n pictures is drawn, (B, n)."""
    drawn = torch.randint(n, (RESAMPLES, n), generator=chance)
    counts = torch.zeros(RESAMPLES, n, dtype=torch.float64)
    return counts.scatter_add_(1, drawn, torch.ones(drawn.shape, dtype=torch.float64))


def _weighted(kernel: Tensor, weights: Tensor) -> Tensor:
    apart = kernel - torch.diag(kernel.diagonal())
    pairs = weights.sum(dim=1).square() - weights.square().sum(dim=1)
    return ((weights @ apart) * weights).sum(dim=1) / pairs.clamp(min=1)
