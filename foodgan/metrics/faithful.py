"""Faithfulness: is the asked name the one of a hundred that a picture fits best?

N pictures, C = 100 names to choose from, the true one first.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from foodgan.metrics.kid import Estimate
from foodgan.metrics.measures import fits_best, of_groups, r_precision
from foodgan.models.classifier import numbered
from foodgan.models.reader import Reader
from foodgan.text.encode import TokenBatch, collate, encode
from foodgan.text.recombine import swap_one

CHOICES = 100
ONE_OFF = CHOICES // 2  # of the names are one word off the true one
SHUFFLES = 5
CHANCE = 1 / CHOICES
MORE_WORDS = "_more_words"  # what the keys of names of two words or more end in


@dataclass(frozen=True)
class Choices:
    """names: the distinct true names (M); lists: for each, C names, the true one first."""

    names: list[str]
    lists: list[TokenBatch]


def choices(names: list[str], others: list[str], seed: int = 0) -> Choices:
    """For each name, 49 others of `others` and 50 that are one word off."""
    chance = Generator().manual_seed(seed)
    asked = sorted(set(names))
    pool = encode(others)
    keys = [_key(pool, row) for row in range(len(pool))]
    return Choices(asked, [_list(name, pool, keys, chance) for name in asked])


def _list(name: str, pool: TokenBatch, keys: list[frozenset[int]], chance: Generator) -> TokenBatch:
    true = encode([name])
    twisted, swapped = swap_one(true[[0] * ONE_OFF], chance, pool)
    twisted = twisted[swapped]
    own = _key(true, 0)
    other = [row for row, key in enumerate(keys) if key and key != own]
    free = torch.tensor(other, dtype=torch.int64)
    wanted = CHOICES - 1 - len(twisted)
    # A folder of few names repeats them: choosing is then easier, for photos as for pictures.
    turns = [free[torch.randperm(len(free), generator=chance)] for _ in range(wanted)]
    rows = torch.cat(turns)[:wanted] if len(free) else free
    return collate([true, pool[rows], twisted])


def _key(names: TokenBatch, row: int) -> frozenset[int]:
    """The words of a name: カレー丼 and カレーどんぶり are one."""
    return frozenset(names.ids[row][names.mask[row]].tolist())


def more_words(names: list[str]) -> Tensor:
    """Which names (N,) have two different words or more.

    One word off, a name of one word is another dish altogether: nothing of it is left.
    """
    heard = encode(names)
    return torch.tensor([len(_key(heard, row)) > 1 for row in range(len(heard))], dtype=torch.bool)


def key_of(kind: str) -> str:
    """The figure's name where a reader of this kind reads."""
    return "r_precision" if kind == "random" else f"r_precision_{kind}"


def precision(reader: Reader, features: Tensor, names: list[str], among: Choices) -> Estimate:
    """R-precision@1 of pictures' features (N, F) by the names (N) that they were asked by.

    Its interval is from drawing whole names anew.
    """
    return of_groups(fits_best(_scores(reader, features, names, among)), numbered(names))


def figures(
    key: str, reader: Reader, features: Tensor, names: list[str], among: Choices, ending: str = ""
) -> dict[str, Any]:
    """R-precision of all names, and of those of two words or more: None where there are none.

    ending: of the keys, after the figure's own name.
    """
    more = more_words(names)
    these = [name for name, is_of_more in zip(names, more.tolist(), strict=True) if is_of_more]
    hard = asdict(precision(reader, features[more], these, among)) if these else None
    whole = asdict(precision(reader, features, names, among))
    return {f"{key}{ending}": whole, f"{key}{MORE_WORDS}{ending}": hard}


def shuffled(
    reader: Reader, features: Tensor, names: list[str], among: Choices, seed: int = 0
) -> float | None:
    """The same when each picture is held against the name of another one: chance is .01.

    A picture keeps out of the names equal to its own. One name alone cannot be shuffled: None.
    """
    chance = Generator().manual_seed(seed)
    found = []
    for _ in range(SHUFFLES):
        order = torch.randperm(len(names), generator=chance).tolist()
        kept = [i for i, j in enumerate(order) if names[i] != names[j]]
        if kept:
            others = [names[order[i]] for i in kept]
            found.append(r_precision(_scores(reader, features[kept], others, among)))
    return sum(found) / len(found) if found else None


def _scores(reader: Reader, features: Tensor, names: list[str], among: Choices) -> Tensor:
    scores = torch.empty(len(names), CHOICES)
    for name, listed in zip(among.names, among.lists, strict=True):
        rows = [i for i, asked in enumerate(names) if asked == name]
        if rows:
            scores[rows] = -torch.inf
            scores[torch.tensor(rows), : len(listed)] = reader.scores(features[rows], listed)
    return scores
