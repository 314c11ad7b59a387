"""The folder of drawn dishes, and the commands that write it."""

import json
import shutil
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.kondate import folder
from foodgan.kondate.folder import FolderError, write_folder
from foodgan.kondate.names import read
from foodgan.kondate.splits import Menu, menu
from foodgan.photos.folder import read_folder


@pytest.fixture(autouse=True)
def few_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two names in each test set: the folder is what is tested here."""
    monkeypatch.setattr(folder, "menu", small_menu)


@cache
def small_menu(names: int, seed: int) -> Menu:
    return menu(names, seed, held_out=2)


@pytest.fixture(scope="module")
def dishes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is whole, and stays as it is."""
    out = tmp_path_factory.mktemp("kondate") / "dishes"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "menu", small_menu)
        write_folder(out, 40, 16, 0)
    return out


def contents(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_the_folder_is_read_as_photos_with_names_and_splits(dishes: Path) -> None:
    counts = write_folder(dishes, 40, 16, 0)
    photos = read_folder(dishes)
    assert counts["train"] == sum(photo.split == "train" for photo in photos) == 40
    assert len(photos) == 50
    assert {photo.style for photo in photos} == {"kondate"}
    with Image.open(photos[0].path) as picture:
        assert (picture.size, picture.mode) == ((16, 16), "RGB")


def test_the_metadata_tell_the_truth_and_what_of_it_is_said(dishes: Path) -> None:
    for text in (dishes / "metadata.jsonl").read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        assert line["stated"] == read(line["name_ja"]).as_json()
        for attribute, values in line["stated"].items():
            truth = line[attribute]
            assert truth == values if attribute == "mains" else truth in values


def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(dishes: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn"
    shutil.copytree(dishes, torn)
    pictures = sorted((torn / "train").iterdir())
    pictures[0].unlink()
    pictures[1].rename(pictures[1].with_suffix(".partial-7"))
    (torn / "metadata.jsonl").unlink()
    write_folder(torn, 40, 16, 0)
    assert contents(torn) == contents(dishes)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FolderError, match="not an empty folder"):
        write_folder(tmp_path, 40, 16, 0)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


def test_a_folder_of_other_settings_is_left_alone(dishes: Path) -> None:
    before = contents(dishes)
    with pytest.raises(FolderError, match="other settings"):
        write_folder(dishes, 40, 16, 1)
    assert contents(dishes) == before


def test_the_commands_write_a_folder_and_a_sheet(tmp_path: Path) -> None:
    runner = CliRunner()
    words = ["kondate", "render", "--n", "40", "--size", "16", "--out", str(tmp_path / "d")]
    done = runner.invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "40 train" in done.output
    sheet = tmp_path / "sheet.png"
    words = ["kondate", "sheet", "--columns", "3", "--rows", "2", "--size", "32"]
    done = runner.invoke(app, [*words, "--out", str(sheet)])
    assert done.exit_code == 0, done.output
    with Image.open(sheet) as picture:
        assert picture.size == (3 * 34 - 2, 2 * 34 - 2)
    refused = runner.invoke(app, [*words, "--out", str(tmp_path / "sheet.gif")])
    assert isinstance(refused.exception, FolderError)


def test_the_benchmark_prints_renders_a_second() -> None:
    done = CliRunner().invoke(app, ["bench", "kondate", "--json", "--renders", "1"])
    assert done.exit_code == 0, done.output
    speeds = json.loads(done.stdout)["renders_s"]
    assert speeds["64"] > speeds["256"] > 0
