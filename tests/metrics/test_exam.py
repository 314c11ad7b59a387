"""Which photos measure: all that are trained on, and held-out ones that are photos indeed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from foodgan import registry
from foodgan.metrics.exam import open_exam
from foodgan.photos.folder import PhotosError
from foodgan.registry import Run, Training
from foodgan.step.config import LEFT_OUT
from tests.generator_fixtures import tiny_config, tiny_feed
from tests.metrics.drawn import draw_dish, draw_exam, write_metadata

STYLES = ("photo", "drawing", *LEFT_OUT)


@pytest.fixture
def styled(tmp_path: Path) -> Path:
    """A folder with every style in both splits."""
    folder = draw_exam(tmp_path)
    lines = lines_of(folder)
    for split in ("train", "test"):
        for i, line in enumerate(each for each in lines if each["split"] == split):
            line["style"] = STYLES[i % len(STYLES)]
    write_metadata(folder, lines)
    return folder


def lines_of(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "metadata.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def trained(*styles: str) -> Training:
    return Training(seen=1, seconds=1, photos={}, config={"exclude_styles": styles})


@pytest.mark.parametrize("left_out", [LEFT_OUT, (), ("drawing", "photo")])
def test_copies_are_sought_among_every_photo_that_is_trained_on(
    styled: Path, left_out: tuple[str, ...]
) -> None:
    exam = open_exam(styled, styled / "cache", left_out)
    fed = tiny_feed(tiny_config("stage1", exclude_styles=left_out), styled).photos
    assert [exam.photos[row] for row in exam.train.tolist()] == fed
    assert {photo.style for photo in fed} == set(STYLES) - set(left_out)
    assert {exam.photos[row].style for row in exam.test.tolist()} == {"photo"}


def test_a_held_out_photo_with_a_twin_among_drawings_that_are_trained_on_is_left_out(
    styled: Path,
) -> None:
    lines = lines_of(styled)
    twin = next(line for line in lines if line["split"] == "train" and line["style"] == "drawing")
    Image.open(styled / twin["file_name"]).save(styled / "twin.jpg", quality=80)
    lines.append(twin | {"file_name": "twin.jpg", "split": "test", "style": "photo"})
    write_metadata(styled, lines)
    assert open_exam(styled, styled / "cache").about["left_out_as_near_duplicates"] == 1


def test_near_duplicates_go_the_same_way(tmp_path: Path) -> None:
    exam = open_exam(draw_exam(tmp_path), tmp_path / "cache")
    first, second = exam.test[0::2], exam.test[1::2]
    twins = replace(exam, groups=exam.groups.index_copy(0, second, first))
    for half in (twins.for_judge(), twins.for_choice()):
        assert torch.equal(torch.isin(first, half), torch.isin(second, half))
        assert 0 < len(half) < len(exam.test)
    told = twins.not_seen(frozenset({exam.digests[int(second[0])]}))
    assert told.tolist() == exam.test[2:].tolist()


def test_photos_of_a_name_are_training_photos_each_once(tmp_path: Path) -> None:
    exam = open_exam(draw_exam(tmp_path), tmp_path / "cache")
    rows = exam.of_names(["カレー", "鮭丼", "カレー", "寿司"]).tolist()
    assert [exam.photos[row].name for row in rows] == ["カレー", "鮭丼", "カレー"]
    assert set(rows) <= set(exam.train.tolist())
    every = exam.of_names(["カレー"] * 100).tolist()
    of_curry = [row for row in exam.train.tolist() if exam.photos[row].name == "カレー"]
    assert sorted(every) == of_curry


def test_a_style_is_left_out_only_where_no_run_of_any_stage_saw_it() -> None:
    assert registry.left_out([trained("a", "b"), trained("b", "c")]) == {"b"}
    assert registry.left_out([trained("a"), trained()]) == set()
    begun = Run(seen=1, seconds=1, photos={}, config={"exclude_styles": ["b"]})
    tuned = trained("a", "b").model_copy(update={"before": (begun,)})
    assert registry.left_out([tuned]) == {"b"}
    untold = trained().model_copy(update={"config": {}})
    assert registry.left_out([untold]) == set(LEFT_OUT)


def test_photos_without_a_held_out_split_are_refused(drawn_photos: Path, tmp_path: Path) -> None:
    with pytest.raises(PhotosError, match="10 of train and 0 of test"):
        open_exam(drawn_photos, tmp_path)


def test_one_photo_is_refused_with_a_count(tmp_path: Path) -> None:
    draw_dish("カレー", 0).save(tmp_path / "one.png")
    with pytest.raises(PhotosError, match="1 of train and 0 of test"):
        open_exam(tmp_path, tmp_path / "cache")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhotosError, match="holds no photo"):
        open_exam(tmp_path, tmp_path / "cache")


def test_photos_without_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PhotosError, match="no held-out photo"):
        open_exam(draw_exam(tmp_path, labelled=False), tmp_path / "cache")


def test_a_broken_photo_is_named_counted_and_skipped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    draw_exam(tmp_path)
    (tmp_path / "7.png").write_bytes(b"no picture")
    assert open_exam(tmp_path, tmp_path / "cache").about["skipped_as_broken"] == 1
    assert "7.png skipped" in caplog.text


def test_a_held_out_photo_with_a_twin_in_training_is_left_out(tmp_path: Path) -> None:
    folder = draw_exam(tmp_path)
    lines = [
        json.loads(line) for line in (folder / "metadata.jsonl").read_text("utf-8").splitlines()
    ]
    twin = next(line for line in lines if line["split"] == "train")
    Image.open(folder / twin["file_name"]).save(folder / "twin.jpg", quality=80)
    lines.append(twin | {"file_name": "twin.jpg", "split": "test"})
    write_metadata(folder, lines)
    about = open_exam(folder, tmp_path / "cache").about
    assert about["left_out_as_near_duplicates"] == 1
    assert about["test"] == 16
