"""Garnishes, strewn or laid on last."""

from collections.abc import Callable, Iterator

import numpy as np

from foodgan.kondate.canvas import Canvas, Patch, mix, rgb, step
from foodgan.kondate.recipe import NONE
from foodgan.kondate.textures import blotches, clouds, sample, speckle
from foodgan.kondate.vessels import Vessel, superellipse


def garnish(canvas: Canvas, vessel: Vessel, which: str, rng: np.random.Generator) -> None:
    """Lay the garnish, if there is one."""
    if which != NONE:
        GARNISHES[which](canvas, vessel, rng)


def _spot(
    vessel: Vessel, out: tuple[float, float], rng: np.random.Generator
) -> tuple[float, float]:
    """A place on the food, that far out (shares of its reach)."""
    around, far = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(*out))
    if vessel.name == "bento":
        x = float(rng.uniform(-0.9, 0.9)) * vessel.form.axes[0] * 0.85
        return x, far * vessel.area[1] * float(np.sin(around))
    return (
        vessel.centre[0] + vessel.area[0] * far * float(np.cos(around)),
        vessel.centre[1] + vessel.area[1] * far * float(np.sin(around)),
    )


def _strewn(
    canvas: Canvas,
    vessel: Vessel,
    count: int,
    spread: float,
    reach: float,
    rng: np.random.Generator,
) -> Iterator[tuple[Patch, float]]:
    """Patches around one spot, each with the height of what lies there."""
    x, y = _spot(vessel, (0.0, 0.35), rng)
    for _ in range(count):
        dx, dy = (float(d) for d in rng.normal(0, spread, 2))
        at = (x + dx, y + dy)
        if np.hypot(at[0] / vessel.form.axes[0], at[1] / vessel.form.axes[1]) > vessel.form.area:
            at = (x + dx * 0.3, y + dy * 0.3)
        patch = canvas.patch(*at, reach, float(rng.uniform(0, 2 * np.pi)))
        if patch.u.size:
            yield patch, canvas.level(*at, reach * 0.5)


def _negi(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """Rings of spring onion: green outside, pale and hollow inside."""
    for i, (patch, level) in enumerate(_strewn(canvas, vessel, 34, 0.22, 0.07, rng)):
        size = float(rng.uniform(0.036, 0.055))
        out = superellipse(patch.u, patch.v, (size, size * 0.8), 2)
        green = rgb("#3f8a2a") if i % 3 else rgb("#8fbf5a")
        colour = mix(rgb("#e3efc0"), green, step(0.55, 0.85, out))
        colour = colour * (1 - 0.5 * step(0.5, 0.3, out))
        patch.lay(patch.inside((out - 1) * size), colour, level + 0.02 + 0.01 * (out > 0.5), 0.5)


def _nori(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """Sheets of seaweed that stand up at the edge."""
    count, first = int(rng.integers(1, 4)), float(rng.uniform(0, 2 * np.pi))
    for i in range(count):
        around, out = first + 0.28 * i, 0.62
        x = vessel.centre[0] + vessel.area[0] * out * float(np.cos(around))
        y = vessel.centre[1] + vessel.area[1] * out * float(np.sin(around))
        patch = canvas.patch(x, y, 0.42, around)
        distance = (superellipse(patch.u, patch.v, (0.24, 0.2), 8) - 1) * 0.2
        fine = sample(speckle(), patch.u, patch.v, 0.8, (0.3 * i, 0.0))
        colour = rgb("#14231a") * (1 + 0.35 * fine).clip(0.3, 2.5)
        height = canvas.level(x, y, 0.1) + 0.03 + 0.02 * i + 0.11 * (patch.u + 0.2).clip(0)
        patch.lay(patch.inside(distance), colour, height, 0.35)


def _goma(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """Sesame, white or black."""
    seed = "#f0d79a" if rng.random() < 0.6 else "#241d18"
    for patch, level in _strewn(canvas, vessel, 95, 0.28, 0.055, rng):
        distance = (superellipse(patch.u, patch.v, (0.044, 0.027), 2) - 1) * 0.027
        patch.lay(patch.inside(distance), rgb(seed), level + 0.02, 0.5)


def _shiso(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """A leaf or two with a toothed edge and pale veins."""
    for _ in range(int(rng.integers(1, 3))):
        x, y = _spot(vessel, (0.1, 0.55), rng)
        patch = canvas.patch(x, y, 0.4, float(rng.uniform(0, 2 * np.pi)))
        tooth = 0.02 * np.abs(np.sin(patch.u * 60))
        broad = 0.21 * (1 - 0.45 * patch.u / 0.3).clip(0.2, 1.5)
        distance = (np.hypot(patch.u / 0.32, patch.v / broad) - 1) * 0.2 + tooth
        vein = step(0.014, 0.004, np.abs(patch.v))
        vein = vein + 0.6 * step(0.93, 1.0, np.cos((patch.u - np.abs(patch.v) * 1.1) * 55))
        colour = mix(rgb("#2f7a35"), rgb("#8fbf6a"), (vein * 0.6).clip(0, 1))
        height = canvas.level(x, y, 0.12) + 0.03 + 0.14 * np.abs(patch.v)
        patch.lay(patch.inside(np.asarray(distance, np.float32)), colour, height, 0.3)


def _cheese(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """Cheese that has melted in patches over everything and browned in places."""
    whole = canvas.whole()
    shift = (float(rng.random()), float(rng.random()))
    u, v = canvas.x - np.float32(vessel.centre[0]), canvas.y - np.float32(vessel.centre[1])
    uneven = sample(blotches(), u, v, 0.35, shift)
    out = superellipse(u, v, vessel.area, 2)
    field = np.minimum(0.50 - out + 0.40 * uneven, 0.9 - out)
    cover = step(-0.01, 0.02, field) * (vessel.radius < 1 - vessel.form.wall)
    brown = step(1.1, 2.2, sample(blotches(), u, v, 0.7, shift))
    colour = mix(rgb("#f8d978"), rgb("#fdf0c4"), step(-0.5, 1.0, uneven))
    colour = mix(colour, rgb("#b8742a"), brown * 0.75)
    height = canvas.height + 0.03 * step(0.0, 0.12, field) + 0.008 * uneven
    whole.lay(cover * 0.96, colour, height, 0.8)


def _benishoga(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """A tuft of red ginger, cut in strips."""
    for patch, level in _strewn(canvas, vessel, 22, 0.10, 0.16, rng):
        bent = patch.v + float(rng.uniform(-3, 3)) * patch.u * patch.u
        distance = (superellipse(patch.u, bent, (0.13, 0.02), 4) - 1) * 0.02
        tone = float(rng.uniform(0.75, 1.15))
        patch.lay(patch.inside(distance), rgb("#d81f3a") * tone, level + 0.025, 0.7)


def _oroshi(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """A wet heap of grated radish."""
    x, y = _spot(vessel, (0.0, 0.4), rng)
    patch = canvas.patch(x, y, 0.34)
    fine = sample(speckle(), patch.u, patch.v, 0.8, (float(rng.random()), 0.0))
    uneven = sample(blotches(), patch.u, patch.v, 0.6, (float(rng.random()), 0.0))
    radius = np.hypot(patch.u, patch.v) * (1 / 0.25) + 0.08 * uneven
    colour = mix(rgb("#f6f6ef"), rgb("#cfd3c4"), (0.3 + 0.3 * fine).clip(0, 1))
    height = canvas.level(x, y, 0.15) + 0.17 * (1 - radius**2).clip(0) + 0.012 * fine
    patch.lay(patch.inside((radius - 1) * 0.25), colour, height, 0.8)


def _katsuobushi(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """Thin curled flakes of dried bonito."""
    for i, (patch, level) in enumerate(_strewn(canvas, vessel, 24, 0.17, 0.19, rng)):
        ragged = sample(clouds(), patch.u, patch.v, 1.2, (0.07 * i, 0.0))
        shape = superellipse(patch.u, patch.v, (0.16, 0.07), 4) - 1 + 0.2 * ragged
        grain = 0.5 + 0.5 * np.sin(patch.u * 70 + 4 * ragged)
        colour = mix(rgb("#d8a67c"), rgb("#9a5a3a"), grain * 0.6)
        height = level + 0.02 + 0.05 * np.sin(patch.u * 14 + i) + 0.03
        patch.lay(patch.inside(shape * 0.06) * 0.85, colour, height, 0.3)


def _lemon(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """Slices of lemon with their segments."""
    for _ in range(int(rng.integers(1, 4))):
        x, y = _spot(vessel, (0.3, 0.75), rng)
        patch = canvas.patch(x, y, 0.24, float(rng.uniform(0, 2 * np.pi)))
        out = np.hypot(patch.u, patch.v) * (1 / 0.2)
        wall = np.abs(np.sin(np.arctan2(patch.v, patch.u) * 4)) * out
        pulp = mix(rgb("#fdf6c8"), rgb("#f2d43a"), step(0.10, 0.25, wall))
        colour = mix(pulp, rgb("#fbf6dc"), step(0.78, 0.84, out))
        colour = mix(colour, rgb("#f0c21a"), step(0.88, 0.93, out))
        height = canvas.level(x, y, 0.1) + 0.045 + 0.12 * patch.u
        patch.lay(patch.inside((out - 1) * 0.2), colour, np.asarray(height, np.float32), 0.9)


GARNISHES: dict[str, Callable[[Canvas, Vessel, np.random.Generator], None]] = {
    "negi": _negi,
    "nori": _nori,
    "goma": _goma,
    "shiso": _shiso,
    "cheese": _cheese,
    "benishoga": _benishoga,
    "oroshi": _oroshi,
    "katsuobushi": _katsuobushi,
    "lemon": _lemon,
}
