"""What an eye can learn from so many drawn dishes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from foodgan.cli import app as foodgan
from foodgan.cli.experiment import SHOWN, app
from foodgan.experiment import own_eyes
from foodgan.experiment.pupil import Lesson, examine, learning, markdown
from foodgan.kondate import folder


@pytest.fixture(scope="module", autouse=True)
def small_menus() -> Iterator[None]:
    """Of eight names in each set that is held out."""
    whole = folder.menu
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "menu", lambda names, seed: whole(names, seed, held_out=8))
        yield


@pytest.fixture(scope="module")
def lessons(small_menus: None, tmp_path_factory: pytest.TempPathFactory) -> list[Lesson]:
    """By 40 names and by 160, each held against eight unseen pairs."""
    return learning(tmp_path_factory.mktemp("lessons"), (40, 160))


def test_an_eye_tells_more_of_a_picture_than_of_another_one(lessons: list[Lesson]) -> None:
    right, wrong = lessons[1].unseen["mean"], lessons[1].shuffled["mean"]
    assert right is not None
    assert wrong is not None
    assert right > wrong + 0.05


def test_eyes_of_its_own_learn_to_see_from_names_alone(tmp_path: Path) -> None:
    folder.write_folder(tmp_path / "menu", 60, 64, 0)
    known = [one for one in folder.read_menu(tmp_path / "menu") if one.kind == "train"]
    pupil = own_eyes.learn(known, pictures=960, batch=16)
    right, wrong = (found["mean"] for found in examine(pupil, known))
    assert right is not None
    assert wrong is not None
    assert right > wrong + 0.2


def test_eyes_of_its_own_learn_the_same_again(tmp_path: Path) -> None:
    folder.write_folder(tmp_path / "menu", 50, 64, 0)
    known = folder.read_menu(tmp_path / "menu")[:16]
    tasted = [own_eyes.learn(known, pictures=32, batch=16).taste(known) for _ in range(2)]
    assert tasted[0] == tasted[1]


def test_a_dish_seen_otherwise_keeps_its_size() -> None:
    pictures = torch.rand(3, 3, 64, 64) * 2 - 1
    seen = own_eyes.otherwise(pictures, torch.Generator().manual_seed(0))
    assert seen.shape == pictures.shape
    assert not torch.equal(seen, pictures)


def test_each_size_of_menu_has_a_row(lessons: list[Lesson]) -> None:
    table = markdown(lessons).splitlines()
    assert [row.split(" | ")[0] for row in table[2:]] == ["| 40", "| 160"]
    assert f"{lessons[0].unseen['mean']:.2f}" in table[2]


@pytest.mark.parametrize(
    ("words", "shown"),
    [((), None), (("--own-eyes",), 102_400), (("--own-eyes", "--pictures", "640"), 640)],
)
def test_it_sees_by_itself_only_where_that_is_asked(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], shown: int | None
) -> None:
    asked: list[Any] = []

    def heard(*_: Any, **how: Any) -> list[Lesson]:
        asked.append(how["shown"])
        return []

    monkeypatch.setattr("foodgan.experiment.pupil.learning", heard)
    assert CliRunner().invoke(app, ["pupil", *words]).exit_code == 0
    assert asked == [shown]


def test_sizes_that_are_no_numbers_are_named() -> None:
    result = CliRunner().invoke(app, ["pupil", "--n", "many"])
    assert result.exit_code == 2
    assert "'many' are no numbers with commas" in result.output


def test_pictures_are_counted_only_for_eyes_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foodgan.experiment.pupil.learning", lambda *_, **__: [])
    result = CliRunner().invoke(app, ["pupil", "--pictures", "640"])
    assert result.exit_code == 2
    assert "--own-eyes" in result.output


def test_the_number_that_help_shows_is_one_that_the_option_takes() -> None:
    words = ["experiment", "pupil", "--help"]
    told = CliRunner().invoke(foodgan, words, env={"COLUMNS": "160", "TERMINAL_WIDTH": "160"})
    [line] = [line for line in told.stdout.splitlines() if "--pictures" in line]
    assert str(SHOWN) in line
