"""Near-duplicates are found, and strangers are left alone."""

import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from foodgan.photos import duplicates, looks, near


def dish(seed: int) -> Image.Image:
    """A plate with ten blobs of food, 96×96."""
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", (96, 96), tuple(chance.integers(0, 255, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    for _ in range(10):
        x, y, r = (int(v) for v in chance.integers((0, 0, 8), (96, 96, 24)))
        pen.ellipse((x - r, y - r, x + r, y + r), tuple(chance.integers(0, 255, 3).tolist()))
    return picture


def tensor(*pictures: Image.Image) -> Tensor:
    arrays = [np.asarray(picture.convert("RGB").resize((64, 64))) for picture in pictures]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).float() / 127.5 - 1


def recompressed(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def test_a_hash_has_a_bit_for_each_step_to_the_right() -> None:
    rising = torch.linspace(-1, 1, 72).expand(1, 3, 64, 72)
    (up,), (down,) = duplicates.dhash(rising), duplicates.dhash(rising.flip(3))
    assert (int(up), int(down)) == (2**64 - 1, 0)
    assert near.distances(np.array([up]), np.array([down, up])).tolist() == [[64, 0]]


def test_a_photo_saved_again_mirrored_or_a_little_cropped_is_one_group() -> None:
    one, other = dish(1), dish(2)
    pictures = tensor(
        one,
        other,
        recompressed(one.resize((60, 60)), 40),
        one.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        one.crop((2, 2, 95, 94)),
    )
    assert duplicates.group(pictures).tolist() == [0, 1, 0, 0, 0]


def test_strangers_are_no_duplicates() -> None:
    assert duplicates.pairs(tensor(*(dish(seed) for seed in range(200)))) == []


def test_flat_pictures_of_other_colours_are_no_duplicates() -> None:
    flat = tensor(*(Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "grey")))
    assert duplicates.pairs(flat) == []
    assert duplicates.pairs(tensor(dish(1), Image.new("RGB", (64, 64), "grey"))) == []


def test_pairs_are_found_across_the_blocks_in_which_hashes_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(duplicates, "BLOCK", 2)
    again = recompressed(dish(5).resize((60, 60)), 40)
    pictures = tensor(*(dish(seed) for seed in range(2, 8)), again)
    assert duplicates.pairs(pictures) == [(3, 6)]


def test_groups_are_found_across_the_blocks_in_which_hashes_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(near, "_BLOCK", 2)
    hashes = [looks.dhash(dish(seed)) for seed in range(2, 8)]
    mirror = dish(7).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    asked: list[tuple[int, int, bool]] = []

    def confirm(*pair: Any) -> bool:
        asked.append(pair)
        return True

    found = near.groups([*hashes, hashes[3], looks.dhash(mirror)], confirm)

    assert found == [0, 1, 2, 3, 4, 5, 3, 5]
    assert asked == [(3, 6, False), (5, 7, True)]
