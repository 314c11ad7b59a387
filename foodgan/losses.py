"""Adversarial losses as pure functions of logits, and the penalty that keeps them honest.

real, fake: logits of real and generated pictures, any equal shape. An adversarial loss is given for
each logit, in that shape; all others are scalars.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

LossName = Literal["bce", "hinge", "relativistic"]
Loss = Callable[[Tensor, Tensor], Tensor]


def bce_d(real: Tensor, fake: Tensor) -> Tensor:
    """Discriminator of the original GAN. Goodfellow et al. 2014, arXiv:1406.2661."""
    return F.softplus(-real) + F.softplus(fake)


def bce_g(real: Tensor, fake: Tensor) -> Tensor:
    """Generator of the original GAN, non-saturating; `real` is not used."""
    return F.softplus(-fake)


def hinge_d(real: Tensor, fake: Tensor) -> Tensor:
    """Discriminator hinge loss. Lim & Ye 2017, arXiv:1705.02894."""
    return F.relu(1 - real) + F.relu(1 + fake)


def hinge_g(real: Tensor, fake: Tensor) -> Tensor:
    """Generator side of the hinge loss; `real` is not used."""
    return -fake


def relativistic_d(real: Tensor, fake: Tensor) -> Tensor:
    """Discriminator of the pairing loss. Huang et al. 2024 (R3GAN), arXiv:2501.05441, eq. 2."""
    return F.softplus(fake - real)


def relativistic_g(real: Tensor, fake: Tensor) -> Tensor:
    """Generator of the pairing loss: a fake should look more real than its partner."""
    return F.softplus(real - fake)


LOSSES: dict[LossName, tuple[Loss, Loss]] = {
    "bce": (bce_d, bce_g),
    "hinge": (hinge_d, hinge_g),
    "relativistic": (relativistic_d, relativistic_g),
}


def gradient_penalty(logits: Tensor, seen: Sequence[Tensor]) -> Tensor:
    """R1 on real, R2 on generated pictures. Mescheder et al. 2018, arXiv:1801.04406, eq. 9.

    logits: (N, …) of what was `seen`: pictures, or maps of them, (N, C, H, W) each, all of which
    must require a gradient. Returns ½ · mean ‖∇‖² over the pictures.
    """
    gradients = torch.autograd.grad(logits.sum(), seen, create_graph=True)
    return 0.5 * sum((g.float().square().sum() / len(g) for g in gradients), start=torch.tensor(0))


def energy_distance(real: Tensor, fake: Tensor) -> Tensor:
    """How far a generated batch is from a real one, less a constant of the real one's own.

    2 E|x - y| - E|y - y'|: Székely & Rizzo 2013, doi:10.1016/j.jspi.2013.03.018; as a loss,
    Gritsenko et al. 2020, arXiv:2008.01160. Least where the two have one distribution:
    pictures that are all alike pay in the second term. real, fake: (N, F), N > 1; distances are
    per root of F.
    """
    n, scale = len(fake), fake.shape[1] ** -0.5
    between = _distances(real, fake).mean()
    itself = torch.eye(n, dtype=torch.bool, device=fake.device)
    within = _distances(fake, fake).masked_fill(itself, 0).sum() / (n * (n - 1))
    distance: Tensor = scale * (2 * between - within)
    return distance


def mean_over(values: Tensor, rows: Tensor) -> Tensor:
    """The mean of (N, …) over the rows where (N,) bool is true; 0 where it nowhere is.

    By weights: to pick the rows out, a GPU would have to be asked how many there are.
    """
    weights = rows.to(values.dtype)
    each = values.flatten(1).mean(dim=1) if values.dim() > 1 else values
    return (each * weights).sum() / weights.sum().clamp(min=1)


def energy_score(real: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """How well two pictures of each name foretell its photo: near it, and as far apart as it is.

    E|x - y| - 1/2 E|x - x'|, the strictly proper score of a conditional distribution: Gneiting &
    Raftery 2007, doi:10.1198/016214506000001437, eq. 22; as a loss for a network, Shen &
    Meinshausen 2024, doi:10.1093/jrsssb/qkae108. real, first, second: (N, F, …), row by row of one
    name; distances are over F and per root of it. Returns a score for each row and place, (N, …).
    """
    near = 0.5 * (_norm(first - real) + _norm(second - real))
    return near - 0.5 * _norm(first - second)


def contrast(logits: Tensor, same: Tensor, labelled: Tensor) -> Tensor:
    """How hard it is to tell which name is a picture's own. InfoNCE.

    van den Oord et al. 2018, arXiv:1807.03748, eq. 4. logits: (N, M), M >= N, candidate i being
    the name of picture i; same: (N, M) bool, equal names, which are neither right nor wrong;
    labelled: (N,) bool, pictures that have a name; of others nothing is asked.
    """
    own = torch.eye(*logits.shape, dtype=torch.bool, device=logits.device)
    right = torch.arange(len(logits), device=logits.device)
    others = logits.masked_fill(same & ~own, -1e4)
    return mean_over(F.cross_entropy(others, right, reduction="none"), labelled)


def _norm(a: Tensor) -> Tensor:
    """Root mean square over dimension 1, with a gradient of zero where it is zero."""
    return a.square().mean(dim=1).clamp(min=1e-8).sqrt()


def _distances(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distances (N, M), with a gradient of zero, not of infinity, where they are zero.

    By a product of matrices, whose terms cancel: in single precision whatever the step's is, and
    from a common centre, as a GPU rounds such products (TF32) to little more than bfloat16.
    """
    with torch.autocast(a.device.type, enabled=False):
        centre = b.detach().float().mean(dim=0)
        a, b = a.float() - centre, b.float() - centre
        squared = a.square().sum(dim=1)[:, None] + b.square().sum(dim=1) - 2 * a @ b.T
        return squared.clamp(min=1e-6).sqrt()
