"""Eggs, which every cooking turns into something else."""

import numpy as np

from foodgan.kondate.canvas import Canvas, Patch, mix, rgb, step
from foodgan.kondate.recipe import NOODLES, Recipe
from foodgan.kondate.textures import Floats, blotches, clouds, sample, speckle
from foodgan.kondate.vessels import superellipse

YOLK = "#f2a01e"


def lay_egg(
    canvas: Canvas, at: tuple[float, float], recipe: Recipe, rng: np.random.Generator
) -> None:
    """The egg of this dish: a raw yolk, a fried egg, scrambled, beaten over rice, or halves."""
    alone = len(recipe.mains) == 1
    scale = float(rng.uniform(0.92, 1.08)) * (1.2 if alone else 1.0)
    if recipe.cooking == "raw":
        _raw(canvas, at, scale, rng)
    elif recipe.cooking == "grilled":
        _sunny_side_up(canvas, at, scale, rng)
    elif recipe.cooking == "stirfried":
        _scrambled(canvas, at, scale, rng)
    elif recipe.cooking == "simmered" and recipe.base not in NOODLES:
        _beaten(canvas, at, scale * (1.35 if alone else 1.1), rng)
    else:
        _halves(canvas, at, scale, recipe.cooking, rng)


def _dome(patch: Patch, radius: float, level: float, thick: float) -> tuple[Floats, Floats]:
    """Cover and height of a round drop."""
    out = np.hypot(patch.u, patch.v)
    height = level + thick * np.sqrt((1 - (out / radius) ** 2).clip(0, 1))
    return patch.inside(out - radius), np.asarray(height, np.float32)


def _raw(canvas: Canvas, at: tuple[float, float], scale: float, rng: np.random.Generator) -> None:
    patch = canvas.patch(*at, 0.36 * scale)
    level = canvas.level(*at, 0.12)
    uneven = sample(clouds(), patch.u, patch.v, 0.6, (float(rng.random()), 0.0))
    white = np.hypot(patch.u, patch.v) - (0.27 + 0.03 * uneven) * scale
    cover = patch.inside(np.asarray(white, np.float32)) * 0.55
    patch.lay(cover, rgb("#f4ecd0"), level + 0.03, 1.0)
    cover, height = _dome(patch, 0.155 * scale, level + 0.03, 0.10)
    patch.lay(cover, rgb("#f59a12"), height, 1.0)


def _sunny_side_up(
    canvas: Canvas, at: tuple[float, float], scale: float, rng: np.random.Generator
) -> None:
    patch = canvas.patch(*at, 0.46 * scale)
    level = canvas.level(*at, 0.15)
    shift = (float(rng.random()), float(rng.random()))
    uneven = sample(blotches(), patch.u, patch.v, 0.4, shift)
    distance = np.hypot(patch.u, patch.v) - (0.34 + 0.035 * uneven) * scale
    crisp = step(-0.08, -0.02, distance) * (0.75 + 0.3 * uneven).clip(0, 1)
    white = mix(rgb("#fbf8f0"), rgb("#8f4f1a"), crisp)
    height = level + 0.035 + 0.012 * uneven - 0.05 * step(-0.08, 0.02, distance)
    patch.lay(patch.inside(np.asarray(distance, np.float32)), white, height, 0.7)
    cover, height = _dome(patch, 0.135 * scale, level + 0.035, 0.075)
    patch.lay(cover, rgb("#f0960f"), height, 1.0)


def _scrambled(
    canvas: Canvas, at: tuple[float, float], scale: float, rng: np.random.Generator
) -> None:
    for i in range(9):
        out, around = 0.10 * scale * np.sqrt(i), 2.4 * i
        x, y = at[0] + float(out * np.cos(around)), at[1] + float(out * np.sin(around))
        patch = canvas.patch(x, y, 0.17 * scale, float(rng.uniform(0, 6)))
        curd = sample(blotches(), patch.u, patch.v, 0.9, (float(rng.random()), 0.0))
        distance = superellipse(patch.u, patch.v, (0.13 * scale, 0.10 * scale), 2) - 1 + 0.15 * curd
        colour = mix(rgb("#f6cf4a"), rgb("#fbe9a0"), (0.4 + 0.4 * curd).clip(0, 1))
        height = canvas.level(x, y, 0.05) + 0.05 + 0.02 * curd
        patch.lay(patch.inside(distance * 0.1), colour, height, 0.6)


def _beaten(
    canvas: Canvas, at: tuple[float, float], scale: float, rng: np.random.Generator
) -> None:
    """Half-set egg over what is there: yellow and white in swirls."""
    patch = canvas.patch(*at, 0.62 * scale)
    shift = (float(rng.random()), float(rng.random()))
    curd = sample(blotches(), patch.u, patch.v, 0.5, shift)
    distance = np.hypot(patch.u, patch.v) - (0.44 + 0.05 * curd) * scale
    swirl = sample(clouds(), patch.u + 0.05 * curd, patch.v, 1.1, shift)
    colour = mix(rgb("#f4b93a"), rgb("#fdf3d2"), step(0.3, 1.0, swirl))
    colour = mix(colour, rgb("#b8752a"), step(0.6, 1.8, -swirl) * 0.6)
    holes = step(-1.7, -1.2, curd)
    height = patch.height + 0.03 + 0.02 * curd
    patch.lay(patch.inside(np.asarray(distance, np.float32)) * holes, colour, height, 0.95)


def _halves(
    canvas: Canvas, at: tuple[float, float], scale: float, cooking: str, rng: np.random.Generator
) -> None:
    """Boiled egg cut in two: marinated when simmered, in a crust when fried."""
    turn = float(rng.uniform(0, np.pi))
    for side in (-1, 1):
        x = at[0] + side * 0.17 * scale * float(np.cos(turn))
        y = at[1] + side * 0.17 * scale * float(np.sin(turn))
        patch = canvas.patch(x, y, 0.30 * scale, turn + np.pi / 2 + float(rng.normal(0, 0.25)))
        narrow = 0.165 * scale * (1 - 0.16 * patch.u / 0.2).clip(0.7, 1.3)
        white = (np.hypot(patch.u / (0.215 * scale), patch.v / narrow) - 1) * 0.17
        yolk = np.hypot(patch.u + 0.02, patch.v) - 0.095 * scale
        level = canvas.level(x, y, 0.1)
        skin = {"simmered": "#b5793c", "fried": "#b87428"}.get(cooking, "#fcf9f2")
        colour = mix(rgb("#fbf5e6"), rgb(skin), step(-0.045, -0.012, white))
        if cooking == "fried":
            crumbs = sample(speckle(), patch.u, patch.v, 0.8, (float(rng.random()), 0.0))
            white = white - 0.03 + 0.012 * crumbs
            crust = mix(rgb("#94501a"), rgb("#e0a050"), (0.5 + 0.3 * crumbs).clip(0, 1))
            colour = mix(colour, crust, step(-0.075, -0.05, white))
        core = mix(rgb(YOLK), rgb("#f7c65a"), step(-0.02, -0.07, yolk))
        colour = mix(colour, core, patch.inside(np.asarray(yolk, np.float32)))
        height = level + 0.085 - 0.06 * step(-0.04, 0.01, white) - 0.006 * (yolk < 0)
        patch.lay(patch.inside(np.asarray(white, np.float32)), colour, height, 0.7)
