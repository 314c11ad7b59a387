"""The bot's pulse: a file that is fresh while the gateway is connected."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from foodgan.contract import pulse

log = logging.getLogger(__name__)


class Heart:
    """Beats while it is told that the bot serves."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._well = True  # whether the file could be touched the last time
        self.serving = False  # whether the gateway is connected
        self.beaten: float | None = None  # monotonic: when the event loop last came round

    def start(self) -> None:
        """The gateway is connected."""
        self.serving = True
        self._try(pulse.beat)

    def stop(self) -> None:
        """The gateway is gone, or the bot is stopping."""
        self.serving = False
        self._try(pulse.still)

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            self.beaten = time.monotonic()
            if self.serving:
                self._try(pulse.beat)
            await asyncio.sleep(pulse.BEAT_S)

    def _try(self, move: Callable[[Path], None]) -> None:
        """A full disk makes the file stale, and no more than that."""
        try:
            move(self._path)
        except OSError as error:
            if self._well:
                log.warning("the pulse cannot be written: %s", error.strerror)
            self._well = False
        else:
            self._well = True
