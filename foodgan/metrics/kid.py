"""KID on features of our own: a distance of pictures to photos. It is no FID.

Bińkowski et al. 2018, arXiv:1801.01401. N generated, M real pictures, F features, B resamples,
J networks that see them.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

SUBSETS = 100
RESAMPLES = 1000


@dataclass(frozen=True)
class Estimate:
    """A figure with a 95 % interval from resampling what it was measured with."""

    mean: float
    low: float
    high: float


def kid(a: Tensor, b: Tensor, *, size: int = 200, seed: int = 0) -> Estimate:
    """Unbiased squared MMD with the cubic kernel, a mean over SUBSETS subsets.

    a (N, F), b (M, F); subsets of `size`, or of all where there are fewer. The interval is a
    bootstrap over pictures (Efron 1979): subsets overlap, so the standard error of their mean says
    nothing of how another draw of pictures would come out.

    a (J, N, F), b (J, M, F): the mean over networks, each of which sees the same pictures. The
    interval draws networks anew, too: another training would have made others.
    """
    return by_networks(a, b, size=size, seed=seed)[0]


def by_networks(
    a: Tensor, b: Tensor, *, size: int = 200, seed: int = 0
) -> tuple[Estimate, list[float]]:
    """What `kid` says of (J, N, F) and (J, M, F), and the distance by each network, of which it is
    the mean.
    """
    chance = Generator().manual_seed(seed)
    kernels = _kernels(a, b)
    each = _over_subsets(*kernels, size, chance)
    around = _resampled(*kernels, chance) - _mmd(*kernels)[:, None]
    values = _of_networks(each, around, chance)
    low, high = torch.quantile(values, torch.tensor([0.025, 0.975]).double()).tolist()
    return Estimate(float(each.mean()), low, high), each.tolist()


def cubic(x: Tensor, y: Tensor) -> Tensor:
    """(N, F), (M, F) -> (N, M), in double precision: differences of large sums follow."""
    return (x.double() @ y.double().mT / x.shape[-1] + 1) ** 3


def _kernels(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Within a (J, N, N), within b (J, M, M), and between them (J, N, M)."""
    a, b = (x if x.dim() == 3 else x[None] for x in (a, b))
    return cubic(a, a), cubic(b, b), cubic(a, b)


def _over_subsets(aa: Tensor, bb: Tensor, ab: Tensor, size: int, chance: Generator) -> Tensor:
    """The mean over subsets by each network, (J,)."""
    n, m = ab.shape[1:]
    size = min(size, n, m)
    drawn = []
    for _ in range(SUBSETS):
        x = torch.randperm(n, generator=chance)[:size]
        y = torch.randperm(m, generator=chance)[:size]
        drawn.append(_mmd(aa[:, x][:, :, x], bb[:, y][:, :, y], ab[:, x][:, :, y]))
    return torch.stack(drawn, dim=1).mean(dim=1)


def _mmd(aa: Tensor, bb: Tensor, ab: Tensor) -> Tensor:
    return _off_diagonal(aa) + _off_diagonal(bb) - 2 * ab.mean(dim=(1, 2))


def _off_diagonal(kernel: Tensor) -> Tensor:
    n = kernel.shape[1]
    return (kernel.sum(dim=(1, 2)) - _diagonal(kernel).sum(dim=1)) / (n * (n - 1))


def _diagonal(kernel: Tensor) -> Tensor:
    return kernel.diagonal(dim1=1, dim2=2)


def _resampled(aa: Tensor, bb: Tensor, ab: Tensor, chance: Generator) -> Tensor:
    """The same figures (J, B) when pictures are drawn anew with replacement, as one for all J.

    A picture drawn twice is never held against itself: that pair would count as a perfect match.
    """
    n, m = ab.shape[1:]
    wa, wb = _counts(n, chance), _counts(m, chance)
    between = ((wa @ ab) * wb).sum(dim=2) / (n * m)
    return _weighted(aa, wa) + _weighted(bb, wb) - 2 * between


def _counts(n: int, chance: Generator) -> Tensor:
    """How often each of n pictures is drawn, (B, n)."""
    drawn = torch.randint(n, (RESAMPLES, n), generator=chance)
    counts = torch.zeros(RESAMPLES, n, dtype=torch.float64)
    return counts.scatter_add_(1, drawn, torch.ones(drawn.shape, dtype=torch.float64))


def _weighted(kernel: Tensor, weights: Tensor) -> Tensor:
    apart = kernel - torch.diag_embed(_diagonal(kernel))
    pairs = weights.sum(dim=1).square() - weights.square().sum(dim=1)
    return ((weights @ apart) * weights).sum(dim=2) / pairs.clamp(min=1)


def _of_networks(each: Tensor, around: Tensor, chance: Generator) -> Tensor:
    """The mean over networks (B,) when they, too, are drawn anew with replacement.

    each (J,): their distances; around (J, B): what other pictures add to them. So few networks are
    drawn too near their mean, by (J - 1) / J in variance: they are pushed out by as much.
    """
    count = len(each)
    out = (count / max(count - 1, 1)) ** 0.5
    spread = each.mean() + out * (each - each.mean())
    drawn = torch.randint(count, (around.shape[1], count), generator=chance)
    values: Tensor = spread[drawn] + around.T.gather(1, drawn)
    return values.mean(dim=1)
