"""Eyes of a pupil's own: a small network that learns to see from a menu's pictures and names alone.

P pictures (P, 3, S, S) in [-1, 1]. ImageNet's features know photos and no drawings; this knows
nothing but the menu, each of whose pictures it sees turned, mirrored, moved and in another light.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F

from foodgan.experiment.tasting import ranked
from foodgan.kondate.board import pictures_of
from foodgan.kondate.folder import Known
from foodgan.kondate.taster import CLASSES, MAINS, Tasted
from foodgan.losses import mean_over
from foodgan.machine.progress import Track, untracked
from foodgan.models.matcher import WIDTHS, means_and_maxima, own_body

BATCH = 64
RATE = 2e-3
DECAY = 0.05
DROPPED = 0.3
SMOOTHED = 0.05
OF_MAINS = 3.0  # weight of the mains, of which there are many, beside one attribute


class Eyes(nn.Module):
    """(P, 3, S, S) -> logits of each attribute over CLASSES, and of mains (P, MAINS)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = own_body(nn.BatchNorm2d)
        self.dropout = nn.Dropout(DROPPED)
        features = 2 * WIDTHS[-1]
        heads = {key: nn.Linear(features, len(values)) for key, values in CLASSES.items()}
        self.singles = nn.ModuleDict(heads)
        self.mains = nn.Linear(features, len(MAINS))

    def forward(self, pictures: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        features = self.dropout(means_and_maxima(self.body(pictures)))
        return {key: head(features) for key, head in self.singles.items()}, self.mains(features)


@dataclass(frozen=True)
class OwnEyes:
    """A pupil that sees for itself."""

    eyes: Eyes

    @torch.no_grad()
    def taste(self, known: Sequence[Known]) -> list[Tasted]:
        """What pictures show, each seen as it is and mirrored."""
        pictures = pictures_of(known)
        seen = [self.eyes(side) for side in (pictures, pictures.flip(3))]
        singles = {key: sum(own[key] for own, _ in seen) for key in CLASSES}
        return ranked(singles, sum(mains for _, mains in seen), [one.stated for one in known])


def learn(
    known: Sequence[Known],
    track: Track = untracked,
    *,
    pictures: int,
    batch: int = BATCH,
) -> OwnEyes:
    """Learn from pictures and what their names state of them, from nothing. Always the same.

    pictures: how many it is shown, some of them often, `batch` at a time.
    """
    steps = max(1, pictures // batch)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        eyes = Eyes().to(memory_format=torch.channels_last)
        chance = Generator().manual_seed(0)
        adam = optim.AdamW(eyes.parameters(), RATE, weight_decay=DECAY)
        course = optim.lr_scheduler.OneCycleLR(adam, RATE, total_steps=steps)
        menu, stated = pictures_of(known), _Stated(known)
        for _ in track(range(steps), "Learning to see"):
            rows = torch.randint(len(menu), (batch,), generator=chance)
            loss = stated.loss(rows, *eyes(otherwise(menu[rows], chance)))
            adam.zero_grad()
            loss.backward()
            adam.step()
            course.step()
    return OwnEyes(eyes.eval())


class _Stated:
    """What names state, as targets: of each attribute (P, K), of mains (P, MAINS)."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.singles = {key: torch.zeros(len(known), len(v)) for key, v in CLASSES.items()}
        self.mains = torch.zeros(len(known), len(MAINS))
        self.told = torch.tensor([one.stated.mains is not None for one in known])
        for row, one in enumerate(known):
            for key, values in CLASSES.items():
                named = getattr(one.stated, key)
                for value in named:
                    self.singles[key][row, values.index(value)] = 1 / len(named)
            for main in one.stated.mains or ():
                self.mains[row, MAINS.index(main)] = 1

    def loss(self, rows: Tensor, singles: Mapping[str, Tensor], mains: Tensor) -> Tensor:
        """Cross-entropy over what is stated; of what is not, nothing is asked."""
        parts = []
        for key, logits in singles.items():
            target = self.singles[key][rows]
            each = F.cross_entropy(logits, target, reduction="none", label_smoothing=SMOOTHED)
            parts.append(mean_over(each, target.any(dim=1)))
        each = F.binary_cross_entropy_with_logits(mains, self.mains[rows], reduction="none")
        return torch.stack(parts).sum() + OF_MAINS * mean_over(each, self.told[rows])


def otherwise(pictures: Tensor, chance: Generator) -> Tensor:
    """The same dishes turned by up to 14°, mirrored, moved, nearer or farther, in another light."""
    n = len(pictures)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(n, *shape, generator=chance)

    near = 0.85 + 0.3 * uniform()
    angle = (uniform() - 0.5) * math.radians(28)
    mirror = torch.where(uniform() < 0.5, -1.0, 1.0)
    rows = torch.stack(
        (
            torch.stack((near * angle.cos() * mirror, -near * angle.sin()), dim=1),
            torch.stack((near * angle.sin() * mirror, near * angle.cos()), dim=1),
        ),
        dim=1,
    )
    moved = (uniform(2, 1) - 0.5) * 0.3
    places = F.affine_grid(torch.cat((rows, moved), dim=2), list(pictures.shape), False)
    turned = F.grid_sample(pictures, places, padding_mode="reflection", align_corners=False)
    light, tint = 0.8 + 0.4 * uniform(1, 1, 1), (uniform(3, 1, 1) - 0.5) * 0.15
    lit: Tensor = turned * light + tint
    return lit.contiguous(memory_format=torch.channels_last)
