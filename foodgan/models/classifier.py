"""Multinomial logistic regression: which of K classes do features belong to? N rows, F features."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, optim
from torch.nn import functional as F

STEPS = 100  # of L-BFGS at most
DECAY = 0.3  # on the sum of squared weights


@dataclass(frozen=True)
class Classifier:
    """mean, deviation (F); weights (F, K); bias (K)."""

    mean: Tensor
    deviation: Tensor
    weights: Tensor
    bias: Tensor

    def to(self, device: torch.device) -> "Classifier":
        """The same on another device."""
        parts = (self.mean, self.deviation, self.weights, self.bias)
        return Classifier(*(part.to(device) for part in parts))

    def logits(self, features: Tensor) -> Tensor:
        """(N, F) to (N, K)."""
        return (features - self.mean) / self.deviation @ self.weights + self.bias

    def __call__(self, features: Tensor) -> Tensor:
        """(N, F) to the likeliest class of each, (N)."""
        return self.logits(features).argmax(dim=1)


def numbered(names: Sequence[str]) -> Tensor:
    """Equal labels (N) for equal names, from 0."""
    order = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return torch.tensor([order[name] for name in names], dtype=torch.int64)


def untaught(features: int, classes: int = 0) -> Classifier:
    """One that knows nothing, of as many classes."""
    return Classifier(
        torch.zeros(features),
        torch.ones(features),
        torch.zeros(features, classes),
        torch.zeros(classes),
    )


def fit(
    features: Tensor, labels: Tensor, classes: int, weights: Tensor | None = None
) -> Classifier:
    """The classifier that makes these labels likeliest; no chance is in it.

    features (N, F); labels (N) in 0 … classes - 1. Every class that has a row counts the same.
    weights (N): how much each row counts within its class; None is all the same.
    """
    own = torch.ones(len(labels)) if weights is None else weights
    counts = torch.zeros(classes).index_add(0, labels, own)
    shares = own / counts[labels] / (counts > 0).sum()
    mean = shares @ features
    deviation = (shares @ (features - mean).square()).sqrt().clamp(min=1e-6)
    slopes = torch.zeros(features.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    found = Classifier(mean, deviation, slopes, bias)
    optimiser = optim.LBFGS([slopes, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimiser.zero_grad()
        unlikely = F.cross_entropy(found.logits(features), labels, reduction="none")
        total = shares @ unlikely + DECAY * slopes.square().sum()
        total.backward()
        return float(total.detach())

    optimiser.step(loss)
    return Classifier(mean, deviation, slopes.detach(), bias.detach())
