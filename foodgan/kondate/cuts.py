"""How each main is cut: outline, thickness, colours raw and cooked, and its markings.

u, v: a piece's own coordinates (h, w); distance: to its outline, negative inside.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from foodgan.kondate.canvas import mix, rgb, step
from foodgan.kondate.textures import Floats, blotches, fibres, sample
from foodgan.kondate.vessels import superellipse


@dataclass(frozen=True)
class Cut:
    """A piece of a main. size: half length and half width; thick: its height; count: pieces."""

    outline: Callable[[Floats, Floats, tuple[float, float]], Floats]
    size: tuple[float, float]
    thick: float
    count: int
    raw: str
    cooked: str
    marking: Callable[[Floats, Floats, Floats, Floats, bool], Floats]
    gloss: float = 0.5
    lean: float = 0.0  # how far pieces overlap like tiles: 0 flat, 1 steep


def slab(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A cut slice with slanted ends."""
    skewed = u + 0.35 * v
    return (superellipse(skewed, v, size, 4) - 1) * size[1]


def block(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A cube's top."""
    return (superellipse(u, v, size, 8) - 1) * size[1]


def oval(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A disc or an oval."""
    return (superellipse(u, v, size, 2) - 1) * min(size)


def lump(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """An uneven chunk."""
    angle = np.arctan2(v, u)
    uneven = 0.10 * np.sin(angle * 3 + size[0] * 90) + 0.07 * np.sin(angle * 5 + 1)
    distance: Floats = (superellipse(u, v, size, 2) - 1 - uneven) * size[1]
    return distance


def sheet(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A thin slice with frayed edges."""
    frayed = v + 0.03 * np.sin(u * 21) + 0.02 * np.sin(u * 47 + 1)
    return (superellipse(u + 0.04 * np.sin(v * 25), frayed, size, 4) - 1) * size[1]


def fillet(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A fish's side: broad at the head, narrow at the tail."""
    narrow = size[1] * (0.78 - 0.35 * u / size[0]).clip(0.3, 1.2)
    distance: Floats = (np.hypot(u / size[0], v / narrow) - 1) * size[1]
    return distance


def ring(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A ring of a squid's body."""
    distance: Floats = np.abs(np.hypot(u, v * 1.12) - size[0]) - size[1]
    return distance


def curl(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A shrimp: an arc that tapers to a fanned tail."""
    angle = np.arctan2(v, u)
    along = (angle + 2.1) / 4.2  # 0 at the head, 1 at the tail
    width = size[1] * (1.15 - 0.75 * along.clip(0, 1))
    body = np.abs(np.hypot(u, v) - size[0]) - width
    body = np.maximum(body, (np.abs(angle) - 2.1) * size[0] * 0.8)
    tail_u, tail_v = u + 0.50 * size[0] + 0.02, v - 0.95 * size[0]
    tail = np.maximum(np.hypot(tail_u, tail_v) - 0.085, np.abs(tail_v + 0.02) * 0.9 - 0.05)
    distance: Floats = np.minimum(body, tail)
    return distance


def crescent(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A wedge seen from its side: a tapered arc."""
    bend = 0.8 * size[0]
    angle = np.arctan2(u, v + bend)
    width = size[1] * 0.8 * np.cos(angle * 1.25).clip(0.1, 1)
    distance: Floats = np.maximum(
        np.abs(np.hypot(u, v + bend) - bend) - width, (np.abs(angle) - 1.1) * bend
    )
    return distance


def link(u: Floats, v: Floats, size: tuple[float, float]) -> Floats:
    """A sausage, slightly bent."""
    bent = v - 0.35 * u * u
    beyond = (np.abs(u) - size[0] + size[1]).clip(0)
    distance: Floats = np.hypot(beyond, bent) - size[1]
    return distance


def plain(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Uneven colour alone."""
    tone = 1 + 0.12 * sample(blotches(), u, v, 0.9)
    return colour * tone


def salmon(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """White lines of fat, bent to chevrons."""
    line = np.cos((u + 0.6 * np.abs(v)) * 58 + 0.8 * sample(blotches(), u, v, 0.5))
    flesh = plain(u, v, distance, colour, raw)
    return mix(flesh, rgb("#ffe0c8"), step(0.35, 0.95, line) * (0.75 if raw else 0.4))


def tuna(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Deep red with fine sinews along it."""
    sinew = step(0.6, 2.0, sample(fibres(), u * 0.5, v + 0.2 * u, 1.0))
    flesh = plain(u, v, distance, colour, raw)
    return mix(flesh, rgb("#d9798a" if raw else "#c9b09c"), sinew * 0.5)


def pork(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Lean meat in a rim of fat, and a streak of fat through it."""
    uneven = sample(blotches(), u, v, 0.6)
    fat = step(-0.055, -0.03, distance + 0.012 * uneven)
    streak = step(0.025, 0.0, np.abs(v - 0.12 * np.sin(u * 9) + 0.01 * uneven))
    meat = plain(u, v, distance, colour, raw)
    share = np.maximum(fat * step(-0.2, 0.1, v + 0.3 * u), streak * 0.85)
    return mix(meat, rgb("#fbe9df" if raw else "#ecd6b8"), share)


def beef(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Marbled, and dark in its folds."""
    fat = step(0.7, 1.5, sample(fibres(), u * 0.6, v, 1.1))
    fold = 0.78 + 0.3 * np.sin(v * 48 + 7 * u)
    meat = plain(u, v, distance, colour, raw) * fold
    return mix(meat, rgb("#f6ded6" if raw else "#b98f70"), fat * 0.65)


def shrimp(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Bands around the body, a red tail."""
    angle = np.arctan2(v, u)
    band = step(0.0, 0.7, np.cos(angle * 8.5))
    shell = mix(colour, rgb("#fff3ea"), band * (0.35 if raw else 0.7))
    return mix(shell, rgb("#d8391f"), step(1.75, 2.0, angle) * (0.5 if raw else 1.0))


def mackerel(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Blue-green back with dark waves, silver below."""
    wave = step(0.1, 0.7, np.sin(u * 42 + 9 * np.sin(v * 26)))
    back = step(0.02, -0.06, v)
    skin = mix(rgb("#d5d9da"), rgb("#4f7f92"), back)
    skin = mix(skin, rgb("#1d2f3a"), wave * back * 0.85)
    return mix(skin, colour, 0.05 if raw else 0.35)


def aubergine(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Pale flesh with seeds inside a purple skin."""
    seed = step(1.0, 1.6, sample(blotches(), u, v, 1.6))
    flesh = mix(colour, rgb("#9c8450"), seed * 0.5)
    return mix(flesh, rgb("#33123f"), step(-0.05, -0.022, distance))


def pumpkin(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Orange flesh under a green skin."""
    return mix(plain(u, v, distance, colour, raw), rgb("#2f4a24"), _outer_rim(u, v, distance))


def avocado(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Yellow inside, green outside, a dark rim."""
    flesh = mix(rgb("#efe3a0"), colour, step(-0.09, -0.02, distance))
    return mix(flesh, rgb("#3b4a1e"), _outer_rim(u, v, distance) * 0.8)


def _outer_rim(u: Floats, v: Floats, distance: Floats) -> Floats:
    rim: Floats = step(-0.035, -0.018, distance) * (np.hypot(u, v + 0.21) > 0.22)
    return rim


def mushroom(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """A shiitake's cap with a star cut into it."""
    cap = plain(u, v, distance, colour, raw)
    cap = cap * (0.75 + 0.25 * step(0.0, -0.08, distance))
    angle = np.arctan2(v, u)
    arm = step(0.024, 0.008, np.hypot(u, v) * np.abs(np.sin(angle * 1.5)))
    return mix(cap, rgb("#efe2cb"), arm * (np.hypot(u, v) < 0.11))


def scallop(u: Floats, v: Floats, distance: Floats, colour: Floats, raw: bool) -> Floats:
    """Fibres that stand on end."""
    fibre = sample(blotches(), u, v, 2.0)
    return colour * (1 + 0.08 * fibre + 0.12 * step(-0.02, -0.1, distance))


CUTS = {
    "chicken": Cut(lump, (0.19, 0.145), 0.13, 4, "#eec3b4", "#d8b085", plain),
    "pork": Cut(oval, (0.29, 0.25), 0.05, 3, "#e58f8c", "#b98466", pork, 0.5, 0.6),
    "shrimp": Cut(curl, (0.15, 0.068), 0.09, 3, "#f0c4b0", "#f07a4c", shrimp, 0.7),
    "beef": Cut(sheet, (0.27, 0.14), 0.06, 5, "#b3262c", "#77462e", beef, 0.6, 0.4),
    "salmon": Cut(slab, (0.29, 0.15), 0.06, 4, "#f8702c", "#ee9c70", salmon, 0.8, 0.7),
    "tuna": Cut(slab, (0.29, 0.15), 0.06, 4, "#a80f2c", "#96705c", tuna, 0.8, 0.7),
    "tofu": Cut(block, (0.15, 0.15), 0.15, 4, "#f7f3e8", "#f4ecd9", plain, 0.5),
    "sausage": Cut(link, (0.25, 0.066), 0.10, 3, "#c9604a", "#b0432a", plain, 0.9),
    "mushroom": Cut(oval, (0.155, 0.15), 0.09, 4, "#a9794f", "#7f4f2c", mushroom, 0.3),
    "mackerel": Cut(fillet, (0.40, 0.19), 0.08, 2, "#b9c2c4", "#a98a66", mackerel, 0.9),
    "aubergine": Cut(oval, (0.20, 0.145), 0.07, 4, "#efe7c4", "#cdb27c", aubergine, 0.6, 0.4),
    "squid": Cut(ring, (0.125, 0.042), 0.06, 5, "#f6f0ec", "#f2ddd0", plain, 0.7),
    "pumpkin": Cut(crescent, (0.27, 0.105), 0.09, 4, "#f0a030", "#e8901c", pumpkin, 0.4),
    "avocado": Cut(crescent, (0.25, 0.085), 0.06, 5, "#8fae3f", "#7d9a3a", avocado, 0.5, 0.5),
    "scallop": Cut(oval, (0.145, 0.14), 0.10, 4, "#f6ead8", "#ecd0a4", scallop, 0.7),
}
