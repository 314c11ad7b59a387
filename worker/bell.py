"""Hears SIGTERM and SIGINT, even while the main thread is deep in native code."""

import signal
import socket
import threading
from collections.abc import Callable
from typing import Self

_STOPS = (signal.SIGTERM, signal.SIGINT)


class Bell:
    """Calls `ring` on a thread of its own for every such signal, while entered.

    Python runs handlers on the main thread alone, between two of its instructions: one that hangs
    on a device would never hear anything. The number of a signal is passed on at once, though.
    """

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._heard, self._struck = socket.socketpair()
        self._struck.setblocking(False)
        self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._wakeup_before = signal.set_wakeup_fd(self._struck.fileno(), warn_on_full_buffer=False)
        self._before = [signal.signal(number, _leave_it_to_the_thread) for number in _STOPS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in zip(_STOPS, self._before, strict=True):
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._struck.close()
        self._thread.join()
        self._heard.close()

    def _listen(self) -> None:
        while numbers := self._heard.recv(64):
            for number in numbers:
                if number in _STOPS:
                    self._ring()


def _leave_it_to_the_thread(*_: object) -> None:
    """A handler there must be, or the number is not passed on."""
