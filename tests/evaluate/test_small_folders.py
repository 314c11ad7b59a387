"""A judge of a few photos measures nothing: what it says of some twenty others is noise."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from torch import Generator, Tensor

from foodgan.evaluate import beside_page, page, plots, report, yardstick
from foodgan.evaluate.beside import table
from foodgan.evaluate.meaning import MEANINGS
from foodgan.evaluate.painted import Painted
from foodgan.evaluate.report import Findings
from foodgan.evaluate.yardstick import DEPTHS, JUDGED_MIN, Scale, Yardstick

ABOUT = {"pixels": 64, "parameters": 1, "seen": {"dcgan": 1}, "hears_names": False}


def cloud(count: int, size: int = 6) -> Tensor:
    return torch.randn(count, size, generator=Generator().manual_seed(count))


def scale(held_out: int, unchosen: int, least: int) -> Scale:
    parts = {"held_out": held_out, "photos": 40, "blurred": 40, "flat": 40}
    seen = {name: cloud(count) for name, count in parts.items()}
    return yardstick._scale(seen, torch.arange(held_out) < unchosen, least)


def test_distances_of_too_few_photos_are_not_told() -> None:
    few = scale(JUDGED_MIN - 1, 40, JUDGED_MIN).distances("kid_judge", cloud(50))
    assert few["kid_judge"] is None is few["kid_judge_unchosen"]
    assert few["kid_judge_floor_train_to_test"] is None is few["kid_judge_control_blurred"]
    assert few["kid_judge_unchosen_photos"] == 40
    enough = scale(JUDGED_MIN, 40, JUDGED_MIN).distances("kid_judge", cloud(50))
    assert enough["kid_judge"] is not None is not enough["kid_judge_floor_train_to_test"]
    assert enough["kid_judge_unchosen"] is None


@pytest.fixture
def distances() -> dict[str, Any]:
    """Of a folder of which a judge measures 20 photos."""
    scales = {key: scale(20, 10, yardstick.HELD_OUT_MIN) for key in ("kid", *DEPTHS)}
    scales["kid_judge"] = scale(20, 10, JUDGED_MIN)
    panel = SimpleNamespace(judges=SimpleNamespace(features=lambda _: cloud(30)))
    held = SimpleNamespace(panel=panel, scales=scales)
    asked = Painted([], torch.empty(0), {report.QUALITY: torch.randn(30, 6)}, torch.empty(0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "DEPTHS", dict.fromkeys(DEPTHS, slice(None)))
        return report._distances(cast(Yardstick, held), asked, cloud(30))


def test_what_a_judge_says_of_twenty_photos_is_nowhere_told(distances: dict[str, Any]) -> None:
    assert distances["kid"] is not None is not distances["kid_fine"]
    assert distances["kid_judge"] is None is distances["manifold"]
    assert distances["manifold_floor_train_to_test"] is None
    assert distances["kid_judge_photos"] == 20


def test_pages_draw_no_distances_that_are_not_told(
    distances: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "intervals", lambda *_: "drawn")
    found = cast(Findings, SimpleNamespace(figures={**distances, "model": "tiny"}))
    for drawn in (page._distances(found.figures), beside_page._distances([found] * 2)):
        assert drawn == "<h3>FoodKID, random convolutions</h3>drawn"


def test_what_nobody_was_measured_by_is_not_laid_on_the_deaf(distances: dict[str, Any]) -> None:
    blank: dict[str, Any] = {meaning.key: None for meaning in MEANINGS}
    deaf = {**blank, **distances, "about": ABOUT}
    hearing = {**deaf, "r_precision": 0.3, "about": ABOUT | {"hears_names": True}}
    rows = {row.title: row.cells for row in table([hearing, deaf])}
    assert rows["FoodKID, judges"] == ("not measured", "not measured")
    assert rows["Names, read by random convolutions"][1] == "hears no name"
