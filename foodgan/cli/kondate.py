"""`foodgan kondate`: dishes drawn with known truth, to measure generators by."""

from pathlib import Path
from typing import Annotated

import typer

from foodgan.cli.device import usable
from foodgan.contract.terminal import Terminal, say

FEWEST = 40  # training names; of fewer, not every seed's menu has names for all the held-out sets

app = Terminal(no_args_is_help=True)


@app.command()
def render(
    out: Annotated[Path, typer.Option()],
    names: Annotated[int, typer.Option("--n", min=FEWEST)] = 130,
    size: Annotated[int, typer.Option(min=16, max=1024)] = 64,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    jobs: Annotated[int, typer.Option(min=0)] = 1,
) -> None:
    """Draw a training set and its held-out sets as PNG and metadata.jsonl."""
    import os

    from foodgan.kondate.folder import write_folder
    from foodgan.machine.progress import track

    jobs = jobs or os.cpu_count() or 1
    counts = write_folder(out, names, size, seed, jobs=jobs, track=track)
    typer.echo(f"{out}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))


@app.command()
def sheet(
    out: Annotated[Path, typer.Option()],
    columns: Annotated[int, typer.Option(min=1, max=20)] = 6,
    rows: Annotated[int, typer.Option(min=1, max=20)] = 4,
    size: Annotated[int, typer.Option(min=16, max=512)] = 160,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Draw a contact sheet and print the dishes' names, row by row."""
    from foodgan.kondate.sheet import write_sheet
    from foodgan.machine.progress import track

    names = write_sheet(out, columns, rows, size, seed, track=track)
    for first in range(0, len(names), columns):
        typer.echo(" · ".join(names[first : first + columns]))


@app.command()
def taster(
    out: Annotated[Path, typer.Option()],
    renders: Annotated[int, typer.Option(min=8_000)] = 60_000,
    epochs: Annotated[float, typer.Option(min=0.01)] = 12.0,
    minutes: Annotated[float, typer.Option(min=0)] = 0.0,
    device: Annotated[str, typer.Option(callback=usable)] = "cpu",
    jobs: Annotated[int, typer.Option(min=0)] = 0,
    threads: Annotated[int, typer.Option(min=0)] = 0,
    cache: Path = Path("runs") / "cache",
) -> None:
    """Train the judge of drawn dishes, and print how often it is right on renders it never saw."""
    import math

    import torch

    from foodgan.kondate.stock import arriving
    from foodgan.kondate.taster import as_tensor
    from foodgan.kondate.taster_training import Course, scores, train
    from foodgan.machine.place import placed

    if threads:
        torch.set_num_threads(threads)
    with placed(device) as place, arriving(cache, renders, jobs=jobs) as coming:
        course = Course.on(place.device, epochs=epochs, seconds=minutes * 60 or math.inf)
        network, held_out = train(coming, out, course=course, device=place.device)
    tasted = network.taste(as_tensor(held_out.pictures))
    for title, found in scores(held_out.recipes, tasted).items():
        shares = ", ".join(f"{key} {share:.3f}" for key, share in found.items())
        typer.echo(say("cli-kondate-tasted", how=title, shares=shares))
