"""A second process of a worker, for work that must not hold up the first one's.

Forked from a process without threads. It lives no longer than the worker, which starts it again
where it has died.
"""

import logging
import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from foodgan.machine.process import follow_parent

_STDERR = 2
_AGAIN_S = 5.0  # between two starts: what dies at once must not keep a core busy
_LOOK_S = 0.1

_log = logging.getLogger(__name__)


class Beside:
    """life: what the other process does, until SIGTERM. nice: how far it stands back."""

    def __init__(self, life: Callable[[], None], nice: int = 0) -> None:
        self._life = life
        self._nice = nice
        self._pid: int | None = None
        self._started_s = -_AGAIN_S
        self._dismissed_s: float | None = None  # monotonic seconds

    def keep(self) -> None:
        """Start it where it is not there."""
        if self._dismissed_s is not None or self._alive():
            return
        if time.monotonic() - self._started_s < _AGAIN_S:
            return
        self._started_s = time.monotonic()
        worker = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._live(worker)
        self._pid = pid

    def dismiss(self) -> None:
        """Tell it to stop; it may finish what it has in hand. Fit for a signal handler."""
        if self._dismissed_s is None:
            self._dismissed_s = time.monotonic()
        if self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Wait until it has gone; so many seconds after it was dismissed, kill it."""
        self.dismiss()
        deadline = (self._dismissed_s or 0.0) + seconds
        while self._alive() and time.monotonic() < deadline:
            time.sleep(_LOOK_S)
        if self._pid is not None and self._alive():
            _log.warning("the process beside is killed over its work; another takes it up")
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = None

    def _alive(self) -> bool:
        if self._pid is None:
            return False
        gone, status = os.waitpid(self._pid, os.WNOHANG)
        if not gone:
            return True
        self._pid = None
        if self._dismissed_s is None:
            _log.error("the process beside has died (%d)", os.waitstatus_to_exitcode(status))
        return False

    def _live(self, worker: int) -> NoReturn:
        """The other process's life; it never comes back into the worker's loop."""
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):  # the worker's handlers are not its own
                signal.signal(number, signal.SIG_DFL)
            os.closerange(_STDERR + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
            follow_parent(signal.SIGKILL)
            if os.getppid() == worker:  # else it was gone before
                os.nice(self._nice)
                self._life()
                code = 0
        except BaseException:
            _log.exception("the process beside fails")
        finally:
            os._exit(code)
