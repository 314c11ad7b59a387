"""Trained generators: rebuilt from what is kept of them, whoever kept it."""

from pathlib import Path

import pytest
import torch

from foodgan import checkpoint
from foodgan.checkpoint import CHECKPOINT
from foodgan.contract.errors import ModelError
from foodgan.experiment.plan import EQUAL_TIME, file_of
from foodgan.experiment.training import _keep
from foodgan.painting.trained import averaged
from foodgan.training.name_lesson import LessonConfig
from foodgan.training.train import Trainer
from tests.generator_fixtures import tiny_config, tiny_trainer

NAMES, SEEDS = ["鮭丼", "カレー"], [1, 2]


def kept(photos: Path, run: Path, kind: str = "stage1") -> Trainer:
    """A run of one step, with its averaged generator as an experiment keeps it."""
    trainer = tiny_trainer(tiny_config(kind), photos, run)
    trainer.take_step()
    trainer.save()
    _keep(trainer, EQUAL_TIME)
    return trainer


@pytest.mark.parametrize("kind", ["stage1", "dcgan", "published"])
def test_a_generator_is_rebuilt_from_what_is_kept_of_it(
    drawn_photos: Path, tmp_path: Path, kind: str
) -> None:
    trainer = kept(drawn_photos, tmp_path, kind)
    found = [averaged(tmp_path, file) for file in (CHECKPOINT, file_of(EQUAL_TIME))]
    for one in found:
        assert one.named
        tensors = one.generator.state_dict()
        assert all(torch.equal(t, tensors[name]) for name, t in trainer.ema.state_dict().items())
    first, second = (one(NAMES, SEEDS) for one in found)
    assert torch.equal(first, second)


def test_a_generator_after_a_lesson_is_rebuilt_as_any_other(
    drawn_photos: Path, tmp_path: Path
) -> None:
    kept(drawn_photos, tmp_path)
    before = averaged(tmp_path)(NAMES, SEEDS)
    tensors, about = checkpoint.load(tmp_path / CHECKPOINT)
    lesson = LessonConfig().model_dump(mode="json")
    checkpoint.save(tmp_path / CHECKPOINT, tensors, about | {"config": lesson})
    after = averaged(tmp_path)
    assert after.named
    assert torch.equal(after(NAMES, SEEDS), before)


def test_one_that_never_heard_a_name_paints_all_names_alike(
    drawn_photos: Path, tmp_path: Path
) -> None:
    trainer = tiny_trainer(tiny_config("stage1", name_dropout=1.0), drawn_photos, tmp_path)
    trainer.save()
    one, other = averaged(tmp_path)(NAMES, [1, 1])
    assert torch.equal(one, other)


def test_what_holds_no_generator_is_refused(drawn_photos: Path, tmp_path: Path) -> None:
    kept(drawn_photos, tmp_path)
    tensors, about = checkpoint.load(tmp_path / CHECKPOINT)
    for changed in ({"config": {"kind": "cubist"}}, {"network": about["network"] | {"odd": 1}}):
        checkpoint.save(tmp_path / CHECKPOINT, tensors, about | changed)
        with pytest.raises(ModelError, match="holds no generator that this build knows"):
            averaged(tmp_path)
