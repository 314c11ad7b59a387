"""Sauces: a broth that drowns what lies low, a pool on dry food, and what runs over the mains."""

from dataclasses import dataclass

import numpy as np

from foodgan.kondate.canvas import HIDES, Canvas, mix, rgb, smooth, step
from foodgan.kondate.textures import Floats, blotches, clouds, sample, speckle
from foodgan.kondate.vessels import Vessel, superellipse


@dataclass(frozen=True)
class Liquid:
    """A sauce as broth and as a pool. murk: how fast broth hides things, 1/unit of depth;
    cover: opacity of a pool; bits: colours of what floats in it.
    """

    broth: str
    murk: float
    pool: str
    cover: float
    bits: tuple[str, ...] = ()


LIQUIDS = {
    "shoyu": Liquid("#4a2208", 20, "#4f270d", 0.82),
    "miso": Liquid("#c79a60", 32, "#b58a58", 0.95, ("#e2c08c", "#8a5a2c")),
    "shio": Liquid("#e6dc9c", 4, "#dcc648", 0.62, ("#1f1c18", "#fffdf5", "#2a2622")),
    "curry": Liquid("#c9890c", 45, "#a8700f", 0.97, ("#d99a2e", "#6f4a10", "#d9772a")),
    "tomato": Liquid("#b82a1c", 40, "#a8201a", 0.95, ("#d8483a", "#7f120c")),
    "cream": Liquid("#f3e9d2", 45, "#f7efdd", 0.97, ("#fffaf0",)),
    "chili": Liquid("#d4661c", 24, "#cf5a12", 0.88, ("#e8281c", "#6a0806", "#f0c05a")),
}


def pour_broth(canvas: Canvas, vessel: Vessel, sauce: str, rng: np.random.Generator) -> None:
    """Fill in broth: what lies below its surface fades into it, and the surface shines."""
    liquid, form = LIQUIDS[sauce], vessel.form
    level = form.fill + float(rng.uniform(-0.005, 0.02))
    whole = canvas.whole()
    shift = (float(rng.random()), float(rng.random()))
    cloud = sample(clouds(), canvas.x, canvas.y, 0.45, shift)
    within = vessel.radius < 1 - form.wall * 0.5
    depth = (level - canvas.height).clip(0) * within
    colour = rgb(liquid.broth) * (1 + 0.10 * cloud)
    if liquid.murk > 15:  # lees gather in swirls
        swirl = sample(blotches(), canvas.x + 0.05 * cloud, canvas.y, 0.4, shift)
        colour = mix(colour, colour * 1.35, step(0.2, 1.6, swirl))
    _stain(canvas, 1 - np.exp(-depth * liquid.murk * 2), liquid.broth)
    sunk = 1 - np.exp(-depth * liquid.murk)
    whole.tint(sunk, colour)
    canvas.top[sunk > HIDES] = 0
    wet = step(0.0, 0.01, depth)
    canvas.height += (level - canvas.height) * wet
    canvas.gloss += (0.3 - canvas.gloss) * wet
    canvas.height += wet * 0.0025 * sample(blotches(), canvas.x, canvas.y, 0.25, shift)
    _window(canvas, wet, rng)
    if sauce in ("shoyu", "shio", "chili", "miso"):
        _oil(canvas, vessel, liquid, level, rng)


def _stain(canvas: Canvas, share: Floats, liquid: str) -> None:
    """Let what lies there be seen through the liquid's colour."""
    colour = rgb(liquid)
    canvas.colour *= mix(np.ones((3, 1, 1), np.float32), np.sqrt(colour / colour.max()), share)


def _window(canvas: Canvas, wet: Floats, rng: np.random.Generator) -> None:
    """The window mirrored in the broth."""
    around = float(rng.uniform(0, 2 * np.pi))
    x, y = 0.45 * np.cos(around), 0.45 * np.sin(around)
    patch = canvas.patch(x, y, 0.5, float(rng.uniform(0, np.pi)))
    bent = patch.u + 0.03 * sample(clouds(), patch.u, patch.v, 0.6)
    pane = superellipse(bent, patch.v, (0.34, 0.22), 4)
    strength = step(1.05, 0.6, pane) * float(rng.uniform(0.06, 0.2))
    patch.tint(strength * wet[patch.rows, patch.columns], rgb("#f4f6f8"))


def _oil(
    canvas: Canvas, vessel: Vessel, liquid: Liquid, level: float, rng: np.random.Generator
) -> None:
    """Drops of fat on the surface, brighter than the broth, with a glint."""
    bright = mix(rgb(liquid.broth) * 1.7, rgb("#f0b040"), 0.25).clip(0, 1)
    for _ in range(14):
        around, out = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.2, 0.95))
        x, y = (
            size * out * f(around) for size, f in zip(vessel.area, (np.cos, np.sin), strict=True)
        )
        size = float(rng.uniform(0.02, 0.06))
        patch = canvas.patch(x, y, size * 1.2)
        floating = np.abs(patch.height - level) < 0.004
        distance = np.hypot(patch.u, patch.v) - size
        rim = step(0.02, 0.0, np.abs(distance + 0.008))
        patch.tint(patch.inside(distance) * floating * (0.28 + 0.4 * rim), bright)


def pour_over(
    canvas: Canvas, vessel: Vessel, base: str, sauce: str, rng: np.random.Generator
) -> None:
    """A pool on dry food: on one side of rice, all over a pizza, else in the middle."""
    liquid, whole = LIQUIDS[sauce], canvas.whole()
    u, v = canvas.x - np.float32(vessel.centre[0]), canvas.y - np.float32(vessel.centre[1])
    radius = superellipse(u, v, vessel.area, 2)
    shift = (float(rng.random()), float(rng.random()))
    uneven = sample(blotches(), u, v, 0.32, shift)
    if base == "pizza":
        wide = 0.93 if vessel.name == "plate" else 0.78
        field = wide - radius + 0.05 * uneven
    elif base == "rice" and sauce in ("curry", "cream", "tomato", "chili"):
        turn = float(rng.uniform(0, 2 * np.pi))
        aside = u * np.float32(np.cos(turn)) + v * np.float32(np.sin(turn))
        field = np.minimum(aside + 0.18, 1.12 - radius) + 0.06 * uneven
    else:
        field = 0.62 - radius + 0.20 * uneven
    if not vessel.deep and vessel.name != "plate":
        field = np.minimum(field, (1.02 - superellipse(u, v, vessel.area, 8)) * 2)
    cover = step(-0.01, 0.03, field) * (vessel.radius < 1 - vessel.form.wall)
    fine = sample(speckle(), u, v, 0.7, shift)
    colour = rgb(liquid.pool) * (1 + 0.14 * uneven + 0.10 * fine)
    thick = 0.03 * liquid.cover * step(0.0, 0.15, field)
    settled = 0.4 * canvas.height + 0.6 * smooth(canvas.height.clip(0), canvas.size // 50)
    pooled = np.maximum(settled + thick, vessel.form.fill + 0.04 * liquid.cover)
    _stain(canvas, cover * liquid.cover, liquid.pool)
    whole.tint(cover * liquid.cover**2, colour)
    wet = cover * step(0.3, 0.9, np.full_like(cover, liquid.cover))
    canvas.height += (pooled - canvas.height) * wet
    canvas.gloss += (0.25 + 0.6 * wet - canvas.gloss) * cover
    _bits(canvas, vessel, liquid, cover, rng)


def _bits(
    canvas: Canvas, vessel: Vessel, liquid: Liquid, cover: Floats, rng: np.random.Generator
) -> None:
    """Salt and pepper, chili flakes, pieces of tomato."""
    if not liquid.bits:
        return
    for i in range(34):
        around, out = float(rng.uniform(0, 2 * np.pi)), float(np.sqrt(rng.random())) * 0.95
        x = vessel.centre[0] + vessel.area[0] * out * float(np.cos(around))
        y = vessel.centre[1] + vessel.area[1] * out * float(np.sin(around))
        size = float(rng.uniform(0.016, 0.036))
        patch = canvas.patch(x, y, size * 1.5, around)
        there = patch.inside(superellipse(patch.u, patch.v, (size, size * 0.7), 2) * size - size)
        there = there * (cover[patch.rows, patch.columns] > 0.4)
        patch.lay(there, rgb(liquid.bits[i % len(liquid.bits)]), patch.height + 0.008, 0.5)


def drizzle(canvas: Canvas, vessel: Vessel, sauce: str, rng: np.random.Generator) -> None:
    """Threads of sauce over what lies on top."""
    liquid = LIQUIDS[sauce]
    if sauce == "shio":  # too clear to be seen as a thread
        _bits(canvas, vessel, liquid, np.ones_like(canvas.height), rng)
        return
    patch = canvas.patch(*vessel.centre, 1.1, float(rng.uniform(0, np.pi)))
    wavy = patch.v + 0.10 * np.sin(patch.u * float(rng.uniform(6, 11)) + float(rng.uniform(0, 6)))
    wavy = wavy + 0.02 * sample(clouds(), patch.u, patch.v, 0.5, (float(rng.random()), 0.0))
    thread = np.abs(wavy - np.round(wavy / 0.3) * np.float32(0.3))
    width = 0.026 + 0.012 * sample(blotches(), patch.u, patch.v, 0.4)
    x, y = canvas.x[patch.rows, patch.columns], canvas.y[patch.rows, patch.columns]
    within = superellipse(x - vessel.centre[0], y - vessel.centre[1], vessel.area, 2) < 0.8
    cover = patch.inside(thread - width) * within * min(liquid.cover + 0.1, 1.0)
    patch.lay(cover, rgb(liquid.pool) * 1.1, patch.height + 0.012, 0.9)
