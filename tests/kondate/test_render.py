"""Drawn dishes: the same from the same seed, and every attribute is seen in the pixels."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import cycle

import numpy as np
import pytest
from numpy.typing import NDArray

from foodgan.kondate.canvas import Canvas
from foodgan.kondate.prior import draw
from foodgan.kondate.recipe import NONE, VALUES, Recipe
from foodgan.kondate.render import CELLS, cook, labelled, render

PLAIN = Recipe("plate", "rice", (), NONE, NONE, NONE)
SEEDS = range(3)
GOLDEN_BROWN = np.array([165.0, 112.0, 55.0])
CODE = """
import hashlib, numpy as np
from foodgan.kondate.prior import draw
from foodgan.kondate.render import render
digest = hashlib.sha256()
for seed in range(8):
    digest.update(render(draw(np.random.default_rng(seed)), seed).tobytes())
print(digest.hexdigest())
"""


@cache
def picture(recipe: Recipe, seed: int) -> NDArray[np.float64]:
    """The dish (64, 64, 3), drawn once for all tests."""
    return render(recipe, seed).astype(np.float64)


def pictures(recipe: Recipe) -> NDArray[np.float64]:
    """The dish from every seed (seeds, 64, 64, 3)."""
    return np.stack([picture(recipe, seed) for seed in SEEDS])


def changed(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where two pictures differ by more than the camera's noise (…, size, size)."""
    different: NDArray[np.bool_] = np.abs(a - b).mean(axis=-1) > 18
    return different


def colour_of(main: str, cooking: str) -> NDArray[np.float64]:
    """The mean colour of a main on plain rice (3,)."""
    with_main = pictures(replace(PLAIN, mains=(main,), cooking=cooking))
    mean: NDArray[np.float64] = with_main[changed(with_main, pictures(PLAIN))].mean(axis=0)
    return mean


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    digest = hashlib.sha256()
    for seed in range(8):
        digest.update(render(draw(np.random.default_rng(seed)), seed).tobytes())
    told = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
    ).stdout
    assert told.strip() == digest.hexdigest()


def test_another_seed_gives_another_picture_of_the_same_dish() -> None:
    first, second, third = pictures(Recipe("don", "ramen", ("egg",), "grilled", "miso", "negi"))
    assert min(np.abs(first - second).mean(), np.abs(second - third).mean()) > 10


def test_a_larger_picture_shows_the_same_scene() -> None:
    recipe = Recipe("teppan", "udon", ("shrimp",), "fried", NONE, "lemon")
    for seed in SEEDS:
        small = render(recipe, seed, 64).astype(float)
        large = render(recipe, seed, 128).astype(float).reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))
        assert np.abs(small - large).mean() < 14


@pytest.mark.parametrize("size", [16, 64, 97])
def test_a_picture_is_rgb_bytes_of_the_size_asked_for(size: int) -> None:
    picture = render(PLAIN, 0, size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8


def test_every_dish_can_be_drawn() -> None:
    recipes = [
        Recipe(vessel, base, ("egg", "shrimp", "squid"), "stirfried", "curry", "nori")
        for vessel in VALUES["vessel"]
        for base in VALUES["base"]
    ]
    for recipe in recipes:
        picture = render(recipe, 0, 32)
        assert picture.std() > 15, recipe


@pytest.mark.parametrize("attribute", ["vessel", "base", "sauce", "garnish"])
def test_every_value_of_an_attribute_looks_different(attribute: str) -> None:
    dish = replace(PLAIN, base="pasta")
    drawn = [pictures(replace(dish, **{attribute: value})) for value in VALUES[attribute]]
    for i, a in enumerate(drawn):
        for b in drawn[i + 1 :]:
            assert changed(a, b).mean() > 0.008


def test_every_main_is_seen_however_it_is_cooked() -> None:
    turn = cycle(SEEDS)
    for main in VALUES["main"]:
        for cooking in VALUES["cooking"]:
            seed = next(turn)
            dish = picture(replace(PLAIN, mains=(main,), cooking=cooking), seed)
            assert changed(dish, picture(PLAIN, seed)).mean() > 0.03, (main, cooking)


def test_the_map_of_mains_says_where_each_of_them_is_seen() -> None:
    recipe = replace(PLAIN, mains=("egg", "shrimp"), cooking="grilled")
    for seed in SEEDS:
        picture, where = labelled(recipe, seed)
        assert np.array_equal(picture, render(recipe, seed))
        assert set(np.unique(where)) == {0, *(1 + VALUES["main"].index(m) for m in recipe.mains)}
        there = where > 0
        different = changed(pictures(recipe), pictures(PLAIN))[seed]
        cells = different.reshape(CELLS, 2, CELLS, 2).any(axis=(1, 3))
        assert cells[there].mean() > 0.8


def test_murky_broth_hides_what_lies_low() -> None:
    soup = Recipe("don", "ramen", ("squid",), "raw", "cream", NONE)
    dry = replace(soup, base="rice", sauce=NONE)
    seen = [sum((labelled(r, s)[1] > 0).sum() for s in range(6)) for r in (soup, dry)]
    assert 0 < seen[0] < seen[1]


def test_frying_browns_any_main_until_they_look_alike() -> None:
    fried = {main: colour_of(main, "fried") for main in VALUES["main"]}
    raw = {main: colour_of(main, "raw") for main in VALUES["main"]}
    for main in set(VALUES["main"]) - {"chicken", "pumpkin"}:  # these two are brownish before
        before = np.abs(raw[main] - GOLDEN_BROWN).sum()
        assert np.abs(fried[main] - GOLDEN_BROWN).sum() < before, main
    assert _spread(fried) < 0.6 * _spread(raw)


def _spread(colours: dict[str, NDArray[np.float64]]) -> float:
    return float(np.stack(list(colours.values())).std(axis=0).mean())


def test_grilling_leaves_dark_marks() -> None:
    plain = pictures(PLAIN)
    for main in ("salmon", "pork", "chicken", "tofu"):
        dark = {}
        for cooking in ("grilled", "steamed"):
            dish = pictures(replace(PLAIN, mains=(main,), cooking=cooking))
            dark[cooking] = (dish[changed(dish, plain)].mean(axis=-1) < 75).mean()
        assert dark["grilled"] > dark["steamed"] + 0.03, main


def test_soup_submerges_what_lies_low() -> None:
    soup = Recipe("don", "udon", (), NONE, "miso", NONE)
    assert soup.soup
    dry = replace(soup, sauce=NONE)
    for seed in SEEDS:
        flat = {}
        for recipe in (soup, dry):
            canvas = Canvas(96)
            vessel = cook(canvas, recipe, seed)
            heights = canvas.height[vessel.radius < 0.6]
            lowest = np.quantile(heights, 0.02)
            flat[recipe] = (np.abs(heights - lowest) < 0.012).mean()
        assert flat[soup] > 0.2 > 0.1 > flat[dry]


def test_a_thick_broth_hides_more_than_a_clear_one() -> None:
    white = {}
    for sauce in ("curry", "shio"):
        dish = pictures(Recipe("don", "udon", (), NONE, sauce, NONE))
        # Udon is as blue as it is red; neither broth is.
        white[sauce] = (dish[..., 2] / dish[..., 0].clip(1))[:, 16:48, 16:48].mean()
    assert white["curry"] < white["shio"] - 0.1
