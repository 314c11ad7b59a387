"""Training: runs that end, resume, and stop with a sentence."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Generator, Tensor
from typer.testing import CliRunner

from foodgan import checkpoint
from foodgan.checkpoint import CHECKPOINT
from foodgan.cli import app
from foodgan.contract.errors import ModelError
from foodgan.losses import LOSSES
from foodgan.step.batch import Draw
from foodgan.step.config import TrainConfig
from foodgan.step.objectives import Stage1Generator
from foodgan.training.train import Trainer, TrainingStopped, train
from tests.generator_fixtures import STAGE1, tiny_config, tiny_trainer, write_toml

ROOT = Path(__file__).parents[2]
KILLS = 5
FOLDERS = ("snapshots", "grids", "tensorboard")


def weights(run: Path) -> dict[str, Tensor]:
    return checkpoint.load(run / CHECKPOINT)[0]


def seen(run: Path) -> int:
    return int(checkpoint.load(run / CHECKPOINT)[1]["seen"])


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def command(config: TrainConfig, photos: Path, folder: Path, *words: str) -> list[str]:
    """`foodgan train` in words, for a process of its own."""
    path = write_toml(config, folder / "tiny.toml")
    folders = ["--photos", str(photos), "--run", str(folder / "run")]
    options = ["--device", "cpu", "--threads", "1"]
    return ["foodgan", "train", "--config", str(path), *folders, *options, *words]


def started(words: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """A process whose working folder is `folder`, where its cache of photos lies, too."""
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for(path: Path, process: subprocess.Popen[bytes], timeout_s: float = 150) -> None:
    until = time.monotonic() + timeout_s
    while not path.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert path.exists(), process.stderr and process.stderr.read().decode()


@pytest.mark.parametrize("kind", ["stage1", "stage2", "dcgan", "published"])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_network_trains_to_the_end_with_every_loss(
    drawn_photos: Path, tmp_path: Path, kind: str, loss: str
) -> None:
    trainer = tiny_trainer(tiny_config(kind, loss=loss), drawn_photos, tmp_path)
    before = [p.clone() for p in trainer.objective.generator.parameters()]
    train(trainer)
    assert seen(tmp_path) == 16
    assert all(tensor.isfinite().all() for tensor in weights(tmp_path).values())
    after = trainer.objective.generator.parameters()
    assert any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert (tmp_path / "grids" / "000000016.png").stat().st_size > 1000
    assert list((tmp_path / "tensorboard").iterdir())


@pytest.mark.parametrize(
    "changes",
    [
        {"r2": 1.0},
        {"mismatched": False, "recombined": 0.0, "reconstruct": 0.0},
        {"recombined": 1.0, "word_dropout": 1.0},
        {"conditional_from": 1.0, "conditional_full": 1.0},
        {"conditional_full": 0.0},
        {"energy": 2.0, "model": STAGE1 | {"norm": True}},
        {"frozen_features": 8, "r1": 20.0, "r2": 20.0, "energy": 2.0},
    ],
    ids=str,
)
def test_every_part_of_the_recipe_can_be_left_out_or_added(
    drawn_photos: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    config = tiny_config("stage1", pictures=8, **changes)
    train(tiny_trainer(config, drawn_photos, tmp_path))
    assert seen(tmp_path) == 8


@pytest.mark.parametrize("kind", ["stage1", "stage2", "dcgan", "published"])
def test_a_resumed_run_ends_with_the_same_weights(
    drawn_photos: Path, tmp_path: Path, kind: str
) -> None:
    config = tiny_config(kind)
    train(tiny_trainer(config, drawn_photos, tmp_path / "whole"))
    interrupted = tiny_trainer(config, drawn_photos, tmp_path / "parts")
    for _ in range(2):
        interrupted.take_step()
    interrupted.save()
    resumed = tiny_trainer(config, drawn_photos, tmp_path / "parts")
    assert resumed.resume()
    assert resumed.seen == 8
    train(resumed)
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "parts"))


def test_the_noise_of_a_step_does_not_tell_which_photos_it_drew(
    drawn_photos: Path, tmp_path: Path
) -> None:
    trainer = tiny_trainer(tiny_config("stage1"), drawn_photos, tmp_path)
    chosen: list[Tensor] = []
    own = trainer.feed.draw

    def draw(chance: Generator) -> Draw:
        chosen.append(torch.rand(64, generator=Generator().set_state(chance.get_state())))
        return own(chance)

    trainer.feed.draw = draw  # type: ignore[method-assign]
    batch = trainer.draw()
    assert not torch.isin(torch.rand(64, generator=batch.random), chosen[0]).any()


def test_another_seed_trains_other_weights(drawn_photos: Path, tmp_path: Path) -> None:
    for seed in (0, 1):
        config = tiny_config("stage1", pictures=4, seed=seed)
        train(tiny_trainer(config, drawn_photos, tmp_path / str(seed)))
    assert not same(weights(tmp_path / "0"), weights(tmp_path / "1"))


def test_the_averaged_generator_follows_behind(drawn_photos: Path, tmp_path: Path) -> None:
    trainer = tiny_trainer(tiny_config("stage1", ema_pictures=100_000), drawn_photos, tmp_path)
    train(trainer)
    tensors = weights(tmp_path)
    assert not torch.equal(tensors["ema.to_rgb.weight"], tensors["generator.to_rgb.weight"])
    torch.testing.assert_close(
        tensors["ema.to_rgb.weight"], tensors["generator.to_rgb.weight"], atol=0.01, rtol=0.1
    )


def test_a_run_without_a_checkpoint_begins_anew(drawn_photos: Path, tmp_path: Path) -> None:
    assert not tiny_trainer(tiny_config("stage1"), drawn_photos, tmp_path).resume()


def test_a_checkpoint_of_another_network_is_refused(drawn_photos: Path, tmp_path: Path) -> None:
    other = tiny_trainer(tiny_config("stage2"), drawn_photos, tmp_path)
    other.config = tiny_config("stage1")
    other.save()
    with pytest.raises(ModelError, match="does not fit its configuration"):
        tiny_trainer(tiny_config("stage1"), drawn_photos, tmp_path).resume()


def poisoned(trainer: Trainer) -> Trainer:
    """With one weight that is not a number."""
    generator = trainer.objective.generator
    assert isinstance(generator, Stage1Generator)
    with torch.no_grad():
        generator.seed.weight[0, 0] = torch.nan
    return trainer


@pytest.mark.parametrize("log_every", [4, 1000])
def test_a_loss_that_is_no_number_stops_and_keeps_the_last_checkpoint(
    drawn_photos: Path, tmp_path: Path, log_every: int
) -> None:
    config = tiny_config("stage1", log_every=log_every, save_every=4)
    trainer = tiny_trainer(config, drawn_photos, tmp_path)
    trainer.save()
    before = weights(tmp_path)
    with pytest.raises(TrainingStopped, match=r"the last checkpoint in .* is good"):
        train(poisoned(trainer))
    assert same(weights(tmp_path), before)


def test_no_snapshot_holds_what_is_no_number(drawn_photos: Path, tmp_path: Path) -> None:
    config = tiny_config("stage1", snapshot_every=4, log_every=1000)
    with pytest.raises(TrainingStopped, match="is not finite any more"):
        train(poisoned(tiny_trainer(config, drawn_photos, tmp_path)))
    assert not (tmp_path / "snapshots").exists()


def test_a_learning_rate_beyond_reason_stops_before_it_is_saved(
    drawn_photos: Path, tmp_path: Path
) -> None:
    config = tiny_config("stage1", lr_g=1e30, lr_d=1e30, save_every=4)
    with pytest.raises(TrainingStopped):
        train(tiny_trainer(config, drawn_photos, tmp_path))
    assert not (tmp_path / CHECKPOINT).exists() or all(
        tensor.isfinite().all() for tensor in weights(tmp_path).values()
    )


def test_a_full_disk_stops_with_a_sentence_and_keeps_the_last_checkpoint(
    drawn_photos: Path, tmp_path: Path
) -> None:
    trainer = tiny_trainer(tiny_config("stage1"), drawn_photos, tmp_path)
    trainer.save()
    before = weights(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        with pytest.raises(TrainingStopped, match=r"cannot write in .* is good"):
            train(trainer)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert same(weights(tmp_path), before)
    assert not list(tmp_path.glob("*.partial-*"))


def test_a_run_clears_away_what_a_killed_one_left(drawn_photos: Path, tmp_path: Path) -> None:
    (tmp_path / "last.partial-7").write_bytes(b"half")
    train(tiny_trainer(tiny_config("stage1", pictures=4), drawn_photos, tmp_path))
    assert not (tmp_path / "last.partial-7").exists()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_run_that_is_killed_at_any_moment_goes_on_and_ends(
    drawn_photos: Path, tmp_path: Path
) -> None:
    chance = random.Random(0)
    # Names count alike all along, so that its length may change.
    config = tiny_config("stage1", pictures=1_000_000, save_every=4, conditional_full=0.0)
    last = -1
    for _ in range(KILLS):
        process = started(command(config, drawn_photos, tmp_path), tmp_path)
        mark = time.time()
        wait_for(tmp_path / "run" / CHECKPOINT, process)
        while (tmp_path / "run" / CHECKPOINT).stat().st_mtime < mark and process.poll() is None:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.5))
        process.kill()
        _, said = process.communicate()
        assert process.returncode == -signal.SIGKILL, said.decode()
        assert seen(tmp_path / "run") > last
        last = seen(tmp_path / "run")
    words = command(config, drawn_photos, tmp_path, "--pictures", str(last + 8))
    process = started(words, tmp_path)
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()
    assert seen(tmp_path / "run") == last + 8
    assert not list((tmp_path / "run").glob("*.partial-*"))


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("loaders", [0, 1])
def test_sigterm_saves_and_leaves_with_0(drawn_photos: Path, tmp_path: Path, loaders: int) -> None:
    """A service's stop and `timeout` send it to the whole group, the loaders included."""
    config = tiny_config("stage1", pictures=1_000_000, grid_every=4)
    words = command(config, drawn_photos, tmp_path, "--loaders", str(loaders))
    process = started(words, tmp_path)
    wait_for(tmp_path / "run" / "grids", process)
    os.killpg(process.pid, signal.SIGTERM)
    _, said = process.communicate(timeout=200)
    assert process.returncode == 0, said.decode()
    assert 0 < seen(tmp_path / "run") < 1_000_000


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_loader_that_is_killed_is_replaced_and_the_run_still_saves(
    drawn_photos: Path, tmp_path: Path
) -> None:
    """`pkill -f` and systemd send SIGTERM to every process that fits, in whatever group."""
    config = tiny_config("stage1", pictures=1_000_000, grid_every=4)
    words = command(config, drawn_photos, tmp_path, "--loaders", "1")
    process = started(words, tmp_path)
    wait_for(tmp_path / "run" / "grids", process)
    (loader,) = _loaders(process.pid)
    os.kill(loader, signal.SIGTERM)
    while not set(_loaders(process.pid)) - {loader} and process.poll() is None:
        time.sleep(0.1)
    process.terminate()
    _, said = process.communicate(timeout=200)
    assert process.returncode == 0, said.decode()
    assert b"others take over" in said
    assert 0 < seen(tmp_path / "run") < 1_000_000


def _loaders(trainer: int) -> list[int]:
    """The processes that draw for it: forked, so that they are called as it is."""
    children = Path(f"/proc/{trainer}/task/{trainer}/children").read_text().split()
    called = Path(f"/proc/{trainer}/cmdline").read_bytes()
    return [int(pid) for pid in children if Path(f"/proc/{pid}/cmdline").read_bytes() == called]


TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_train_the_same_weights(drawn_photos: Path, tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from foodgan.machine.place import placed
from foodgan.training.train import Trainer, train
from tests.generator_fixtures import tiny_config, tiny_feed
config = tiny_config("stage1", pictures=24)
with placed("cpu") as place:
    feed = tiny_feed(config, Path({str(drawn_photos)!r}))
    trainer = Trainer(config, feed, Path("run"), place)
    train(trainer)
    total = sum(p.double().sum().item() for p in trainer.objective.generator.parameters())
    Path(f"rank{{place.rank}}").write_text(f"{{trainer.seen}} {{total!r}}")
"""
    (tmp_path / "two.py").write_text(code)
    process = started([*TORCHRUN, str(tmp_path / "two.py")], tmp_path)
    _, said = process.communicate(timeout=500)
    assert process.returncode == 0, said.decode()
    ends = {(tmp_path / f"rank{rank}").read_text() for rank in range(2)}
    assert len(ends) == 1
    assert ends.pop().startswith("24 ")
    assert seen(tmp_path / "run") == 24


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_stop_after_the_same_step(drawn_photos: Path, tmp_path: Path) -> None:
    config = tiny_config("stage1", pictures=1_000_000, save_every=1_000_000, grid_every=8)
    words = command(config, drawn_photos, tmp_path)
    process = started([*TORCHRUN, "-m", "--", *words], tmp_path)
    wait_for(tmp_path / "run" / "grids", process, timeout_s=400)
    process.terminate()
    _, said = process.communicate(timeout=180)
    assert seen(tmp_path / "run") % 8 == 0, said.decode()
    assert "Connection closed by peer" not in said.decode()


def test_a_fresh_run_keeps_nothing_of_the_old_one(
    drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    left = {}
    for pictures, words in ((16, ()), (8, ("--fresh",))):
        config = tiny_config("dcgan", pictures=pictures, snapshot_every=8)
        result = CliRunner().invoke(app, command(config, drawn_photos, tmp_path, *words)[1:])
        assert result.exit_code == 0, result.output
        run = tmp_path / "run"
        left[pictures] = {folder: len([*(run / folder).iterdir()]) for folder in FOLDERS}
    assert left == {16: dict(zip(FOLDERS, (2, 1, 1), strict=True)), 8: dict.fromkeys(FOLDERS, 1)}
    assert not (run / "grids" / "000000016.png").exists()
