"""The learned half of the name encoder: tokens to one condition.

N names, T tokens a name, V numbers a word vector, G n-grams a token, E text features,
C condition.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from foodgan.contract.limits import WEIGHT_MAX
from foodgan.text.encode import TokenBatch, last_words

LOG_VAR_MIN, LOG_VAR_MAX = -8.0, 2.0
MU_START = 3.0
LOG_VAR_START = -3.0  # sigma ≈ 0.22: the noise must not drown the name


@dataclass
class EncodedNames:
    """What the networks get of N names.

    pooled: (N, E), the name. words: (N, T, E), its tokens; mask: (N, T), which of them exist.
    """

    pooled: Tensor
    words: Tensor
    mask: Tensor

    def __getitem__(self, rows: Tensor) -> "EncodedNames":
        return EncodedNames(self.pooled[rows], self.words[rows], self.mask[rows])

    def detach(self) -> "EncodedNames":
        return EncodedNames(self.pooled.detach(), self.words.detach(), self.mask)


class NameEncoder(nn.Module):
    """Frozen word vectors plus hashed n-grams, pooled with a learned weight a token.

    TokenBatch of N names -> EncodedNames. A name without tokens gets a learned null embedding,
    which also serves photos that carry no label. weights: (N, T) in 0 … WEIGHT_MAX, how much each
    token is heard: 1 as it is, 0 not at all, WEIGHT_MAX alone. knows_last: a name's last word is
    known by its place: it says what the dish is, and elsewhere it would be a topping.
    """

    def __init__(
        self,
        vector_size: int,
        buckets: int,
        features: int,
        *,
        word_vectors: bool = True,
        knows_last: bool = False,
    ) -> None:
        super().__init__()
        self.word_vectors = word_vectors
        self.from_vector = nn.Linear(vector_size, features)
        self.from_ngrams = nn.EmbeddingBag(buckets + 1, features, mode="mean", padding_idx=0)
        self.score = nn.Sequential(nn.Linear(features, features), nn.Tanh(), nn.Linear(features, 1))
        self.null = nn.Parameter(torch.zeros(features))
        self.last = LastWord(features) if knows_last else None
        nn.init.normal_(self.from_ngrams.weight, std=0.1)

    def forward(self, names: TokenBatch, weights: Tensor | None = None) -> EncodedNames:
        n, t, g = names.ngrams.shape
        ngrams = self.from_ngrams(names.ngrams.reshape(n * t, g)).reshape(n, t, -1)
        vectors = names.vectors if self.word_vectors else torch.zeros_like(names.vectors)
        words = F.leaky_relu(self.from_vector(vectors) + ngrams, 0.2)
        lead: Tensor | float = 0.0
        if self.last is not None:
            ends = last_words(names.mask).to(words.dtype)
            words = words + self.last.shift(words) * ends.unsqueeze(-1)
            lead = self.last.lead * ends
        scores, heard = self.score(words).squeeze(-1) + lead, names.mask
        if weights is not None:
            scores, heard = scores + weights.clamp(max=1).log(), heard & (weights > 0)
        attention = scores.masked_fill(~heard, -1e4).softmax(dim=1) * heard
        if weights is not None:
            attention = raised(attention, weights * heard)
        empty = ~heard.any(dim=1, keepdim=True)
        pooled = (attention.unsqueeze(-1) * words).sum(dim=1)
        return EncodedNames(torch.where(empty, self.null, pooled), words, names.mask)


class LastWord(nn.Module):
    """What makes a word another one where it stands last. Begins as nothing."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.shift = nn.Linear(features, features, bias=False)
        self.lead = nn.Parameter(torch.zeros(()))  # added to its score before the softmax
        nn.init.zeros_(self.shift.weight)


def raised(attention: Tensor, weights: Tensor) -> Tensor:
    """Attention (N, T) of which the tokens of a weight above 1 take a share from all others.

    A factor would not do: what the encoder pays 1 % of its attention to stays unheard at three
    times that. So the share goes evenly from none at 1 to all at WEIGHT_MAX.
    """
    asked = (weights - 1).clamp(min=0) / (WEIGHT_MAX - 1)
    share = asked.amax(dim=1, keepdim=True)
    among = asked / asked.sum(dim=1, keepdim=True).clamp(min=1e-6)
    return (1 - share) * attention + share * among


class ConditioningAugmentation(nn.Module):
    """Sample a condition near the name, c ~ N(mu(e), sigma(e)²). Zhang et al. 2017, eq. 1.

    Linear: a ReLU on mu and log sigma², as in the best-known re-implementation, starves the text;
    `relu` puts it there, to show that.
    (N, E) and noise (N, C) -> c (N, C), mu (N, C) and a scalar KL to N(0, I), in nats a dimension.
    """

    def __init__(self, features: int, condition: int, relu: bool = False) -> None:
        super().__init__()
        self.relu = relu
        self.to_mu = nn.Linear(features, condition)
        self.to_log_var = nn.Linear(features, condition)
        # Names begin well apart: by torch's own start they lie within their noise.
        nn.init.normal_(self.to_mu.weight, std=MU_START * features**-0.5)
        nn.init.zeros_(self.to_log_var.weight)
        nn.init.constant_(self.to_log_var.bias, LOG_VAR_START)

    def forward(self, pooled: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, log_var = self.to_mu(pooled), self.to_log_var(pooled)
        if self.relu:
            mu, log_var = F.relu(mu), F.relu(log_var)
        log_var = log_var.clamp(LOG_VAR_MIN, LOG_VAR_MAX)
        kl = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).mean()
        return mu + (0.5 * log_var).exp() * noise, mu, kl
