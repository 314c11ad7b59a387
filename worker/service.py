"""One worker's life: load the model, wait for Redis, serve."""

import faulthandler
import logging
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import torch

from foodgan import compiled, process, recorded_pass
from foodgan.contract.errors import UserError
from foodgan.contract.ratelimit import Fleet
from foodgan.contract.settings import Settings
from foodgan.painter import Painter
from foodgan.place import fault_of
from worker import connection, passes
from worker.batching import BatchingWorker
from worker.reply import Replies
from worker.tasks import Paints
from worker.watch import Watch

_FIT_PASSES = 4  # passes' time that fitting the batch limit may take

_log = logging.getLogger(__name__)


def run(settings: Settings, label: str, *, burst: bool = False) -> None:
    """Load the model and serve until told to stop. label: the worker's name on this machine.

    Raises ModelError; UserError for a device that is not there.
    """
    with Watch(settings, label) as watch:
        _serve(load(settings), settings, label, watch, burst=burst)


def serve(painter: Paints, settings: Settings, label: str, *, burst: bool = False) -> None:
    """Serve with this painter until told to stop."""
    with Watch(settings, label) as watch:
        _serve(painter, settings, label, watch, burst=burst)


def _serve(painter: Paints, settings: Settings, label: str, watch: Watch, *, burst: bool) -> None:
    limit = _limit(painter, settings)
    redis = connection.awaited(settings)
    fleet = Fleet(connection.hasty(settings))
    with Replies(settings.discord_api_base, fleet=fleet) as replies:
        with suppress(*connection.AWAY):  # else the first heartbeat sets it
            replies.clock.set_by(redis)
        # A killed worker's entry outlives it, so every process has a name of its own.
        name = f"{label}-{uuid4().hex[:6]}"
        worker = BatchingWorker(
            painter, replies, settings, redis, limit=limit, name=name, label=label
        )
        watch.staff(worker)
        process.keep_objects()
        worker.serve(burst=burst)


def load(settings: Settings) -> Painter:
    """The model that the settings name, on their device. Raises ModelError, UserError."""
    began = time.monotonic()
    if settings.device and (fault := _absent(settings.device)):
        raise UserError("settings-wrong", name="DEVICE", fault=fault)
    painter = Painter.load(settings.model_dir, device=settings.device, threads=settings.threads)
    faster = _take_up(painter, settings.var_dir / compiled.FOLDER)
    how = "loaded, compiled for this machine," if faster else "loaded"
    _log.info("model %s %s in %.1f s", painter.model_id, how, time.monotonic() - began)
    return painter


def _absent(device: str) -> str:
    """Why this machine has no such device; "" where it has, though it may be full just now."""
    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    there = gpus and device in ("cuda", *gpus)
    return "" if there else fault_of(device)


def _take_up(painter: Painter, home: Path) -> bool:
    """Whether the painter now runs what `foodgan model compile` wrote."""
    try:
        return compiled.take_up(painter, home)
    except RuntimeError:
        _log.warning("what is in %s cannot be loaded; painting without it", home, exc_info=True)
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
        if isinstance(painter, Painter) and painter.device.type == "cuda":
            recorded_pass.record(painter)  # after fitting, which would not see a recording's memory
            passes.warm(painter, range(1, min(limit, recorded_pass.MOST) + 1))
    finally:
        faulthandler.cancel_dump_traceback_later()
    took_s = time.monotonic() - began
    if not settings.batch_limit:
        _log.info("%d pictures a pass fit %s best, found in %.1f s", limit, painter.device, took_s)
    return limit
