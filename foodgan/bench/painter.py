"""The painter against the machine: time and multiply-accumulates (MAC), share of the peak."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from foodgan.painter import Painter, portions
from foodgan.progress import track

NAME = "虹色マグロカレーうどん"
PEAK_SIDE = 2048  # of the square matrices whose product is taken as the peak
BATCHES = (1, 2, 4, 8, 16, 32)


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
    """GMAC/s of the best product of two float32 matrices: the most this machine gives."""
    a = torch.randn(PEAK_SIDE, PEAK_SIDE, device=device)
    b = torch.randn(PEAK_SIDE, PEAK_SIDE, device=device)
    best = min(median_s(lambda: _wait(torch.mm(a, b), device), 1, warmup=1) for _ in range(tries))
    return PEAK_SIDE**3 / best / 1e9


def measure(painter: Painter, repeats: int) -> dict[str, Any]:
    """Everything that `foodgan bench painter` prints.

    stages: parameters, ms and GMAC of one picture, and their share of the peak; whole: the same
    with names, noise and the conversion to Pillow; batches: pictures/s by batch size.
    """
    device = painter.device
    one = portions(NAME, 7, 1)
    with torch.inference_mode():
        prepared = painter.prepare(one)
        sketch = painter.first(prepared.names, prepared.z1, prepared.ca1).pictures
        works: dict[str, tuple[nn.Module, Callable[[], object]]] = {
            "stage1": (
                painter.first,
                lambda: _wait(
                    painter.first(prepared.names, prepared.z1, prepared.ca1).pictures, device
                ),
            ),
            "stage2": (
                painter.second,
                lambda: _wait(
                    painter.second(prepared.names, sketch, prepared.z2, prepared.ca2).pictures,
                    device,
                ),
            ),
        }
        peak = peak_gmac_s(device)
        stages = {name: _stage(*work, repeats, peak) for name, work in works.items()}
        whole_s = median_s(lambda: painter.paint(one), repeats)
    gmac = sum(stage["gmac"] for stage in stages.values())
    return {
        "model": painter.model_id,
        "device": str(device),
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
            for size in track(BATCHES, "batches")
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
    dishes = [dish for i in range(size) for dish in portions(NAME, i, 1)]
    return size / median_s(lambda: painter.paint(dishes), max(3, repeats // size))


def _wait(result: torch.Tensor, device: torch.device) -> torch.Tensor:
    """A GPU answers before it is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return result
