"""A model whose seeds also say in what light a dish stands, without training."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from foodgan.models.layers import lit
from foodgan.painting.painter import Dish, Painter
from foodgan.photos.folder import PhotosError
from foodgan.publishing import card
from foodgan.publishing.lighting import LIT, PHOTOS_MIN, light
from foodgan.registry import ModelFile, open_model
from foodgan.step.config import ConfigError, TrainConfig
from foodgan.training.name_lesson import open_pupil
from tests.generator_fixtures import tiny_config, tiny_trainer

DISHES = ("鮭丼", "抹茶ラーメン")
SEEDS = range(60)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dishes, each in as many lights as it takes: bluish or yellowish ones above all."""
    folder = tmp_path_factory.mktemp("lights")
    chance = np.random.default_rng(0)
    lines = []
    for name in DISHES:
        dish = chance.uniform(90, 160, (64, 64, 3))
        for _ in range(PHOTOS_MIN):
            tint = chance.normal() * np.array((12, 0, -12)) + 8 * chance.normal()
            pixels = (dish + tint).clip(0, 255).astype(np.uint8)
            file = f"{len(lines)}.png"
            Image.fromarray(pixels).save(folder / file)
            lines.append({"file_name": file, "name_ja": name, "split": "train"})
    table = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "metadata.jsonl").write_text(table, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lit_model(tiny_model: Path, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lit")
    light(tiny_model, photos, folder / "cache", 1.0, folder / "model", "lit")
    return folder / "model"


def colours(folder: Path, truncation: float = 1.0) -> Tensor:
    """The mean colour of each seed's sketch, from the mean of its dish: (N, 3)."""
    painter = Painter.load(folder, device="cpu", threads=1)
    means = []
    for name in DISHES:
        dishes = [Dish(name, seed, truncation=truncation) for seed in SEEDS]
        each = painter.sketch_tensor(dishes).mean(dim=(2, 3))
        means.append(each - each.mean(dim=0))
    return torch.cat(means).clone()


def test_light_leaves_black_and_white_where_they_are() -> None:
    black, white = -torch.ones(1, 3, 4, 4), torch.ones(1, 3, 4, 4)
    for strong in (-9.0, 9.0):
        assert torch.equal(lit(black, torch.full((1, 3), strong)), black)
        assert torch.equal(lit(white, torch.full((1, 3), strong)), white)


def test_what_was_brighter_stays_brighter_in_any_light() -> None:
    ramp = torch.linspace(-1, 1, 101).expand(1, 3, 1, 101)
    for strong in (-9.0, -0.3, 0.3, 9.0):
        bent = lit(ramp, torch.full((1, 3), strong))
        assert (bent.diff() >= -1e-6).all()
        assert bent.abs().max() <= 1


def test_each_channel_has_a_curve_of_its_own() -> None:
    grey = torch.zeros(1, 3, 4, 4)
    red, green, blue = lit(grey, torch.tensor([[0.2, 0.0, -0.2]]))[0].mean(dim=(1, 2))
    assert red > 0.15
    assert green == 0
    assert blue < -0.15


def test_dishes_of_a_name_differ_in_light_about_as_photos_do(
    tiny_model: Path, lit_model: Path
) -> None:
    """The tint of these photos goes from blue to yellow, of a standard deviation of 24 of 255."""

    def yellow(folder: Path) -> float:
        apart = colours(folder)
        return float((apart[:, 0] - apart[:, 2]).std())

    assert yellow(tiny_model) < 0.08
    assert yellow(lit_model) == pytest.approx(2 * 24 / 255, rel=0.4)


def test_a_plainer_serving_stands_in_plainer_light(lit_model: Path) -> None:
    assert colours(lit_model, truncation=0.0).std() < 0.2 * colours(lit_model).std()


def test_half_of_the_share_is_half_of_the_light(
    tiny_model: Path, lit_model: Path, photos: Path, tmp_path: Path
) -> None:
    light(tiny_model, photos, tmp_path / "cache", 0.5, tmp_path / "half")
    whole, half = (open_model(each)[1].state_dict() for each in (lit_model, tmp_path / "half"))
    assert torch.allclose(half["light.weight"], 0.5 * whole["light.weight"], atol=1e-3)


def test_lit_once_more_it_is_the_same_model(lit_model: Path, photos: Path, tmp_path: Path) -> None:
    again = light(lit_model, photos, tmp_path / "cache", 1.0, tmp_path / "again")
    assert again.hashes == open_model(lit_model)[0].hashes


def test_it_is_another_model_that_says_what_was_done(tiny_model: Path, lit_model: Path) -> None:
    before, after = open_model(tiny_model)[0], open_model(lit_model)[0]
    assert (after.name, after.model_id == before.model_id) == ("lit", False)
    assert after.training["stage1"].config[LIT] == 1
    assert after.hashes["stage2.safetensors"] == before.hashes["stage2.safetensors"]
    assert _row(before) == "| — | — |"
    assert _row(after) == "| 100% | — |"


def test_its_card_says_so_whatever_it_learns_afterwards(lit_model: Path) -> None:
    model = open_model(lit_model)[0]
    last = model.training["stage1"]
    config = {key: value for key, value in last.config.items() if key != LIT}
    lesson = last.model_copy(update={"before": last.runs, "config": config})
    taught = model.model_copy(update={"training": model.training | {"stage1": lesson}})
    assert _row(taught) == "| 100% | — |"


def test_a_lesson_begins_with_the_light(lit_model: Path) -> None:
    pupil = open_pupil(lit_model, torch.device("cpu"))
    assert pupil.light is not None
    assert pupil.light.weight.abs().max() > 0


def test_training_goes_on_from_a_lit_model_with_its_light_alone(
    lit_model: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    config = tiny_config("stage1")
    with pytest.raises(ConfigError, match=r"paints with light = True: .*\[model\]"):
        tiny_trainer(config, drawn_photos, tmp_path / "run").begin_from(lit_model)
    trainer = tiny_trainer(_with_light(config), drawn_photos, tmp_path / "run")
    trainer.begin_from(lit_model)
    kept = trainer.ema.state_dict()["light.weight"]
    assert torch.allclose(kept, open_model(lit_model)[1].state_dict()["light.weight"])


def test_training_learns_a_light_where_there_was_none(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    trainer = tiny_trainer(_with_light(tiny_config("stage1")), drawn_photos, tmp_path / "run")
    trainer.begin_from(tiny_model)
    weights = trainer.objective.generator.state_dict()
    assert not weights["light.weight"].any()
    for _ in range(2):
        trainer.update(trainer.draw())
    assert trainer.objective.generator.state_dict()["light.weight"].any()


def test_names_of_few_photos_do_not_tell_how_light_differs(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    with pytest.raises(PhotosError, match="no name with 20 photos"):
        light(tiny_model, drawn_photos, tmp_path / "cache", 1.0, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _with_light(config: TrainConfig) -> TrainConfig:
    return config.model_copy(update={"model": {**config.model, "light": True}})


def _row(model: ModelFile) -> str:
    """What its card says of light: each stage."""
    lines = card.render(model, None).splitlines()
    (row,) = (line for line in lines if line.startswith("| a seed's own light"))
    return row[row.index("|", 1) :]
