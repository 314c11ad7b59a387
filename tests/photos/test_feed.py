"""Batches as a training step sees them."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Generator

from foodgan.batch import Batch, Draw
from foodgan.photos.feed import Feed, forget
from foodgan.photos.folder import PhotosError
from foodgan.photos.loader import draws
from foodgan.text.encode import encode
from tests.generator_fixtures import tiny_config, tiny_feed


def drawn(feed: Feed, seed: int) -> Draw:
    return feed.draw(Generator().manual_seed(seed))


def contents(batch: Draw) -> list[bytes]:
    names = (batch.names, batch.wrong, batch.asked)
    tensors = [batch.pixels, batch.invented]
    tensors += [getattr(name, field.name) for name in names for field in fields(name)]
    return [tensor.contiguous().numpy().tobytes() for tensor in tensors]


def feed_of(photos: Path, **changes: Any) -> Feed:
    return tiny_feed(tiny_config("stage1", **changes), photos)


def test_the_same_seed_draws_the_same_batch(drawn_photos: Path) -> None:
    feed = feed_of(drawn_photos)
    assert contents(drawn(feed, 1)) == contents(drawn(feed, 1))
    assert contents(drawn(feed, 1)) != contents(drawn(feed, 2))


def test_a_batch_has_photos_in_range_and_a_name_each(drawn_photos: Path) -> None:
    draw = drawn(feed_of(drawn_photos, batch=8), 0)
    batch = Batch.of(draw, Generator(), torch.tensor(1.0), penalise=False)
    assert batch.photos.shape == (8, 3, 64, 64)
    assert batch.photos.min() >= -1
    assert -0.5 < batch.photos.mean() < batch.photos.max() <= 1
    assert len(batch.names) == len(batch.wrong) == len(batch.asked) == len(batch.invented) == 8


def test_only_what_is_invented_is_asked_anew(drawn_photos: Path) -> None:
    batch = drawn(feed_of(drawn_photos, batch=32, word_dropout=0, name_dropout=0), 0)
    known = ~batch.invented
    assert 5 < known.sum() < 27
    assert torch.equal(batch.asked.ids[known], batch.names.ids[known])
    assert not torch.equal(batch.asked.ids, batch.names.ids)


def test_the_feed_says_which_photos_it_has(drawn_photos: Path) -> None:
    about = feed_of(drawn_photos).about
    assert len(about.pop("contents")) == 16
    assert about == {
        "release": None,
        "contributors": {},
        "count": 10,
        "names": 10,
        "sources": {"drawn": 10},
        "licences": {"CC0": 10},
    }


@pytest.mark.parametrize("held", [{"split": "test"}, {"style": "cutout_white"}])
def test_a_folder_without_a_photo_to_train_on_is_refused(
    tmp_path: Path, held: dict[str, str]
) -> None:
    Image.new("RGB", (80, 80), "orange").save(tmp_path / "only.png")
    line = json.dumps({"file_name": "only.png"} | held)
    (tmp_path / "metadata.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(PhotosError, match="no photo to train on: all are held out"):
        feed_of(tmp_path, exclude_styles=("cutout_white",))


def test_one_unlabelled_photo_is_enough_for_a_batch(tmp_path: Path) -> None:
    Image.new("RGB", (80, 80), "orange").save(tmp_path / "only.png")
    batch = drawn(feed_of(tmp_path), 0)
    assert batch.pixels.shape == (4, 64, 64, 3)
    assert not batch.names.mask.any()


@pytest.mark.parametrize(("word", "name"), [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])
def test_dropout_forgets_all_or_nothing_at_its_ends(word: float, name: float) -> None:
    names = encode(["チーズ味噌カツ丼", "カレー"])
    kept = forget(names, word, name, Generator().manual_seed(0))
    assert torch.equal(kept.mask, names.mask if word + name == 0 else torch.zeros_like(names.mask))


@pytest.mark.parametrize("processes", [0, 2])
def test_each_step_draws_its_own_batch_whoever_draws_it(drawn_photos: Path, processes: int) -> None:
    feed = feed_of(drawn_photos)
    made = draws(feed, lambda step: step + 7, first=3, processes=processes, pinned=False)
    for step, draw in zip(range(3, 9), made, strict=False):
        assert contents(draw) == contents(drawn(feed, step + 7))
