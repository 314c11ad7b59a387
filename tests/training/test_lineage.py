"""A run goes on with what it learned from, and a checkpoint never claims to know other photos."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner, Result

from foodgan import checkpoint, registry
from foodgan.checkpoint import CHECKPOINT
from foodgan.cli import app
from foodgan.contract import logs
from foodgan.contract.errors import ModelError
from foodgan.machine.place import title_of
from foodgan.step.config import ConfigError
from foodgan.training import lineage
from foodgan.training.train import train
from tests.generator_fixtures import tiny_config, tiny_trainer, write_toml


@pytest.fixture
def photos(drawn_photos: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    kept = shutil.ignore_patterns("cache")
    return Path(shutil.copytree(drawn_photos, tmp_path / "photos", ignore=kept))


@pytest.fixture
def run(photos: Path, tmp_path: Path) -> Path:
    """A run of eight pictures."""
    train(tiny_trainer(tiny_config("dcgan", pictures=8), photos, tmp_path / "run"))
    return tmp_path / "run"


def trained(photos: Path, run: Path, *words: str | Path, **changes: Any) -> Result:
    """What `foodgan train` says."""
    config = write_toml(tiny_config("dcgan", **changes), run.parent / "tiny.toml")
    known = ["train", "--config", config, "--photos", photos, "--run", run, "--device", "cpu"]
    return CliRunner().invoke(app, [str(word) for word in (*known, *words)])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the cache of photos lies in the working folder
    monkeypatch.setattr(logs, "set_up", lambda: None)  # it would outlive the runner's streams


def relabel(photos: Path) -> None:
    table = photos / "metadata.jsonl"
    table.write_text(table.read_text("utf-8").replace("鮭丼", "鯖丼"), "utf-8")


def leave_one_out(photos: Path) -> None:
    table = photos / "metadata.jsonl"
    table.write_text("\n".join(table.read_text("utf-8").split("\n")[1:]), "utf-8")


def retake(photos: Path) -> None:
    shutil.copy(photos / "0.png", photos / "1.png")


def freeze(photos: Path) -> None:
    (photos / "manifest.json").write_text("{}", "utf-8")


@pytest.mark.parametrize("change", [relabel, leave_one_out, retake, freeze])
def test_a_run_does_not_go_on_with_other_photos(photos: Path, run: Path, change: Any) -> None:
    before = (run / CHECKPOINT).read_bytes()
    change(photos)
    with pytest.raises(ConfigError, match="run learned from other photos: name another --run"):
        tiny_trainer(tiny_config("dcgan"), photos, run).resume()
    assert (run / CHECKPOINT).read_bytes() == before


def test_a_run_goes_on_with_its_photos_in_another_place(photos: Path, run: Path) -> None:
    moved = photos.rename(photos.with_name("moved"))
    assert tiny_trainer(tiny_config("dcgan"), moved, run).resume()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 1}, "seed 0 instead of 1"),
        ({"penalty_every": 4}, "penalty_every 2 instead of 4"),
        ({"augment": ()}, "augment"),
        ({"model": {"noise": 8, "width": 8}}, "model"),
    ],
)
def test_a_run_does_not_go_on_with_another_configuration(
    photos: Path, run: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(ConfigError, match=f"run was trained with another configuration.*{told}"):
        tiny_trainer(tiny_config("dcgan", **changes), photos, run).resume()


def test_a_run_may_become_longer_and_note_down_other_things(photos: Path, run: Path) -> None:
    changes = dict.fromkeys(lineage.FREE, 12)
    trainer = tiny_trainer(tiny_config("dcgan", **changes), photos, run)
    assert trainer.resume()
    train(trainer)
    assert checkpoint.description(run / CHECKPOINT)["seen"] == 12


def test_a_run_that_takes_no_step_is_left_as_it_is(photos: Path, run: Path) -> None:
    before = (run / CHECKPOINT).stat().st_mtime_ns
    assert trained(photos, run, pictures=8).exit_code == 0
    assert (run / CHECKPOINT).stat().st_mtime_ns == before


def test_the_same_command_goes_on_with_a_run_that_began_from_another(
    photos: Path, run: Path
) -> None:
    second = run.with_name("second")
    for pictures in (8, 16):
        done = trained(photos, second, "--begin-from", run, pictures=pictures)
        assert done.exit_code == 0, done.output
    assert "goes on after 8 pictures" in done.output
    about = checkpoint.description(second / CHECKPOINT)
    assert [about["seen"], *(each["seen"] for each in about["before"])] == [16, 8]


def test_a_run_says_how_long_it_took_on_each_device_and_so_does_what_begins_from_it(
    photos: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensors, about = checkpoint.load(run / CHECKPOINT)
    here = title_of(torch.device("cpu"))
    assert about["devices"] == {here: about["seconds"]}
    elsewhere = {"seconds": 100.5, "devices": {"NVIDIA H200": 100.5}}
    checkpoint.save(run / CHECKPOINT, tensors, about | elsewhere)
    assert trained(photos, run, pictures=16).exit_code == 0
    about = checkpoint.description(run / CHECKPOINT)
    assert about["devices"].keys() == {"NVIDIA H200", here}
    assert about["devices"]["NVIDIA H200"] == 100.5
    assert about["devices"][here] == pytest.approx(about["seconds"] - 100.5, abs=0.2)
    second = run.with_name("second")
    assert trained(photos, second, "--begin-from", run, pictures=8).exit_code == 0
    begun = registry.training_of(second)
    assert begun.before[0].devices == about["devices"]


def test_a_run_of_an_earlier_build_says_no_device_and_goes_on_all_the_same(
    photos: Path, run: Path
) -> None:
    tensors, about = checkpoint.load(run / CHECKPOINT)
    del about["devices"]
    checkpoint.save(run / CHECKPOINT, tensors, about | {"seconds": 100.5})
    second = run.with_name("second")
    assert trained(photos, second, "--begin-from", run, pictures=8).exit_code == 0
    assert "devices" not in registry.training_of(second).told[0]
    assert trained(photos, run, pictures=16).exit_code == 0
    found = registry.training_of(run)
    assert sum(found.devices.values()) == pytest.approx(found.seconds - 100.5, abs=0.2)


def test_a_run_that_is_there_does_not_begin_from_another(photos: Path, run: Path) -> None:
    other = run.with_name("other")
    assert trained(photos, other, pictures=8).exit_code == 0
    done = trained(photos, other, "--begin-from", run, pictures=16)
    assert isinstance(done.exception, ConfigError)
    assert "did not begin from that: leave out --begin-from" in str(done.exception)
    assert trained(photos, other, "--begin-from", run, "--fresh", pictures=16).exit_code == 0
    before = checkpoint.description(other / CHECKPOINT)["before"]
    assert [each["seen"] for each in before] == [8]


def test_a_fresh_run_keeps_the_old_one_where_what_it_begins_from_is_missing(
    photos: Path, run: Path
) -> None:
    before = (run / CHECKPOINT).read_bytes()
    done = trained(photos, run, "--begin-from", "nowhere", "--fresh")
    assert isinstance(done.exception, ModelError)
    assert (run / CHECKPOINT).read_bytes() == before


def test_a_run_does_not_begin_from_itself(photos: Path, run: Path) -> None:
    before = (run / CHECKPOINT).read_bytes()
    done = trained(photos, run, "--begin-from", run / ".." / run.name, "--fresh")
    assert done.exit_code == 2
    assert "is the run itself" in " ".join(done.output.replace("│", " ").split())
    assert (run / CHECKPOINT).read_bytes() == before
