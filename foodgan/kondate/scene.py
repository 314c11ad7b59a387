"""Light and camera: a canvas, a height field with a lower side, becomes a photo.

The vessel stands on the table plane z = 0. R×R rays; colours are linear light.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foodgan.kondate.canvas import EXTENT, Canvas, mix, rgb, smooth, step
from foodgan.kondate.light import Light
from foodgan.kondate.tables import Table
from foodgan.kondate.textures import Floats, clouds, sample
from foodgan.kondate.vessels import Vessel, glaze_outside

FIELD = 0.62  # the picture's half width over its distance
Indices = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]
SHADOW_STEPS = 12
SATURATION = 1.22
HALVINGS = 5  # of the last step of a ray, to find where it hit


@dataclass(frozen=True)
class Camera:
    """pitch: radians above the table, π/2 from straight above; turn: around the dish."""

    pitch: float
    turn: float
    distance: float
    aim: tuple[float, float, float]


def some_camera(vessel: Vessel, rng: np.random.Generator) -> Camera:
    """As people photograph food: from above, or leaning in from the side."""
    above = rng.random() < 0.4
    pitch = rng.uniform(68, 89) if above else rng.uniform(30, 62)
    square = vessel.form.power > 2
    turn = rng.uniform(-25, 25) if square else rng.uniform(0, 360)
    aim = (*rng.uniform(-0.07, 0.07, 2), vessel.form.rim * 0.55)
    distance = rng.uniform(1.66, 2.02) + 0.15 * vessel.form.rim
    turn_, pitch_ = float(np.radians(turn)), float(np.radians(pitch))
    return Camera(pitch_, turn_, float(distance), (float(aim[0]), float(aim[1]), float(aim[2])))


def some_light(camera: Camera, rng: np.random.Generator) -> Light:
    """A window or a lamp, mostly from behind the dish or beside it."""
    around = camera.turn + np.radians(rng.uniform(20, 160) if rng.random() < 0.8 else -90)
    high = np.radians(rng.uniform(35, 62))
    warm = float(rng.uniform(-0.10, 0.16))
    flat = float(rng.uniform(0.24, 0.42))
    direction = np.array(
        [np.cos(around) * np.cos(high), np.sin(around) * np.cos(high), np.sin(high)], np.float32
    )
    tint = np.array([warm, 0, -warm], np.float32).reshape(3, 1, 1)
    colour = (1 + tint) * np.float32(rng.uniform(0.85, 1.1))
    ambient = (1 - tint * 0.3) * np.float32(flat)
    return Light(direction, colour, ambient)


def towards(camera: Camera) -> Floats:
    """From the dish to the camera, length 1 (3,)."""
    flat = np.cos(camera.pitch)
    back = np.array([np.sin(camera.turn), -np.cos(camera.turn)]) * flat
    return np.array([back[0], back[1], np.sin(camera.pitch)], np.float32)


def shade(canvas: Canvas, rim: float, light: Light, view: Floats) -> Floats:
    """The canvas under light (3, S, S): shadows cast, corners dimmed, wet things shining."""
    height, texel = canvas.height, canvas.texel
    down, right = np.empty_like(height), np.empty_like(height)
    down[1:-1], right[:, 1:-1] = height[2:] - height[:-2], height[:, 2:] - height[:, :-2]
    down[[0, -1]], right[:, [0, -1]] = 0, 0
    slope = np.float32(-0.5 / texel)
    nx, ny = (right * slope).clip(-2.2, 2.2), (down * slope).clip(-2.2, 2.2)
    norm = 1 / np.sqrt(nx * nx + ny * ny + 1)
    lx, ly, lz = light.direction
    facing = ((nx * lx + ny * ly + lz) * norm + 0.15).clip(0) * (1 / 1.15)
    lit = facing * _shadow(np.where(height < 0, rim, height), light.direction, texel)
    open_ = _openness(height)
    half = light.direction + view
    half = half / np.sqrt((half * half).sum())
    shine = ((nx * half[0] + ny * half[1] + half[2]) * norm).clip(0)
    for _ in range(6):  # to the power 64
        shine = shine * shine
    shine *= canvas.gloss * (0.25 + 0.75 * lit) * 0.55
    strength = lit * light.colour + open_ * light.ambient
    return np.asarray(canvas.colour * strength + shine * light.colour, np.float32)


def _shadow(height: Floats, direction: Floats, texel: float) -> Floats:
    """How much light arrives (S, S): 0 in a shadow, 1 in the open, soft with distance."""
    flat = float(np.hypot(direction[0], direction[1]))
    rise = float(direction[2]) / flat
    lit = np.ones_like(height)
    for reach in (0.02 * 1.4**i for i in range(SHADOW_STEPS)):
        columns = round(float(direction[0] / flat * reach) / texel)
        rows = round(float(direction[1] / flat * reach) / texel)
        if (rows, columns) == (0, 0):
            continue
        blocker = _shifted(height, rows, columns)
        over = (blocker - height - rise * reach) * (1 / (0.02 + 0.18 * reach))
        np.minimum(lit, 1 - over.clip(0, 1) * 0.85, out=lit)
    return lit


def _shifted(field: Floats, rows: int, columns: int) -> Floats:
    """field[y + rows, x + columns]; far below where that lies outside."""
    moved = np.full_like(field, -1.0)
    n = len(field)
    moved[max(-rows, 0) : n - max(rows, 0), max(-columns, 0) : n - max(columns, 0)] = field[
        max(rows, 0) : n - max(-rows, 0), max(columns, 0) : n - max(-columns, 0)
    ]
    return moved


def _openness(height: Floats) -> Floats:
    """How much of the sky a place sees, from how deep it lies among its neighbours (S, S)."""
    ground = height.clip(0)
    size = len(height)
    near, far = smooth(ground, max(1, size // 56)), smooth(ground, max(2, size // 18))
    depth = (near - ground).clip(0, 0.1) * 5 + (far - ground).clip(0, 0.3) * 1.6
    open_: Floats = 1 / (1 + depth * 1.6) - (ground - near).clip(-0.05, 0.05) * -2.0
    return open_


def photograph(
    canvas: Canvas,
    shaded: Floats,
    vessel: Vessel,
    table: Table,
    camera: Camera,
    light: Light,
    rays: int,
) -> tuple[Floats, NDArray[np.uint8]]:
    """What each of rays×rays sees (3, R, R), and the number of the main (R, R), 0 for none."""
    origin, ray = _rays(camera, rays)
    top = float(canvas.height.max()) + 0.01
    near = (top - origin[2]) / ray[2]
    on_table = -origin[2] / ray[2]
    found, hit = _march(canvas, vessel.under, origin, ray, near, on_table, camera)
    colour = np.empty((3, rays * rays), np.float32)
    inward = hit[0] * ray[0][found] + hit[1] * ray[1][found] < 0
    main = np.zeros(rays * rays, np.uint8)
    colour[:, found], main[found] = _surface(canvas, shaded, vessel, hit, inward, light)
    missed = np.ones(rays * rays, bool)
    missed[found] = False
    x, y = (origin[i] + (ray[i] * on_table)[missed] for i in (0, 1))
    colour[:, missed] = table.colour(x, y, light)[:, 0]
    return colour.reshape(3, rays, rays), main.reshape(rays, rays)


def _rays(camera: Camera, rays: int) -> tuple[list[float], list[Floats]]:
    """Where the camera stands, and the direction of each ray: three (R·R,)."""
    back = towards(camera)
    right = np.array([np.cos(camera.turn), np.sin(camera.turn), 0], np.float32)
    up = np.cross(back, right)
    across = ((np.arange(rays, dtype=np.float32) + 0.5) * (2 / rays) - 1) * np.float32(FIELD)
    u, v = (axis.ravel() for axis in np.meshgrid(across, -across))
    ray = [right[i] * u + up[i] * v - back[i] for i in range(3)]
    ray[2] = np.minimum(ray[2], np.float32(-0.05))
    return [camera.aim[i] + float(back[i]) * camera.distance for i in range(3)], ray


def _march(
    canvas: Canvas,
    under: Floats,
    origin: list[float],
    ray: list[Floats],
    near: Floats,
    far: Floats,
    camera: Camera,
) -> tuple[Indices, list[Floats]]:
    """Walk down each ray from `near` to `far`; (indices of rays that hit, their x, y, z)."""
    steps = int(np.ceil(10 + 22 * np.cos(camera.pitch)))
    scale = np.float32(canvas.size / (2 * EXTENT))
    last = canvas.size - 1
    stride = (far - near) / steps
    start = [origin[i] + ray[i] * near for i in range(3)]
    place = [start[0] * scale + canvas.size / 2, start[1] * scale + canvas.size / 2, start[2]]
    move = [ray[0] * stride * scale, ray[1] * stride * scale, ray[2] * stride]
    height, lower = canvas.height.ravel(), under.ravel()

    def ground(x: Floats, y: Floats) -> Indices:
        at: Indices = y.astype(np.int32).clip(0, last) * canvas.size + x.astype(np.int32).clip(
            0, last
        )
        return at

    walking = np.arange(len(near))
    # A ray that was over the dish cannot pass through a thin wall between two steps.
    over = np.zeros(len(near), bool)
    hits: list[tuple[Indices, list[Floats]]] = []
    for _ in range(steps):
        place = [p + m for p, m in zip(place, move, strict=True)]
        at = ground(place[0], place[1])
        surface = height[at]
        below = place[2] < surface
        struck = below & (over | (place[2] > lower[at]))
        over = ~below & (surface > 0)
        if struck.any():
            hits.append((walking[struck], [a[struck] for a in (*place, *move)]))
            going = ~struck
            walking, over = walking[going], over[going]
            place, move = [p[going] for p in place], [m[going] for m in move]
    if not hits:
        return walking[:0], [near[:0]] * 3
    found = np.concatenate([index for index, _ in hits])
    joined = [np.concatenate([values[i] for _, values in hits]) for i in range(6)]
    place, move = joined[:3], joined[3:]
    inward = (place[0] - last / 2) * move[0] + (place[1] - last / 2) * move[1] < 0
    for _ in range(HALVINGS):
        move = [m * np.float32(0.5) for m in move]
        at = ground(place[0], place[1])
        inside = (place[2] < height[at]) & (~inward | (place[2] > lower[at]))
        sign = np.where(inside, np.float32(-1), np.float32(1))
        place = [p + m * sign for p, m in zip(place, move, strict=True)]
    half = np.float32(canvas.size / 2)
    return found, [(place[0] - half) / scale, (place[1] - half) / scale, place[2]]


def _surface(
    canvas: Canvas, shaded: Floats, vessel: Vessel, hit: list[Floats], inward: Mask, light: Light
) -> tuple[Floats, NDArray[np.uint8]]:
    """The colour at points (N,) on the dish (3, N), from above or the vessel's outer wall.

    And the number of the main that lies there (N,).
    """
    x, y, z = hit
    scale, last = canvas.size / (2 * EXTENT), canvas.size - 1
    column = (x * scale + canvas.size / 2).astype(np.int32).clip(0, last)
    row = (y * scale + canvas.size / 2).astype(np.int32).clip(0, last)
    at = row * canvas.size + column
    colour: Floats = shaded.reshape(3, -1).take(at, axis=1)
    main = canvas.top.ravel()[at]
    below = canvas.height.ravel()[at] - z
    radius = vessel.radius.ravel()[at]
    wall = inward & (below > 0.025) & (z - vessel.under.ravel()[at] < 0.04)
    wall |= inward & (below > 0.025) & (radius > 1 - vessel.form.wall)
    if wall.any():
        colour[:, wall] = _outer(vessel, x[wall], y[wall], z[wall], light)[:, 0]
        main[wall] = 0
    side = ~wall & (below > 0.02) & (radius < 1 - vessel.form.wall)
    colour[:, side] *= 1 - (below[side] * 5).clip(0, 0.6)
    return colour, main


def _outer(vessel: Vessel, x: Floats, y: Floats, z: Floats, light: Light) -> Floats:
    """Light on the outer wall (3, 1, N)."""
    power = vessel.form.power - 1
    nx, ny = (x / vessel.form.axes[0]) ** power, (y / vessel.form.axes[1]) ** power
    norm = 1 / np.sqrt(nx * nx + ny * ny + 1e-6)
    nx, ny = nx * norm, ny * norm
    facing = ((nx * light.direction[0] + ny * light.direction[1]) * 0.95 + 0.1).clip(0)
    near_table = step(-0.1, 0.35, z)
    strength = facing * light.colour + near_table * light.ambient
    shine = facing**12 * 0.25
    colour = glaze_outside(vessel, x, y, z) * strength + shine * light.colour
    return np.asarray(colour, np.float32)


def develop(light_: Floats, rng: np.random.Generator) -> Floats:
    """Exposure, white balance and the film's curve: linear light to [0, 1] (3, R, R)."""
    balance = np.float32(rng.uniform(0.85, 1.25)) * (
        1 + rng.uniform(-0.05, 0.05, (3, 1, 1)).astype(np.float32)
    )
    grey = light_.mean(axis=0, keepdims=True)
    exposed = (grey + (light_ - grey) * SATURATION).clip(0) * balance
    curve = exposed * (1 + exposed * 0.12) / (1 + exposed * 0.52)
    picture: Floats = np.sqrt(curve.clip(0, 1))
    return picture


def steam(picture: Floats, amount: float, rng: np.random.Generator) -> Floats:
    """Wisps rising over the dish: `amount` in [0, 1]."""
    size = picture.shape[-1]
    across = np.linspace(0, 1, size, dtype=np.float32)
    x, y = np.meshgrid(across, across)
    shift = (float(rng.random()), float(rng.random()))
    bent = x + 0.03 * sample(clouds(), x, y, 0.5, shift)
    wisp = sample(clouds(), bent * 1.6, y * 0.55, 0.8, shift)
    column = np.exp(-(((x - float(rng.uniform(0.35, 0.65))) * 3) ** 2))
    cover = step(-0.1, 1.8, wisp) * column * step(0.95, 0.3, y) * amount
    return mix(picture, rgb("#eef0f2"), np.asarray(cover, np.float32))


def blurred(pixels: Floats, share: float) -> Floats:
    """A little out of focus: each pixel gives `share` to its four neighbours (H, W, 3)."""
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return np.asarray(pixels * (1 - share) + around * (share / 4), np.float32)
