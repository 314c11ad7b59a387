"""How the judge of drawn dishes learns."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Generator
from torch.nn import functional as F

from foodgan.kondate import attributes, taster
from foodgan.kondate import stock as stocks
from foodgan.kondate import taster_training as training
from foodgan.kondate.stock import Arriving, Renders
from foodgan.kondate.taster import MAINS, as_tensor
from foodgan.kondate.taster_training import Course, Shelf, truths

CPU = torch.device("cpu")
COUNT, PART = 80, 16


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these wait for their threads longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("stock")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stocks, "PART", PART)
        for part in range(COUNT // PART):
            stocks._render_part(folder, 64, 3, PART, part)
    return folder


@pytest.fixture
def coming(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Arriving:
    monkeypatch.setattr(stocks, "PART", PART)
    monkeypatch.setattr(training, "HELD_OUT", PART)
    monkeypatch.setattr(training, "CALIBRATION", PART)
    return Arriving(folder, COUNT, [])


@pytest.fixture
def renders(folder: Path) -> Renders:
    return Renders.joined([stocks._load(folder, part) for part in range(2)])


def test_it_learns_and_the_file_is_a_taster(coming: Arriving, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "taster.safetensors"
    course = Course(epochs=40, batch=16, small=1.0)
    network, held_out = training.train(coming, path, course=course)
    assert len(held_out.recipes) == PART
    learned = Renders.joined([stocks._load(folder, part) for part in range(2, COUNT // PART)])
    half = F.avg_pool2d(as_tensor(learned.pictures), 2)  # the size that it learned at
    found = attributes.accuracy(attributes.truths(learned.recipes), network.taste(half))
    assert (found["mean"] or 0) > 0.6
    assert taster.load(path)[0].mains.bias.equal(network.mains.bias)


def test_a_course_ends_with_its_time(coming: Arriving, tmp_path: Path) -> None:
    begun = time.monotonic()
    course = Course(epochs=1e6, seconds=1.0, batch=4, small=1.0)
    training.train(coming, tmp_path / "taster.safetensors", course=course)
    assert time.monotonic() - begun < 30


def test_too_few_renders_are_refused(folder: Path, coming: Arriving, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too few"):
        training.train(Arriving(folder, PART, []), tmp_path / "taster.safetensors")


def test_the_rate_rises_and_falls() -> None:
    rates = [training._heat(done / 100) for done in range(100)]
    assert rates[0] < 0.2
    assert max(rates) == pytest.approx(1.0)
    assert rates[-1] < 0.01


def test_a_picture_and_its_map_are_changed_alike(renders: Renders) -> None:
    chance = Generator().manual_seed(0)
    marks = torch.zeros(8, 64, 64, 3, dtype=torch.uint8)
    map_ = torch.zeros(8, 32, 32, dtype=torch.uint8)
    marks[:, 20:24, 40:44], map_[:, 10:12, 20:22] = 255, 1 + MAINS.index("squid")
    shown, where = training._view(marks, map_, False, (2, -2), chance)
    assert shown.shape == (8, 3, 64, 64)
    assert where.shape == (8, len(MAINS), 16, 16)
    assert where.sum(dim=(1, 2, 3)).allclose(torch.ones(8))
    bright = F.avg_pool2d(shown.mean(dim=1, keepdim=True), 4)[:, 0]
    seen = where[:, MAINS.index("squid")]
    assert (bright.flatten(1).argmax(dim=1) == seen.flatten(1).argmax(dim=1)).all()


def test_thresholds_make_mains_seen_as_often_as_they_are_there(renders: Renders) -> None:
    torch.manual_seed(0)
    network = taster.Taster().eval()
    training._calibrate(network, renders)
    there = truths(renders.recipes)[1].sum(dim=0)
    seen = (network.look(as_tensor(renders.pictures)).mains > 0).sum(dim=0)
    common = there > 0
    assert (seen[common] - there[common]).abs().max() <= 1


def test_a_shelf_keeps_what_it_is_given(renders: Renders) -> None:
    shelf = Shelf(40, CPU)
    shelf.add(renders[:20])
    shelf.add(renders[20:])
    assert shelf.filled == len(renders.recipes) == 32
    assert torch.equal(shelf.pictures[:32], torch.from_numpy(renders.pictures))
    there = tuple(MAINS[i] for i in shelf.mains[25].nonzero().flatten())
    assert there == renders.recipes[25].mains
