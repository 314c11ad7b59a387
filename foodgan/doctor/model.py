"""The device that paints, and the model: its files, their hashes, and one dish painted in time."""

import os
import time
from collections.abc import Iterator
from importlib.util import find_spec

from foodgan.contract.checkup import Finding, Part, fail, ok, skip, warn
from foodgan.contract.errors import FoodganError
from foodgan.contract.settings import Settings
from foodgan.contract.terminal import say

DISH = "虹色マグロカレーうどん"
SLOW_S = 5.0  # a member's patience, with everything else still to come


def no_torch(part: Part) -> Finding:
    """This machine is not meant to paint."""
    return skip(part, say("doctor-runs-none", package="torch", extra="worker"))


def device(settings: Settings) -> Iterator[Finding]:
    """Whether the wanted device is there; how many threads paint."""
    part: Part = "device"
    if find_spec("torch") is None:
        yield no_torch(part)
        return
    import torch

    from foodgan.machine.place import best, fault_of, gpu_fault

    if settings.device is None and (fault := gpu_fault()):
        what = say("doctor-device-unfit", fault=fault[:120])
        yield warn(part, what, say("doctor-device-unfit.advice"))
        yield _threads(settings.threads)
        return
    wanted = settings.device or best()
    if fault := fault_of(wanted):
        what = say("doctor-device-away", device=wanted, fault=fault[:120])
        yield fail(part, what, say("doctor-device-away.advice"))
        return
    if torch.device(wanted).type == "cuda":
        name = torch.cuda.get_device_name(wanted)
        memory = torch.cuda.mem_get_info(torch.device(wanted))
        free, total = (f"{size / 2**30:.1f}" for size in memory)
        yield ok(part, say("doctor-device-gpu", name=name, free=free, total=total))
    else:
        yield ok(part, wanted)
    yield _threads(settings.threads)


def _threads(wanted: int) -> Finding:
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    told = say("doctor-threads", threads=wanted or cores, cores=cores)
    if wanted > cores:
        return warn("threads", told, say("doctor-threads.advice"))
    return ok("threads", told)


def model(settings: Settings) -> Iterator[Finding]:
    """Open the model, which checks its hashes, and paint a dish twice: the second time is warm."""
    part: Part = "model"
    if find_spec("torch") is None:
        yield no_torch(part)
        return
    from foodgan.machine.place import gpu_fault
    from foodgan.painting.painter import Dish, Painter

    # Of a GPU that cannot be used `device` speaks.
    device = "cpu" if settings.device is None and gpu_fault() else settings.device
    try:
        painter = Painter.load(settings.model_dir, device=device, threads=settings.threads)
    except FoodganError as error:
        what = say("doctor-model-closed", error=str(error))
        yield fail(part, what, say("doctor-model-closed.advice"))
        return
    except (RuntimeError, AssertionError):
        yield skip(part, say("doctor-model-no-device"))
        return
    took_s = []
    for _ in range(2):
        began = time.monotonic()
        try:
            painter.paint([Dish(DISH, 7)])
        except (
            RuntimeError
        ) as error:  # a GPU that this torch was not built for, or one that is full
            why = str(error).splitlines()[0][:120]
            what = say("doctor-model-fails", model=painter.model_id, error=why)
            yield fail(part, what, say("doctor-model-fails.advice"))
            return
        took_s.append(time.monotonic() - began)
    cold, warm = (f"{took:.2f}" for took in took_s)
    told = say("doctor-model", model=painter.model_id, warm=warm, cold=cold)
    if max(took_s) > settings.paint_timeout_s:
        yield fail(part, told, say("doctor-model.late"))
    elif took_s[1] > SLOW_S:
        yield warn(part, told, say("doctor-model.slow"))
    else:
        yield ok(part, told)
