"""Colours that a name says, laid over the food of its sketch."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from foodgan.painting import dye
from foodgan.painting.painter import Dish, Painter
from foodgan.text.colours import Rgb

SIDE = 64
RED, GREEN = ((1.0, 0.0, 0.0),), ((0.0, 0.5, 0.0),)


@pytest.fixture(scope="module")
def shipped() -> Painter:
    return Painter.load(device="cpu", threads=1)


def colour(red: float, green: float, blue: float) -> Tensor:
    """(3, 1, 1) in [-1, 1], of parts in 0 … 1."""
    return torch.tensor([red, green, blue])[:, None, None] * 2 - 1


def plate(food: Tensor, rim: Tensor, table: Tensor) -> Tensor:
    """A round dish from above, (1, 3, S, S): food within .5 of the middle, rim within .8."""
    place = torch.linspace(-1, 1, SIDE)
    radius = torch.hypot(place[:, None], place[None])
    picture = torch.where(radius < 0.5, food, torch.where(radius < 0.8, rim, table))
    return picture[None]


WHITE, BROWN = colour(0.95, 0.95, 0.95), colour(0.4, 0.25, 0.15)
STEW = plate(colour(0.7, 0.4, 0.2), WHITE, BROWN)


def made(words: dye.Words, seed: int = 3) -> dye.Dye:
    """The dye of words that are heard."""
    found = dye.dye_of(words, seed, SIDE)
    assert found is not None
    return found


def laid(sketch: Tensor, *words: tuple[float, tuple[Rgb, ...]]) -> Tensor:
    """One sketch, dyed in what words say."""
    return dye.lay(sketch, made(words))


def middle(picture: Tensor) -> Tensor:
    """Mean colour of the food, (3,)."""
    return picture[0, :, 26:38, 26:38].mean(dim=(1, 2))


def hue(picture: Image.Image) -> float:
    """Mean hue of a picture's middle, in degrees."""
    side = picture.width
    box = (side // 3, side // 3, 2 * side // 3, 2 * side // 3)
    red, green, blue = np.asarray(picture.crop(box), np.float64).mean(axis=(0, 1))
    return float(np.degrees(np.arctan2(3**0.5 * (green - blue), 2 * red - green - blue)) % 360)


def test_oklab_and_back_is_the_same_picture() -> None:
    pixels = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert torch.allclose(dye.from_oklab(dye.to_oklab(pixels)), pixels, atol=1e-4)


def test_oklab_is_the_published_one() -> None:
    # Ottosson's own table gives sRGB red 0.628, 0.2249, 0.1258.
    found = dye.to_oklab(colour(1, 0, 0)[None]).flatten()
    assert torch.allclose(found, torch.tensor([0.6280, 0.2249, 0.1258]), atol=1e-3)


def test_food_takes_the_colour_and_plate_and_table_do_not() -> None:
    red, green, _ = middle(laid(STEW, (1.0, GREEN)))
    assert green > red + 0.3
    kept = laid(STEW, (1.0, GREEN)) - STEW
    rim, table = kept[0, :, SIDE // 2, 8:11], kept[0, :, :4, :4]
    assert rim.abs().max() < 0.1
    assert table.abs().max() < 0.02


def test_white_food_on_a_white_plate_is_food_too() -> None:
    rice = plate(colour(0.93, 0.92, 0.88), WHITE, BROWN)
    red, green, _ = middle(laid(rice, (1.0, GREEN)))
    assert green > red + 0.3


def test_food_that_fills_the_picture_is_dyed_to_its_edges() -> None:
    full = colour(0.7, 0.4, 0.2).expand(3, SIDE, SIDE)[None]
    dyed = laid(full, (1.0, GREEN))[0]
    assert (dyed[1] > dyed[0]).float().mean() > 0.95


def test_light_and_shade_of_the_food_stay() -> None:
    stripes = STEW.clone()
    stripes[:, :, :, ::4] -= 0.3
    before = dye.to_oklab(stripes)[0, 0, 26:38, 26:38]
    after = dye.to_oklab(laid(stripes, (1.0, GREEN)))[0, 0, 26:38, 26:38]
    assert np.corrcoef(before.flatten(), after.flatten())[0, 1] > 0.95
    assert float(after.std()) == pytest.approx(float(before.std()), rel=0.05)


def test_half_of_the_differences_in_hue_within_the_food_stay() -> None:
    chequered = STEW.clone()
    chequered[:, :2, :, 4::8] += torch.tensor([0.2, -0.2])[:, None, None]
    before, after = (
        dye.to_oklab(each)[0, 1:, 26:38, 26:38].std(dim=(1, 2)).norm()
        for each in (chequered, laid(chequered, (1.0, GREEN)))
    )
    left = (1 - dye.STRENGTH) + dye.STRENGTH * dye.OWN_HUES
    assert float(after / before) == pytest.approx(left, rel=0.1)


def test_a_word_heard_more_is_laid_on_thicker_and_one_not_heard_not_at_all() -> None:
    greens = [float(middle(laid(STEW, (weight, GREEN)))[0]) for weight in (0.2, 0.6, 1.2)]
    assert greens == sorted(greens, reverse=True)
    assert made([(3.0, GREEN)]).strength.max() == 1
    assert dye.dye_of([(0.0, GREEN)], 3, SIDE) is None
    assert dye.dye_of([], 3, SIDE) is None


def test_a_colour_that_a_dish_is_to_hear_less_is_laid_on_thinner(shipped: Painter) -> None:
    def strength(weight: float) -> float:
        laid_on = shipped.prepare([Dish("青いカレー", 5, weights=(("青い", weight),))]).dye
        return 0.0 if laid_on is None else float(laid_on.strength.mean())

    assert strength(0) == 0
    assert strength(0.5) == pytest.approx(strength(1) / 2)


def test_the_seed_of_a_dish_places_its_colours(shipped: Painter) -> None:
    dishes = [Dish("抹茶いちごパフェ", seed) for seed in (1, 1, 2)]
    laid_on = shipped.prepare(dishes).dye
    assert laid_on is not None
    first, again, other = laid_on.colours
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_two_words_share_the_food_and_seeds_share_it_out_differently() -> None:
    first, again, other = (made([(1, RED), (1, GREEN)], seed) for seed in (1, 1, 2))
    assert torch.equal(first.colours, again.colours)
    assert not torch.equal(first.colours, other.colours)
    green = (first.colours[0, 1] < 0).float().mean()  # the axis from green to red
    assert 0.1 < green < 0.9
    assert torch.allclose(first.strength, made([(1, RED)]).strength)  # shared, not laid on twice


def test_of_two_words_the_one_that_is_heard_more_takes_more_of_the_food() -> None:
    greens = [
        (made([(1, RED), (weight, GREEN)], seed=1).colours[0, 1] < 0).float().mean()
        for weight in (0.5, 1, 2)
    ]
    assert greens[0] < greens[1] - 0.1
    assert greens[1] < greens[2] - 0.1


def test_one_colour_said_twice_is_one_colour() -> None:
    twice, once = made([(0.3, RED), (0.7, RED)]), made([(1, RED)])
    assert torch.allclose(twice.strength, once.strength)
    assert torch.allclose(twice.colours, once.colours)


def test_several_colours_of_a_word_lie_side_by_side() -> None:
    rainbow = ((1.0, 0.0, 0.0), (1.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    dyed = laid(colour(0.7, 0.6, 0.5).expand(3, SIDE, SIDE)[None], (1.0, rainbow))[0]
    reds, blues = (dyed[0] > dyed[2] + 0.5).float().mean(), (dyed[2] > dyed[0] + 0.3).float().mean()
    assert reds > 0.15
    assert blues > 0.15


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("抹茶プリン", 60, 120), ("青いカレー", 190, 270), ("真っ赤なうどん", 330, 30)],
)
def test_the_shipped_model_paints_what_colour_a_name_says(
    shipped: Painter, name: str, low: float, high: float
) -> None:
    for picture in shipped.paint([Dish(name, seed) for seed in range(4)]):
        found = hue(picture)
        assert low < found < high if low < high else found > low or found < high


def test_a_name_without_a_colour_is_painted_as_ever(
    shipped: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    (before,) = shipped.paint([Dish("きつねうどん", 5)])
    monkeypatch.setattr(dye, "STRENGTH", 1.0)
    (after,) = shipped.paint([Dish("きつねうどん", 5)])
    assert before.tobytes() == after.tobytes()


def test_the_colour_of_a_mix_comes_with_its_share(shipped: Painter) -> None:
    shares = (0.0, 0.5, 1.0)
    dishes = [Dish("カレーライス", 5, mix="青いカレー", share=share) for share in shares]
    pictures = shipped.sketch_tensor(dishes)
    blues = [float(blue - red) for red, _, blue in map(middle, pictures[:, None])]
    assert blues == sorted(blues)
    assert blues[-1] > blues[0] + 0.4


def test_a_persons_own_sketch_keeps_its_colours(shipped: Painter) -> None:
    dish = Dish("青いカレー", 5, sketch=bytes([200, 60, 40] * SIDE * SIDE))
    (sketch,) = shipped.sketches([dish])
    assert np.abs(np.asarray(sketch, int) - [200, 60, 40]).max() <= 1


def test_a_sketch_given_back_is_painted_as_it_was(shipped: Painter) -> None:
    dish = Dish("抹茶ラーメン", 5)
    (sketch,) = shipped.sketches([dish])
    own, given = shipped.paint([dish, replace(dish, sketch=sketch.tobytes())])
    assert np.abs(np.asarray(own, int) - np.asarray(given, int)).mean() < 1
