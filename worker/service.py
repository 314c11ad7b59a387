"""One worker's life: load the model, wait for Redis, serve."""

import faulthandler
import logging
import time
from contextlib import nullcontext, suppress
from uuid import uuid4

import torch

from foodgan.contract.errors import FoodganError, UserError
from foodgan.contract.ratelimit import Fleet
from foodgan.contract.settings import Settings
from foodgan.machine import process
from foodgan.machine.place import fault_of, title_of
from foodgan.painting.painter import Painter
from worker import connection, passes
from worker.batching import BatchingWorker
from worker.reply import Replies
from worker.succession import Succession
from worker.tasks import Paints
from worker.watch import Watch

_FIT_PASSES = 4  # passes' time that fitting the batch limit may take

_log = logging.getLogger(__name__)


class DeviceAway(FoodganError):
    """The GPU that is set does not answer: its driver may not be up yet, or it is being mended."""


def run(settings: Settings, label: str, *, burst: bool = False) -> None:
    """Load the model and serve until told to stop. label: the worker's name on this machine.

    Raises ModelError; UserError for a device that cannot be; DeviceAway for one that may come.
    """
    with Watch(settings, label) as watch:
        succession = Succession(settings)
        _serve(load(settings, succession), settings, label, watch, succession, burst=burst)


def serve(painter: Paints, settings: Settings, label: str, *, burst: bool = False) -> None:
    """Serve with this painter until told to stop."""
    with Watch(settings, label) as watch:
        _serve(painter, settings, label, watch, burst=burst)


def _serve(
    painter: Paints,
    settings: Settings,
    label: str,
    watch: Watch,
    succession: Succession | None = None,
    *,
    burst: bool,
) -> None:
    limit = _limit(painter, settings)
    redis = connection.awaited(settings)
    fleet = Fleet(connection.hasty(settings))
    with Replies(settings.discord_api_base, fleet=fleet) as replies:
        with connection.unless_away():  # else the first heartbeat sets it
            replies.clock.set_by(redis)
        # A killed worker's entry outlives it, so every process has a name of its own.
        name = f"{label}-{uuid4().hex[:6]}"
        worker = BatchingWorker(
            painter,
            replies,
            settings,
            redis,
            limit=limit,
            name=name,
            label=label,
            succession=succession,
        )
        del painter  # the worker's alone, which lets it go for the next one
        watch.staff(worker)
        process.keep_objects()
        with succession or nullcontext():
            worker.serve(burst=burst)


def load(settings: Settings, succession: Succession) -> Painter:
    """The model to begin with, on the device that is set.

    Raises ModelError, UserError, DeviceAway.
    """
    if settings.device and (fault := _absent(settings.device)):
        if _may_come(settings.device):
            raise DeviceAway(f"DEVICE={settings.device} does not answer: {fault}")
        raise UserError("settings-wrong", name="DEVICE", fault=fault)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    painter = succession.first()
    why = "as DEVICE says" if settings.device else "the best here, as DEVICE is not set"
    _log.info("painting on %s, %s", title_of(painter.device), why)
    return painter


def _absent(device: str) -> str:
    """Why this machine has no such device; "" where it has, though it may be full just now."""
    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    there = gpus and device in ("cuda", *gpus)
    return "" if there else fault_of(device)


def _may_come(device: str) -> bool:
    """Whether this names a GPU that a machine with this PyTorch can have."""
    with suppress(RuntimeError):
        return torch.device(device).type == "cuda" and torch.backends.cuda.is_built()
    return False


def _limit(painter: Paints, settings: Settings) -> int:
    """The batch limit, as set or as it fits this machine; the painter is warm afterwards.

    Leaves the process when a pass hangs.
    """
    began = time.monotonic()
    faulthandler.dump_traceback_later(_FIT_PASSES * settings.paint_timeout_s, exit=True)
    try:
        passes.warm(painter)
        limit = settings.batch_limit or passes.fitted(painter)
        if isinstance(painter, Painter):  # after fitting, which would not see a recording's memory
            passes.record(painter, limit)
    finally:
        faulthandler.cancel_dump_traceback_later()
    took_s = time.monotonic() - began
    if not settings.batch_limit:
        _log.info("%d pictures a pass fit %s best, found in %.1f s", limit, painter.device, took_s)
    return limit
