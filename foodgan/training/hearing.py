"""A lesson: the name encoder of a stage learns to hear new names as known ones, and no others move.

Only rows of n-grams of the new names learn. Names are heard by their words, so one that shares all
of them with others cannot be heard as anything: see `unheard`. N new names, M others, C numbers of
a condition, B rows of n-grams.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from torch import Tensor, optim
from torch.nn import functional as F

from foodgan.machine.progress import track
from foodgan.models.stackgan import Conditioned
from foodgan.text.encode import TokenBatch, collate, encode
from foodgan.text.invent import Inventor

STEPS = 300  # of each course, in which each new name is seen by itself
COURSES = 2  # the second draws half of all names by how far they are from what they should be
# Half of the known names lie nearer than this to another one. So far a new name may be from what it
# is to be heard as, and a known one from where it was.
FAR = 0.6
LR = 2e-2
HELD = 4.0  # what other names' staying as they are counts for
OTHERS, UNDER = 2_000, 500  # names that are held; new names under another word
BATCH = 96  # more takes longer, and hears no better


@dataclass(frozen=True)
class Heard:
    """How a lesson has gone, in spreads of the conditions of known names.

    off: how far each new name is from what it is to be heard as; moved: each known one, from where
    it was. A name that is too far, or no number, is not heard.
    """

    off: Mapping[str, float]
    moved: Mapping[str, float]


def hear_as(
    generator: Conditioned, alike: Mapping[str, str], names: Sequence[str], seed: int = 0
) -> Heard:
    """Let a generator hear each new name as a known one: `alike` says which.

    names: of the photos that it knows, which are held to what they are, as are invented ones. Only
    the n-grams of the new names learn. The generator is changed in place and stays frozen.
    """
    lesson = _Lesson.of(generator, alike, names, Random(seed))
    chance = torch.Generator().manual_seed(seed)
    lesson.course(generator, chance)
    for _ in range(COURSES - 1):
        lesson.course(generator, chance, lesson.distances(generator))
    off, moved = lesson.distances(generator)
    return Heard(
        off=dict(zip(alike, off.tolist(), strict=True)),
        moved=dict(zip(lesson.names, moved[: len(lesson.names)].tolist(), strict=True)),
    )


@dataclass(frozen=True)
class _Lesson:
    """What N names that are new are heard as, and what M others stay as.

    new: names that are to be heard alike, the N by themselves first; wanted (., C): as what; held
    (M): other names, those of photos first, `names`; stay (M, C); spread: the mean variance of
    these; learning (B, 1): 1 for rows of n-grams that learn; touched (M): 1 for names of such ones.
    """

    count: int
    new: TokenBatch
    wanted: Tensor
    names: tuple[str, ...]
    held: TokenBatch
    stay: Tensor
    spread: Tensor
    learning: Tensor
    touched: Tensor

    @classmethod
    def of(
        cls, generator: Conditioned, alike: Mapping[str, str], names: Sequence[str], random: Random
    ) -> "_Lesson":
        inventor = Inventor(names, (), random)
        under = [inventor.under("") for _ in range(UNDER)]
        drawn = random.choices(list(alike.items()), k=UNDER)
        alone = encode(list(alike))
        new = [word + name for word, (name, _) in zip(under, drawn, strict=True)]
        known = [word + like for word, (_, like) in zip(under, drawn, strict=True)]
        others = encode([inventor.name() for _ in range(OTHERS)])
        others = others[~alone.within(others).any(dim=0)]  # those are to be heard anew
        stay = tuple(sorted(set(names) - set(alike)))
        held = collate([encode(stay), others])
        rows = generator.names.from_ngrams
        learning = torch.zeros(rows.num_embeddings, 1)
        learning[alone.ngrams.flatten()] = 1
        learning[rows.padding_idx] = 0
        with torch.no_grad():
            wanted = _mu(generator, encode([*alike.values(), *known]))
            means = _mu(generator, held)
        return cls(
            count=len(alike),
            new=collate([alone, encode(new)]),
            wanted=wanted,
            names=stay,
            held=held,
            stay=means,
            spread=means.std(dim=0).square().mean(),
            learning=learning,
            touched=learning[held.ngrams.flatten(1), 0].amax(dim=1),
        )

    def course(
        self,
        generator: Conditioned,
        chance: torch.Generator,
        far: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        """Learn, the new names by themselves in turn. far: `distances`, by which some are drawn."""
        own = min(self.count, BATCH // 2)  # the rest of a batch is for names under another word
        steps = math.ceil(STEPS * self.count / own)
        weight = generator.names.from_ngrams.weight.requires_grad_(True)
        adam = optim.Adam([weight], LR, (0.9, 0.99))
        for step in track(range(steps), "new names"):
            new = torch.randint(len(self.new), (BATCH,), generator=chance)
            new[:own] = (torch.arange(own) + step * own) % self.count
            held = _drawn(self.touched, BATCH, chance)  # other names cannot move
            if far is not None:
                off, moved = far
                new[own : own + own // 2] = _drawn(off.square(), own // 2, chance)
                held[::2] = _drawn(moved.square(), BATCH // 2, chance)
            off_by = F.mse_loss(_mu(generator, self.new[new]), self.wanted[new])
            moved_by = F.mse_loss(_mu(generator, self.held[held]), self.stay[held])
            adam.zero_grad()
            ((off_by + HELD * moved_by) / self.spread).backward()
            assert weight.grad is not None
            weight.grad *= self.learning
            for group in adam.param_groups:
                group["lr"] = LR * (0.5 + 0.5 * math.cos(math.pi * step / steps))
            adam.step()
        weight.requires_grad_(False)

    @torch.no_grad()
    def distances(self, generator: Conditioned) -> tuple[Tensor, Tensor]:
        """How far new names (N) and others (M) are from where they should be, in spreads."""
        off = _mu(generator, self.new[: self.count]) - self.wanted[: self.count]
        moved = _mu(generator, self.held) - self.stay
        return (
            (off.square().mean(dim=1) / self.spread).sqrt(),
            (moved.square().mean(dim=1) / self.spread).sqrt(),
        )


def _drawn(weights: Tensor, count: int, chance: torch.Generator) -> Tensor:
    """Indices (count,), by their weights (N); any where all are 0, or no numbers."""
    fit = weights.nan_to_num(0.0) + 1e-9
    return torch.multinomial(fit, max(count, 1), True, generator=chance)[:count]


def _mu(generator: Conditioned, names: TokenBatch) -> Tensor:
    """The mean condition (N, C) of each name; two tokens are usual, and padding takes time, too."""
    mean: Tensor = generator.augment.to_mu(generator.names(names.trimmed()).pooled)
    return mean


def farthest(distances: Iterable[Mapping[str, float]]) -> float:
    """The largest of all; no number where one is none."""
    return float(np.max([by for each in distances for by in each.values()], initial=0.0))


def unheard(lessons: Mapping[str, Heard]) -> set[str]:
    """New names that are not heard; where all are, those that known ones have moved for.

    Of these the one that has most n-grams in common with the known one: whether others move it as
    well, the lesson without that one tells.
    """
    far = {name for each in lessons.values() for name, off in each.off.items() if not off <= FAR}
    if far:
        return far
    moved = {name for each in lessons.values() for name, by in each.moved.items() if not by <= FAR}
    new = list(next(iter(lessons.values())).off)
    ngrams = [set(each) - {0} for each in encode(new).ngrams.flatten(1).tolist()]
    for spoilt in encode(sorted(moved)).ngrams.flatten(1).tolist():
        shared = [(len(each.intersection(spoilt)), -len(each)) for each in ngrams]
        if max(shared)[0]:
            far.add(new[shared.index(max(shared))])
    return far
