"""The worker as a process of its own, with the tiny painter: `python -m tests.worker.process`."""

import argparse
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from foodgan.contract import logs
from foodgan.contract.settings import Settings
from foodgan.painter import Dish
from tests.worker.tiny import TinyPainter
from worker.__main__ import serve

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


class WorkerProcess:
    """A running worker. log: all that it wrote so far."""

    def __init__(self, settings: Settings, log: Path, *arguments: str) -> None:
        environment = os.environ | {
            "REDIS_URL": settings.redis_url.get_secret_value(),
            "DISCORD_API_BASE": settings.discord_api_base,
            "VAR_DIR": str(settings.var_dir),
            "PAINT_TIMEOUT_S": str(settings.paint_timeout_s),
        }
        self._log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.worker.process", *arguments],
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=out,
            )

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, timeout_s: float) -> int:
        """Its exit code."""
        return self._process.wait(timeout_s)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    """Serve with a painter that is slow, or that hangs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--label", default="test")
    parser.add_argument("--pause-s", type=float, default=0.0)
    parser.add_argument("--hang-once", type=Path)
    given = parser.parse_args()
    settings = Settings()
    logs.set_up("DEBUG", settings.log_format)
    logging.getLogger("PIL").setLevel(logging.INFO)
    painter = HangingOnce(given.hang_once) if given.hang_once else TinyPainter(given.pause_s)
    serve(painter, settings, given.label)


if __name__ == "__main__":
    main()
