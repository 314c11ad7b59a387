"""Names and seeds to pictures."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from foodgan.contract.limits import SEED_MAX
from foodgan.painting.painter import Dish, Painter, portions, to_images

NAMES = ("虹色マグロカレーうどん", "抹茶パフェ", "鮭丼", "ゔぁゔぁ")


@pytest.fixture(scope="module")
def painter(tiny_model: Path) -> Painter:
    return Painter.load(tiny_model, device="cpu", threads=1)


def difference(a: Image.Image, b: Image.Image) -> float:
    """Mean absolute difference of two pictures, in steps of 255."""
    return float(np.abs(np.asarray(a, np.float32) - np.asarray(b, np.float32)).mean())


def test_a_dish_is_a_picture_of_its_size(painter: Painter) -> None:
    (picture,) = painter.paint([Dish(NAMES[0], 7)])
    assert (picture.size, picture.mode) == ((256, 256), "RGB")


def test_the_same_seed_paints_the_same_bytes_in_another_process(
    painter: Painter, tiny_model: Path
) -> None:
    code = f"""
import sys
from pathlib import Path
from foodgan.painting.painter import Dish, Painter
painter = Painter.load(Path(sys.argv[1]), device="cpu", threads=1)
sys.stdout.buffer.write(painter.paint([Dish({NAMES[0]!r}, 7)])[0].tobytes())
"""
    words = [sys.executable, "-c", code, str(tiny_model)]
    elsewhere = subprocess.run(words, capture_output=True, check=True).stdout
    here, again = (painter.paint([Dish(NAMES[0], 7)])[0].tobytes() for _ in range(2))
    assert here == again == elsewhere


def test_a_batch_paints_what_each_would_be_alone(painter: Painter) -> None:
    dishes = [Dish(name, seed) for seed, name in enumerate(NAMES)]
    together = painter.paint(dishes)
    for dish, picture in zip(dishes, together, strict=True):
        (alone,) = painter.paint([dish])
        steps = np.abs(np.asarray(alone, np.int16) - np.asarray(picture, np.int16))
        assert steps.max() <= 1


def test_another_seed_paints_another_picture(painter: Painter) -> None:
    one, other = painter.paint(portions(NAMES[0], 7, 2))
    assert difference(one, other) > 3


def test_another_name_paints_another_picture(painter: Painter) -> None:
    one, other = painter.paint([Dish(NAMES[0], 7), Dish(NAMES[1], 7)])
    assert difference(one, other) > 0.1  # after four steps of training a name says little yet


def test_portions_have_successive_seeds_and_wrap_at_the_largest() -> None:
    assert portions("鮭丼", 3, 2) == [Dish("鮭丼", 3), Dish("鮭丼", 4)]
    assert [dish.seed for dish in portions("鮭丼", SEED_MAX, 3)] == [SEED_MAX, 0, 1]


@pytest.mark.parametrize("seed", [0, SEED_MAX])
def test_the_smallest_and_the_largest_seed_paint(painter: Painter, seed: int) -> None:
    assert len(painter.paint([Dish("鮭丼", seed)])) == 1


def test_no_dish_is_no_picture(painter: Painter) -> None:
    assert painter.paint([]) == []


def test_it_knows_a_word_and_says_when_it_knows_none(painter: Painter) -> None:
    assert painter.knows("カレー")
    assert painter.knows("ゔぁゔぁカレー")
    assert not painter.knows("ゔぁゔぁ")
    assert not painter.knows("")


def test_pictures_are_in_range_before_they_are_pixels(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painter, "second_pass", lambda _, sketches, __: 1.2 * sketches.sign())
    pictures = painter.paint_tensor([Dish("鮭丼", 7)])
    assert (float(pictures.min()), float(pictures.max())) == (-1, 1)


def test_pixels_are_rounded_and_kept_in_range() -> None:
    values = torch.tensor([-1.2, -1.0, 0.0, 1.0, 1.2]).expand(1, 3, 1, 5)
    (picture,) = to_images(values)
    assert np.asarray(picture)[0, :, 0].tolist() == [0, 0, 128, 255, 255]
