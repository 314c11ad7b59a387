"""The teacher of lessons: what photos have to say of invented names."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from foodgan.models.stackgan import SKETCH_SIZE
from foodgan.photos.feed import Feed
from foodgan.photos.folder import PhotosError
from foodgan.step.batch import as_photos
from foodgan.text.encode import encode
from foodgan.training.teacher import Teacher
from tests.generator_fixtures import tiny_config, tiny_feed

NAMED = 9  # of the drawn photos; the tenth has no name


@pytest.fixture(scope="module")
def feed(drawn_photos: Path) -> Feed:
    return tiny_feed(tiny_config("stage1", photo_size=SKETCH_SIZE), drawn_photos)


@pytest.fixture(scope="module")
def teacher(feed: Feed, quick_teacher: None) -> Teacher:
    return Teacher.of(feed.photos, feed.pixels, torch.device("cpu"))


@pytest.fixture
def photos(feed: Feed) -> Tensor:
    return as_photos(torch.from_numpy(feed.pixels[:NAMED].copy()))


def names_of(feed: Feed) -> list[str]:
    return [photo.name or "" for photo in feed.photos[:NAMED]]


def test_it_knows_the_kinds_that_photos_show(teacher: Teacher) -> None:
    assert set(teacher.known) == {"noodles", "rice", "soup", "sweets"}


def test_it_tells_the_kinds_of_photos_that_it_saw(
    teacher: Teacher, feed: Feed, photos: Tensor
) -> None:
    seen = teacher.see(photos)
    loss, right = teacher.kind_loss(seen, names_of(feed))
    assert right == 1
    other, wrong = teacher.kind_loss(seen.roll(1, dims=0), names_of(feed))
    assert other > loss
    assert wrong < 0.7


def test_a_kind_that_no_photo_shows_teaches_nothing(
    teacher: Teacher, feed: Feed, photos: Tensor
) -> None:
    seen = teacher.see(photos[:2])
    names = names_of(feed)[:1]
    alone, _ = teacher.kind_loss(seen[:1], names)
    assert teacher.kind_loss(seen, [*names, "鮭の刺身"])[0] == alone
    assert teacher.kind_loss(seen[:1], ["鮭の刺身"])[0] == 0


def test_a_photos_own_name_fits_it_better_than_its_rivals(
    teacher: Teacher, feed: Feed, photos: Tensor
) -> None:
    names, seen = names_of(feed), teacher.see(photos)
    rivals = [[name, *(other for other in names if other != name)] for name in names]
    own = teacher.name_loss(seen, encode([name for row in rivals for name in row]))
    turned = [row[1:] + row[:1] for row in rivals]
    other = teacher.name_loss(seen, encode([name for row in turned for name in row]))
    assert own < other


def test_pictures_learn_from_it_and_it_learns_nothing(teacher: Teacher) -> None:
    pictures = torch.zeros(2, 3, SKETCH_SIZE, SKETCH_SIZE, requires_grad=True)
    seen = teacher.see(pictures)
    loss = teacher.kind_loss(seen, ["鮭丼", "カレー"])[0]
    loss = loss + teacher.name_loss(seen, encode(["鮭丼", "苺丼", "カレー", "苺カレー"]))
    loss.backward()
    assert pictures.grad is not None
    assert pictures.grad.abs().sum() > 0
    assert not any(p.requires_grad for p in teacher.reader.parameters())


def test_photos_of_one_kind_make_no_teacher(feed: Feed) -> None:
    rows = [row for row, photo in enumerate(feed.photos) if (photo.name or "").endswith("丼")]
    photos = [feed.photos[row] for row in rows]
    with pytest.raises(PhotosError, match="two kinds"):
        Teacher.of(photos, feed.pixels[rows], torch.device("cpu"))
