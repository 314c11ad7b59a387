"""What fills the vessel: rice as grains, noodles as strands, bread, leaves, pizza, and broth."""

from dataclasses import dataclass

import numpy as np

from foodgan.kondate.canvas import Canvas, mix, rgb, step
from foodgan.kondate.textures import Floats, blotches, clouds, rice, sample, speckle
from foodgan.kondate.vessels import Vessel, superellipse


@dataclass(frozen=True)
class Strand:
    """A kind of noodle. pitch: width; wave: how far it swings, both in the canvas unit."""

    light: str
    dark: str
    pitch: float
    wave: float
    bundles: int
    gloss: float


STRANDS = {
    "ramen": Strand("#f0d080", "#c9963c", 0.050, 0.020, 12, 0.4),
    "udon": Strand("#fbf6ea", "#e6dcc6", 0.088, 0.006, 10, 0.5),
    "soba": Strand("#a08b76", "#6f5c4c", 0.045, 0.004, 12, 0.3),
    "pasta": Strand("#f4dca0", "#cfa050", 0.045, 0.010, 13, 0.55),
}
DOMES = {"rice": 0.20, "ramen": 0.16, "udon": 0.17, "soba": 0.14, "pasta": 0.22, "salad": 0.16}
LEAVES = ("#7fb23d", "#4f8a2c", "#9cc95a", "#3f6f2a", "#b7d77a", "#6a3350")


def serve(canvas: Canvas, vessel: Vessel, base: str, soup: bool, rng: np.random.Generator) -> None:
    """Fill the vessel."""
    ground, cover = _heap(canvas, vessel, DOMES.get(base, 0.0), soup, rng)
    if base == "rice":
        _rice(canvas, ground, cover, rng)
    elif base in STRANDS:
        _noodles(canvas, vessel, STRANDS[base], ground, cover, rng)
    elif base == "salad":
        _salad(canvas, vessel, ground, cover, rng)
    elif base == "bread":
        _bread(canvas, vessel, rng)
    else:
        _pizza(canvas, vessel, rng)


def _heap(
    canvas: Canvas, vessel: Vessel, dome: float, soup: bool, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """A heap's height (S, S), and its cover: what of it rises over the vessel's own ground."""
    form = vessel.form
    u, v = canvas.x - vessel.centre[0], canvas.y - vessel.centre[1]
    radius = superellipse(u, v, vessel.area, 8 if form.power == 8 else 2)
    shift = (float(rng.random()), float(rng.random()))
    wobble = sample(clouds(), canvas.x, canvas.y, 0.35, shift)
    if vessel.deep:
        dome = 0.02 if soup else dome * float(rng.uniform(0.35, 0.7))
        ground = form.fill - (0.085 if soup else 0) + dome * (1 - radius**2) + 0.012 * wobble
        cover = step(-0.004, 0.004, ground - canvas.height) * (vessel.radius < 1 - form.wall)
    else:
        dome *= float(rng.uniform(0.7, 1.15)) * (0.55 if form.power > 2 else 1)
        outline = radius + 0.05 * wobble
        ground = form.fill + dome * np.sqrt((1 - outline**2).clip(0)) + 0.012 * wobble
        cover = step(1.0, 0.97, outline) * (ground > canvas.height)
    return np.asarray(ground, np.float32), np.asarray(cover, np.float32)


def _rice(canvas: Canvas, ground: Floats, cover: Floats, rng: np.random.Generator) -> None:
    turn = float(rng.uniform(0, np.pi))
    u = canvas.x * np.float32(np.cos(turn)) + canvas.y * np.float32(np.sin(turn))
    v = canvas.y * np.float32(np.cos(turn)) - canvas.x * np.float32(np.sin(turn))
    grains = sample(rice(), u, v, 0.85, (float(rng.random()), float(rng.random())))
    bump = grains[..., 0]
    white = rgb("#fbf8f0") * np.float32(rng.uniform(0.92, 1.0))
    colour = mix(rgb("#b9ae98"), white, step(0.25, 0.8, bump)) * grains[..., 1]
    canvas.whole().lay(cover, colour, ground + 0.032 * (bump - 0.6), 0.35)


def _noodles(
    canvas: Canvas,
    vessel: Vessel,
    strand: Strand,
    ground: Floats,
    cover: Floats,
    rng: np.random.Generator,
) -> None:
    """Bundles of strands, each bent around a point of its own, over and under one another."""
    light, dark = rgb(strand.light), rgb(strand.dark)
    canvas.whole().lay(cover, dark * 0.55, ground - 0.03, 0.1)
    shade, lift = rng.uniform(0, 1, 64).astype(np.float32), rng.uniform(0, 1, 64)
    lift = lift.astype(np.float32)
    for bundle in range(strand.bundles):
        around = float(rng.uniform(0, 2 * np.pi))
        out = float(np.sqrt(rng.random())) * (0.0 if bundle == 0 else 0.7)
        reach, wide = (1.5, 0.8) if bundle == 0 else (0.72, 0.30)
        x = vessel.centre[0] + vessel.area[0] * out * np.cos(around)
        y = vessel.centre[1] + vessel.area[1] * out * np.sin(around)
        patch = canvas.patch(x, y, reach * max(vessel.area), float(rng.uniform(0, 2 * np.pi)))
        bend = float(rng.uniform(0.25, 1.5))
        across = np.hypot(patch.u, patch.v + bend) - bend
        phase, waves = float(rng.uniform(0, 6)), float(rng.uniform(14, 22))
        if strand.wave:
            across = across + strand.wave * np.sin(patch.u * waves + phase)
        bent = sample(clouds(), patch.u, patch.v, 0.35, (phase, 0.0))
        across = across + 0.035 * bent
        number = np.floor(across * (1 / strand.pitch))
        offset = (across * (1 / strand.pitch) - number) * 2 - 1
        which = number.astype(np.int32) & 63
        round_ = 1 - offset * offset
        # Each strand ends somewhere else.
        length = 0.9 + 0.5 * lift[which]
        within = 1 - (patch.u / (0.62 * reach * length)) ** 2 - (across / (wide * reach)) ** 2
        height = (
            ground[patch.rows, patch.columns]
            + strand.pitch * (0.45 * np.sqrt(round_) + 0.35 * lift[which])
            + 0.02 * (bundle % 4)
            - 0.03 * (within < 0.15)
        )
        there = (within > 0) & (height > patch.height) & (round_ > 0.12)
        colour = mix(dark, light, (0.35 * shade[which] + 0.65 * round_).astype(np.float32))
        patch.lay(cover[patch.rows, patch.columns] * there, colour, height, strand.gloss)


def _salad(
    canvas: Canvas, vessel: Vessel, ground: Floats, cover: Floats, rng: np.random.Generator
) -> None:
    """Leaves with frilled edges and pale ribs, tomatoes between them."""
    canvas.whole().lay(cover, rgb("#2c4a1c"), ground - 0.06, 0.1)
    for leaf in range(26):
        around, out = float(rng.uniform(0, 2 * np.pi)), float(np.sqrt(rng.random())) * 0.95
        x = vessel.centre[0] + vessel.area[0] * out * np.cos(around)
        y = vessel.centre[1] + vessel.area[1] * out * np.sin(around)
        size = float(rng.uniform(0.2, 0.34))
        patch = canvas.patch(x, y, size * 1.3, around + float(rng.normal(0, 0.7)))
        angle = np.arctan2(patch.v, patch.u)
        frill = 0.10 * np.sin(angle * 9 + leaf) + 0.05 * np.sin(angle * 17 + leaf)
        outline = superellipse(patch.u, patch.v, (size * 1.1, size * 0.72), 2) - 1 - frill
        tone = LEAVES[int(rng.choice(6, p=(0.24, 0.2, 0.22, 0.12, 0.16, 0.06)))]
        rib = step(0.035, 0.0, np.abs(patch.v)) + 0.5 * step(
            0.9, 1.0, np.cos((patch.u - np.abs(patch.v)) * 40)
        )
        bump = sample(blotches(), patch.u, patch.v, 1.2, (0.1 * leaf, 0.0))
        colour = rgb(tone) * (1 + 0.18 * bump + 0.35 * outline)
        colour = mix(colour, rgb("#d9e6a8"), (rib * 0.45).clip(0, 1))
        level = canvas.level(x, y, 0.04)
        height = level + 0.03 + 0.018 * bump + 0.10 * patch.u / size * float(rng.uniform(-0.3, 1))
        high = (height < vessel.form.fill + 0.34).astype(np.float32)
        patch.lay(patch.inside(outline * size * 0.7) * high, colour, height, 0.35)


def _bread(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """One or two slices of toast."""
    slices = int(rng.integers(1, 3))
    toast = float(rng.uniform(0.1, 0.6))
    for i in range(slices):
        aside = (0.26 if i else -0.26) * (slices > 1)
        x, y = vessel.centre[0] + aside * vessel.area[0] / 0.67, vessel.centre[1] + aside * 0.3
        size = min(vessel.area) * float(rng.uniform(0.78, 0.88))
        patch = canvas.patch(x, y, size * 1.5, float(rng.uniform(-0.5, 0.5)))
        outline = (superellipse(patch.u, patch.v, (size, size * 0.92), 8) - 1) * size
        waist = 0.05 * step(0.15, 0.5, patch.v / size) * (np.abs(patch.u) > 0.5 * size)
        holes = sample(speckle(), patch.u, patch.v, 0.8, (float(rng.random()), 0.0))
        tone = toast + 0.16 * sample(clouds(), patch.u, patch.v, 0.5) + 0.04 * holes
        crumb = mix(rgb("#f3dfb2"), rgb("#b9783a"), tone.clip(0, 1))
        colour = mix(rgb("#8a4f22"), crumb, step(-0.02, -0.065, outline + waist))
        top = vessel.form.fill + 0.10 + 0.07 * i
        top = max(top, vessel.form.rim * 0.8 if vessel.deep else 0.0)
        height = top + 0.003 * holes - 0.05 * step(-0.05, 0.01, outline)
        patch.lay(patch.inside(outline + waist), colour, height, 0.12)


def _pizza(canvas: Canvas, vessel: Vessel, rng: np.random.Generator) -> None:
    """A crust with a risen, browned edge."""
    x, y = vessel.centre
    size = (vessel.area[0] * 1.2, vessel.area[1] * 1.2) if vessel.name == "plate" else vessel.area
    patch = canvas.whole()
    u, v = canvas.x - np.float32(x), canvas.y - np.float32(y)
    shift = (float(rng.random()), float(rng.random()))
    uneven = sample(clouds(), u, v, 0.5, shift)
    radius = superellipse(u, v, size, 2) + 0.02 * uneven
    edge = step(0.78, 0.86, radius) * step(1.0, 0.92, radius)
    char = sample(blotches(), u, v, 0.8, shift)
    dough = mix(rgb("#f0d9a8"), rgb("#c58a45"), (0.35 + 0.25 * char + 0.2 * edge).clip(0, 1))
    dough = mix(dough, rgb("#5a3016"), (step(1.2, 2.2, char) * edge * 0.8))
    top = vessel.form.fill if not vessel.deep else vessel.form.fill + 0.05
    height = top + 0.035 + 0.08 * edge + 0.008 * uneven
    patch.lay(patch.inside((radius - 1) * min(size)), dough, height, 0.15)
