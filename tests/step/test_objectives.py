"""The parts of the recipe: a matcher, a score of pairs, sketches for Stage-II, runs that go on."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from typer.testing import CliRunner, Result

from foodgan import checkpoint, registry
from foodgan.checkpoint import CHECKPOINT
from foodgan.cli import app
from foodgan.contract import logs
from foodgan.contract.errors import ModelError
from foodgan.models.projected import ProjectedDiscriminator
from foodgan.models.stackgan import Painted, Stage1Generator
from foodgan.registry import open_sketcher
from foodgan.step.config import ConfigError, TrainConfig, load_config
from foodgan.training.train import Trainer, train
from tests.generator_fixtures import (
    CPU,
    STAGE1,
    stage1_config,
    tiny_config,
    tiny_feed,
    tiny_trainer,
    write_toml,
)


@pytest.mark.parametrize("own_sight", [False, True])
def test_a_matcher_and_a_score_of_pairs_teach_the_generator_names(
    drawn_photos: Path, tmp_path: Path, own_sight: bool
) -> None:
    recipe = {"frozen_features": 8, "frozen_side": 64, "match": 1.0, "pair_energy": 1.0}
    recipe |= {"model": {**STAGE1, "named_seed": True, "norm": True}, "own_sight": own_sight}
    config = tiny_config("stage1", **recipe)
    trainer = tiny_trainer(config, drawn_photos, tmp_path)
    matcher = cast(ProjectedDiscriminator, trainer.objective.discriminator).matcher
    before = [p.clone() for p in matcher.parameters()]
    figures = trainer.take_step()
    assert {"match_d", "match_g", "pair_energy"} <= figures.keys()
    moved = zip(before, matcher.parameters(), strict=True)
    assert any(not torch.equal(a, b) for a, b in moved)
    train(trainer)
    assert trainer.seen == 16


def test_pictures_that_are_scored_in_pairs_share_their_names(drawn_photos: Path) -> None:
    config = tiny_config("stage1", pair_energy=1.0, recombined=0.5)
    batch = tiny_feed(config, drawn_photos).draw(torch.Generator().manual_seed(0))
    assert torch.equal(batch.asked.ids[:2], batch.asked.ids[2:])
    assert torch.equal(batch.invented[:2], batch.invented[2:])


def test_stage_two_learns_from_what_stage_one_paints(drawn_photos: Path, tmp_path: Path) -> None:
    train(tiny_trainer(tiny_config("stage1"), drawn_photos, tmp_path / "first"))
    first = open_sketcher(tmp_path / "first")
    config = tiny_config("stage2", sketched=1.0, sketch_l1=1.0, picture_l1=1.0)
    feed = tiny_feed(config, drawn_photos)
    trainer = Trainer(config, feed, tmp_path / "second", CPU, first)
    frozen = [p.clone() for p in first.parameters()]
    figures = trainer.take_step()
    assert figures["picture_l1"] == 0  # such a sketch has no photo that it came from
    assert figures["sketch_l1"] > 0
    train(trainer)
    assert trainer.seen == 16
    assert all(torch.equal(a, b) for a, b in zip(frozen, first.parameters(), strict=True))


def test_a_picture_and_the_photo_it_was_made_of_change_in_the_same_way(
    drawn_photos: Path, tmp_path: Path
) -> None:
    config = tiny_config("stage2", frozen_features=8, picture_features=1.0)
    trainer = tiny_trainer(config, drawn_photos, tmp_path)
    objective, batch = trainer.objective, trainer.draw()
    painted = objective.paint(batch)
    objective.see(batch, Painted(batch.photos, painted.mu, painted.kl))
    for real, same in zip(objective.real_seen, objective.fake_seen, strict=True):
        assert torch.equal(real, same)
    assert "picture_features" in trainer.take_step()


def test_a_judge_of_patches_learns_beside_the_frozen_features(
    drawn_photos: Path, tmp_path: Path
) -> None:
    config = tiny_config("stage2", frozen_features=8, patches=1.0)
    trainer = tiny_trainer(config, drawn_photos, tmp_path)
    patches = cast(ProjectedDiscriminator, trainer.objective.discriminator).patches
    assert patches is not None
    before = [p.clone() for p in patches.parameters()]
    assert {"patches_d", "patches_g"} <= trainer.take_step().keys()
    assert not any(map(torch.equal, before, patches.parameters()))
    train(trainer)
    again = tiny_trainer(config, drawn_photos, tmp_path)
    assert again.resume()
    with pytest.raises(ConfigError, match="frozen_features"):
        load_config("stage2", frozen_features=0, patches=1.0)


def test_a_run_begins_with_the_networks_of_another_that_saw_at_another_size(
    drawn_photos: Path, tmp_path: Path
) -> None:
    changes = {"frozen_features": 8, "frozen_side": 64}
    train(tiny_trainer(tiny_config("stage1", **changes), drawn_photos, tmp_path / "first"))
    later = tiny_config("stage1", **{**changes, "frozen_side": 128, "lr_g": 1e-5})
    trainer = tiny_trainer(later, drawn_photos, tmp_path / "second")
    trainer.begin_from(tmp_path / "first")
    taken = checkpoint.part("ema", checkpoint.load(tmp_path / "first" / CHECKPOINT)[0])
    generator = trainer.objective.generator.state_dict()
    assert all(torch.equal(generator[name], tensor) for name, tensor in taken.items())
    train(trainer)
    about = checkpoint.load(tmp_path / "second" / CHECKPOINT)[1]
    assert [run["seen"] for run in about["before"]] == [16]
    again = tiny_trainer(later, drawn_photos, tmp_path / "second")
    assert again.resume()
    assert [run["seen"] for run in again.before] == [16]


def test_a_run_begins_with_the_networks_of_a_model(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    trainer = tiny_trainer(tiny_config("stage2"), drawn_photos, tmp_path / "run")
    anew = {k: t.clone() for k, t in trainer.objective.discriminator.state_dict().items()}
    trainer.begin_from(tiny_model)
    _, _, second = registry.open_model(tiny_model)
    begun = trainer.objective.generator.state_dict()
    assert all(torch.equal(begun[name], tensor) for name, tensor in second.state_dict().items())
    judge = trainer.objective.discriminator.state_dict()  # a model has none to give
    assert all(torch.equal(judge[name], tensor) for name, tensor in anew.items())
    assert [run["seen"] for run in trainer.before] == [16]


def test_a_run_that_is_none_of_stage_one_gives_no_sketches(
    drawn_photos: Path, tmp_path: Path
) -> None:
    train(tiny_trainer(tiny_config("dcgan"), drawn_photos, tmp_path / "run"))
    with pytest.raises(ModelError, match="no run of Stage-I"):
        open_sketcher(tmp_path / "run")


@pytest.mark.parametrize("kind", ["stage1", "stage2", "dcgan", "published"])
@pytest.mark.parametrize("penalise", [True, False])
def test_a_step_reads_nothing_back_from_its_device(
    drawn_photos: Path, tmp_path: Path, kind: str, penalise: bool
) -> None:
    """Or it could not become a CUDA graph. Fake tensors have shapes, but no data to read."""
    recipe: dict[str, Any] = {"r2": 1.0, "energy": 1.0, "recombined": 0.5}
    if kind == "stage1":
        recipe |= {"frozen_features": 8, "frozen_side": 64, "match": 1.0, "pair_energy": 1.0}
        recipe |= {"taught": 1.0}
    if kind == "stage2":
        recipe |= {"frozen_features": 8, "picture_features": 1.0, "sketched": 0.5}
        recipe |= {"patches": 1.0, "hatching": 1.0}
    first = Stage1Generator(stage1_config()).eval().requires_grad_(False)
    config = tiny_config(kind, **recipe)
    feed = tiny_feed(config, drawn_photos)
    trainer = Trainer(config, feed, tmp_path, CPU, first if kind == "stage2" else None)
    batch = replace(trainer.draw(), penalise=penalise)
    with FakeTensorMode(allow_non_fake_inputs=True):
        figures = trainer.update(batch)
    assert all(figure.shape == () for figure in figures.values())


def test_a_stage_two_that_learns_from_sketches_asks_for_them(
    drawn_photos: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="--sketches"):
        tiny_trainer(tiny_config("stage2", sketched=0.5), drawn_photos, tmp_path)


@pytest.mark.parametrize("kind", ["stage1", "stage2"])
def test_sketches_that_nothing_learns_from_are_refused(
    drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(logs, "set_up", lambda: None)  # it would outlive the runner's streams
    done = trained(tiny_config(kind, sketched=0.0), drawn_photos, tmp_path, tmp_path)
    assert done.exit_code == 2
    assert "no sketches" in " ".join(done.output.replace("│", " ").split())
    assert not (tmp_path / "run").exists()


def test_a_snapshot_of_stage_one_paints_for_stage_two(
    drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the cache of photos lies in the working folder
    monkeypatch.setattr(logs, "set_up", lambda: None)  # it would outlive the runner's streams
    train(tiny_trainer(tiny_config("stage1", snapshot_every=16), drawn_photos, tmp_path / "first"))
    [kept] = (tmp_path / "first" / checkpoint.SNAPSHOTS).iterdir()
    done = trained(tiny_config("stage2", sketched=0.5), drawn_photos, tmp_path, kept)
    assert done.exit_code == 0, done.output
    assert checkpoint.description(tmp_path / "run" / CHECKPOINT)["seen"] == 16


def trained(config: TrainConfig, photos: Path, folder: Path, sketches: Path) -> Result:
    """What `foodgan train` says to sketches."""
    path = write_toml(config, folder / "tiny.toml")
    words = ["train", "--config", path, "--photos", photos, "--run", folder / "run"]
    words += ["--sketches", sketches, "--device", "cpu"]
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_run_keeps_its_averaged_generators_on_the_way(drawn_photos: Path, tmp_path: Path) -> None:
    train(tiny_trainer(tiny_config("stage1", snapshot_every=8), drawn_photos, tmp_path))
    kept = sorted((tmp_path / checkpoint.SNAPSHOTS).iterdir())
    assert [path.stem for path in kept] == ["000000008", "000000016"]
    tensors, about = checkpoint.load(kept[-1])
    last = checkpoint.part("ema", checkpoint.load(tmp_path / CHECKPOINT)[0])
    assert about["seen"] == 16
    for name, tensor in checkpoint.part("ema", tensors).items():
        torch.testing.assert_close(tensor.float(), last[name].float(), atol=1e-3, rtol=1e-3)
