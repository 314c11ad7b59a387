"""Tileable textures, made once from fixed seeds: noise, fibres, grains of rice.

T = 256 texels; a tile repeats every unit of its coordinates.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]  # float32 in practice; NumPy types scalars wider
TEXELS = 256
GRAINS = 1500  # in a tile of rice
GRAIN = (9.0, 3.4)  # half length and half width, texels


def sample(
    tile: Floats, x: Floats, y: Floats, scale: float = 1.0, shift: tuple[float, float] = (0, 0)
) -> Floats:
    """The tile (T, T, …) at coordinates of any shape, nearest texel, `scale` tiles a unit."""
    column = ((x * scale + shift[0] + 64) * TEXELS).astype(np.int32) & (TEXELS - 1)
    row = ((y * scale + shift[1] + 64) * TEXELS).astype(np.int32) & (TEXELS - 1)
    flat = tile.reshape(TEXELS * TEXELS, *tile.shape[2:])
    found: Floats = flat[row * TEXELS + column]
    return found


@cache
def clouds() -> Floats:
    """Soft noise (T, T), mean 0, deviation 1: large shapes with small ones on them."""
    return _noise(1, 1.7)


@cache
def blotches() -> Floats:
    """Noise (T, T) of middle-sized shapes alone, mean 0, deviation 1."""
    return _noise(2, 1.2, low=5, high=24)


@cache
def speckle() -> Floats:
    """Fine noise (T, T), mean 0, deviation 1."""
    return _noise(3, 0.6, low=16, high=90)


@cache
def fibres() -> Floats:
    """Noise (T, T) drawn out along x, mean 0, deviation 1: wood, meat."""
    return _noise(4, 1.0, low=2, high=80, stretch=10)


@cache
def rice() -> Floats:
    """Grains (T, T, 2) one over another: height in [0, 1], and how bright each grain is."""
    rng = np.random.default_rng(5)
    tile = np.zeros((TEXELS, TEXELS, 2), np.float32)
    tile[..., 1] = 0.8
    reach = int(GRAIN[0]) + 1
    near = np.arange(-reach, reach + 1, dtype=np.float32)
    for level in np.linspace(0.25, 1, GRAINS):
        turn, slope = rng.uniform(0, np.pi), rng.uniform(-0.25, 0.25)
        along = near[None, :] * np.cos(turn) + near[:, None] * np.sin(turn)
        across = near[:, None] * np.cos(turn) - near[None, :] * np.sin(turn)
        round_ = 1 - (along / GRAIN[0]) ** 2 - (across / GRAIN[1]) ** 2
        rows = (rng.integers(TEXELS) + near.astype(int)) % TEXELS
        columns = (rng.integers(TEXELS) + near.astype(int)) % TEXELS
        height = 0.45 * level + 0.5 * np.sqrt(round_.clip(0)) + slope * along / GRAIN[0]
        patch = tile[np.ix_(rows, columns)]
        above = (round_ > 0) & (height > patch[..., 0])
        tint = rng.uniform(0.86, 1.0)
        patch[above] = np.stack((height, np.full_like(height, tint)), axis=-1)[above]
        tile[np.ix_(rows, columns)] = patch
    tile[..., 0] = tile[..., 0].clip(0, 1)
    return tile


def _noise(seed: int, fall: float, low: float = 1, high: float = 128, stretch: float = 1) -> Floats:
    """Noise whose amplitude falls as frequency^-fall between `low` and `high` cycles a tile."""
    rng = np.random.default_rng(seed)
    white = np.fft.rfft2(rng.standard_normal((TEXELS, TEXELS)))
    rows = np.fft.fftfreq(TEXELS, 1 / TEXELS)[:, None]
    columns = np.fft.rfftfreq(TEXELS, 1 / TEXELS)[None, :] * stretch
    radius = np.hypot(rows, columns)
    gain = np.where((radius >= low) & (radius <= high), np.maximum(radius, 1) ** -fall, 0)
    noise = np.fft.irfft2(white * gain, (TEXELS, TEXELS))
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)
