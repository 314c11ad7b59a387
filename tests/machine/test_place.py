"""Where training runs: each process of several on a GPU of its own."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from foodgan.machine import place as place_module
from foodgan.machine.place import best, gpu_fault, placed, title_of
from foodgan.painting.painter import Painter

NO_KERNEL = "CUDA error: no kernel image is available for execution on the device"

TOO_OLD = "The NVIDIA driver on your system is too old (found version 11040)."


@pytest.fixture(autouse=True)
def not_yet_tried() -> Iterator[None]:
    """What is found out holds for a process: these tests have machines of their own."""
    for known in (best, gpu_fault, place_module._cpu):
        known.cache_clear()
    yield
    for known in (best, gpu_fault, place_module._cpu):
        known.cache_clear()


def gpu_with(monkeypatch: pytest.MonkeyPatch, fault: str) -> list[str]:
    """A machine whose driver says that it has a GPU. Returns the devices that are tried."""
    tried: list[str] = []

    def fault_of(device: str) -> str:
        tried.append(device)
        return fault

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(place_module, "fault_of", fault_of)
    return tried


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as choosing one of them goes."""
    gpu_with(monkeypatch, "")
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


def test_a_gpu_that_computes_nothing_leaves_the_cpu_with_one_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One that is older than what this PyTorch was built for."""
    tried = gpu_with(monkeypatch, NO_KERNEL)
    assert [best(), best(), gpu_fault()] == ["cpu", "cpu", NO_KERNEL]
    assert tried == ["cuda:0"]
    [record] = caplog.records
    assert (record.levelno, NO_KERNEL in record.getMessage()) == (logging.WARNING, True)
    with placed() as place:
        assert place.device == torch.device("cpu")


@pytest.mark.parametrize("fault", ["", "CUDA out of memory. Tried to allocate 2.00 MiB."])
def test_a_gpu_that_computes_or_is_only_full_is_the_best_there_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    gpu_with(monkeypatch, fault)
    assert (best(), caplog.records) == ("cuda", [])


def test_without_a_gpu_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = gpu_with(monkeypatch, NO_KERNEL)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(place_module, "_has_driver", lambda: False)
    assert (best(), gpu_fault(), tried) == ("cpu", "", [])


@pytest.mark.parametrize("sign", ["nvidia-smi", "nvidiactl"])
def test_a_machine_with_a_driver_says_why_pytorch_sees_no_gpu(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path, sign: str
) -> None:
    """One whose driver is too old, say, or whose PyTorch has no CUDA."""
    gpu_with(monkeypatch, TOO_OLD)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (tmp_path / sign).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(place_module, "_DRIVER", tmp_path / "nvidiactl")
    assert [best(), best(), gpu_fault()] == ["cpu", "cpu", TOO_OLD]
    [record] = caplog.records
    assert (record.levelno, TOO_OLD in record.getMessage()) == (logging.WARNING, True)


def test_a_process_of_torchrun_tries_its_own_gpu_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = gpu_with(monkeypatch, "")
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert (best(), tried) == ("cuda", ["cuda:3"])


def test_a_painter_for_whom_no_device_is_named_takes_the_best(
    monkeypatch: pytest.MonkeyPatch, tiny_model: Path
) -> None:
    gpu_with(monkeypatch, NO_KERNEL)
    assert Painter.load(tiny_model, threads=1).device == torch.device("cpu")


@pytest.mark.parametrize(
    ("cpuinfo", "title"),
    [
        ("processor\t: 0\nmodel name\t: AMD EPYC\nmodel name\t: other\n", "AMD EPYC"),
        ("processor\t: 0\n", "arm64"),
        (None, "arm64"),
    ],
)
def test_a_cpu_is_called_as_a_person_knows_it_with_its_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpuinfo: str | None, title: str
) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo:
        path.write_text(cpuinfo, encoding="utf-8")
    monkeypatch.setattr(place_module, "_CPUS", path)
    monkeypatch.setattr("platform.processor", lambda: "")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert title_of(torch.device("cpu")) == f"2 cores of {title}"
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert title_of(torch.device("cpu"), 3) == f"3 × 1 core of {title}"


def test_a_gpu_is_called_as_its_driver_calls_it_and_how_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H200")
    assert title_of(torch.device("cuda:1")) == "NVIDIA H200"
    assert title_of(torch.device("cuda:1"), 8) == "8 × NVIDIA H200"
