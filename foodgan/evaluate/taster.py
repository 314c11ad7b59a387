"""The taster: tells from a picture of a Kondate dish what is in it. The judge of drawn dishes.

A residual network (He et al. 2016, arXiv:1512.03385) trained from nothing on renders of seeds that
no menu uses, so that it shares no feature with any discriminator. Half-way at half the size, where
a step costs a quarter (progressive resizing). N pictures (N, 3, 64, 64) in [-1, 1].
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.kondate.recipe import NONE, SINGLE, VALUES, Recipe, in_order
from foodgan.kondate.render import Picture
from foodgan.place import computes_bf16
from foodgan.progress import track
from foodgan.registry import sha256

SHIPPED = Path(__file__).with_name("taster.safetensors")
KIND = "taster"
WIDTHS = (32, 64, 128, 192)
BATCH = 128
HELD_OUT = 2_000  # renders of the stock that it never sees, to be tested on
DECAY = 0.05
CLASSES = {key: (*VALUES[key], NONE) if key == "cooking" else VALUES[key] for key in SINGLE}


@dataclass(frozen=True)
class Phase:
    """A part of the training.

    rate: the highest; small: share of the steps at half the size; mains: weight of the mean over
    16 mains beside one attribute.
    """

    epochs: int
    rate: float
    small: float
    mains: float


# What is large is learnt first: mains are small, rare, and 16 at once.
PHASES = (Phase(10, 3e-3, 0.6, 3.0), Phase(5, 1.5e-3, 0.0, 24.0))


@dataclass(frozen=True)
class Tasted:
    """What a picture shows, as far as the taster can tell. singles: attribute to value."""

    singles: dict[str, str]
    mains: tuple[str, ...]


class Residual(nn.Module):
    """Two 3×3 convolutions beside the identity. (N, W, H, H) -> the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _convolution(width, width), _convolution(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class Taster(nn.Module):
    """(N, 3, H, H) -> logits of each single attribute, (N, values), and of each main, (N, 16)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution(3, WIDTHS[0]), nn.ReLU(), nn.MaxPool2d(2)]
        layers.append(Residual(WIDTHS[0]))
        for before, width in pairwise(WIDTHS):
            layers += [_convolution(before, width, 2), nn.ReLU(), Residual(width)]
        self.layers = nn.Sequential(*layers)
        self.heads = nn.ModuleDict(
            {key: nn.Linear(2 * WIDTHS[-1], len(values)) for key, values in CLASSES.items()}
        )
        self.mains = nn.Linear(2 * WIDTHS[-1], len(VALUES["main"]))

    def see(self, pictures: Tensor) -> Tensor:
        """Features (N, 2 · 192): mean and maximum of the last map."""
        maps = self.layers(pictures)
        return torch.cat([maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))], dim=1)

    def forward(self, pictures: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        seen = self.see(pictures)
        return {key: head(seen) for key, head in self.heads.items()}, self.mains(seen)

    @torch.no_grad()
    def features(self, pictures: Tensor) -> Tensor:
        """Of (N, 3, 64, 64), in parts that fit in memory."""
        return torch.cat([self.see(part) for part in pictures.split(BATCH)])

    @torch.no_grad()
    def taste(self, pictures: Tensor) -> list[Tasted]:
        """What each of (N, 3, 64, 64) shows."""
        tasted = []
        for part in pictures.split(BATCH):
            logits, mains = self(part)
            values = {key: logit.argmax(dim=1).tolist() for key, logit in logits.items()}
            for row, present in enumerate((mains > 0).tolist()):
                singles = {key: CLASSES[key][column[row]] for key, column in values.items()}
                there = (VALUES["main"][i] for i, yes in enumerate(present) if yes)
                tasted.append(Tasted(singles, in_order(there)))
        return tasted


def _convolution(before: int, after: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after))


def as_tensor(pictures: Picture) -> Tensor:
    """Bytes (N, H, W, 3) to (N, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def load(path: Path = SHIPPED) -> tuple[Taster, str]:
    """A trained taster and the SHA-256 of its file. Raises ModelError."""
    tensors, about = checkpoint.load(path)
    if about.get("kind") != KIND:
        raise ModelError(f"{path.name} is no taster")
    taster = Taster()
    checkpoint.fill(taster, {name: t.float() for name, t in tensors.items()}, path.name)
    return taster.eval().requires_grad_(False), sha256(path)


def train(
    pictures: Picture,
    recipes: Sequence[Recipe],
    path: Path,
    *,
    phases: Sequence[Phase] = PHASES,
    seed: int = 0,
) -> Taster:
    """Train a taster on renders (N, 64, 64, 3) of these recipes and write it to `path`."""
    chance = Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        taster = Taster().to(memory_format=torch.channels_last)
    truth = Truth.of(recipes)
    for phase in phases:
        _learn(taster, torch.from_numpy(pictures), truth, phase, chance)
    halves = {name: t.half() for name, t in taster.state_dict().items()}
    about = {"kind": KIND, "renders": len(pictures), "phases": [asdict(phase) for phase in phases]}
    checkpoint.save(path, halves, about)
    return load(path)[0]


@dataclass(frozen=True)
class Truth:
    """Recipes as numbers: singles, attribute to (N,) classes; mains (N, 16) of 0 and 1."""

    singles: dict[str, Tensor]
    mains: Tensor

    @classmethod
    def of(cls, recipes: Sequence[Recipe]) -> "Truth":
        """Of N recipes."""
        singles = {
            key: torch.tensor([values.index(getattr(recipe, key)) for recipe in recipes])
            for key, values in CLASSES.items()
        }
        mains = [[float(main in recipe.mains) for main in VALUES["main"]] for recipe in recipes]
        return cls(singles, torch.tensor(mains))

    def loss(self, rows: Tensor, logits: dict[str, Tensor], mains: Tensor, weight: float) -> Tensor:
        """Cross-entropy of every attribute, summed, with a weight on the mains. A scalar."""
        total = weight * F.binary_cross_entropy_with_logits(mains, self.mains[rows])
        for key, logit in logits.items():
            total = total + F.cross_entropy(logit, self.singles[key][rows])
        return total


def _learn(taster: Taster, pictures: Tensor, truth: Truth, phase: Phase, chance: Generator) -> None:
    """pictures: bytes (N, 64, 64, 3)."""
    bf16 = computes_bf16(torch.device("cpu"))
    steps = len(pictures) * phase.epochs // BATCH
    optimiser = optim.AdamW(taster.parameters(), weight_decay=DECAY)
    plan = optim.lr_scheduler.OneCycleLR(optimiser, phase.rate, total_steps=steps + 1)
    for step in track(range(steps), "training the taster"):
        rows = torch.randint(len(pictures), (BATCH,), generator=chance)
        shown = _view(pictures[rows], step < phase.small * steps, chance)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits, mains = taster(shown)
            loss = truth.loss(rows, logits, mains, phase.mains)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        plan.step()


def _view(bytes_: Tensor, halved: bool, chance: Generator) -> Tensor:
    """Half mirrored, a quarter softened, all with some noise: what a generator's pictures have."""
    x = bytes_.permute(0, 3, 1, 2).float() / 127.5 - 1
    choice = torch.rand(2, len(x), 1, 1, 1, generator=chance)
    x = torch.where(choice[0] < 0.5, x.flip(3), x)
    if halved:
        x = F.avg_pool2d(x, 2)
    else:
        soft = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        x = torch.where(choice[1] < 0.25, soft, x)
    noise = torch.randn(x.shape, generator=chance)
    return x + 0.06 * torch.rand(len(x), 1, 1, 1, generator=chance) * noise
