"""A lesson for Stage-II: surfaces become more like those of photos, and nothing is cut short."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Generator, Tensor
from torch.nn import functional as F
from typer.testing import CliRunner

from foodgan import checkpoint, registry
from foodgan.cli import app
from foodgan.models.backbone import Backbone
from foodgan.models.layers import blurred, upsample
from foodgan.models.stackgan import PICTURE_SIZE, faded
from foodgan.painting.painter import Dish, Painter
from foodgan.photos.feed import Feed
from foodgan.step.config import ConfigError
from foodgan.training.course import attend
from foodgan.training.texture_lesson import (
    ALIGN,
    CROP,
    Surfaces,
    TextureConfig,
    TextureLesson,
    look,
    open_pupil,
    surface,
)
from tests.generator_fixtures import tiny_config, tiny_feed, tiny_trainer

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def feed(drawn_photos: Path) -> Feed:
    config = tiny_config("stage2", size=CROP, photo_size=PICTURE_SIZE)
    return tiny_feed(config, drawn_photos)


@pytest.fixture(scope="module")
def photos(feed: Feed) -> Surfaces:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("foodgan.training.energy.STOOD", 64)
        return Surfaces.of(feed, Backbone().eval())


def begun(model: Path, photos: Surfaces, **changes: Any) -> TextureLesson:
    torch.set_num_threads(1)
    config = TextureConfig(**{"pictures": 4, "batch": 2, "beside": 1, **changes})
    sketcher, pupil = open_pupil(model, config, CPU)
    return TextureLesson(config, pupil, sketcher, photos)


def distance(photos: Surfaces, pictures: Tensor) -> float:
    with torch.no_grad():
        made = surface(pictures, look(photos.eyes, pictures))
        return float(photos.stood.distance(made, len(pictures)))


def test_specks_and_smoothness_are_farther_from_photos_than_photos_are(photos: Surfaces) -> None:
    pictures, _ = photos.named.draw(16, Generator().manual_seed(5), ALIGN)
    specks = torch.rand(16, 1, CROP, CROP, generator=Generator().manual_seed(6)) < 0.01
    own = distance(photos, pictures)
    assert distance(photos, torch.where(specks, -pictures.sign(), pictures)) > own + 0.05
    assert distance(photos, blurred(blurred(pictures, 1), 1)) > own + 0.05


def test_a_lesson_brings_surfaces_nearer_to_those_of_photos(
    tiny_model: Path, photos: Surfaces
) -> None:
    own = {"pictures": 96, "batch": 4, "lr": 3e-3, "score": 0, "sketch_l1": 0, "hatching": 0}
    lesson = begun(tiny_model, photos, **own)
    figures = [lesson.step()["distance"] for _ in range(lesson.config.steps)]
    assert sum(figures[-4:]) < 0.95 * sum(figures[:4])


def test_what_a_sketch_has_at_single_pixels_goes_and_the_rest_stays() -> None:
    rows = torch.arange(8)
    checkers = ((rows[:, None] + rows) % 2 * 2.0 - 1).expand(1, 3, 8, 8)
    assert blurred(checkers, 1)[..., 1:-1, 1:-1].abs().max() < 1e-6
    assert torch.allclose(
        blurred(checkers, 0.25)[..., 1:-1, 1:-1], 0.75 * checkers[..., 1:-1, 1:-1]
    )
    ramp = torch.linspace(-1, 1, 8).expand(1, 3, 8, 8)
    assert torch.allclose(blurred(ramp, 1)[..., 1:-1, 1:-1], ramp[..., 1:-1, 1:-1], atol=1e-6)


def test_a_stage2_that_blurs_is_not_taken_in_by_single_pixels(tiny_model: Path) -> None:
    rows = torch.arange(64)
    checkers = ((rows[:, None] + rows) % 2 - 0.5).expand(1, 3, 64, 64)
    apart = []
    for blur in (0.0, 1.0):
        _, second = open_pupil(tiny_model, TextureConfig(blur=blur), CPU)
        condition = torch.zeros(1, second.config.condition)
        z = torch.zeros(1, second.noise, 32, 32)
        with torch.no_grad():
            painted = [second.paint(condition, each, z) for each in (0 * checkers, checkers)]
        apart.append(float((painted[0] - painted[1])[..., 32:-32, 32:-32].abs().mean()))
    assert apart[1] < 0.01 * apart[0]


def test_a_lesson_that_a_signal_ended_goes_on_to_the_same_weights(
    tiny_model: Path, photos: Surfaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, first, second = (begun(tiny_model, photos, pictures=6) for _ in range(3))
    assert attend(whole, tiny_model, tmp_path / "whole", {"count": 9}) == 6
    own = first.step

    def step() -> dict[str, float]:
        os.kill(os.getpid(), signal.SIGTERM)
        return own()

    monkeypatch.setattr(first, "step", step)
    assert attend(first, tiny_model, tmp_path / "parts", {"count": 9}) == 2
    assert attend(second, tiny_model, tmp_path / "parts", {"count": 9}) == 6
    one, two = (
        checkpoint.load(tmp_path / n / checkpoint.CHECKPOINT)[0] for n in ("whole", "parts")
    )
    assert one.keys() == two.keys()
    assert all(torch.equal(tensor, two[name]) for name, tensor in one.items())


def test_the_command_polishes_a_model(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("foodgan.training.energy.STOOD", 64)
    words = ["model", "polish", "--model", str(tiny_model), "--photos", str(drawn_photos)]
    words += ["--pictures", "16", "--device", "cpu", "--out", "polished"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    assert "16 pictures painted; the run is in polished" in told.output
    stages = {"stage1": tiny_model, "stage2": tmp_path / "polished"}
    model = registry.export("polished", stages, tmp_path / "model")
    before = registry.describe(tiny_model)
    assert (before.stage2.blur, before.stage2.hue) == (0.0, 1.0)
    assert (model.stage2.blur, model.stage2.hue) == (0.3, 0.04)
    lesson = model.training["stage2"]
    assert (lesson.config["loss"], lesson.config["pictures"], lesson.seen) == ("texture", 16, 0)
    assert lesson.told[:-1] == before.training["stage2"].told
    assert model.training["stage1"] == before.training["stage1"]
    one, two = (Painter.load(path, device="cpu") for path in (tiny_model, tmp_path / "model"))
    dishes = [Dish("鮭うどん", 1)]
    assert one.sketches(dishes)[0].tobytes() == two.sketches(dishes)[0].tobytes()
    learned = two.second.state_dict()
    unlike = {
        name for name, t in one.second.state_dict().items() if not torch.equal(t, learned[name])
    }
    assert {"stem.weight", "to_rgb.weight"} <= unlike
    with monkeypatch.context() as patch:
        patch.delattr(Surfaces, "of")  # of what is learned there is no need to look at photos
        again = CliRunner().invoke(app, words)
    assert again.output == told.output.splitlines(keepends=True)[-1]
    other = CliRunner().invoke(app, [*words, "--blur", "0.5"])
    assert isinstance(other.exception, ConfigError)


def test_training_goes_on_from_a_polished_stage2_by_its_rules_alone(
    tiny_model: Path, photos: Surfaces, drawn_photos: Path, tmp_path: Path
) -> None:
    attend(begun(tiny_model, photos), tiny_model, tmp_path / "polished", {"count": 9})
    config = tiny_config("stage2")
    trainer = tiny_trainer(config, drawn_photos, tmp_path / "run")
    with pytest.raises(ConfigError, match=r"paints with blur = 0\.3, hue = 0\.04"):
        trainer.begin_from(tmp_path / "polished")
    told = config.model_copy(update={"model": {**config.model, "blur": 0.3, "hue": 0.04}})
    tiny_trainer(told, drawn_photos, tmp_path / "run").begin_from(tmp_path / "polished")


def test_without_hues_of_its_own_a_picture_has_those_of_its_sketch(tiny_model: Path) -> None:
    _, pupil = open_pupil(tiny_model, TextureConfig(hue=0), CPU)
    chance = Generator().manual_seed(2)
    sketch = torch.rand(1, 3, 64, 64, generator=chance) - 0.5
    condition = torch.randn(1, pupil.config.condition, generator=chance)
    z = torch.randn(1, pupil.noise, 32, 32, generator=chance)
    with torch.no_grad():
        painted, large = pupil.paint(condition, sketch, z), upsample(sketch, 4)
    inside = (painted.abs() < 1.1).all(dim=1, keepdim=True)
    assert inside.float().mean() > 0.5
    assert ((hue(painted) - hue(large)).abs() * inside).max() < 1e-5
    assert (painted - large).abs().mean() > 1e-3


@pytest.mark.parametrize("most", [0.0, 0.06, 0.5])
def test_a_limit_on_hue_keeps_light_the_kind_of_hue_and_what_is_little(most: float) -> None:
    chance = Generator().manual_seed(3)
    detail = torch.randn(4, 3, 8, 8, generator=chance)
    kept = faded(detail, most)
    torch.testing.assert_close(kept.mean(dim=1), detail.mean(dim=1))
    strong = hue(kept).square().mean(dim=1).sqrt()
    assert (strong <= most).all()
    along = F.cosine_similarity(hue(kept), hue(detail), dim=1)
    assert most == 0 or along.min() > 0.999
    if most:
        little = faded(detail * most / 100, most)
        torch.testing.assert_close(little, detail * most / 100, rtol=0.01, atol=1e-5)


def hue(pictures: Tensor) -> Tensor:
    return pictures - pictures.mean(dim=1, keepdim=True)
