"""How fast Kondate-C is drawn."""

import time
from typing import Any

import numpy as np

from foodgan.kondate.prior import draw
from foodgan.kondate.render import render
from foodgan.machine.progress import track

SIZES = (64, 256)
WARMUP = 3  # dishes that are not counted: the first one makes the textures


def measure(renders: int) -> dict[str, Any]:
    """Everything that `foodgan bench kondate` prints: renders per second of one core's own time.

    Processor time, so that other programs on the machine do not count.
    """
    rng = np.random.default_rng(0)
    recipes = [draw(rng) for _ in range(renders)]
    speeds = {}
    for size in SIZES:
        for recipe in recipes[:WARMUP]:
            render(recipe, 0, size)
        begun = time.process_time()
        for seed, recipe in enumerate(track(recipes, f"{size} × {size}")):
            render(recipe, seed, size)
        speeds[str(size)] = round(renders / (time.process_time() - begun), 1)
    return {"renders": renders, "renders_s": speeds}
