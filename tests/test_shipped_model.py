"""The model that ships: trained, small enough, honest about itself, and it listens to the name."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from foodgan import registry
from foodgan.painting.painter import Dish, Painter
from foodgan.publishing import card
from foodgan.publishing.hardware import seconds_by_device
from foodgan.publishing.lighting import LIT
from foodgan.publishing.widening import WIDENED

LIMIT_BYTES = 50_000_000


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter.load(device="cpu")


def _pixels(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(picture, np.float32)


def test_both_stages_were_trained_and_it_is_small_enough_to_ship() -> None:
    model = registry.describe()
    assert model.training["stage1"].seen_in_all >= 80_000
    assert model.training["stage2"].seen_in_all >= 50_000
    files = [path for path in registry.SHIPPED.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= LIMIT_BYTES


def test_its_card_names_photos_licences_effort_and_how_good_it_is() -> None:
    model = registry.describe()
    text = (registry.SHIPPED / registry.CARD).read_text(encoding="utf-8")
    assert model.model_id in text
    assert "non-commercial" in text
    for stage in model.training.values():
        assert f"{stage.seen_in_all:,}" in text
        assert f"{stage.seconds_in_all:,.0f}" in text
        for known in (*stage.photos["sources"], *stage.photos["licences"]):
            assert known in text
    written, figures = text.split("## How good it is")
    assert written == card.render(model, None).split("## How good it is")[0]
    assert "kid_floor_train_to_test" in figures
    assert "Not measured yet" not in text


def test_its_card_says_on_what_and_for_how_many_hours_each_stage_was_trained() -> None:
    model = registry.describe()
    text = (registry.SHIPPED / registry.CARD).read_text(encoding="utf-8")
    for stage in model.training.values():
        devices = seconds_by_device(stage)
        assert sum(devices.values()) == pytest.approx(stage.seconds_in_all)
        assert all(f"| on {device} |" in text for device in devices)
        assert f"{stage.seconds_in_all / 3600:.2f} ({stage.seconds_in_all:,.0f} s)" in text
    assert "| on NVIDIA H200, shared with other trainings | 0.27 (958 s) |" in text


@pytest.mark.parametrize(
    "noted", [{}, {WIDENED: {"layout": 9.0}}, {LIT: 0.9}, {registry.SHARE: 0.5}]
)
def test_what_a_run_trained_on_is_known_whatever_was_done_to_its_weights_afterwards(
    noted: dict[str, Any],
) -> None:
    stage = registry.describe().training["stage1"]
    config = {key: value for key, value in stage.config.items() if key != LIT} | noted
    devices = seconds_by_device(stage.model_copy(update={"config": config}))
    assert sum(devices.values()) == pytest.approx(stage.seconds_in_all)


def test_the_name_changes_the_picture_and_the_seed_brings_it_back(painter: Painter) -> None:
    curry, again, salad = painter.paint(
        [Dish("カレーうどん", 7), Dish("カレーうどん", 7), Dish("グリーンサラダ", 7)]
    )
    assert np.abs(_pixels(curry) - _pixels(again)).max() <= 1
    assert np.abs(_pixels(curry) - _pixels(salad)).mean() > 15


def test_a_salad_is_greener_than_a_chocolate_cake(painter: Painter) -> None:
    def green(name: str) -> float:
        pictures = painter.paint([Dish(name, seed) for seed in range(8)])
        return float(np.mean([p[..., 1] - p[..., 0] for p in map(_pixels, pictures)]))

    assert green("グリーンサラダ") > green("チョコレートケーキ") + 10
