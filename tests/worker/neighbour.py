"""A neighbour that does nothing but live, as a process of its own that need not know torch."""

import signal
from pathlib import Path

from worker.liveness import Liveness


def live(var_dir: Path, name: str) -> None:
    with Liveness(var_dir, name):
        signal.pause()
