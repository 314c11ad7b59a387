"""Models and training runs stand side by side: each paints the same names from the same seeds."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from foodgan import registry
from foodgan.contract.errors import ModelError
from foodgan.evaluate import entrants
from foodgan.painting.painter import Dish, Painter
from foodgan.training.train import train
from tests.generator_fixtures import tiny_config, tiny_trainer

DISHES = [Dish("カレー", 3), Dish("鮭丼", 4), Dish("カレー", 3)]


@pytest.fixture(scope="module")
def runs(drawn_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Four steps of each baseline."""
    made = {kind: tmp_path_factory.mktemp("runs") / kind for kind in ("dcgan", "published")}
    for kind, run in made.items():
        train(tiny_trainer(tiny_config(kind), drawn_photos, run))
    return made


def test_a_model_and_its_sketches_are_pictures_of_their_own_sizes(tiny_model: Path) -> None:
    painter = Painter.load(tiny_model, device="cpu", threads=1)
    whole, sketches = entrants.of_model(painter), entrants.sketches_of(painter)
    assert whole.paint(DISHES).shape == (3, 3, 256, 256)
    assert sketches.paint(DISHES).shape == (3, 3, 64, 64)
    assert (whole.about["pixels"], sketches.about["pixels"]) == (256, 64)
    assert whole.about["seen"] == {"stage1": 16, "stage2": 16}
    assert sketches.about["seen"] == {"stage1": 16}
    assert sketches.about["parameters"] < whole.about["parameters"]


def test_dcgan_hears_no_name_and_the_published_one_does(runs: dict[str, Path]) -> None:
    deaf, hearing = (entrants.of_run(runs[kind], kind) for kind in ("dcgan", "published"))
    assert deaf.conditions is None
    assert not deaf.about["hears_names"]
    assert hearing.conditions is not None
    mu, log_var = hearing.conditions(["カレー", "鮭丼"])
    assert mu.shape == log_var.shape == (2, 8)
    for one in (deaf, hearing):
        painted = one.paint(DISHES)
        assert painted.shape == (3, 3, 64, 64)
        assert torch.allclose(painted[0], painted[2], atol=1e-5)
        assert one.about["seen"] == {one.title: 16}


def test_the_runs_of_both_stages_are_the_model_that_they_would_be_exported_as(
    tiny_model: Path,
) -> None:
    folder = tiny_model.parent / "runs"
    both = entrants.named(f"mine={folder / 'stage1'},{folder / 'stage2'}")
    exported = entrants.of_model(Painter.load(tiny_model, device="cpu", threads=1))
    assert both.title == "mine"
    assert torch.equal(both.paint(DISHES), exported.paint(DISHES))


def test_a_run_without_a_name_is_called_by_its_folder(runs: dict[str, Path]) -> None:
    assert entrants.named(str(runs["dcgan"])).title == "dcgan"
    assert entrants.named(f"その他={runs['dcgan']}").title == "その他"


def test_entrants_of_the_same_title_are_numbered(runs: dict[str, Path]) -> None:
    """Snapshots of two runs may have one name, and are two all the same."""
    one = entrants.named(str(runs["dcgan"]))
    other = replace(one, title="dcgan (2)")
    told = [each.title for each in entrants.told_apart([one, other, one, one])]
    assert told == ["dcgan", "dcgan (2)", "dcgan (3)", "dcgan (4)"]


def test_a_run_of_stage_2_alone_paints_nothing(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="without a sketch"):
        entrants.named(str(tiny_model.parent / "runs" / "stage2"))


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        entrants.named(f"nothing={tmp_path}")


def test_a_snapshot_is_exported_as_the_checkpoint_that_it_was_of(
    tiny_model: Path, tmp_path: Path
) -> None:
    """A snapshot holds the averaged generator alone, in half precision."""
    from foodgan import checkpoint

    folder = tiny_model.parent / "runs"
    paths = {}
    for stage in registry.STAGES:
        tensors, about = checkpoint.load(folder / stage / checkpoint.CHECKPOINT)
        about.pop("format")
        averages = {k: registry.halved(t) for k, t in checkpoint.part("ema", tensors).items()}
        paths[stage] = tmp_path / stage / "snapshots" / "000000016.safetensors"
        paths[stage].parent.mkdir(parents=True)
        checkpoint.save(paths[stage], checkpoint.prefixed("ema", averages), about)
    model = registry.export("tiny", paths, tmp_path / "model")
    assert model.hashes == registry.describe(tiny_model).hashes
    sketcher = registry.open_sketcher(paths["stage1"])
    whole = registry.open_sketcher(folder / "stage1")
    assert (sketcher.to_rgb.weight - whole.to_rgb.weight).abs().max() < 1e-3
    assert entrants.of_run(paths["stage1"], "snapshot").paint(DISHES).shape == (3, 3, 64, 64)
