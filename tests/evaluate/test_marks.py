"""What generators leave and cameras do not is sought under names that photos have."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch

from foodgan.evaluate import page, report
from foodgan.evaluate.painted import Painted
from foodgan.evaluate.report import Findings
from foodgan.metrics import measures
from foodgan.metrics.exam import Exam, open_exam
from foodgan.painting.painter import Dish
from foodgan.step.hatching import hatching
from tests.metrics.drawn import draw_exam, write_metadata
from tests.metrics.test_exam import lines_of


@pytest.fixture
def exam(tmp_path: Path) -> Exam:
    """Every other held-out photo has no name, so that nobody is asked to paint like it."""
    folder = draw_exam(tmp_path)
    lines = lines_of(folder)
    held_out = [line for line in lines if line["split"] == "test"]
    for line in held_out[::4] + held_out[1::4]:
        line.pop("name_ja")
    write_metadata(folder, lines)
    return open_exam(folder, folder / "cache")


def test_pictures_are_held_against_as_many_photos_of_their_names(exam: Exam) -> None:
    named = [row for row in exam.test.tolist() if exam.photos[row].name]
    assert 0 < len(named) < len(exam.test)
    made = torch.randint(256, (5, 3, 256, 256), dtype=torch.uint8)
    found = report._marks(exam, made)
    photos = exam.pictures(torch.tensor(named[:5]), 256)
    assert found["fine_hue"] == measures.fine_hue(made)
    assert found["fine_hue_held_out_photos"] == measures.fine_hue(photos)
    assert found["hatching_held_out_photos"] == pytest.approx(hatching(photos).item())


def test_the_page_shows_but_a_few_of_the_pictures_that_are_kept_for_it(
    exam: Exam, tmp_path: Path
) -> None:
    count = report.SHOWN + 3
    dishes = [Dish("カレー", seed) for seed in range(count)]
    whole = torch.zeros(count, 3, 8, 8, dtype=torch.uint8)
    near = {"made": SimpleNamespace(rows=torch.zeros(count).long())}
    findings = SimpleNamespace(
        exam=exam,
        copies=SimpleNamespace(textures=near, shapes=near),
        asked=Painted(dishes, torch.empty(0), {}, whole),
    )
    assert len(page._nearest(cast(Findings, findings), tmp_path, "en")) == report.SHOWN
