"""Whether colours follow names is told by photos that nobody was trained on."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from foodgan.metrics import colours
from foodgan.metrics.exam import Exam, open_exam
from tests.metrics.drawn import NAMES, draw_exam

EACH = 4  # pictures of a name
RED, BLUE = torch.tensor([0.5, 0, -0.5]), torch.tensor([-0.5, 0, 0.5])


def flat(*painted: Tensor) -> Tensor:
    """EACH pictures of each colour."""
    return torch.stack(painted)[:, :, None, None].expand(-1, -1, 64, 64).repeat_interleave(EACH, 0)


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    """Photos of two names: red and blue in training, the other way round where held out."""
    folder = tmp_path_factory.mktemp("photos")
    found = open_exam(draw_exam(folder), folder / "cache")
    small = torch.empty_like(found.small)
    held_out = set(found.test.tolist())
    for row, photo in enumerate(found.photos):
        red = (photo.name == NAMES[0]) != (row in held_out)
        small[row] = (RED if red else BLUE)[:, None, None]
    return replace(found, small=small)


def test_colours_are_held_against_held_out_photos_alone(exam: Exam) -> None:
    found = colours.figures(exam, list(NAMES), flat(BLUE, RED))
    assert found["colour_agreement"] == pytest.approx(1)
    assert found["colour_names"] == 2
    learned = colours.figures(exam, list(NAMES), flat(RED, BLUE))
    assert learned["colour_agreement"] == pytest.approx(-1)


def test_beside_them_stands_what_training_photos_know_of_held_out_ones(exam: Exam) -> None:
    for made in (flat(BLUE, RED), flat(RED, BLUE)):
        found = colours.figures(exam, list(NAMES), made)
        assert found["colour_agreement_photos"] == pytest.approx(-1)


def test_of_who_hears_no_name_only_photos_are_measured(exam: Exam) -> None:
    found = colours.figures(exam, list(NAMES), flat(RED)[:0])
    assert found["colour_agreement"] is None is found["colour_agreement_shuffled_95"]
    assert found["colour_agreement_photos"] == pytest.approx(-1)


def test_a_name_of_few_held_out_photos_has_no_mean_colour_and_one_name_no_agreement(
    exam: Exam,
) -> None:
    named = [row for row in exam.test.tolist() if exam.photos[row].name == NAMES[0]]
    few = [row for row in exam.test.tolist() if row not in named[colours.PHOTOS_MIN - 1 :]]
    found = colours.figures(replace(exam, test=torch.tensor(few)), list(NAMES), flat(RED, BLUE))
    assert found["colour_names"] == 1
    assert found["colour_agreement"] is None is found["colour_agreement_photos"]
