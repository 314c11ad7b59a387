"""What an eye can learn from so many drawn dishes."""

import pytest
from typer.testing import CliRunner

from foodgan.cli.experiment import app
from foodgan.experiment.pupil import Lesson, learning, markdown
from foodgan.kondate import folder


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> list[Lesson]:
    """By 40 names and by 160, each held against eight unseen pairs."""
    whole = folder.menu
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "menu", lambda names, seed: whole(names, seed, held_out=8))
        return learning(tmp_path_factory.mktemp("lessons"), (40, 160))


def test_an_eye_tells_more_of_a_picture_than_of_another_one(lessons: list[Lesson]) -> None:
    right, wrong = lessons[1].unseen["mean"], lessons[1].shuffled["mean"]
    assert right is not None
    assert wrong is not None
    assert right > wrong + 0.05


def test_each_size_of_menu_has_a_row(lessons: list[Lesson]) -> None:
    table = markdown(lessons).splitlines()
    assert [row.split(" | ")[0] for row in table[2:]] == ["| 40", "| 160"]
    assert f"{lessons[0].unseen['mean']:.2f}" in table[2]


def test_sizes_that_are_no_numbers_are_named() -> None:
    result = CliRunner().invoke(app, ["pupil", "--n", "many"])
    assert result.exit_code == 2
    assert "'many' are no numbers with commas" in result.output
