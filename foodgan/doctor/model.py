"""The device that paints, and the model: its files, their hashes, and one dish painted in time."""

import os
import shutil
import time
from collections.abc import Iterator
from importlib.util import find_spec

from foodgan.contract.checkup import Finding, fail, ok, skip, warn
from foodgan.contract.errors import FoodganError
from foodgan.contract.settings import Settings

DISH = "虹色マグロカレーうどん"
SLOW_S = 5.0  # a member's patience, with everything else still to come
NO_TORCH = "without torch this machine runs no worker"


def device(settings: Settings) -> Iterator[Finding]:
    """Whether the wanted device is there; how many threads paint."""
    part = "device"
    if find_spec("torch") is None:
        yield skip(part, NO_TORCH)
        return
    import torch

    from foodgan.machine.place import fault_of

    wanted = settings.device or ("cuda" if torch.cuda.is_available() else "cpu")
    if fault := fault_of(wanted):
        what = f"DEVICE={wanted}: {fault[:120]}"
        yield fail(part, what, "name a device that is here, or leave DEVICE empty")
        return
    if torch.device(wanted).type == "cuda":
        free, total = torch.cuda.mem_get_info(torch.device(wanted))
        name = torch.cuda.get_device_name(wanted)
        yield ok(part, f"{name}, {free / 2**30:.1f} of {total / 2**30:.1f} GiB free")
    elif shutil.which("nvidia-smi"):
        advice = "check the driver, or install torch with CUDA, or set DEVICE=cpu on purpose"
        yield warn(part, "a CPU, though this machine has nvidia-smi", advice)
    else:
        yield ok(part, wanted)
    yield _threads(settings.threads)


def _threads(wanted: int) -> Finding:
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    told = f"{wanted or cores} for {cores} cores"
    if wanted > cores:
        return warn("threads", told, "set THREADS to the number of cores or less")
    return ok("threads", told)


def model(settings: Settings) -> Iterator[Finding]:
    """Open the model, which checks its hashes, and paint a dish twice: the second time is warm."""
    part = "model"
    if find_spec("torch") is None:
        yield skip(part, NO_TORCH)
        return
    from foodgan.painting.painter import Dish, Painter

    try:
        painter = Painter.load(settings.model_dir, device=settings.device, threads=settings.threads)
    except FoodganError as error:
        yield fail(part, str(error), "copy the model again, or let MODEL_DIR name another")
        return
    except (RuntimeError, AssertionError):
        yield skip(part, "the device is not there")
        return
    took_s = []
    for _ in range(2):
        began = time.monotonic()
        try:
            painter.paint([Dish(DISH, 7)])
        except (
            RuntimeError
        ) as error:  # a GPU that this torch was not built for, or one that is full
            what = f"{painter.model_id} does not paint: {str(error).splitlines()[0][:120]}"
            yield fail(part, what, "free the device, install a torch made for it, or name another")
            return
        took_s.append(time.monotonic() - began)
    told = f"{painter.model_id}: a dish in {took_s[1]:.2f} s, the first in {took_s[0]:.2f} s"
    if max(took_s) > settings.paint_timeout_s:
        advice = "raise PAINT_TIMEOUT_S or use a faster device: the worker would leave as if hung"
        yield fail(part, told, advice)
    elif took_s[1] > SLOW_S:
        yield warn(part, told, "members will wait; a GPU or more THREADS would help")
    else:
        yield ok(part, told)
