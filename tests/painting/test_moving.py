"""One dish turning into another."""

import io

import numpy as np
from PIL import Image

from foodgan.painting.moving import FRAME_MS, REST_MS, STRIP, gif, steps, strip
from foodgan.painting.painter import Dish

PICTURES = [Image.new("RGB", (64, 64), (10 * i, 100, 200 - 10 * i)) for i in range(12)]


def test_steps_go_from_all_the_one_to_all_the_other() -> None:
    dishes = steps(Dish("鮭丼", 7), "カレー", 5)
    assert [dish.share for dish in dishes] == [0, 0.25, 0.5, 0.75, 1]
    assert {(dish.name, dish.mix, dish.seed) for dish in dishes} == {("鮭丼", "カレー", 7)}


def test_a_gif_goes_there_and_back_for_ever_and_rests_on_both_dishes() -> None:
    moving = Image.open(io.BytesIO(gif(PICTURES)))
    assert moving.info["loop"] == 0
    lasts, reds = [], []
    for frame in range(moving.n_frames):
        moving.seek(frame)
        lasts.append(moving.info["duration"])
        reds.append(np.asarray(moving.convert("RGB"))[32, 32, 0])
    assert len(lasts) == 2 * len(PICTURES) - 2
    assert [i for i, last in enumerate(lasts) if last == REST_MS] == [0, len(PICTURES) - 1]
    assert set(lasts) == {FRAME_MS, REST_MS}
    wanted = [10 * i for i in (*range(12), *range(10, 0, -1))]
    assert np.abs(np.array(reds, int) - wanted).max() < 8


def test_two_pictures_are_enough() -> None:
    assert Image.open(io.BytesIO(gif(PICTURES[:2]))).n_frames == 2
    assert Image.open(io.BytesIO(strip(PICTURES[:2]))).size == (128, 64)


def test_a_strip_shows_evenly_spaced_pictures_with_both_ends() -> None:
    shown = np.asarray(Image.open(io.BytesIO(strip(PICTURES))))
    assert shown.shape == (64, 64 * STRIP, 3)
    reds = shown[0, ::64, 0].tolist()
    assert (reds[0], reds[-1]) == (0, 110)
    assert max(np.diff(reds)) - min(np.diff(reds)) <= 10
