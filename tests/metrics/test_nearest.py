"""The training photos that a picture is nearest to: copies are caught, new photos are not."""

import json
import shutil
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageEnhance, ImageOps
from torch import Generator

from foodgan import cli, registry
from foodgan.contract.errors import ModelError, UserError
from foodgan.metrics import index
from foodgan.metrics.exam import Exam, identity, open_exam
from foodgan.metrics.nearest import COLUMNS, Kin, Nearest
from foodgan.painting.painter import Dish, Painter
from foodgan.photos.folder import Photo
from tests.metrics.drawn import draw_dish, draw_exam

INDEX_BYTES = 1_500_000  # of 5,000 photos
SEARCH_S = 0.005  # in 5,000 photos


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    folder = tmp_path_factory.mktemp("nearest")
    return open_exam(draw_exam(folder), folder / "cache")


@pytest.fixture(scope="module")
def model(exam: Exam, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder with an index of the drawn dishes."""
    folder = Path(shutil.copytree(tiny_model, tmp_path_factory.mktemp("indexed") / "model"))
    index.write(exam, folder)
    return folder


@pytest.fixture(scope="module")
def nearest(model: Path) -> Nearest:
    return Nearest.open(model)


def training(exam: Exam) -> list[Image.Image]:
    """The training photos as the generator got them."""
    return [Image.fromarray(exam.pixels[row]) for row in exam.train.tolist()]


def found(exam: Exam, kin: list[Kin]) -> float:
    """Share of pictures whose nearest photo is the one at their place."""
    photos = [identity(exam.photos[row])[:12] for row in exam.train.tolist()]
    hits = [each.photos[0].photo == photo for each, photo in zip(kin, photos, strict=True)]
    return sum(hits) / len(hits)


def test_a_training_photo_is_found_at_no_distance_and_is_not_new(
    exam: Exam, nearest: Nearest
) -> None:
    kin = nearest.look(training(exam))
    assert found(exam, kin) == 1
    assert max(each.photos[0].distance for each in kin) < 0.05
    assert all(each.novelty == 0 and each.close for each in kin)


@pytest.mark.parametrize("change", ["mirrored", "cropped", "brighter", "with more beside it"])
def test_a_changed_copy_is_found_and_is_close(exam: Exam, nearest: Nearest, change: str) -> None:
    changes = {
        "mirrored": ImageOps.mirror,
        "cropped": lambda photo: photo.crop((24, 24, 240, 240)),
        "brighter": lambda photo: ImageEnhance.Brightness(photo).enhance(1.2),
        "with more beside it": lambda photo: ImageOps.expand(photo, (128, 0), "orange"),
    }
    kin = nearest.look([changes[change](photo) for photo in training(exam)])
    assert found(exam, kin) >= 0.9
    assert sum(each.close for each in kin) / len(kin) >= 0.9


def test_new_photos_are_as_new_as_new_photos_are(nearest: Nearest) -> None:
    kin = nearest.look([draw_dish("カレー", seed) for seed in range(1000, 1040)])
    assert 0.3 < torch.tensor([each.novelty for each in kin]).median() < 0.9
    assert sum(each.close for each in kin) <= 6


def test_the_kin_are_nearest_first_and_say_who_took_them(nearest: Nearest) -> None:
    (kin,) = nearest.look([draw_dish("鮭丼", 1000)], count=5)
    gaps = [photo.distance for photo in kin.photos]
    assert len(gaps) == 5
    assert gaps == sorted(gaps)
    assert {photo.name for photo in kin.photos} <= {"カレー", "鮭丼"}
    assert {photo.licence for photo in kin.photos} == {"unknown"}


def test_a_picture_alone_has_the_kin_that_it_has_among_others(nearest: Nearest) -> None:
    pictures = [draw_dish("鮭丼", seed) for seed in range(1000, 1004)]
    for together, picture in zip(nearest.look(pictures), pictures, strict=True):
        (alone,) = nearest.look([picture])
        assert [each.photo for each in alone.photos] == [each.photo for each in together.photos]
    assert nearest.look([]) == []


def test_held_out_photos_are_in_no_index(exam: Exam, nearest: Nearest) -> None:
    kept = {bytes(row).hex() for row in nearest.photos.tolist()}
    held_out = {identity(exam.photos[row])[:12] for row in exam.test.tolist()}
    assert len(kept) == len(exam.train)
    assert not kept & held_out


def test_a_model_without_an_index_says_so(tiny_model: Path) -> None:
    with pytest.raises(UserError) as told:
        Nearest.open(tiny_model)
    assert told.value.phrase == "nearest-absent"


@pytest.mark.parametrize("damage", ["changed", "missing", "of another model"])
def test_an_index_that_the_model_does_not_vouch_for_is_refused(
    model: Path, tiny_model: Path, tmp_path: Path, damage: str
) -> None:
    copy = Path(shutil.copytree(model, tmp_path / "model"))
    path = copy / registry.NEAREST
    if damage == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    elif damage == "missing":
        path.unlink()
    else:
        shutil.copy(tiny_model / "model.json", copy)
    with pytest.raises(ModelError, match="foodgan model index"):
        Nearest.open(copy)
    registry.open_model(copy)  # it paints all the same


def test_five_thousand_photos_are_searched_in_five_milliseconds(nearest: Nearest) -> None:
    rows = torch.randint(-127, 128, (5000, index.DIMENSIONS), dtype=torch.int8)
    features = len(nearest.mean)
    tensors = {
        "rows": rows,
        "mean": torch.zeros(features),
        "project": torch.randn(features, index.DIMENSIONS),
        "held_out": torch.linspace(0.5, 1.5, 500),
        "columns": torch.zeros(5000, len(COLUMNS), dtype=torch.int16),
        "photos": torch.zeros(5000, index.DIGITS, dtype=torch.uint8),
    }
    many = Nearest(tensors, {column: ["x"] for column in COLUMNS})
    query = torch.randn(1, features, generator=Generator().manual_seed(0))
    took_s = []
    for _ in range(20):
        begun = time.perf_counter()
        many.search(query)
        took_s.append(time.perf_counter() - begun)
    assert min(took_s) < SEARCH_S


def test_more_sources_than_a_short_counts_join_an_index(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collection that was imported may name one for every photo."""
    count, copy = 33_000, Path(shutil.copytree(model, tmp_path / "model"))
    known = Nearest.open(copy)
    numbers = torch.arange(count, dtype=torch.int64).view(torch.uint8).reshape(count, 8)
    monkeypatch.setattr(index, "digests", lambda _: numbers[:, : index.DIGITS])
    photos = [Photo(tmp_path, "カレー", source=f"https://x.example/{n}") for n in range(count)]
    index.extend(known, photos, torch.zeros(count, len(known.mean)), copy)
    after = Nearest.open(copy)
    place = after.columns[-1, COLUMNS.index("source")]
    assert after.tables["source"][place] == photos[-1].source
    assert torch.equal(after.columns[: len(known.rows)], known.columns)


def test_the_shipped_index_is_small_and_holds_the_models_photos_but_no_pixel_of_them() -> None:
    path = registry.SHIPPED / registry.NEAREST
    photos = registry.describe().training["stage1"].photos
    shipped = Nearest.open()
    assert len(shipped.rows) == photos["count"]
    assert path.stat().st_size <= INDEX_BYTES * len(shipped.rows) / 5000 + 200_000
    assert set(shipped.tables["source"]) == set(photos["sources"])
    assert set(shipped.tables["licence"]) == set(photos["licences"])
    assert path.stat().st_size / len(shipped.rows) < 300  # bytes a photo


def test_what_the_shipped_model_paints_is_hardly_ever_close_to_a_photo() -> None:
    names = ("醤油ラーメン", "グリーンサラダ", "寿司", "チョコレートケーキ")
    dishes = [Dish(name, seed) for name in names for seed in range(7, 13)]
    near = Nearest.open().look(Painter.load(device="cpu").paint(dishes))
    assert sum(kin.close for kin in near) <= 3  # of 24: a photo now and then is, too


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of the command line."""
    monkeypatch.setattr(sys, "argv", ["foodgan", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def test_the_command_line_indexes_a_model_and_tells_the_nearest_photos(
    exam: Exam,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    photos = str(exam.photos[0].path.parent)
    folder = str(shutil.copytree(tiny_model, tmp_path / "model"))
    dish = ("dish", "鮭丼", "--seed", "7", "--model", folder, "--device", "cpu", "--nearest")
    assert run(monkeypatch, *dish) == 2
    assert "no index of its training photos" in capsys.readouterr().err
    assert run(monkeypatch, "model", "index", "--photos", photos, "--model", folder) == 0
    capsys.readouterr()
    assert run(monkeypatch, *dish) == 0
    assert "% of photos never seen" in capsys.readouterr().out
    assert run(monkeypatch, *dish, "--json") == 0
    told = json.loads(capsys.readouterr().out)["pictures"][0]["nearest"]
    assert 0 <= told["novelty"] <= 1
    assert set(told["photos"][0]) == {*COLUMNS, "photo", "distance"}
