"""The bot's pulse: a file that is fresh while the gateway is connected."""

import asyncio
import time
from pathlib import Path

from foodgan.contract import pulse
from foodgan.contract.settings import Settings


def pulse_path(settings: Settings) -> Path:
    """The file that a serving bot touches."""
    return settings.var_dir / "bot.pulse"


class Heart:
    """Beats while it is told that the bot serves."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.serving = False  # whether the gateway is connected
        self.beaten: float | None = None  # monotonic: when the event loop last came round

    def start(self) -> None:
        """The gateway is connected."""
        self.serving = True
        pulse.beat(self._path)

    def stop(self) -> None:
        """The gateway is gone, or the bot is stopping."""
        self.serving = False
        pulse.still(self._path)

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            self.beaten = time.monotonic()
            if self.serving:
                pulse.beat(self._path)
            await asyncio.sleep(pulse.BEAT_S)
