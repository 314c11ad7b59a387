"""`foodgan mix`: one dish turns into another."""

from pathlib import Path
from typing import Annotated

import typer

from foodgan.cli.device import Device
from foodgan.contract.limits import SEED_MAX
from foodgan.contract.terminal import say

FRAMES_MAX = 64
PASS = 8  # pictures of one forward pass


def mix(
    first: str,
    second: str,
    frames: Annotated[int, typer.Option(min=2, max=FRAMES_MAX)] = 24,
    seed: Annotated[int | None, typer.Option(min=0, max=SEED_MAX)] = None,
    out: Annotated[Path, typer.Option(file_okay=False)] = Path(),
    model: Path | None = None,
    device: Device = None,
) -> None:
    """Paint one dish turning into another: a GIF there and back, and a strip of it as PNG."""
    import secrets

    from foodgan.contract import dishname

    names = dishname.normalise(first), dishname.normalise(second)

    from foodgan.cli import plates
    from foodgan.machine.progress import track
    from foodgan.painting import moving
    from foodgan.painting.painter import Dish, Painter

    chosen = secrets.randbelow(SEED_MAX + 1) if seed is None else seed
    painter = Painter.load(model, device=device)
    dishes = moving.steps(Dish(names[0], chosen), names[1], frames)
    pictures = [
        picture
        for at in track(range(0, frames, PASS), say("cli-mix-painting"))
        for picture in painter.paint(dishes[at : at + PASS])
    ]
    out.mkdir(parents=True, exist_ok=True)
    for ending, data in ((".gif", moving.gif(pictures)), ("-strip.png", moving.strip(pictures))):
        path = out / plates.file_name(dishes[-1], ending)
        path.write_bytes(data)
        typer.echo(str(path))
