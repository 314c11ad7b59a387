"""The reader: does a picture show what its name says? Two towers, pictures and names.

Contrastive learning (InfoNCE; van den Oord et al. 2018, arXiv:1807.03748) of training photos and
their names over frozen word vectors. Those that measure teach no generator, and see through other
eyes than the one that teaches (`foodgan/training/teacher.py`). N pictures, F picture
features, D = 128 dimensions in common, C names to choose from, B photos kept for reference.
"""

from typing import Self

import torch
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F

from foodgan.machine.progress import track
from foodgan.models.text import NameEncoder
from foodgan.text.encode import TokenBatch
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS

VERSION = 2  # of how readers see and learn, and of what their file says
STEPS = 600
BATCH = 128
COMMON, HIDDEN = 128, 512
RATE, DECAY = 2e-3, 0.05
DROPOUT, WORD_DROPOUT = 0.3, 0.1
BANK = 512  # photos that a name's score is compared over


class Reader(nn.Module):
    """Picture features (N, F) and names (TokenBatch of M) to vectors (N, D), (M, D) of length 1.

    bank: (B, D), training photos.
    """

    mean: Tensor
    deviation: Tensor
    bank: Tensor

    def __init__(self, features: int, bank: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))
        self.register_buffer("bank", torch.zeros(bank, COMMON))
        self.look = nn.Sequential(
            nn.Dropout(DROPOUT),
            nn.Linear(features, HIDDEN),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(HIDDEN, COMMON),
        )
        self.names = NameEncoder(DIMENSIONS, BUCKETS, COMMON)
        self.tell = nn.Linear(COMMON, COMMON)
        self.log_scale = nn.Parameter(torch.tensor(2.3))

    @classmethod
    def sized(cls, tensors: dict[str, Tensor]) -> Self:
        """An empty reader that these tensors fit."""
        return cls(len(tensors["mean"]), len(tensors["bank"]))

    def see(self, features: Tensor) -> Tensor:
        seen: Tensor = self.look((features - self.mean) / self.deviation)
        return F.normalize(seen, dim=1)

    def hear(self, names: TokenBatch) -> Tensor:
        heard: Tensor = self.tell(self.names(names).pooled)
        return F.normalize(heard, dim=1)

    @torch.no_grad()
    def scores(self, features: Tensor, names: TokenBatch) -> Tensor:
        """How well each of N pictures fits each of C names, (N, C).

        In standard deviations above the name's mean over the bank: a name that fits every picture
        a little, for its words are common, gains nothing by it.
        """
        heard = self.hear(names)
        mean, deviation = self._usual(heard)
        return (self.see(features) @ heard.T - mean) / deviation

    def rivalled(self, features: Tensor, names: TokenBatch) -> Tensor:
        """The same for each picture and R names of its own, (N, F) and N · R -> (N, R).

        Pictures can learn from it, by the graph of their features.
        """
        with torch.no_grad():
            heard = self.hear(names)
            mean, deviation = (part.view(len(features), -1) for part in self._usual(heard))
        fit = (self.see(features).unsqueeze(1) * heard.unflatten(0, mean.shape)).sum(dim=2)
        apart: Tensor = (fit - mean) / deviation
        return apart

    def _usual(self, heard: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and deviation of names' scores (C) over the bank."""
        usual = self.bank @ heard.T
        return usual.mean(dim=0), usual.std(dim=0).clamp(min=1e-6)


def train(
    features: Tensor,
    names: TokenBatch,
    labels: Tensor,
    weights: Tensor,
    *,
    what: str = "reader",
    steps: int = STEPS,
    seed: int = 0,
) -> Reader:
    """Train a reader on photos' features (N, F) and names (N).

    labels (N,): equal for equal names; weights (N,): chance of each photo to be drawn.
    """
    chance = Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = Reader(features.shape[1], min(BANK, len(features)))
        reader.mean.copy_(features.mean(dim=0))
        reader.deviation.copy_(features.std(dim=0).clamp(min=1e-6))
        optimiser = optim.AdamW(reader.parameters(), weight_decay=DECAY)
        plan = optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1)
        for _ in track(range(steps), f"training the {what}"):
            rows = torch.multinomial(weights, BATCH, replacement=True, generator=chance)
            heard = names[rows]
            kept = torch.rand(heard.mask.shape, generator=chance) >= WORD_DROPOUT
            pairs = reader.see(features[rows]) @ reader.hear(heard.keep(kept)).T
            loss = match(reader.log_scale.exp() * pairs, labels[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            plan.step()
    reader.eval().requires_grad_(False)
    drawn = torch.multinomial(weights, len(reader.bank), replacement=False, generator=chance)
    reader.bank.copy_(reader.see(features[drawn]))
    return reader


def match(logits: Tensor, labels: Tensor) -> Tensor:
    """InfoNCE both ways on (N, N) logits; pictures of one name share their names. A scalar."""
    same = (labels[:, None] == labels[None]).float()
    wanted = same / same.sum(dim=1, keepdim=True)
    across = -(wanted * logits.log_softmax(dim=1)).sum(dim=1).mean()
    down = -(wanted.T * logits.log_softmax(dim=0)).sum(dim=0).mean()
    return (across + down) / 2
