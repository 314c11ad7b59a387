"""The painter against the machine: time and multiply-accumulates (MAC), share of the peak."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from foodgan.machine.place import computes_bf16
from foodgan.machine.progress import track
from foodgan.painting import lanes
from foodgan.painting.painter import Painter, portions, to_images

NAME = "虹色マグロカレーうどん"  # with a colour, which takes some time, too
PEAK_SIDES = {"cpu": 2048, "cuda": 8192}  # of the square matrices whose product is the peak
BATCHES = (1, 2, 4, 8, 16, 32)
GPU_BATCHES = (*BATCHES, 64)


def median_s(work: Callable[[], object], repeats: int, warmup: int = 3) -> float:
    """Median seconds of `repeats` runs after `warmup` uncounted ones."""
    for _ in range(warmup):
        work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def peak_gmac_s(device: torch.device, tries: int = 10) -> float:
    """GMAC/s of the best product of two matrices: the most that this machine gives.

    Of float32 on a CPU; on a GPU of bfloat16, where it computes in it.
    """
    side = PEAK_SIDES[device.type]
    half = device.type == "cuda" and computes_bf16(device)
    kind = torch.bfloat16 if half else torch.float32
    a, b = (torch.randn(side, side, device=device, dtype=kind) for _ in range(2))
    best = min(median_s(lambda: waited(torch.mm(a, b)), 1, warmup=1) for _ in range(tries))
    return side**3 / best / 1e9


def measure(painter: Painter, repeats: int) -> dict[str, Any]:
    """Everything that `foodgan bench painter` prints.

    stages: parameters, ms and GMAC of one picture, and their share of the peak; whole: the same
    with names, noise and the conversion to Pillow; batches: pictures/s by batch size; lanes: how
    many times those of a CPU that shares each layer among its threads, by turns, where lanes paint;
    parts: where the ms of a pass go, for the smallest and the largest batch.
    """
    device = painter.device
    batches = GPU_BATCHES if device.type == "cuda" else BATCHES
    one = portions(NAME, 7, 1)
    with torch.inference_mode(), painter.autocast():
        prepared = painter.prepare(one)
        sketch = painter.first(prepared.names, prepared.z1, prepared.ca1).pictures
        works: dict[str, tuple[nn.Module, Callable[[], object]]] = {
            "stage1": (
                painter.first,
                lambda: waited(painter.first(prepared.names, prepared.z1, prepared.ca1).pictures),
            ),
            "stage2": (
                painter.second,
                lambda: waited(
                    painter.second(prepared.names, sketch, prepared.z2, prepared.ca2).pictures
                ),
            ),
        }
        peak = peak_gmac_s(device)
        stages = {name: _stage(*work, repeats, peak) for name, work in works.items()}
        whole_s = median_s(lambda: painter.paint(one), repeats)
    gmac = sum(stage["gmac"] for stage in stages.values())
    return {
        "model": painter.model_id,
        "device": device_name(device),
        "torch": torch.__version__,
        "half": painter.half and str(painter.half).removeprefix("torch."),
        "threads": torch.get_num_threads(),
        "peak_gmac_s": round(peak, 1),
        "stages": stages,
        "whole": {
            "ms": round(whole_s * 1e3, 2),
            "gmac": round(gmac, 3),
            "peak_share": round(gmac / whole_s / peak, 3),
        },
        "batches": {
            str(size): round(_pictures_s(painter, size, repeats), 1)
            for size in track(batches, "batches")
        },
        "lanes": {
            str(size): round(_lanes_times(painter, size, repeats), 2)
            for size in track(_laned(painter, batches), "lanes")
        },
        "parts": {
            str(size): _parts_ms(painter, size, repeats) for size in (batches[0], batches[-1])
        },
    }


def _stage(
    network: nn.Module, work: Callable[[], object], repeats: int, peak: float
) -> dict[str, float]:
    seconds = median_s(work, repeats)
    with FlopCounterMode(display=False) as counter:
        work()
    gmac = counter.get_total_flops() / 2 / 1e9
    return {
        "parameters": sum(p.numel() for p in network.parameters()),
        "ms": round(seconds * 1e3, 2),
        "gmac": round(gmac, 3),
        "peak_share": round(gmac / seconds / peak, 3),
    }


def _pictures_s(painter: Painter, size: int, repeats: int) -> float:
    dishes = portions(NAME, 0, size)
    return size / median_s(lambda: painter.paint(dishes), max(3, repeats // size))


def _laned(painter: Painter, sizes: Sequence[int]) -> list[int]:
    """The sizes that a CPU's lanes paint."""
    if painter.device.type != "cpu" or not painter.in_lanes:
        return []
    threads = torch.get_num_threads()
    return [size for size in sizes if lanes.load_of(size, threads) < size]


def _lanes_times(painter: Painter, size: int, repeats: int) -> float:
    """How many times as fast lanes paint a pass, the median of rounds."""
    dishes, times = portions(NAME, 0, size), []
    try:
        for _ in range(max(5, repeats // size)):
            seconds = []
            for painter.in_lanes in (False, True):
                seconds.append(median_s(lambda: painter.paint(dishes), 1, warmup=0))
            times.append(seconds[0] / seconds[1])
    finally:
        painter.in_lanes = True
    return statistics.median(times)


def _parts_ms(painter: Painter, size: int, repeats: int) -> dict[str, float]:
    """Names, noise and colours, and their way to the device; the dye between both networks; the
    networks; the way back, as Pillow's.
    """
    dishes, runs = portions(NAME, 0, size), max(3, repeats // size)
    pictures, sketches = painter.paint_tensor(dishes), painter.sketch_tensor(dishes)
    given = painter.prepare(dishes)
    before = median_s(lambda: waited(painter.prepare(dishes).z1), runs)
    dye = median_s(lambda: waited(painter.dyed(sketches, given)), runs)
    networks = median_s(lambda: waited(painter.paint_tensor(dishes)), runs) - before - dye
    after = median_s(lambda: to_images(pictures), runs)
    parts = {"prepare": before, "dye": dye, "networks": networks, "images": after}
    return {part: round(seconds * 1e3, 2) for part, seconds in parts.items()}


def waited(result: torch.Tensor) -> torch.Tensor:
    """The same, when it is done: a GPU answers before."""
    if result.device.type == "cuda":
        torch.cuda.synchronize(result.device)
    return result


def device_name(device: torch.device) -> str:
    """The device as a person knows it: "cpu", "cuda (NVIDIA H100 80GB HBM3)"."""
    if device.type != "cuda":
        return str(device)
    return f"{device} ({torch.cuda.get_device_name(device)})"
