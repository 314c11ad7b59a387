"""What an entrant paints, and what the networks that measure see in it. N dishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from foodgan.evaluate.entrants import Entrant
from foodgan.machine.progress import track
from foodgan.metrics.features import SIZE, Look, small
from foodgan.painting.painter import Dish

BATCH = 8  # dishes painted, and looked at, in one pass: more no longer fit in a CPU's cache


@dataclass(frozen=True)
class Painted:
    """Pictures of dishes: small (N, 3, 64, 64) in [-1, 1]; the first few whole, as bytes.

    seen: features (N, F) by the name of who looked at the pictures at their full size.
    """

    dishes: list[Dish]
    small: Tensor
    seen: dict[str, Tensor]
    whole: Tensor

    @property
    def names(self) -> list[str]:
        return [dish.name for dish in self.dishes]


@torch.no_grad()
def paint(
    entrant: Entrant, dishes: Sequence[Dish], looks: Mapping[str, Look], keep: int, what: str
) -> Painted:
    """Paint dishes and look at each picture while it is there. keep: how many are kept whole.

    looks: by name, pictures (N, 3, S, S) to features (N, F).
    """
    little, whole = [], []
    seen: dict[str, list[Tensor]] = {name: [] for name in looks}
    for at in track(range(0, len(dishes), BATCH), f"{what}: {entrant.title}"):
        painted = entrant.paint(dishes[at : at + BATCH])
        little.append(small(painted))
        for name, look in looks.items():
            seen[name].append(look(painted))
        whole.append(painted[: max(0, keep - at)].add(1).mul(127.5).round().to(torch.uint8))
    empty = torch.empty(0, 3, SIZE, SIZE)
    return Painted(
        list(dishes),
        torch.cat(little) if little else empty,
        {name: torch.cat(found) for name, found in seen.items() if found},
        torch.cat(whole) if whole else empty.to(torch.uint8),
    )
