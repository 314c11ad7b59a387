"""How the taster learns: from renders whose truth is known, down to where each main is seen.

N renders, B of a batch; pictures of a batch are (B, 3, H, H) in [-1, 1].
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import torch
from torch import Generator, Tensor, optim
from torch.nn import functional as F

from foodgan import checkpoint
from foodgan.kondate import attributes
from foodgan.kondate.recipe import Recipe
from foodgan.kondate.stock import Arriving, Renders
from foodgan.kondate.taster import (
    CLASSES,
    KIND,
    MAINS,
    Taste,
    Tasted,
    Taster,
    as_tensor,
    load,
)
from foodgan.machine.place import computes_bf16
from foodgan.machine.progress import track
from foodgan.step.batch import as_photos

HELD_OUT = 2_000  # renders of the stock that it never sees, to be tested on
CALIBRATION = 4_000  # and the next ones, to set the thresholds of mains by
DECAY = 0.05
ENOUGH = 0.1  # of the renders, to begin with on a device that does not draw them
WARM = 0.05  # of the course: the rate rises
SHIFT = 2  # places of the map of mains, 2 pixels each, that a batch is moved by at most
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Course:
    """How long and how it learns.

    epochs: passes over the renders; seconds: it ends then, if that comes first; rate: the highest;
    small: share of the course at half the size, where a step costs a quarter (progressive
    resizing); mains, spots: weights of the sum over mains, of a picture and of a cell, beside one
    attribute.
    """

    epochs: float = 12
    seconds: float = math.inf
    batch: int = 128
    rate: float = 3e-3
    small: float = 0.5
    mains: float = 1.5
    spots: float = 3.0

    @classmethod
    def on(cls, device: torch.device, *, epochs: float, seconds: float = math.inf) -> "Course":
        """What suits the device: a CPU cannot afford the full size for long."""
        if device.type == "cpu":
            return cls(epochs, seconds)
        return cls(epochs, seconds, batch=512, rate=4e-3, small=0.15)


class Shelf:
    """Renders on the device that learns from them, as bytes; they may come one by one."""

    def __init__(self, count: int, device: torch.device) -> None:
        self.device, self.filled = device, 0
        self.pictures = torch.empty(count, 64, 64, 3, dtype=torch.uint8, device=device)
        self.where = torch.empty(count, 32, 32, dtype=torch.uint8, device=device)
        self.singles = {key: torch.empty(count, dtype=torch.long, device=device) for key in CLASSES}
        self.mains = torch.empty(count, len(MAINS), device=device)

    def add(self, renders: Renders) -> None:
        first, last = self.filled, self.filled + len(renders.recipes)
        self.pictures[first:last] = torch.from_numpy(renders.pictures).to(self.device)
        self.where[first:last] = torch.from_numpy(renders.where).to(self.device)
        singles, mains = truths(renders.recipes)
        for key, values in singles.items():
            self.singles[key][first:last] = values.to(self.device)
        self.mains[first:last] = mains.to(self.device)
        self.filled = last


def scores(recipes: Sequence[Recipe], tasted: Sequence[Tasted]) -> dict[str, dict[str, float]]:
    """Shares right of each attribute, of dishes as a canteen cooks and of those drawn evenly.

    "seen mains": how many of the mains that are seen are there.
    """
    # Even numbers are drawn as a canteen cooks, odd ones with rare values as often as others.
    halves = {"as a canteen cooks": 0, "evenly": 1}
    found = {}
    for title, first in halves.items():
        stated, seen = attributes.truths(recipes[first::2]), tasted[first::2]
        shares = attributes.accuracy(stated, seen)
        right = [
            m in a.mains for a, b in zip(recipes[first::2], seen, strict=True) for m in b.mains
        ]
        shares["seen mains"] = sum(right) / max(len(right), 1)
        found[title] = {key: share for key, share in shares.items() if share is not None}
    return found


def truths(recipes: list[Recipe]) -> tuple[dict[str, Tensor], Tensor]:
    """Recipes as numbers: attribute to (N,) classes; mains (N, 16) of 0 and 1."""
    singles = {
        key: torch.tensor([values.index(getattr(recipe, key)) for recipe in recipes])
        for key, values in CLASSES.items()
    }
    mains = [[float(main in recipe.mains) for main in MAINS] for recipe in recipes]
    return singles, torch.tensor(mains).reshape(-1, len(MAINS))


def train(
    coming: Arriving,
    path: Path,
    *,
    course: Course | None = None,
    device: torch.device = CPU,
    seed: int = 0,
) -> tuple[Taster, Renders]:
    """Train a taster on renders as they arrive and write it to `path`.

    Returns it and the first renders, HELD_OUT of them, which it never saw. On a CPU it waits for
    all of them, as drawing and learning would want the same cores.
    """
    course = course or Course()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        taster = Taster().to(device).to(memory_format=torch.channels_last)
    apart, rest = _apart(coming)
    shelf = Shelf(coming.count - len(apart.recipes), device)
    shelf.add(rest)
    enough = coming.count if device.type == "cpu" else ENOUGH * coming.count
    while (part := coming.take(wait=shelf.filled < enough)) is not None:
        shelf.add(part)
    _learn(taster, shelf, coming, course, Generator(device).manual_seed(seed))
    _calibrate(taster.eval(), apart[HELD_OUT:])
    halves = {name: t.half() for name, t in taster.state_dict().items()}
    how = {key: value for key, value in asdict(course).items() if math.isfinite(value)}
    checkpoint.save(path, halves, {"kind": KIND, "renders": shelf.filled, "course": how})
    return load(path)[0], apart[:HELD_OUT]


def _apart(coming: Arriving) -> tuple[Renders, Renders]:
    """The renders to test on and to calibrate by, and what came with them."""
    parts: list[Renders] = []
    count = HELD_OUT + CALIBRATION
    while sum(len(part.recipes) for part in parts) < count:
        part = coming.take(wait=True)
        if part is None:
            raise ValueError(f"{coming.count} renders are too few: {count} are only tested on")
        parts.append(part)
    whole = Renders.joined(parts)
    return whole[:count], whole[count:]


def _learn(
    taster: Taster, shelf: Shelf, coming: Arriving, course: Course, chance: Generator
) -> None:
    device = shelf.device
    bf16, moves = computes_bf16(device), Random(chance.initial_seed())
    adam = optim.AdamW(taster.parameters(), weight_decay=DECAY)
    for done in _progress(course, math.ceil(len(shelf.pictures) * course.epochs / course.batch)):
        if (part := coming.take()) is not None:
            shelf.add(part)
        adam.param_groups[0]["lr"] = course.rate * _heat(done)
        rows = torch.randint(shelf.filled, (course.batch,), generator=chance, device=device)
        moved = moves.randint(-SHIFT, SHIFT), moves.randint(-SHIFT, SHIFT)
        seen, mapped = shelf.pictures[rows], shelf.where[rows]
        shown, where = _view(seen, mapped, done < course.small, moved, chance)
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            taste = taster(shown)
        loss = _loss(taste, shelf, rows, where, course)
        adam.zero_grad()
        loss.backward()
        adam.step()


def _progress(course: Course, steps: int) -> Iterator[float]:
    """How much of the course is done, before each of its steps."""
    begun = time.monotonic()
    for step in track(range(steps), "training the taster"):
        done = max(step / steps, (time.monotonic() - begun) / course.seconds)
        if done >= 1:
            return
        yield done


def _heat(done: float) -> float:
    """Share of the highest rate: up in a line, down in half a cosine."""
    if done < WARM:
        return (done + 0.01) / (WARM + 0.01)
    return 0.5 + 0.5 * math.cos(math.pi * (done - WARM) / (1 - WARM))


def _loss(taste: Taste, shelf: Shelf, rows: Tensor, where: Tensor, course: Course) -> Tensor:
    """Cross-entropies of every attribute, of the mains, and of the mains in each cell. A scalar."""
    mains = F.binary_cross_entropy_with_logits(taste.mains.float(), shelf.mains[rows])
    spots = F.binary_cross_entropy_with_logits(taste.spots.float(), where)
    total = len(MAINS) * (course.mains * mains + course.spots * spots)
    for key, logit in taste.singles.items():
        total = total + F.cross_entropy(logit.float(), shelf.singles[key][rows])
    return total


def _moved(x: Tensor, where: Tensor, down: int, right: int) -> tuple[Tensor, Tensor]:
    """Pictures and maps of half the size, moved by places of the map; edges are repeated."""

    def cut(maps: Tensor, places: int, mode: str) -> Tensor:
        padded = F.pad(maps, (places * SHIFT,) * 4, mode=mode)
        top, left = places * (SHIFT + down), places * (SHIFT + right)
        return padded[..., top : top + maps.shape[2], left : left + maps.shape[3]]

    return cut(x, 2, "replicate"), cut(where, 1, "constant")


def _view(
    bytes_: Tensor, map_: Tensor, halved: bool, moved: tuple[int, int], chance: Generator
) -> tuple[Tensor, Tensor]:
    """Half mirrored, a quarter softened, all moved, with some noise: as a generator's pictures are.

    Bytes (B, 64, 64, 3) and the main in each of 32×32 places -> (B, 3, H, H), and the share of
    each main in each cell (B, 16, C, C).
    """

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=chance, device=chance.device)

    x = as_photos(bytes_)
    where = F.one_hot(map_.long(), 1 + len(MAINS))[..., 1:].permute(0, 3, 1, 2).float()
    mirrored = uniform(len(x), 1, 1, 1) < 0.5
    x, where = torch.where(mirrored, x.flip(3), x), torch.where(mirrored, where.flip(3), where)
    x, where = _moved(x, where, *moved)
    where = F.avg_pool2d(where, 4 if halved else 2)
    if halved:
        x = F.avg_pool2d(x, 2)
    else:
        soft = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        x = torch.where(uniform(len(x), 1, 1, 1) < 0.25, soft, x)
    noise = torch.randn(x.shape, generator=chance, device=chance.device)
    return x + 0.06 * uniform(len(x), 1, 1, 1) * noise, where


@torch.no_grad()
def _calibrate(taster: Taster, renders: Renders) -> None:
    """Shift each main's logit so that it is seen as often as it is there."""
    logits = taster.look(as_tensor(renders.pictures)).mains
    _, there = truths(renders.recipes)
    for main, (seen, count) in enumerate(zip(logits.T, there.sum(0).int().tolist(), strict=True)):
        if 0 < count < len(seen):
            ordered = seen.sort(descending=True).values
            taster.mains.bias[main] -= (ordered[count - 1] + ordered[count]) / 2
