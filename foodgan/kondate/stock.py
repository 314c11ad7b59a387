"""A stock of dishes to learn from: many renders with their recipes, kept on disk.

Half are drawn as a canteen cooks; for the other half some values are set evenly, so that the rare
ones are seen often enough to be learnt.
"""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from foodgan.contract.whole import whole, write_text
from foodgan.kondate.folder import VERSION
from foodgan.kondate.prior import draw
from foodgan.kondate.recipe import MAINS_MAX, NONE, SINGLE, VALUES, Recipe, Stated, in_order
from foodgan.kondate.render import Picture, labelled
from foodgan.machine.process import end_with_parent
from foodgan.machine.progress import Track, untracked

STREAM = 977  # apart from the seeds of every menu
PART = 500  # renders of one file
EVEN = 0.4  # how often an attribute is set evenly, in that half of the dishes


@dataclass(frozen=True)
class Renders:
    """N dishes: pictures (N, S, S, 3), recipes, and where their mains are seen (N, 32, 32)."""

    pictures: Picture
    recipes: list[Recipe]
    where: Picture

    def __getitem__(self, rows: slice) -> "Renders":
        return Renders(self.pictures[rows], self.recipes[rows], self.where[rows])

    @classmethod
    def joined(cls, parts: Sequence["Renders"]) -> "Renders":
        """All parts, one after the other."""
        return cls(
            np.concatenate([part.pictures for part in parts]),
            [recipe for part in parts for recipe in part.recipes],
            np.concatenate([part.where for part in parts]),
        )


class Arriving:
    """A stock that is being rendered, part by part."""

    def __init__(self, folder: Path, count: int, work: list[Future[None]]) -> None:
        self.folder, self.count, self.work = folder, count, work
        self.taken = 0  # parts
        self.parts = -(-count // PART)

    def take(self, *, wait: bool = False) -> Renders | None:
        """The next part, where it is ready or `wait` says to wait for it; None: not, or no more."""
        if self.taken == self.parts:
            return None
        if self.work:
            if not (wait or self.work[0].done()):
                return None
            self.work.pop(0).result()
        first = self.taken * PART
        self.taken += 1
        return _load(self.folder, self.taken - 1)[: self.count - first]


def dish(number: int, seed: int = 0) -> tuple[Recipe, int]:
    """Dish `number` of the stock of this seed, and the seed of its picture."""
    rng = np.random.default_rng([STREAM, seed, number])
    recipe = draw(rng, _evenly(rng) if number % 2 else None)
    return recipe, int(rng.integers(2**31))


@contextmanager
def arriving(
    folder: Path, count: int, size: int = 64, seed: int = 0, jobs: int = 0
) -> Iterator[Arriving]:
    """The first `count` dishes while they are being rendered by `jobs` processes; 0: one a core.

    Renders what `folder` does not hold yet; a stopped call goes on where it was.
    """
    folder = folder / f"kondate-{VERSION}-{size}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    numbers = range(-(-count // PART))
    missing = [number for number in numbers if not _files(folder, number)[-1].exists()]
    if not missing:
        yield Arriving(folder, count, [])
        return
    with ProcessPoolExecutor(jobs or os.cpu_count(), get_context("spawn"), end_with_parent) as pool:
        render = partial(_render_part, folder, size, seed, PART)
        work = [pool.submit(render, number) for number in numbers]
        try:
            yield Arriving(folder, count, work)
        finally:
            pool.shutdown(cancel_futures=True)


def stock(
    folder: Path,
    count: int,
    size: int = 64,
    seed: int = 0,
    *,
    jobs: int = 0,
    track: Track = untracked,
) -> Renders:
    """The first `count` dishes, rendered where `folder` does not hold them yet."""
    with arriving(folder, count, size, seed, jobs) as coming:
        parts = [coming.take(wait=True) for _ in track(range(coming.parts), "rendering")]
    return Renders.joined([part for part in parts if part is not None])


def _load(folder: Path, number: int) -> Renders:
    pictures, where, recipes = _files(folder, number)
    told = json.loads(recipes.read_text(encoding="utf-8"))
    found = [Recipe(mains=tuple(mains), **singles) for mains, singles in told]
    return Renders(np.load(pictures), found, np.load(where))


def _files(folder: Path, number: int) -> tuple[Path, Path, Path]:
    """Pictures, where their mains are, recipes. The last comes last: a part is whole with it."""
    stem = folder / f"{number:05d}"
    return stem.with_suffix(".npy"), stem.with_suffix(".where.npy"), stem.with_suffix(".json")


def _render_part(folder: Path, size: int, seed: int, count: int, number: int) -> None:
    *arrays, recipes = _files(folder, number)
    if recipes.exists():
        return
    dishes = [dish(number * count + i, seed) for i in range(count)]
    drawn = zip(*(labelled(recipe, picture, size) for recipe, picture in dishes), strict=True)
    for path, array in zip(arrays, drawn, strict=True):
        with whole(path) as partial_, partial_.open("wb") as out:
            np.save(out, np.stack(array))
    told = [[r.mains, {key: getattr(r, key) for key in SINGLE}] for r, _ in dishes]
    write_text(recipes, json.dumps(told))


def _evenly(rng: np.random.Generator) -> Stated:
    """Some values, each as likely as the others of its attribute."""
    singles = {
        attribute: frozenset({VALUES[attribute][int(rng.integers(len(VALUES[attribute])))]})
        for attribute in SINGLE
        if rng.random() < EVEN
    }
    mains = None
    if rng.random() < EVEN:
        count = int(rng.integers(1, MAINS_MAX + 1))
        mains = in_order(str(main) for main in rng.permutation(VALUES["main"])[:count])
    return Stated(mains=mains, **{k: v for k, v in singles.items() if v != {NONE}})
