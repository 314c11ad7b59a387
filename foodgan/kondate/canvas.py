"""The dish seen straight from above, before light: colour, height and gloss, laid on in order.

S×S texels over [-EXTENT, EXTENT]², where the rim of a round vessel has radius 1. Heights are in
the same unit. Colours are linear light in [0, 1].
"""

from functools import cache

import numpy as np

from foodgan.kondate.textures import Floats

EXTENT = 1.18
HIDES = 0.5  # a cover that is thicker than this is what is seen


@cache
def rgb(text: str) -> Floats:
    """A colour "#rrggbb" as linear light (3, 1, 1); gamma 2."""
    levels = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255
    colour: Floats = levels.reshape(3, 1, 1) ** 2
    colour.flags.writeable = False  # it is kept
    return colour


def step(low: float, high: float, x: Floats) -> Floats:
    """0 below `low`, 1 above `high`, smooth between."""
    t = ((x - low) * (1 / (high - low))).clip(0, 1)
    eased: Floats = t * t * (3 - 2 * t)
    return eased


def mix(a: Floats, b: Floats, share: Floats | float) -> Floats:
    """Colours (3, …) from a to b; share (…) in [0, 1]."""
    return a + (b - a) * share


def smooth(field: Floats, radius: int) -> Floats:
    """Mean over a square of 2·radius+1 (S, S)."""
    width = 2 * radius + 1
    for _ in range(2):
        padded = np.pad(field, ((radius + 1, radius), (0, 0)), mode="edge")
        summed = np.cumsum(padded, axis=0)
        field = np.asarray((summed[width:] - summed[:-width]) / width, np.float32).T
    return np.ascontiguousarray(field)


@cache
def _axes(size: int) -> tuple[Floats, Floats]:
    """x and y of each texel (S, S)."""
    centres = (np.arange(size, dtype=np.float32) + 0.5) * np.float32(2 * EXTENT / size) - EXTENT
    x, y = np.meshgrid(centres, centres)
    x.flags.writeable = y.flags.writeable = False
    return x, y


class Canvas:
    """colour (3, S, S), height (S, S), gloss (S, S) in [0, 1]; x, y (S, S); texel: its width;
    within (S, S): 1 where something may be laid; top (S, S): number of the main that is seen from
    above, 0 where it is none; laying: number of the main that is being laid.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.texel = 2 * EXTENT / size
        self.x, self.y = _axes(size)
        self.colour = np.zeros((3, size, size), np.float32)
        self.height = np.zeros((size, size), np.float32)
        self.gloss = np.zeros((size, size), np.float32)
        self.within = np.ones((size, size), np.float32)
        self.top = np.zeros((size, size), np.uint8)
        self.laying = 0

    def whole(self) -> "Patch":
        """A patch over everything, not turned."""
        return Patch(self, slice(None), slice(None), self.x, self.y)

    def patch(self, x: float, y: float, reach: float, turn: float = 0.0) -> "Patch":
        """The surroundings of (x, y) within `reach`, in coordinates turned by `turn` radians."""
        rows, columns = self._span(y, reach), self._span(x, reach)
        dx, dy = self.x[rows, columns] - np.float32(x), self.y[rows, columns] - np.float32(y)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        return Patch(self, rows, columns, dx * cos + dy * sin, dy * cos - dx * sin)

    def level(self, x: float, y: float, reach: float) -> float:
        """How high things lie around (x, y): a little above their mean."""
        around = self.height[self._span(y, reach), self._span(x, reach)]
        if around.size == 0:
            return 0.0
        return float(0.75 * around.mean() + 0.25 * around.max())

    def _span(self, centre: float, reach: float) -> slice:
        first = int(np.floor((centre - reach + EXTENT) / self.texel))
        last = int(np.ceil((centre + reach + EXTENT) / self.texel))
        return slice(max(first, 0), max(min(last, self.size), 0))


class Patch:
    """A window of the canvas with coordinates u, v of its own; laying on it changes the canvas."""

    def __init__(self, canvas: Canvas, rows: slice, columns: slice, u: Floats, v: Floats) -> None:
        self.canvas, self.rows, self.columns = canvas, rows, columns
        self.u, self.v = u, v
        self.edge = canvas.texel  # width over which an outline fades

    @property
    def height(self) -> Floats:
        """Heights as they are now; a view."""
        return self.canvas.height[self.rows, self.columns]

    @property
    def colour(self) -> Floats:
        """Colours as they are now; a view."""
        return self.canvas.colour[:, self.rows, self.columns]

    @property
    def gloss(self) -> Floats:
        """Gloss as it is now; a view."""
        return self.canvas.gloss[self.rows, self.columns]

    def inside(self, distance: Floats) -> Floats:
        """Cover in [0, 1] from a signed distance to the outline, negative inside."""
        return (0.5 - distance * (1 / self.edge)).clip(0, 1)

    def lay(self, cover: Floats, colour: Floats, height: Floats | float, gloss: float) -> None:
        """Put something opaque where `cover` is 1, with its upper side at `height`."""
        cover = cover * self.canvas.within[self.rows, self.columns]
        self.tint(cover, colour)
        self.height[...] += (height - self.height) * cover
        self.gloss[...] += (gloss - self.gloss) * cover
        self.canvas.top[self.rows, self.columns][cover > HIDES] = self.canvas.laying

    def tint(self, cover: Floats, colour: Floats) -> None:
        """Colour what lies there, by `cover`, and leave its shape."""
        now = self.colour
        now += (colour - now) * cover
