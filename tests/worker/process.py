"""The worker as a process of its own, with the tiny painter.

Importing torch takes seconds, so one clean server imports it once and forks every worker off.
"""

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from PIL import Image

from foodgan.chaos.clock import jump
from foodgan.contract import logs
from foodgan.contract.settings import Settings
from foodgan.painting.painter import Dish
from foodgan.training import hearing
from tests.worker.tiny import TinyPainter
from worker import __main__ as command_line
from worker import succession, trainer
from worker.service import run, serve

KILLER = "毒フグの刺身"
ROOT = Path(__file__).parents[2]


class HangingOnce(TinyPainter):
    """Hangs in its first pass of all, as a device may; `mark` remembers that it has."""

    def __init__(self, mark: Path) -> None:
        super().__init__()
        self._mark = mark

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        if not self._mark.exists():
            self._mark.touch()
            time.sleep(3600)
        return super().paint(dishes)


class Killable(TinyPainter):
    """Dies of one dish as by the kernel's hand, with no word to anybody."""

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        if any(dish.name == KILLER for dish in dishes):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().paint(dishes)


def hurried() -> None:
    """Tiny encoders learn fast. A trainer stands back for whoever paints, not for other tests."""
    hearing.STEPS, hearing.OTHERS, hearing.UNDER = 75, 200, 60
    command_line._TRAINER_NICE = 0


def impatient() -> None:
    """A trainer that is told to stop gives its work a second."""
    trainer.PATIENCE_S = 1.0
    command_line._TRAINER_NICE = 0


def unchanged() -> None:
    """All is as in a house."""


class CommandLine:
    """`python -m worker …` as a process of its own, told what a `subprocess.Popen` can be told.

    changed: what is other than in a house, done before it begins.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        changed: Callable[[], None] = unchanged,
    ) -> None:
        given = (["worker", *arguments], dict(environment), log, changed)
        self._process = _forked(_command, given)

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid or 0, number)

    def wait(self, timeout: float | None = None) -> int | None:
        """Its exit code, None when it still runs after that time."""
        self._process.join(timeout)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()


class WorkerProcess:
    """A running worker; with a model of its own where the settings name one.

    pause_s: how slow its painter is; hang_once: see HangingOnce; killable: see Killable; clock: a
    file that says by how many seconds its wall clock is wrong.
    """

    def __init__(
        self,
        settings: Settings,
        log: Path,
        label: str,
        pause_s: float,
        hang_once: Path | None,
        killable: bool,
        clock: Path | None = None,
    ) -> None:
        self._log = log
        log.touch()
        painter = (Killable if killable else TinyPainter, pause_s)
        chosen = (HangingOnce, hang_once) if hang_once else painter
        self._process = _forked(_paint, (settings, log, label, chosen, clock))

    @property
    def log(self) -> str:
        """All that it wrote so far."""
        return self._log.read_text(encoding="utf-8")

    def send(self, number: signal.Signals) -> None:
        os.kill(self._process.pid or 0, number)

    def wait(self, timeout_s: float) -> int | None:
        """Its exit code, None when it still runs after that time."""
        self._process.join(timeout_s)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


def _forked(target: Callable[..., None], args: tuple[Any, ...]) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def _write_into(log: Path) -> None:
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(out, 1)
    os.dup2(out, 2)


def _command(
    command: list[str], environment: dict[str, str], log: Path, changed: Callable[[], None]
) -> None:
    _write_into(log)
    os.environ.update(environment)
    sys.argv = command
    changed()
    command_line.app()


def _paint(
    settings: Settings, log: Path, label: str, painter: tuple[Any, Any], clock: Path | None
) -> None:
    if clock:
        jump(clock)
    _write_into(log)
    logs.set_up("DEBUG", settings.log_format)
    logging.getLogger("PIL").setLevel(logging.INFO)
    if settings.model_dir:
        succession.LOOK_S = 0.2
        run(settings, label)
        return
    kind, argument = painter
    serve(kind(argument), settings, label)
