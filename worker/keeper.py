"""The threads beside the painting: one says that the worker lives, one clears up after the dead."""

import faulthandler
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from redis import Redis
from redis.exceptions import RedisError
from rq.worker import BaseWorker

from foodgan.contract import pulse
from worker import books
from worker.sweep import Sweep

EXIT_HUNG = 4  # a pass did not end in time
EXIT_FORCED = 5  # told twice to stop, or what was in hand took too long to end
EXIT_DEVICE = 6  # the device answers nothing, yet or any more
BEAT_S = 1.0
_BACKSTOP_S = 10  # later than the deadline: for native code that never lets go of the interpreter

_STDERR = 2  # its file number: a traceback of a hung process goes there unbuffered

_log = logging.getLogger(__name__)


class Keeper:
    """Renews claims and pulse every second, and leaves the process when a pass hangs.

    A heartbeat alone would beat on while the device hangs, and nobody would take the job over.
    Use it as a context manager around the worker's loop. connection: one of its own, hasty; also:
    what else is due with each beat, may raise RedisError.
    """

    def __init__(
        self,
        worker: BaseWorker,
        connection: Redis,
        pulse_file: Path,
        also: Callable[[], None],
    ) -> None:
        self._also = also
        self._worker = worker
        self._connection = connection
        self._pulse_file = pulse_file
        self._pass: tuple[float, str] | None = None  # monotonic deadline, whose pass
        self._away = False  # whether Redis did not answer the last beat
        self._woken = threading.Event()
        self._leaving = False
        self._leave_by = math.inf  # monotonic
        self._stopped = False
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def __enter__(self) -> "Keeper":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self._woken.set()
        self._thread.join()
        self._be_still()

    @contextmanager
    def deadline(self, seconds: float, whose: str) -> Iterator[None]:
        """Leave the process unless the block ends within `seconds`. whose: for the log."""
        self._pass = (time.monotonic() + seconds, whose)
        faulthandler.dump_traceback_later(seconds + _BACKSTOP_S, exit=True, file=_STDERR)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            self._pass = None

    def leave_within(self, seconds: float) -> None:
        """Leave the process as by `leave`, should it still run by then."""
        self._leave_by = time.monotonic() + seconds

    def leave(self) -> None:
        """Give all claims back and leave the process, on the keeper's own thread."""
        self._leaving = True
        self._woken.set()

    def leave_now(self, why: str, code: int, suspects: Container[str] = frozenset()) -> NoReturn:
        """The same at once. why: for the log; code: the exit code; suspects: see `books`."""
        try:
            returned = books.put_back(self._worker, self._connection, suspects)
            _log.warning("%s; gave back: %s", why, ", ".join(returned) or "nothing")
        except RedisError as error:
            _log.warning("%s; Redis is away (%s)", why, type(error).__name__)
        self._exit(code)

    def _keep(self) -> None:
        while not self._stopped:
            if self._leaving:
                self.leave_now("told twice to stop", EXIT_FORCED)
            if time.monotonic() > self._leave_by:
                self.leave_now("what was in hand did not end in time", EXIT_FORCED)
            self._check_deadline()
            try:
                self._beat()
            except Exception:  # a full disk, say; without this thread every claim would run out
                _log.exception("a heartbeat failed; the next one comes in a second")
            self._woken.wait(BEAT_S)

    def _beat(self) -> None:
        try:
            books.beat(self._worker, self._connection)
            self._also()
        except RedisError as error:
            if not self._away:
                _log.warning("Redis does not take the heartbeat (%s)", type(error).__name__)
            self._away = True
            return
        if self._away:
            _log.info("Redis takes the heartbeat again")
        self._away = False
        pulse.beat(self._pulse_file)

    def _check_deadline(self) -> None:
        running = self._pass
        if running is None or time.monotonic() < running[0]:
            return
        _log.critical("%s: the pass did not end in time; leaving the process", running[1])
        faulthandler.dump_traceback(file=_STDERR)
        self._exit(EXIT_HUNG)

    def _be_still(self) -> None:
        with suppress(OSError):  # of a disk that is full or gone; the pulse grows stale by itself
            pulse.still(self._pulse_file)

    def _exit(self, code: int) -> NoReturn:
        self._be_still()
        logging.shutdown()
        os._exit(code)  # the main thread may be stuck in native code and never come back


class Sweeper:
    """Sweeps every second, on a thread of its own, so that a dish that takes long holds up none.

    So does a Discord that takes long to be told what has failed: that has another one.
    """

    def __init__(self, sweep: Sweep[Any]) -> None:
        self._sweep = sweep
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep, args=(work,), name=name, daemon=True)
            for name, work in (("sweeper", sweep.run), ("teller", sweep.tell))
        ]

    def __enter__(self) -> "Sweeper":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self._try(self._sweep.tell)  # what the last sweep has found

    def _keep(self, work: Callable[[], None]) -> None:
        self._try(work)  # at once: a worker often begins because another one has died
        while not self._stopped.wait(BEAT_S):
            self._try(work)

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except RedisError as error:
            _log.debug("no sweep: %s", type(error).__name__)  # the keeper speaks of an outage
        except Exception:
            _log.exception("a sweep failed; the next one comes in a second")
