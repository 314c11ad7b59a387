"""A folder whose names are all unique, as a club's own photos may be: no name is in both splits."""

from pathlib import Path

import pytest

from foodgan.evaluate import choice
from foodgan.metrics.exam import HELD_OUT_MIN, Exam, open_exam
from foodgan.metrics.features import standardised
from foodgan.metrics.kid import kid
from tests.metrics.drawn import draw_dish, write_metadata

NAMES = [a + b for a in "鮭鯖鯛鰻鮪牛豚鶏" for b in ("丼", "汁", "焼き", "煮", "揚げ")]


@pytest.fixture
def exam(tmp_path: Path) -> Exam:
    lines = []
    for i, name in enumerate(NAMES):
        draw_dish("鮭丼", i).save(tmp_path / f"{i}.png")
        split = "test" if i % 2 else "train"
        lines.append({"file_name": f"{i}.png", "name_ja": name, "split": split})
    write_metadata(tmp_path, lines)
    return open_exam(tmp_path, tmp_path / "cache")


def test_a_snapshot_is_chosen_also_where_no_name_is_in_both_splits(exam: Exam) -> None:
    choosing = choice.open_choosing(exam, 12)
    raw, reference = exam.random(), choosing.held_out
    among_all = kid(standardised(raw[exam.train], reference), standardised(reference, reference))
    assert choosing.floor == among_all
    assert choosing.spread is None


def test_too_few_photos_of_the_asked_names_are_no_floor(exam: Exam) -> None:
    known = [exam.photos[row].name or "" for row in exam.train[:HELD_OUT_MIN].tolist()]
    for names in ([], known[:1], known[:-1]):
        assert exam.like(names).tolist() == exam.train.tolist()
    assert sorted(exam.like(known).tolist()) == exam.train[:HELD_OUT_MIN].tolist()
