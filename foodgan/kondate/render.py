"""A recipe becomes a picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foodgan.kondate import bases, sauces, scene, vessels
from foodgan.kondate.canvas import Canvas
from foodgan.kondate.garnishes import garnish
from foodgan.kondate.mains import arrange
from foodgan.kondate.recipe import NONE, Recipe
from foodgan.kondate.tables import some_table

Picture = NDArray[np.uint8]
STREAMS = ("vessel", "base", "sauce", "main", "garnish", "scene", "film")
CELLS = 32  # a side of the map of mains
# (largest size, texels of the canvas a pixel, rays a pixel), both along one side
SAMPLING = ((96, 1.7, 1.5), (4096, 2.2, 2.0))


def render(recipe: Recipe, seed: int, size: int = 64) -> Picture:
    """A photo of this dish (size, size, 3). The same seed gives the same picture.

    All that the recipe leaves open comes from the seed: which bowl, table, light, camera, and how
    things lie. Another size shows the same scene; another value of one attribute leaves what does
    not depend on it as it was.
    """
    return labelled(recipe, seed, size)[0]


def labelled(recipe: Recipe, seed: int, size: int = 64) -> tuple[Picture, Picture]:
    """The same, and where its mains are seen (CELLS, CELLS): 1 + the place in VALUES, or 0."""
    texels, per_pixel = next(row[1:] for row in SAMPLING if size <= row[0])
    canvas = Canvas(round(size * texels))
    vessel = cook(canvas, recipe, seed)
    rng = _stream(seed, "scene")
    camera = scene.some_camera(vessel, rng)
    light = scene.some_light(camera, rng)
    table = some_table(vessel, rng)
    shaded = scene.shade(canvas, vessel.form.rim, light, scene.towards(camera))
    rays = round(size * per_pixel)
    seen, mains = scene.photograph(canvas, shaded, vessel, table, camera, light, rays)
    film = _stream(seed, "film")
    middles = ((np.arange(CELLS) + 0.5) * rays / CELLS).astype(int)
    where = mains[np.ix_(middles, middles)]
    return _expose(scene.develop(seen, film), recipe, size, film), where


def cook(canvas: Canvas, recipe: Recipe, seed: int) -> vessels.Vessel:
    """Lay the dish on the canvas from the bottom up."""
    vessel = vessels.set_table(canvas, recipe.vessel, _stream(seed, "vessel"))
    bases.serve(canvas, vessel, recipe.base, recipe.soup, _stream(seed, "base"))
    sauce = _stream(seed, "sauce")
    sauced = recipe.sauce != NONE
    if sauced and not recipe.soup:
        sauces.pour_over(canvas, vessel, recipe.base, recipe.sauce, sauce)
    arrange(canvas, vessel, recipe, _stream(seed, "main"))
    if recipe.soup:
        sauces.pour_broth(canvas, vessel, recipe.sauce, sauce)
    elif sauced and recipe.mains:
        sauces.drizzle(canvas, vessel, recipe.sauce, sauce)
    garnish(canvas, vessel, recipe.garnish, _stream(seed, "garnish"))
    return vessel


def _stream(seed: int, part: str) -> np.random.Generator:
    """Randomness for one part of the picture, so that no part shifts another's."""
    return np.random.default_rng([seed, STREAMS.index(part)])


def _expose(
    picture: NDArray[np.float32], recipe: Recipe, size: int, rng: np.random.Generator
) -> Picture:
    """Steam, focus and grain of the camera, at the size of the picture."""
    hot = recipe.soup or recipe.cooking in ("steamed", "simmered", "grilled", "stirfried")
    if rng.random() < (0.75 if recipe.cooking == "steamed" else 0.35 if hot else 0.0):
        strong = 0.75 if recipe.cooking == "steamed" else 0.45
        picture = scene.steam(picture, strong * float(rng.uniform(0.5, 1)), rng)
    bytes_ = np.ascontiguousarray((picture * 255).clip(0, 255).astype(np.uint8).transpose(1, 2, 0))
    image = Image.fromarray(bytes_).resize((size, size), Image.Resampling.BOX)
    pixels = np.asarray(image, np.float32)
    if rng.random() < 0.3:
        pixels = scene.blurred(pixels, float(rng.uniform(0.05, 0.18)))
    grain = rng.standard_normal((size, size, 1), dtype=np.float32) * float(rng.uniform(0.4, 2.6))
    grain = grain + rng.standard_normal((size, size, 3), dtype=np.float32) * 0.9
    return (pixels + grain + 0.5).clip(0, 255).astype(np.uint8)
