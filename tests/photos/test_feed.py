"""Batches as a training step sees them."""

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Generator

from foodgan.photos.feed import Feed, forget, open_feed
from foodgan.photos.folder import PhotosError
from foodgan.photos.loader import draws
from foodgan.step.batch import Batch, Draw
from foodgan.text.encode import encode
from tests.generator_fixtures import CPU, tiny_config, tiny_feed


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


@pytest.mark.parametrize("kind", ["stage1", "stage2"])
def test_each_photo_comes_with_its_own_name_and_of_a_name_no_more_than_its_cap(
    drawn_photos: Path, kind: str
) -> None:
    """Of photos whose red is the row, green the column, and blue which one it is."""
    config = tiny_config(kind, batch=400, name_cap=2, word_dropout=0, name_dropout=0, size=64)
    feed = tiny_feed(config, big_name(drawn_photos))
    rows, columns = np.mgrid[:72, :72]
    pixels = [np.stack((rows, columns, np.full_like(rows, i)), axis=2) for i in range(10)]
    draw = drawn(replace(feed, pixels=np.stack(pixels).astype(np.uint8)), 0)
    which = draw.pixels[:, 0, 0, 2].long()
    assert torch.equal(draw.names.ids, feed.names.ids[which])
    assert (which < 6).float().mean() == pytest.approx(2 / 6, abs=0.06)  # カレー, and four others
    tops = draw.pixels[:, 0, 0, 0].unique().tolist()
    assert tops == ([0, 4, 8] if kind == "stage2" else list(range(9)))  # a sketch's pixels


def big_name(photos: Path) -> Path:
    """A copy of which the first six photos are of one name."""
    folder = photos.with_name("big")
    if not folder.exists():
        shutil.copytree(photos, folder, ignore=shutil.ignore_patterns("cache"))
        lines = [json.loads(x) for x in (folder / "metadata.jsonl").read_text("utf-8").splitlines()]
        named = [line | {"name_ja": "カレー"} for line in lines[:6]] + lines[6:]
        (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, named)), encoding="utf-8")
    return folder


def test_wrong_names_are_other_photos_and_ones_that_differ_by_a_word(drawn_photos: Path) -> None:
    draw = drawn(feed_of(drawn_photos, batch=400, word_dropout=0, name_dropout=0), 0)
    long = draw.names.mask.sum(dim=1) >= 3
    words, shared = draw.names.mask.sum(dim=1), draw.names.common(draw.wrong).diagonal()
    assert draw.names.same(draw.wrong).diagonal()[long].float().mean() < 0.15  # by chance
    assert 0.3 < (shared == words - 1)[long].float().mean() < 0.7


def test_only_what_is_invented_is_asked_anew(drawn_photos: Path) -> None:
    batch = drawn(feed_of(drawn_photos, batch=32, word_dropout=0, name_dropout=0), 0)
    known = ~batch.invented
    assert 5 < known.sum() < 27
    assert torch.equal(batch.asked.ids[known], batch.names.ids[known])
    assert not torch.equal(batch.asked.ids, batch.names.ids)


def test_a_combination_that_is_to_be_measured_is_never_asked(drawn_photos: Path) -> None:
    feed = feed_of(drawn_photos, batch=32, word_dropout=0, name_dropout=0)
    before = drawn(feed, 0)
    feed.unasked = before.asked[before.invented][:1]
    after = drawn(feed, 0)
    assert not after.asked[after.invented].same(feed.unasked).any()
    known = ~after.invented
    assert torch.equal(after.asked.ids[known], after.names.ids[known])


def test_a_teacher_is_asked_for_no_combination_that_is_a_held_out_photos_name_or_measures(
    drawn_photos: Path,
) -> None:
    photos = with_held_out(drawn_photos, "鮭うどん", "カレーうどん", "")
    config = tiny_config("stage1", taught=1.0)
    feed = open_feed(config, photos, photos / "cache", CPU.device, ["抹茶丼", "鮭うどん"])
    assert feed.unasked is not None
    assert feed.held_out == {"鮭うどん", "カレーうどん"}
    wanted = encode(["カレーうどん", "抹茶丼", "鮭うどん"])
    assert len(feed.unasked) == 3
    assert wanted.same(feed.unasked).any(dim=1).all()
    assert feed_of(photos).unasked is None  # without a teacher


def with_held_out(photos: Path, *names: str) -> Path:
    """A copy with a held-out photo of each name."""
    folder = Path(shutil.copytree(photos, photos.with_name("held-out")))
    table = folder / "metadata.jsonl"
    lines = [{"file_name": "0.png", "name_ja": name, "split": "test"} for name in names]
    table.write_text(table.read_text("utf-8") + "\n".join(map(json.dumps, lines)), "utf-8")
    return folder


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


def test_the_feed_says_who_gave_photos_and_how_many(tmp_path: Path) -> None:
    credits_ = ["花子", "A. B.", "花子", ""]
    lines = [{"file_name": f"{i}.png", "credit": credit} for i, credit in enumerate(credits_)]
    for line in lines:
        Image.new("RGB", (80, 80), "orange").save(tmp_path / line["file_name"])
    (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert feed_of(tmp_path).about["contributors"] == {"花子": 2, "A. B.": 1}


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


@pytest.mark.parametrize("dropout", ["word_dropout", "name_dropout"])
def test_a_name_is_forgotten_as_a_whole_and_words_one_by_one(
    drawn_photos: Path, dropout: str
) -> None:
    changes = {"word_dropout": 0.0, "name_dropout": 0.0, dropout: 0.5}
    feed = feed_of(drawn_photos, batch=400, **changes)
    left = drawn(feed, 0).names
    empty = ~left.mask.any(dim=1)
    assert 0.2 < empty.float().mean() < 0.7
    whole = empty | feed.names.same(left).any(dim=0)
    assert bool(whole.all()) is (dropout == "name_dropout")


@pytest.mark.parametrize("processes", [0, 2])
def test_each_step_draws_its_own_batch_whoever_draws_it(drawn_photos: Path, processes: int) -> None:
    feed = feed_of(drawn_photos)
    made = draws(feed, lambda step: step + 7, first=3, processes=processes, pinned=False)
    for step, draw in zip(range(3, 9), made, strict=False):
        assert contents(draw) == contents(drawn(feed, step + 7))
