"""The reader of words: which words of a name does a picture show? One logit a word.

Logistic regression over frozen features, where words that mean the like share what is learned of
them by their vectors; learned from training photos and their names alone. A picture of 玉子 is none
of 卵 to it, but the two get much the same scores.
N pictures, F picture features, K looks at each, W words, V numbers a word vector, D dimensions.
"""

import torch
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F

from foodgan.losses import mean_over
from foodgan.text.encode import TokenBatch

STEPS = 1500
BATCH = 128
RATE, DECAY = 2e-3, 0.5
DROPOUT = 0.3
COMMON = 64
LEAST = 2  # photos that a word needs
RIVALS = 7  # other words that a picture's own is told from, on average
SURE = 2.0  # what a standard deviation of the scores counts for
PRIOR = 4.0  # words of a name, from which each word's own odds begin
ODDS_MIN = -6.0


class WordReader(nn.Module):
    """Picture features (N, F) to logits (N, W), how sure it is of each word.

    ids (W): of the words; counts (W): photos that say them; usual (W): mean logit over photos.
    """

    mean: Tensor
    deviation: Tensor
    ids: Tensor
    counts: Tensor
    vectors: Tensor
    usual: Tensor
    spread: Tensor

    def __init__(self, features: int, ids: Tensor, counts: Tensor, vectors: Tensor) -> None:
        super().__init__()
        words, size = vectors.shape
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))
        self.register_buffer("ids", ids)
        self.register_buffer("counts", counts.float())
        self.register_buffer("vectors", vectors)
        self.register_buffer("usual", torch.zeros(words))
        self.register_buffer("spread", torch.ones(()))
        self.dropout = nn.Dropout(DROPOUT)
        self.see = nn.Linear(features, COMMON)
        self.hear = nn.Linear(size, COMMON, bias=False)
        self.own = nn.Parameter(torch.zeros(words, COMMON))
        odds = (PRIOR * counts / counts.sum()).log().clamp(min=ODDS_MIN)
        self.bias = nn.Parameter(odds)
        nn.init.normal_(self.hear.weight, std=size**-0.5)

    def forward(self, features: Tensor) -> Tensor:
        seen = self.see(self.dropout((features - self.mean) / self.deviation))
        heard = F.layer_norm(self.hear(self.vectors), (COMMON,)) + self.own
        logits: Tensor = seen @ heard.T * COMMON**-0.5 + self.bias
        return logits

    def said(self, names: TokenBatch) -> Tensor:
        """Which of the words each name says, (N, W) bool."""
        return (names.ids[:, :, None] == self.ids).any(dim=1)

    def scores(self, features: Tensor) -> Tensor:
        """Logits above their mean over photos, in standard deviations: (N, F) to (N, W)."""
        scores: Tensor = (self(features.float()) - self.usual) / self.spread
        return scores

    def loss(self, features: Tensor, names: TokenBatch) -> Tensor:
        """How hard it is to tell each word of a picture's name from words that it does not say.

        Rivals come as often as √count, all of them at once, as if RIVALS were drawn. No shape hangs
        on the names, so that a step with it can be recorded.
        """
        scores, said = SURE * self.scores(features), self.said(names)
        chances = self.counts.sqrt().masked_fill(said, 0)
        chances = RIVALS * chances / chances.sum(dim=1, keepdim=True).clamp(min=1e-6)
        others = (scores + chances.clamp(min=1e-9).log()).masked_fill(said, -1e4)
        apart = scores - others.logsumexp(dim=1, keepdim=True)
        return mean_over(F.softplus(-apart).flatten(), said.flatten())


def train(looks: Tensor, names: TokenBatch, seed: int = 0) -> WordReader:
    """Learn from looks (K, N, F) at photos, the first at each as it is, and their names (N)."""
    chance = Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = WordReader(looks.shape[2], *_words(names))
        said, every = reader.said(names).float(), looks.flatten(0, 1)
        reader.mean.copy_(every.mean(dim=0))
        reader.deviation.copy_(every.std(dim=0).clamp(min=1e-6))
        adam = optim.AdamW(reader.parameters(), weight_decay=DECAY)
        plan = optim.lr_scheduler.OneCycleLR(adam, RATE, total_steps=STEPS)
        for _ in range(STEPS):
            rows = torch.randint(looks.shape[1], (BATCH,), generator=chance)
            look = torch.randint(looks.shape[0], (BATCH,), generator=chance)
            logits = reader(looks[look, rows])
            each = F.binary_cross_entropy_with_logits(logits, said[rows], reduction="none")
            loss = each.sum(dim=1).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            plan.step()
    reader.eval().requires_grad_(False)
    logits = reader(looks[0])
    reader.usual.copy_(logits.mean(dim=0))
    reader.spread.copy_(logits.std().clamp(min=1e-6))
    return reader


def _words(names: TokenBatch) -> tuple[Tensor, Tensor, Tensor]:
    """The words that LEAST names say: ids (W), how many say them (W), vectors (W, V)."""
    found, own = names.ids[names.mask], names.vectors[names.mask]
    ids, which, counts = found.unique(return_inverse=True, return_counts=True)
    vectors = torch.zeros(len(ids), own.shape[1])
    vectors[which] = own  # a word has one vector, wherever it stands
    kept = counts >= LEAST
    return ids[kept], counts[kept], vectors[kept]
