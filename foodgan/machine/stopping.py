"""Stopping long work at a good moment: a first signal asks, a second one does not."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

log = logging.getLogger(__name__)


@contextmanager
def stop_asked() -> Iterator["Asked"]:
    """SIGINT and SIGTERM end the run after its step; a second one ends it at once."""
    asked = Asked()
    old = {number: signal.signal(number, asked.hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


class Asked:
    """Whether a signal has asked to stop. Calling it tells."""

    def __init__(self) -> None:
        self.heard = False

    def hear(self, number: int, frame: FrameType | None) -> None:
        if self.heard:
            raise KeyboardInterrupt
        self.heard = True
        log.info("stopping after this step")

    def __call__(self) -> bool:
        return self.heard
