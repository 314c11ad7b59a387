"""Training on a GPU: losses stay finite in half the bits, and a CPU goes on with what comes out."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from foodgan import registry
from foodgan.machine.place import Place, computes_bf16
from foodgan.models.stackgan import Stage1Generator
from foodgan.painting.painter import Dish, Painter
from foodgan.photos.feed import open_feed
from foodgan.step.config import TrainConfig, load_config
from foodgan.step.cuda_graphs import RecordedStep
from foodgan.training.train import Trainer, train
from tests.generator_fixtures import MODELS, tiny_config, tiny_trainer

pytestmark = pytest.mark.gpu

RECORDED = 40  # pictures: steps enough for either kind to be recorded and played
LONGER = 60


def on_gpu(
    config: TrainConfig,
    photos: Path,
    run: Path,
    *,
    records: bool = False,
    first: Stage1Generator | None = None,
) -> Trainer:
    device = torch.device("cuda", 0)
    place = Place(device, computes_bf16(device), records=records)
    return Trainer(config, open_feed(config, photos, photos / "cache", device), run, place, first)


def last(trainer: Trainer) -> dict[str, Any]:
    """The figures of one more step."""
    return {name: float(figure) for name, figure in trainer.take_step().items()}


@pytest.mark.parametrize("records", [False, True], ids=["as usual", "recorded"])
@pytest.mark.parametrize("kind", MODELS)
def test_every_network_learns_in_half_the_bits(
    drawn_photos: Path, tmp_path: Path, kind: str, records: bool
) -> None:
    config = tiny_config(kind, pictures=RECORDED)
    trainer = on_gpu(config, drawn_photos, tmp_path / "run", records=records)
    train(trainer)  # raises where a loss or a weight is not finite
    assert trainer.seen == RECORDED
    if records:
        assert isinstance(trainer.learn, RecordedStep)
        assert set(trainer.learn.recorded) == {False, True}


def test_the_shipped_recipes_learn_in_half_the_bits(drawn_photos: Path, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"pictures": 12 * 16, "batch": 16}
    runs = {kind: tmp_path / kind for kind in registry.STAGES}
    train(on_gpu(load_config("stage1", **changes), drawn_photos, runs["stage1"], records=True))
    second = load_config("stage2", **changes)
    first = registry.open_sketcher(runs["stage1"])
    trainer = on_gpu(second, drawn_photos, runs["stage2"], records=True, first=first)
    train(trainer)
    assert all(map(math.isfinite, last(trainer).values()))


@pytest.mark.parametrize("records", [False, True], ids=["as usual", "recorded"])
def test_a_cpu_goes_on_with_a_gpus_run_and_a_gpu_with_a_cpus(
    drawn_photos: Path, tmp_path: Path, records: bool
) -> None:
    run = tmp_path / "run"
    train(on_gpu(tiny_config("stage1", pictures=RECORDED), drawn_photos, run, records=records))
    here = tiny_trainer(tiny_config("stage1", pictures=LONGER), drawn_photos, run)
    assert here.resume()
    assert here.seen == RECORDED
    train(here)
    there = on_gpu(
        tiny_config("stage1", pictures=LONGER + RECORDED), drawn_photos, run, records=records
    )
    assert there.resume()
    train(there)
    assert there.seen == LONGER + RECORDED


def test_a_model_of_gpu_runs_paints_on_a_cpu(drawn_photos: Path, tmp_path: Path) -> None:
    runs = {kind: tmp_path / kind for kind in registry.STAGES}
    for kind, run in runs.items():
        train(on_gpu(tiny_config(kind), drawn_photos, run))
    registry.export("tiny", runs, tmp_path / "model")
    [picture] = Painter.load(tmp_path / "model", device="cpu").paint([Dish("鮭丼", 7)])
    assert picture.size == (256, 256)
