"""A house that `foodgan up` opened, as a person starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from foodgan.contract.settings import Settings
from foodgan.launch import leftovers

OPEN_WITHIN_S = 150
CLOSE_WITHIN_S = 60


@dataclass
class Opened:
    """page: its address; told: what the launcher has printed."""

    page: str
    var: Path
    launcher: subprocess.Popen[bytes]
    told: Path


@contextmanager
def opened(folder: Path, **environ: str) -> Iterator[Opened]:
    """A house with a data folder of its own and no cooldown; nothing of it outlives the block."""
    ours = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    var = folder / "var"
    told = folder / "told.txt"
    with told.open("wb") as out:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "foodgan", "up"],
            cwd=folder,  # no .env of the person who runs the tests
            env=kept | {"VAR_DIR": str(var), "COOLDOWN_S": "0"} | environ,
            stdout=out,
            stderr=out,
        )
    try:
        yield Opened(_address(launcher, told, var), var, launcher, told)
    finally:
        launcher.send_signal(signal.SIGINT)
        try:
            launcher.wait(CLOSE_WITHIN_S)
        except subprocess.TimeoutExpired:
            launcher.kill()
        for _ in leftovers.kill(var):
            continue


def _address(launcher: subprocess.Popen[bytes], told: Path, var: Path) -> str:
    """The address that `foodgan up` prints once all is ready."""
    deadline = time.monotonic() + OPEN_WITHIN_S
    while time.monotonic() < deadline:
        if found := re.search(r"http://127\.0\.0\.1:\d+", told.read_text()):
            return found.group()
        if launcher.poll() is not None:
            break
        time.sleep(0.2)
    logs = "\n".join(f"{log.name}: {log.read_text()[-600:]}" for log in var.glob("log/*.log"))
    pytest.fail(f"foodgan up did not open:\n{told.read_text()}\n{logs}")
