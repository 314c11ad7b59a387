"""Mains on the dish: where the pieces lie, and what cooking makes of them."""

from dataclasses import replace

import numpy as np

from foodgan.kondate.canvas import Canvas, Patch, mix, rgb, step
from foodgan.kondate.cuts import CUTS, Cut
from foodgan.kondate.eggs import lay_egg
from foodgan.kondate.recipe import VALUES, Recipe
from foodgan.kondate.textures import Floats, blotches, sample, speckle
from foodgan.kondate.vessels import Vessel, superellipse

LEFTOVERS = ("#3f7d2f", "#5f9a3c", "#d9742a", "#e9dfc4")  # of the vegetables in a stir-fry


def arrange(canvas: Canvas, vessel: Vessel, recipe: Recipe, rng: np.random.Generator) -> None:
    """Lay every main on the base, each at a place of its own."""
    mains = list(recipe.mains)
    rng.shuffle(mains)
    first = float(rng.uniform(0, 2 * np.pi))
    for i, main in enumerate(mains):
        canvas.laying = 1 + VALUES["main"].index(main)
        x, y, around = _place(vessel, i, len(mains), first, rng)
        if main == "egg":
            lay_egg(canvas, (x, y), recipe, rng)
        else:
            _lay_main(canvas, vessel, main, (x, y), around, recipe, rng)
    canvas.laying = 0
    if mains and recipe.cooking == "stirfried":
        _leftovers(canvas, vessel, rng)


def _place(
    vessel: Vessel, which: int, count: int, first: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Centre of a main, and the direction in which its pieces follow one another."""
    along = float(rng.uniform(0, 2 * np.pi))
    if vessel.name == "bento":
        right = vessel.centre[0] + vessel.area[0]
        wide = vessel.form.axes[0] * vessel.form.area - right
        high = vessel.form.axes[1] * vessel.form.area
        y = ((which + 0.5) / count - 0.5) * 2 * high * 0.9 if count > 1 else 0.0
        return right + 0.06 + wide * 0.5, y, np.pi / 2 if count == 1 else 0.0
    out = 0.0 if count == 1 else float(rng.uniform(0.48, 0.6))
    around = first + which * 2 * np.pi / count + float(rng.normal(0, 0.15))
    x = vessel.centre[0] + vessel.area[0] * out * np.cos(around) + float(rng.normal(0, 0.03))
    y = vessel.centre[1] + vessel.area[1] * out * np.sin(around) + float(rng.normal(0, 0.03))
    return float(x), float(y), along if count == 1 else around + np.pi / 2


def _lay_main(
    canvas: Canvas,
    vessel: Vessel,
    main: str,
    at: tuple[float, float],
    around: float,
    recipe: Recipe,
    rng: np.random.Generator,
) -> None:
    cut, alone = CUTS[main], len(recipe.mains) == 1
    scale = float(rng.uniform(0.92, 1.08)) * (
        1.15 if alone else 0.95 if len(recipe.mains) == 2 else 0.85
    )
    count = cut.count + int(alone) * 2 - int(len(recipe.mains) == 3)
    if recipe.cooking == "stirfried":
        scale, count = scale * 0.8, count + 2
    cut = replace(cut, size=(cut.size[0] * scale, cut.size[1] * scale))
    apart = max(cut.size[1] * (1.25 if cut.lean else 2.0), 0.13)
    wide = 0.75 if alone else 0.5
    apart = min(apart, wide * 2 / count)
    row = bool(cut.lean) and rng.random() < 0.75
    facing = around + np.pi / 2
    for i in range(count):
        if row:
            along, aside = (i - (count - 1) / 2) * apart, float(rng.normal(0, 0.02))
            turn = facing + float(rng.normal(0, 0.10))
        else:
            angle, out = i * 2.4 + around, cut.size[0] * 0.95 * np.sqrt(i + 0.2)
            along, aside = float(np.cos(angle) * out), float(np.sin(angle) * out)
            turn = float(rng.uniform(0, 2 * np.pi))
        x = at[0] + along * np.cos(around) - aside * np.sin(around)
        y = at[1] + along * np.sin(around) + aside * np.cos(around)
        x, y = _within(vessel, float(x), float(y))
        _lay_piece(canvas, cut, main, (x, y), turn, recipe.cooking, rng)


def _within(vessel: Vessel, x: float, y: float) -> tuple[float, float]:
    """The place, or the nearest one that is over the food."""
    if vessel.name == "bento":
        right = vessel.centre[0] + vessel.area[0] + 0.2
        high = vessel.form.axes[1] * vessel.form.area - 0.12
        return float(np.clip(x, right, vessel.form.axes[0] * 0.82)), float(np.clip(y, -high, high))
    out = float(np.hypot(x / vessel.area[0], y / vessel.area[1]))
    back = min(1.0, 0.74 / max(out, 1e-6))
    return x * back, y * back


def _lay_piece(
    canvas: Canvas,
    cut: Cut,
    main: str,
    at: tuple[float, float],
    turn: float,
    cooking: str,
    rng: np.random.Generator,
) -> None:
    """One piece: its outline, its markings, then what the cooking does to it."""
    patch = canvas.patch(*at, cut.size[0] * 1.25 + cut.size[1] * 0.5, turn)
    if patch.u.size == 0:
        return
    raw = cooking in ("raw", "fried")
    distance = np.asarray(cut.outline(patch.u, patch.v, cut.size), np.float32)
    tone = np.float32(rng.uniform(0.88, 1.1))
    base = rgb(cut.raw if cooking == "raw" else cut.cooked) * tone
    colour = cut.marking(patch.u, patch.v, distance, base, cooking == "raw")
    shift = (float(rng.random()), float(rng.random()))
    uneven = sample(blotches(), patch.u, patch.v, 0.8, shift)
    thick, gloss = cut.thick, cut.gloss
    if cooking == "fried":
        distance, colour, uneven = _batter(patch, distance, colour, cut, shift)
        thick, gloss = thick + 0.04, 0.25
    elif not raw:
        colour, gloss = _heat(patch, distance, colour, uneven, cooking, gloss)
    domed = np.sqrt((-distance * (1 / max(thick, 0.05))).clip(0, 1))
    level = canvas.level(*at, cut.size[1] * 0.7)
    leaning = cut.lean * 0.16 * patch.v / cut.size[1] * min(cut.size[1], 0.15)
    rise = 0.1 if cooking == "fried" else 0.3
    bump = 0.012 if cooking == "fried" else 0.006
    height = level + thick * (rise + (1 - rise) * domed) + leaning * 1.6 + bump * uneven
    patch.lay(patch.inside(distance), colour, height, gloss)


def _batter(
    patch: Patch, distance: Floats, colour: Floats, cut: Cut, shift: tuple[float, float]
) -> tuple[Floats, Floats, Floats]:
    """Golden-brown crust over any main, swollen and rough, with one end cut open."""
    crumbs = sample(speckle(), patch.u, patch.v, 0.75, shift)
    flakes = sample(blotches(), patch.u, patch.v, 1.3, shift)
    rough = 0.35 * crumbs + 0.6 * flakes
    swollen = distance - 0.022 + 0.016 * flakes
    crust = mix(rgb("#8f4f18"), rgb("#e5a650"), (0.55 + 0.26 * rough).clip(0, 1))
    crust = mix(crust, rgb("#f3cf86"), step(0.8, 1.6, rough))
    crust = crust * (1 - 0.45 * step(-0.03, 0.015, swollen))
    seen = 0.10 + 0.12 * step(0.6, 1.6, -flakes)
    fried = mix(crust, colour, np.asarray(seen, np.float32))
    face = step(0.2, 0.3, patch.u / cut.size[0]) * step(0.0, -0.02, distance)
    fried = mix(fried, colour, np.asarray(face * 0.9, np.float32))
    if cut is CUTS["shrimp"]:  # the tail stays out of the batter
        tail = step(1.85, 2.0, np.arctan2(patch.v, patch.u))
        fried = mix(fried, rgb("#c8381c"), tail * 0.9)
    return np.asarray(swollen, np.float32), fried, rough


def _heat(
    patch: Patch, distance: Floats, colour: Floats, uneven: Floats, cooking: str, gloss: float
) -> tuple[Floats, float]:
    """Colour and gloss of a piece that was grilled, simmered, steamed or stir-fried."""
    if cooking == "grilled":
        bars = step(0.42, 0.85, np.cos((patch.u * 0.8 + patch.v * 0.6) * 42))
        browned = mix(colour, rgb("#7a4218"), (0.22 + 0.10 * uneven).clip(0, 0.6))
        browned = mix(browned, rgb("#3a1c0c"), step(-0.035, 0.0, distance) * 0.6)
        return mix(browned, rgb("#170b05"), bars * (0.66 + 0.22 * uneven).clip(0, 1)), 0.3
    if cooking == "simmered":
        soy = colour * rgb("#cf8f55") * 1.1
        soaked = mix(soy, rgb("#5d2e10"), (0.26 + 0.12 * uneven).clip(0, 0.6))
        return soaked, 1.0
    if cooking == "steamed":
        return mix(colour, rgb("#eeeae0"), 0.42), 0.75
    seared = mix(colour, rgb("#6b3510"), (step(0.2, 1.3, uneven) * 0.7))
    return mix(seared, rgb("#4a2208"), step(-0.03, 0.0, distance) * 0.5), 1.0


def _leftovers(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """Strips of pepper, carrot and onion among what was stir-fried."""
    for i in range(18):
        around, out = float(rng.uniform(0, 2 * np.pi)), float(np.sqrt(rng.random())) * 0.75
        x = vessel.centre[0] + vessel.area[0] * out * float(np.cos(around))
        y = vessel.centre[1] + vessel.area[1] * out * float(np.sin(around))
        if vessel.name == "bento":
            x, y = _within(vessel, x + 0.7, y)
        patch = canvas.patch(x, y, 0.15, float(rng.uniform(0, np.pi)))
        bent = patch.v + 1.5 * patch.u * patch.u
        distance = (superellipse(patch.u, bent, (0.13, 0.026), 4) - 1) * 0.026
        height = canvas.level(x, y, 0.05) + 0.03
        patch.lay(patch.inside(distance), rgb(LEFTOVERS[i % 4]), height, 0.9)
