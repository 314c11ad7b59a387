"""Bowls, plates, pots and boxes: their shape, their glaze, and where the food lies in them."""

from dataclasses import dataclass

import numpy as np

from foodgan.kondate.canvas import Canvas, mix, rgb, step
from foodgan.kondate.textures import Floats, blotches, clouds, fibres, sample, speckle

OUTSIDE = -1.0  # height where there is no vessel


@dataclass(frozen=True)
class Form:
    """A vessel's proportions; lengths as shares of the half axes, heights in the canvas unit."""

    axes: tuple[float, float]  # half axes of the rim
    power: int  # of the superellipse: 2 an ellipse, 8 a box
    rim: float  # height of the rim
    floor: float  # height of the ground inside
    flat: float  # how far out the ground is flat
    wall: float  # thickness of the rim
    curve: float  # exponent of the inner wall: 1 straight, 2 round
    foot: float  # where the outer wall meets the table
    fill: float  # height to which food is filled in
    area: float  # how far out the food reaches at that height


FORMS = {
    "don": Form((1.0, 1.0), 2, 0.58, 0.06, 0.30, 0.045, 2.0, 0.45, 0.40, 0.86),
    "plate": Form((1.12, 1.12), 2, 0.13, 0.05, 0.62, 0.030, 1.3, 0.55, 0.06, 0.60),
    "wan": Form((0.92, 0.92), 2, 0.60, 0.06, 0.25, 0.040, 2.4, 0.50, 0.42, 0.88),
    "nabe": Form((0.98, 0.98), 2, 0.46, 0.06, 0.55, 0.085, 2.6, 0.62, 0.30, 0.88),
    "teppan": Form((1.02, 0.76), 4, 0.17, 0.09, 0.80, 0.055, 1.2, 0.95, 0.11, 0.82),
    "bento": Form((1.08, 0.80), 8, 0.34, 0.05, 0.90, 0.050, 1.0, 0.99, 0.17, 0.93),
}
# (inside, rim, outside) of each glaze.
GLAZES = {
    "don": (
        ("#e9e4da", "#2f4f8f", "#e3ded2"),
        ("#dfe6df", "#7fa08c", "#9dbbaa"),
        ("#3a3330", "#5a4a3c", "#2c2725"),
        ("#f0ece4", "#b23a2e", "#b8392c"),
        ("#cdbb9b", "#7a5a3a", "#8a6642"),
        ("#eef0f2", "#23407a", "#2d4c8c"),
    ),
    "plate": (
        ("#f2efe9", "#f4f1ec", "#e6e2da"),
        ("#ece7dc", "#8a6b4a", "#cfc4b0"),
        ("#dfe8ee", "#5c86ad", "#b9c9d6"),
        ("#3b3d40", "#55575a", "#2f3133"),
        ("#eadfca", "#c9ac7c", "#d9c9a8"),
        ("#f3f1ec", "#3558a0", "#e9e6df"),
    ),
    "wan": (
        ("#a5201a", "#3a0d0b", "#1c1514"),
        ("#8f1b17", "#a8241d", "#9c1f19"),
        ("#1d1716", "#5b1511", "#1a1413"),
        ("#b0733c", "#8a5428", "#7d4a24"),
    ),
    "nabe": (
        ("#d9cdb6", "#6b4a33", "#5d3f2b"),
        ("#cfc3ab", "#3a2e28", "#322823"),
        ("#e2d8c4", "#b08d63", "#a57f55"),
        ("#3d302a", "#2b221e", "#3a2d26"),
    ),
    "teppan": (("#242322", "#343230", "#1d1c1b"), ("#2d2a28", "#45403c", "#252321")),
    "bento": (
        ("#8f1b17", "#1d1716", "#1a1413"),
        ("#221b1a", "#8c1c17", "#201817"),
        ("#c39a63", "#b3874f", "#a97e48"),
        ("#d8c39a", "#c9ae7c", "#c4a872"),
    ),
}
GLOSSES = {"don": 0.7, "plate": 0.6, "wan": 1.0, "nabe": 0.4, "teppan": 0.35, "bento": 0.7}


@dataclass(frozen=True)
class Vessel:
    """A vessel on the canvas. under (S, S): height of its lower side; radius (S, S): 1 at the rim.

    centre, area: where the base goes and how far (half axes); fill: its height there.
    """

    name: str
    form: Form
    under: Floats
    radius: Floats
    outside: Floats
    banded: bool
    centre: tuple[float, float]
    area: tuple[float, float]

    @property
    def deep(self) -> bool:
        """Whether broth stays in it."""
        return self.form.rim > 0.4


def superellipse(x: Floats, y: Floats, axes: tuple[float, float], power: int) -> Floats:
    """1 on the outline, 0 in the middle; power 2, 4 or 8."""
    total_x, total_y = (x / axes[0]) ** 2, (y / axes[1]) ** 2
    doublings = {2: 0, 4: 1, 8: 2}[power]
    for _ in range(doublings):
        total_x, total_y = total_x * total_x, total_y * total_y
    radius = np.sqrt(total_x + total_y)
    for _ in range(doublings):
        radius = np.sqrt(radius)
    return np.asarray(radius, np.float32)


def set_table(canvas: Canvas, name: str, rng: np.random.Generator) -> Vessel:
    """Put an empty vessel on the canvas."""
    form = FORMS[name]
    glaze = GLAZES[name][int(rng.integers(len(GLAZES[name])))]
    inside, rim, outside = (rgb(colour) * float(rng.uniform(0.85, 1.05)) for colour in glaze)
    radius = superellipse(canvas.x, canvas.y, form.axes, form.power)
    slope = ((radius - form.flat) / (1 - form.wall - form.flat)).clip(0, 1)
    height = form.floor + (form.rim - form.floor) * slope**form.curve
    lip = (1 - np.abs(radius - (1 - form.wall / 2)) * (2 / form.wall)).clip(0, 1)
    height = np.where(radius > 1, OUTSIDE, height + 0.012 * np.sqrt(lip))
    under: Floats = form.rim * ((radius - form.foot) / (1 - form.foot)).clip(0, 1) ** 1.5
    canvas.height[...], canvas.gloss[...] = height, GLOSSES[name]
    canvas.colour[...] = inside
    whole = canvas.whole()
    whole.tint(step(1 - 1.3 * form.wall, 1 - form.wall, radius), rim)
    _glaze(canvas, name, radius, rim, rng)
    centre, area = (0.0, 0.0), (form.axes[0] * form.area, form.axes[1] * form.area)
    if name == "bento":
        centre, area = _divide(canvas, form, rim, rng)
    if name == "nabe":
        _lugs(canvas, form, rim, under)
    if name == "teppan":
        under = _board(canvas, radius, under, rng)
    canvas.within[...] = radius < 1 - form.wall * 0.5
    banded = name == "don" and bool(rng.random() < 0.5)
    return Vessel(name, form, np.asarray(under, np.float32), radius, outside, banded, centre, area)


def _glaze(
    canvas: Canvas, name: str, radius: Floats, rim: Floats, rng: np.random.Generator
) -> None:
    """What makes the material: brush bands, speckle, wood grain, cast iron."""
    shift = (float(rng.random()), float(rng.random()))
    whole = canvas.whole()
    if name in ("don", "plate") and rng.random() < 0.6:
        at = float(rng.uniform(0.84, 0.93))
        band = step(0.03, 0.015, np.abs(radius - at)) * float(rng.uniform(0.5, 1))
        whole.tint(band, rim)
    if name in ("teppan", "nabe"):
        grain = sample(speckle(), canvas.x, canvas.y, 0.9, shift)
        canvas.height += 0.004 * grain
        canvas.colour *= 1 + 0.12 * grain
    elif name == "bento":
        grain = sample(fibres(), canvas.x, canvas.y, 0.4, shift)
        canvas.colour *= (1 + 0.10 * grain).clip(0.6, 1.4)
    else:
        tone = sample(clouds(), canvas.x, canvas.y, 0.4, shift)
        canvas.colour *= 1 + 0.04 * tone


def _divide(
    canvas: Canvas, form: Form, colour: Floats, rng: np.random.Generator
) -> tuple[tuple[float, float], tuple[float, float]]:
    """A partition between rice and the rest; where the rice goes."""
    at = float(rng.uniform(0.0, 0.18))
    whole = canvas.whole()
    wall = whole.inside(np.abs(canvas.x - at) - 0.022)
    within = superellipse(canvas.x, canvas.y, form.axes, form.power) < 1 - form.wall
    whole.lay(wall * within, colour, form.rim * 0.8, 0.6)
    left = -form.axes[0] * form.area
    return ((left + at) / 2, 0.0), ((at - left) / 2 - 0.02, form.axes[1] * form.area)


def _lugs(canvas: Canvas, form: Form, colour: Floats, under: Floats) -> None:
    """The two handles of a clay pot."""
    for side in (-1.0, 1.0):
        patch = canvas.patch(side * 0.97, 0.0, 0.3)
        outline = superellipse(patch.u, patch.v, (0.11, 0.2), 4)
        cover = ((outline < 1) & (patch.height < form.rim * 0.6)).astype(np.float32)
        patch.lay(cover, colour * 0.9, form.rim - 0.04 - 0.05 * outline**2, 0.4)
        lower = under[patch.rows, patch.columns]
        lower[...] = np.where(cover > 0, form.rim - 0.2, lower)


def _board(canvas: Canvas, radius: Floats, under: Floats, rng: np.random.Generator) -> Floats:
    """The wooden board under an iron plate."""
    x, y = canvas.x, canvas.y
    outline = superellipse(x, y, (1.14, 0.9), 8)
    grain = sample(fibres(), x, y, 0.45, (float(rng.random()), float(rng.random())))
    wood = mix(rgb("#a8743f"), rgb("#6e4524"), (0.5 + 0.3 * grain).clip(0, 1))
    board = (outline < 1) & (radius > 1)
    dark = 1 - 0.5 * step(0.12, 0.0, radius - 1)
    canvas.colour[:, board] = (wood * dark)[:, board]
    canvas.height[board] = 0.075
    canvas.gloss[board] = 0.15
    lowest = np.where(radius > 1, 0.0, under * 0.2)
    return np.asarray(lowest, np.float32)


def glaze_outside(vessel: Vessel, x: Floats, y: Floats, z: Floats) -> Floats:
    """Colour of the outer wall at points (N,) → (3, 1, N)."""
    tone = 1 + 0.06 * sample(blotches(), x, y + z, 0.7)
    colour = vessel.outside * tone
    if vessel.banded:
        stripe = step(0.35, 0.6, np.sin(np.arctan2(y, x) * 24))
        rows = (z > 0.28 * vessel.form.rim) & (z < 0.7 * vessel.form.rim)
        colour = mix(colour, rgb("#e8e2d6"), np.asarray(stripe * rows * 0.8, np.float32))
    return np.asarray(colour, np.float32)
