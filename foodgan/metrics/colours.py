"""Do colours follow names? A name's mean colour in pictures beside that in held-out photos.

N names; a colour is three numbers in [-1, 1].
"""

from typing import Any

import torch
from torch import Generator, Tensor

from foodgan.metrics import measures
from foodgan.metrics.exam import Exam

PHOTOS_MIN = 8  # of a name, held out and for training, before a mean over them says anything
SHUFFLES = 200


def figures(exam: Exam, names: list[str], made: Tensor) -> dict[str, Any]:
    """Agreement of mean colours by name; None where fewer than two names have enough photos.

    made: pictures (M, 3, S, S), as many of each of `names` as of any other, name by name; none of
    an entrant that hears no names. Photos' own agreement is of training with held-out ones.
    """
    held_out, known = _by_name(exam, exam.test), _by_name(exam, exam.train)
    chosen = [
        i
        for i, name in enumerate(names)
        if min(len(rows.get(name, [])) for rows in (held_out, known)) >= PHOTOS_MIN
    ]
    agree: float | None = None
    of_photos: float | None = None
    wrong: float | None = None
    if len(chosen) > 1:
        true, learned = (
            torch.stack(
                [_mean_colours(exam.small[rows[names[i]]]).mean(dim=0) for i in chosen]
            ).float()
            for rows in (held_out, known)
        )
        of_photos = measures.agreement(learned, true)
        if len(made):
            painted = _mean_colours(made).unflatten(0, (len(names), -1)).mean(dim=1)[chosen].float()
            agree, wrong = measures.agreement(painted, true), _shuffled_95(painted, true)
    return {
        "colour_agreement": agree,
        "colour_agreement_photos": of_photos,
        "colour_agreement_shuffled_95": wrong,
        "colour_names": len(chosen),
    }


def _mean_colours(pictures: Tensor) -> Tensor:
    """Of each picture (N, 3, S, S), (N, 3), in double precision.

    How many threads add, and how pictures lie in memory, then shows in no figure.
    """
    return pictures.mean(dim=(2, 3), dtype=torch.float64)


def _by_name(exam: Exam, rows: Tensor) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows.tolist():
        found.setdefault(exam.photos[row].name or "", []).append(row)
    return found


def _shuffled_95(painted: Tensor, true: Tensor) -> float:
    """What 95 % of all orders of the names stay below."""
    chance = Generator().manual_seed(0)
    orders = [torch.randperm(len(painted), generator=chance) for _ in range(SHUFFLES)]
    return sorted(measures.agreement(painted[order], true) for order in orders)[
        SHUFFLES * 95 // 100 - 1
    ]
