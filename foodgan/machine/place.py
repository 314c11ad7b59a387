"""Whether a device can be used; where training runs: in what precision, beside which processes."""

import logging
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import distributed as dist

LOADERS = 4  # processes that keep one GPU supplied
_CPUS = Path("/proc/cpuinfo")  # of Linux
_DRIVER = Path("/dev/nvidiactl")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where this process trains. rank of world processes; leads: it alone writes.

    bf16: convolutions in half the bits, where the device computes in them faster; loaders:
    processes that draw batches ahead; records: a step becomes a CUDA graph.
    """

    device: torch.device
    bf16: bool = False
    rank: int = 0
    world: int = 1
    loaders: int = 0
    records: bool = False

    @property
    def leads(self) -> bool:
        return self.rank == 0


@contextmanager
def placed(
    device: str | None = None, *, loaders: int | None = None, records: bool = True
) -> Iterator[Place]:
    """The best device of this process; joins the others under `torchrun`.

    loaders: None draws in this process for a CPU, and in LOADERS others for a GPU; records: False
    keeps a GPU's steps from becoming CUDA graphs. Several processes share gradients as they go,
    and never record.
    """
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    chosen = torch.device(device or best())
    on_gpu = chosen.type == "cuda"
    if on_gpu:
        if str(chosen) == "cuda":  # each process of `torchrun` has a GPU of its own
            chosen = torch.device(_own_gpu())
        torch.cuda.set_device(chosen)
        torch.backends.cudnn.benchmark = True
        torch.set_float32_matmul_precision("high")
    if world > 1:
        dist.init_process_group("nccl" if on_gpu else "gloo")
    if loaders is None:
        loaders = LOADERS if on_gpu else 0
    try:
        yield Place(
            chosen, computes_bf16(chosen), rank, world, loaders, records and on_gpu and world == 1
        )
    finally:
        if world > 1:
            dist.destroy_process_group()


@cache
def best() -> str:
    """The device for whom none is named: a GPU that computes, else the CPU. Warns once, then."""
    if fault := gpu_fault():
        _log.warning("the GPU cannot be used (%s); going on with the CPU", fault)
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


@cache
def gpu_fault() -> str:
    """Why nothing can be computed on the GPU that this machine has; "" where it can, or has none.

    A driver speaks of GPUs that this PyTorch has no code for, and PyTorch of none where it has no
    CUDA or the driver is broken. One that is full will have room.
    """
    if not torch.cuda.is_available() and not _has_driver():
        return ""
    fault = fault_of(_own_gpu())
    return "" if "out of memory" in fault else fault


def _has_driver() -> bool:
    """Whether this machine is meant to compute on a GPU of NVIDIA's, whatever becomes of it."""
    return shutil.which("nvidia-smi") is not None or _DRIVER.exists()


def _own_gpu() -> str:
    """Each process of `torchrun` has one."""
    return f"cuda:{int(os.environ.get('LOCAL_RANK', '0'))}"


def fault_of(device: str) -> str:
    """Why nothing can be computed on a device of this name here; "" where it can."""
    try:
        torch.zeros(1, device=device).item()  # a meta tensor has no item
    except (RuntimeError, AssertionError) as error:
        return str(error).split("\n")[0] or type(error).__name__
    return ""


def computes_bf16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware; elsewhere it would only be slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def title_of(device: torch.device, processes: int = 1) -> str:
    """A device as a person knows it: "NVIDIA H200", "2 cores of AMD EPYC"; of so many processes,
    each of which has one like it.
    """
    if device.type == "cuda":
        one = torch.cuda.get_device_name(device)
    elif device.type == "cpu":
        cores = torch.get_num_threads()
        one = f"{cores} core{'s' if cores > 1 else ''} of {_cpu()}"
    else:
        one = device.type
    return one if processes == 1 else f"{processes} × {one}"


@cache
def _cpu() -> str:
    lines = _CPUS.read_text(encoding="utf-8").splitlines() if _CPUS.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def spent(devices: Mapping[str, float], here: str, seconds: float) -> dict[str, float]:
    """Seconds of a run by device, after so many more on the one that is called `here`."""
    return {**devices, here: round(devices.get(here, 0.0) + seconds, 1)}
