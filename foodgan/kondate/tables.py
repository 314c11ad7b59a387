"""What the dish stands on: wood, cloth, slate, a lacquer tray, woven bamboo."""

from dataclasses import dataclass

import numpy as np

from foodgan.kondate.canvas import mix, rgb, step
from foodgan.kondate.light import Light
from foodgan.kondate.textures import Floats, blotches, clouds, fibres, sample, speckle
from foodgan.kondate.vessels import Form, Vessel, superellipse

# (kind, light colour, dark colour), how likely
TOPS = (
    (("wood", "#b98a55", "#8a5c30"), 0.24),
    (("wood", "#6d4526", "#3f2613"), 0.18),
    (("wood", "#d9bd8f", "#bd9862"), 0.14),
    (("cloth", "#ebe7de", "#d6d0c3"), 0.12),
    (("check", "#e9e4d8", "#a33a35"), 0.05),
    (("check", "#e6e6e2", "#40618f"), 0.05),
    (("slate", "#55585c", "#2e3033"), 0.09),
    (("tray", "#2a2020", "#171111"), 0.06),
    (("bamboo", "#cdb27a", "#8f7440"), 0.07),
)


@dataclass(frozen=True)
class Table:
    """A table top under a vessel. shift and turn: which part of the wood is seen."""

    kind: str
    light: Floats
    dark: Floats
    turn: float
    shift: tuple[float, float]
    vessel: Vessel

    def colour(self, x: Floats, y: Floats, lamp: Light) -> Floats:
        """Light from the table at points (N,) → (3, 1, N), with the vessel's shadow."""
        cos, sin = float(np.cos(self.turn)), float(np.sin(self.turn))
        u, v = x * cos + y * sin, y * cos - x * sin
        flat = lamp.direction[2] * self._lit(x, y, lamp.direction)
        strength = flat * lamp.colour + self._near(x, y) * lamp.ambient
        return np.asarray(self._top(u, v) * strength, np.float32)

    def _top(self, u: Floats, v: Floats) -> Floats:
        grain = sample(fibres(), u, v, 0.2, self.shift)
        fine = sample(speckle(), u, v, 0.5, self.shift)
        if self.kind == "wood":
            plank = np.floor(v * 1.3 + self.shift[0] * 9)
            seam = np.abs(v * 1.3 + self.shift[0] * 9 - plank - 0.5) > 0.485
            tone = np.sin(plank * 2.4) * 0.18
            share = 0.45 + 0.26 * grain + 0.05 * fine + tone + 0.5 * seam
            return mix(self.light, self.dark, share.clip(0, 1.2))
        if self.kind == "cloth":
            folds = sample(clouds(), u, v, 0.14, self.shift)
            return mix(self.light, self.dark, (0.4 + 0.3 * folds + 0.15 * fine).clip(0, 1))
        if self.kind == "check":
            rows, columns = np.sin(u * 11) > 0, np.sin(v * 11) > 0
            share = 0.1 + 0.4 * rows + 0.4 * columns + 0.06 * fine
            return mix(self.light, self.dark, np.asarray(share.clip(0, 1), np.float32))
        if self.kind == "bamboo":
            slat = np.abs(np.sin(v * 34)) ** 0.5
            thread = step(0.985, 0.999, np.cos(u * 5))
            share = (1 - slat * 0.8 + 0.12 * grain).clip(0, 1) * 0.8 + 0.2 * thread
            return mix(self.light, self.dark, np.asarray(share, np.float32))
        if self.kind == "tray":
            edge = step(0.02, 0.0, np.abs(superellipse(u, v, (1.7, 1.45), 8) - 0.97))
            return mix(self.light, self.dark, 0.5 + 0.1 * fine) + edge * 0.05
        cloud = sample(blotches(), u, v, 0.3, self.shift)
        return mix(self.light, self.dark, (0.5 + 0.2 * cloud + 0.12 * fine).clip(0, 1))

    def _lit(self, x: Floats, y: Floats, direction: Floats) -> Floats:
        """The vessel's shadow: its rim, moved away from the light; 0 dark, 1 in the open."""
        form = self.vessel.form
        reach = 0.75 * form.rim / float(direction[2])
        away = x + float(direction[0]) * reach, y + float(direction[1]) * reach
        outline = superellipse(*away, form.axes, form.power)
        foot = superellipse(x, y, form.axes, form.power)
        soft = 0.10 + 0.25 * form.rim
        shadow = np.minimum(step(1 - soft, 1 + soft, outline), step(_foot(form), 1.03, foot))
        return 0.15 + 0.85 * shadow

    def _near(self, x: Floats, y: Floats) -> Floats:
        """How much sky the table sees beside the vessel."""
        foot = superellipse(x, y, self.vessel.form.axes, self.vessel.form.power)
        return 0.35 + 0.65 * step(_foot(self.vessel.form) * 0.9, 1.25, foot)


def _foot(form: Form) -> float:
    """How far out the table is dark under the vessel: a low rim lets in less light."""
    return max(form.foot, 1 - 1.2 * form.rim)


def some_table(vessel: Vessel, rng: np.random.Generator) -> Table:
    """A table by chance."""
    weights = np.array([weight for _, weight in TOPS])
    kind, light, dark = TOPS[int(rng.choice(len(TOPS), p=weights / weights.sum()))][0]
    shift = (float(rng.random()), float(rng.random()))
    tone = float(rng.uniform(0.8, 1.1))
    turn = float(rng.uniform(0, np.pi))
    return Table(kind, rgb(light) * tone, rgb(dark) * tone, turn, shift, vessel)
