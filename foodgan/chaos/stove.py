"""The switches in a worker of the chaos house: its lines, its clock, and a device that is ill.

A file in the house's folder throws a switch; the worker takes it away when the fault strikes. Only
`foodgan chaos` starts workers in this way.
"""

import functools
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import torch
from PIL.Image import Image

from foodgan.chaos import clock
from foodgan.painting.painter import Dish, Painter

LINES = "FOODGAN_CHAOS_LINES"  # JSON: of each worker the ports of its lines, by setting
LINED = ("REDIS_URL", "DISCORD_API_BASE")
HANG_S = 3600.0
# A program for `python -c`: its number, then what `python -m worker` takes.
WORKER = (
    "import sys; from foodgan.chaos.stove import light; light(int(sys.argv.pop(1))); "
    "from worker.__main__ import app; app()"
)


def switch(var: Path, number: int, fault: str) -> Path:
    """The file that lets a fault, "hang" or "memory", strike in a worker's next pass."""
    return var / f"chaos-{number}.{fault}"


def light(number: int) -> None:
    """Make this process the worker of that number, from 1, before it reads its settings."""
    os.environ.update(lined(os.environ, number))
    var = Path(os.environ["VAR_DIR"])
    moody(var, number)
    clock.jump(clock.switch(var, "worker", number))


def lined(environment: Mapping[str, str], number: int) -> dict[str, str]:
    """The addresses that lead over the lines of this worker."""
    ports = json.loads(environment[LINES])[number - 1]
    return {name: _at_port(environment[name], ports[name]) for name in LINED}


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0]
    return parts._replace(netloc=f"{host}:{port}").geturl()


def moody(var: Path, number: int) -> None:
    """Let every painter of this process look at the switches before a pass."""
    paint = Painter.paint

    @functools.wraps(paint)
    def painted(painter: Painter, dishes: Sequence[Dish]) -> list[Image]:
        if _strikes(switch(var, number, "hang")):
            time.sleep(HANG_S)
        if len(dishes) > 1 and _strikes(switch(var, number, "memory")):
            raise torch.OutOfMemoryError(f"no memory for {len(dishes)} pictures, says chaos")
        return paint(painter, dishes)

    Painter.paint = painted  # type: ignore[assignment]


def _strikes(file: Path) -> bool:
    """Whether the switch was on; it is off now."""
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True
