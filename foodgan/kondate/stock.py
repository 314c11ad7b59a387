"""A stock of dishes to learn from: many renders with their recipes, kept on disk.

Half are drawn as a canteen cooks; for the other half some values are set evenly, so that the rare
ones are seen often enough to be learnt.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foodgan.kondate.folder import VERSION
from foodgan.kondate.prior import draw
from foodgan.kondate.recipe import MAINS_MAX, NONE, SINGLE, VALUES, Recipe, Stated, in_order
from foodgan.kondate.render import Picture, render
from foodgan.progress import Track, untracked
from foodgan.whole import whole

STREAM = 977  # apart from the seeds of every menu
PART = 500  # renders of one file
EVEN = 0.4  # how often an attribute is set evenly, in that half of the dishes


def dish(number: int, seed: int = 0) -> tuple[Recipe, int]:
    """Dish `number` of the stock of this seed, and the seed of its picture."""
    rng = np.random.default_rng([STREAM, seed, number])
    recipe = draw(rng, _evenly(rng) if number % 2 else None)
    return recipe, int(rng.integers(2**31))


def stock(
    folder: Path, count: int, size: int = 64, seed: int = 0, *, track: Track = untracked
) -> tuple[Picture, list[Recipe]]:
    """Pictures (count, size, size, 3) and recipes of the first `count` dishes.

    Renders what `folder` does not hold yet, on all cores; a stopped call goes on where it was.
    """
    folder = folder / f"kondate-{VERSION}-{size}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    numbers = range(-(-count // PART))
    missing = [number for number in numbers if not _part(folder, number).exists()]
    if missing:
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
            work = pool.map(partial(_render_part, folder, size, seed), missing)
            for _ in zip(track(missing, "rendering"), work, strict=True):
                pass
    pictures = np.concatenate([np.load(_part(folder, number)) for number in numbers])
    return pictures[:count], [dish(number, seed)[0] for number in range(count)]


def _part(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.npy"


def _render_part(folder: Path, size: int, seed: int, number: int) -> None:
    pictures: NDArray[np.uint8] = np.stack(
        [render(*dish(number * PART + i, seed), size) for i in range(PART)]
    )
    with whole(_part(folder, number)) as path, path.open("wb") as out:
        np.save(out, pictures)


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
