"""Carries out a plan: trains arms and measures them, several at a time.

A run keeps its averaged generator at each budget and is then measured, at once or later by another
judge. A stopped experiment goes on with what is missing, a run that was stopped in training from
its checkpoint.
"""

import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Event
from pathlib import Path
from types import FrameType

import torch

from foodgan.experiment.arms import ARMS, in_turn
from foodgan.experiment.measuring import (
    measure_run,
    measure_untrained,
    measured,
    refuse_other_lengths,
    told,
)
from foodgan.experiment.plan import Plan
from foodgan.experiment.training import feed_of, train_run
from foodgan.kondate.board import open_board
from foodgan.kondate.folder import write_folder
from foodgan.machine import process
from foodgan.machine.progress import Track, untracked
from foodgan.step.config import ConfigError
from foodgan.training.train import TrainingStopped

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def carry_out(plan: Plan, *, track: Track = untracked) -> list[Path]:
    """Train and measure what is missing, what matters most first; returns all result files.

    SIGINT, SIGTERM and the plan's end stop it: what is finished is kept, and what is not has its
    checkpoint. A run whose loss is not finite, or whose checkpoint is of another configuration, is
    named in the log, and the others go on. Raises FolderError, PhotosError, ModelError, and
    ConfigError where what is kept there came of other pictures or minutes.
    """
    runs = in_turn(plan.arms, plan.seeds)
    if plan.trains:
        refuse_other_lengths(plan, runs)
    write_folder(plan.folder, plan.names, 64, 0, jobs=plan.jobs, track=track)
    _make_ready(plan, runs, track)
    context = _forking()
    stop = context.Event()
    # One process a run: torch's own threads would only get in one another's way.
    with _heard(stop), ProcessPoolExecutor(plan.jobs, context, _begin, (stop,)) as pool:
        for later in (False, True):  # what goes on from another run waits for it
            turn = [(arm, seed) for arm, seed in runs if (ARMS[arm].begins is not None) is later]
            running = [pool.submit(_one, plan, arm, seed) for arm, seed in turn]
            if plan.measures and not later:
                running.insert(0, pool.submit(_untrained, plan))
            if running:
                for _ in track(_finished(running), f"{len(turn)} runs"):
                    pass
    return [plan.result(arm, seed) for arm, seed in runs]


def _forking() -> ForkServerContext:
    """Processes that come of one which has read torch, once for all of them.

    `timeout` and services signal a whole group, and without that one everything would break off:
    it is deaf to what those that come of it hear.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([feed_of.__module__, measure_run.__module__])
    heard = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        forkserver.ensure_running()
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
    return context


def _make_ready(plan: Plan, runs: Sequence[tuple[str, int]], track: Track) -> None:
    """Make once what every process needs: decoded photos, and the board's renders."""
    if plan.trains:
        feed_of(replace(plan, device="cpu"), *runs[0])
    if plan.measures:
        open_board(plan.folder, judge=plan.judge, cache=plan.cache, jobs=plan.jobs, track=track)


def _finished(running: Sequence[Future[None]]) -> Iterator[None]:
    for done in as_completed(running):
        yield done.result()


@contextmanager
def _heard(stop: Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`."""
    old = {number: signal.signal(number, _setting(stop)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def _setting(stop: Event) -> Callable[[int, FrameType | None], None]:
    def hear(number: int, frame: FrameType | None) -> None:
        log.info("stopping; runs keep their checkpoints")
        stop.set()

    return hear


class _Stop:
    """Whether the processes of this pool were told to end; known from where one begins."""

    event: Event | None = None

    @classmethod
    def asked(cls) -> bool:
        return cls.event is not None and cls.event.is_set()


def _begin(stop: Event) -> None:
    process.end_with_parent()
    _Stop.event = stop
    for number in SIGNALS:  # they reach every process of a terminal
        signal.signal(number, _setting(stop))
    torch.set_num_threads(1)


def _one(plan: Plan, arm: str, seed: int) -> None:
    """Train and measure one arm with one seed, as far as the plan says and time allows."""
    plan = plan.of(arm)

    def stop() -> bool:
        return _Stop.asked() or plan.late

    try:
        done = plan.trained(arm, seed) or told(plan, arm, seed)
        if plan.trains and not (done or stop()):
            train_run(plan, arm, seed, stop)
    except TrainingStopped as error:
        log.error("%s, seed %d: %s", arm, seed, error)
    except ConfigError as error:  # its checkpoint is of another experiment: nothing to measure
        log.error("%s, seed %d: %s", arm, seed, error)
        return
    if plan.measures and not stop() and not measured(plan, arm, seed):
        measure_run(plan, arm, seed)


def _untrained(plan: Plan) -> None:
    if not (_Stop.asked() or plan.late):
        measure_untrained(plan)
