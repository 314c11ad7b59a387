"""Where training runs: each process of several on a GPU of its own."""

import pytest
import torch

from foodgan.machine.place import placed


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as choosing one of them goes."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: None)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", False)
    monkeypatch.setattr(torch, "set_float32_matmul_precision", lambda precision: None)


@pytest.mark.parametrize(
    ("named", "chosen"), [(None, "cuda:1"), ("cuda", "cuda:1"), ("cuda:0", "cuda:0")]
)
def test_a_process_of_torchrun_takes_its_own_gpu_unless_one_is_named(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch, named: str | None, chosen: str
) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    with placed(named) as place:
        assert place.device == torch.device(chosen)


def test_a_process_by_itself_takes_the_first_gpu(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    with placed("cuda") as place:
        assert place.device == torch.device("cuda:0")
