"""Files that are whole or not there at all."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn, optim

from foodgan import checkpoint
from foodgan.contract import whole
from foodgan.contract.errors import ModelError

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(3)}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "run" / "last.safetensors"
    checkpoint.save(path, TENSORS, {"step": 7, "name": "虹色"})
    return path


def test_what_was_saved_is_read_again(saved: Path) -> None:
    tensors, about = checkpoint.load(saved)
    assert about == {"format": checkpoint.FORMAT, "step": 7, "name": "虹色"}
    assert tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)
    assert list(saved.parent.iterdir()) == [saved]
    assert saved.stat().st_mode & 0o777 == 0o644


def test_a_missing_file_is_named_and_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=rf"gone\.safetensors is missing in {tmp_path}"):
        checkpoint.load(tmp_path / "gone.safetensors")


@pytest.mark.parametrize("left", [0, 4, 60, -1])
def test_a_truncated_file_is_refused(saved: Path, left: int) -> None:
    saved.write_bytes(saved.read_bytes()[:left])
    with pytest.raises(ModelError, match=r"last\.safetensors is damaged"):
        checkpoint.load(saved)


@pytest.mark.parametrize("metadata", [None, {"other": "{}"}, {"foodgan": "not json"}])
def test_a_foreign_file_is_refused(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    save_file(TENSORS, tmp_path / "x.safetensors", metadata)
    with pytest.raises(ModelError, match="not of this project"):
        checkpoint.load(tmp_path / "x.safetensors")


def test_another_format_is_refused(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "x.safetensors", {"foodgan": '{"format": 99}'})
    with pytest.raises(ModelError, match="has format 99, this build reads 1"):
        checkpoint.load(tmp_path / "x.safetensors")


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="damaged"):
        checkpoint.load(tmp_path)


@pytest.mark.parametrize("rows", [3, 5])
def test_tensors_must_fit_the_network(rows: int) -> None:
    wrong = {"weight": torch.zeros(rows, 2), "bias": torch.zeros(rows)}
    with pytest.raises(ModelError, match="x does not fit its configuration"):
        checkpoint.fill(nn.Linear(2, 4), wrong, "x")
    with pytest.raises(ModelError, match="x does not fit its configuration"):
        checkpoint.fill(nn.Linear(2, 4), {}, "x")


def test_an_optimiser_goes_on_where_it_was() -> None:
    def stepped(layer: nn.Linear, adam: optim.Adam) -> None:
        adam.zero_grad()
        layer(torch.ones(1, 2)).square().sum().backward()
        adam.step()

    torch.manual_seed(0)
    layer = nn.Linear(2, 4)
    adam = optim.Adam(layer.parameters(), 0.1)
    stepped(layer, adam)
    twin = nn.Linear(2, 4)
    checkpoint.fill(twin, layer.state_dict(), "twin")
    other = optim.Adam(twin.parameters(), 0.1)
    state = {name: t.clone() for name, t in checkpoint.optimizer_tensors(adam).items()}
    checkpoint.fill_optimizer(other, state)
    stepped(layer, adam)
    stepped(twin, other)
    assert torch.equal(layer.weight, twin.weight)


def test_an_optimisers_moments_lie_in_memory_as_its_parameters_do(tmp_path: Path) -> None:
    layer = nn.Conv2d(4, 4, 3).to(memory_format=torch.channels_last)
    adam = optim.Adam(layer.parameters(), 0.1)
    layer(torch.ones(1, 4, 3, 3)).sum().backward()
    adam.step()
    path = tmp_path / "adam.safetensors"
    checkpoint.save(path, checkpoint.optimizer_tensors(adam), {})
    other = optim.Adam(layer.parameters(), 0.1)
    checkpoint.fill_optimizer(other, checkpoint.load(path)[0])
    for moment in ("exp_avg", "exp_avg_sq"):
        held = other.state[layer.weight][moment]
        assert held.stride() == layer.weight.stride()
        assert torch.equal(held, adam.state[layer.weight][moment])


def test_what_killed_processes_left_is_swept_away(saved: Path) -> None:
    (saved.parent / "last.partial-7").write_bytes(b"half")
    whole.sweep(saved.parent)
    assert list(saved.parent.iterdir()) == [saved]


def test_a_full_disk_keeps_the_old_file(saved: Path) -> None:
    before = saved.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        with pytest.raises(OSError, match="could not write last"):
            checkpoint.save(saved, {"big": torch.zeros(100_000)}, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_save_that_is_killed_leaves_the_old_file_or_the_new(saved: Path) -> None:
    code = f"""
import os, signal, threading, torch
from pathlib import Path
from foodgan import checkpoint
from foodgan.contract import whole
for step in range(10**9):
    checkpoint.save(Path({str(saved)!r}), {{"x": torch.full((500_000,), step)}}, {{"step": step}})
    if step == 0:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGKILL)).start()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=Path.cwd())
    assert done.returncode == -9, done.stderr
    tensors, about = checkpoint.load(saved)
    assert (tensors["x"] == about["step"]).all()


def test_an_optimisers_state_comes_back_in_the_memory_format_of_its_parameter() -> None:
    """Or a fused Adam on a GPU refuses to go on."""
    network = nn.Conv2d(4, 8, 3).to(memory_format=torch.channels_last)
    adam = optim.Adam(network.parameters())
    network(torch.randn(1, 4, 8, 8)).sum().backward()
    adam.step()
    kept = {name: t.contiguous() for name, t in checkpoint.optimizer_tensors(adam).items()}
    fresh = optim.Adam(network.parameters())
    checkpoint.fill_optimizer(fresh, kept)
    moment, before = fresh.state[network.weight]["exp_avg"], adam.state[network.weight]["exp_avg"]
    assert moment.stride() == network.weight.stride()
    assert torch.equal(moment, before)
