"""`foodgan train`: train one network on a folder of photos."""

from pathlib import Path
from typing import Annotated

import typer

from foodgan.cli.device import Device


def train(
    config: Annotated[str, typer.Option(help="A shipped configuration or a TOML file.")] = "stage1",
    photos: Annotated[
        Path, typer.Option(help="A folder of labelled photos (imagefolder).", file_okay=False)
    ] = ...,  # type: ignore[assignment]
    run: Annotated[
        Path | None, typer.Option(help="The run's folder; it goes on where it stopped.")
    ] = None,
    pictures: Annotated[int | None, typer.Option(help="Stop after so many pictures.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the weights and every batch.")] = None,
    begin_from: Annotated[
        Path | None,
        typer.Option(help="A run or model whose networks this one begins with.", file_okay=False),
    ] = None,
    sketches: Annotated[
        Path | None,
        typer.Option(help="A run of Stage-I, or a snapshot of it, that paints for Stage-II."),
    ] = None,
    device: Device = None,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0: all cores.")] = 0,
    loaders: Annotated[
        int | None, typer.Option(min=0, help="Processes that draw batches; else 4 for a GPU.")
    ] = None,
    graph: Annotated[
        bool, typer.Option(help="On a GPU: record the step once, then launch it as a whole.")
    ] = True,
    fresh: Annotated[
        bool, typer.Option(help="Begin anew although the run exists; nothing of it is kept.")
    ] = False,
) -> None:
    """Train a network. Stop it with Ctrl-C or kill it: the same command goes on from there.

    On several GPUs: torchrun --nproc-per-node N -m -- foodgan train --config … --photos …
    """
    import torch

    from foodgan.contract import logs
    from foodgan.evaluate.fixed import fixed
    from foodgan.machine.place import placed
    from foodgan.photos.feed import open_feed
    from foodgan.registry import open_sketcher
    from foodgan.step.config import load_config
    from foodgan.training.train import Trainer
    from foodgan.training.train import train as run_to_the_end

    logs.set_up()
    if threads:
        torch.set_num_threads(threads)
    asked = {"pictures": pictures, "seed": seed}
    settings = load_config(config, **{k: v for k, v in asked.items() if v is not None})
    if sketches and not settings.sketched:
        raise typer.BadParameter(f"{config} learns from no sketches", param_hint="--sketches")
    folder = run or Path("runs") / Path(config).stem
    if begin_from and begin_from.resolve() == folder.resolve():
        raise typer.BadParameter(f"{begin_from} is the run itself", param_hint="--begin-from")
    with placed(device, loaders=loaders, records=graph) as place:
        feed = open_feed(settings, photos, Path("runs") / "cache", place.device, fixed())
        first = open_sketcher(sketches) if sketches else None
        trainer = Trainer(settings, feed, folder, place, first)
        if begin_from:  # read before anything is cleared away
            trainer.begin_from(begin_from)
        if fresh:
            trainer.clear()
        if trainer.resume() and place.leads:
            typer.echo(f"goes on after {trainer.seen:,} pictures")
        run_to_the_end(trainer)
        if place.leads:
            typer.echo(f"{trainer.seen:,} pictures seen; the run is in {folder}")
