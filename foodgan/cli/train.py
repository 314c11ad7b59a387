"""`foodgan train`: train one network on a folder of photos."""

from pathlib import Path
from typing import Annotated

import typer

from foodgan.cli.device import Device
from foodgan.contract.terminal import say


def train(
    config: str = "stage1",
    photos: Annotated[Path, typer.Option(file_okay=False)] = ...,  # type: ignore[assignment]
    run: Path | None = None,
    pictures: Annotated[int | None, typer.Option(min=1)] = None,
    seed: int | None = None,
    begin_from: Annotated[Path | None, typer.Option(file_okay=False)] = None,
    sketches: Path | None = None,
    device: Device = None,
    threads: Annotated[int, typer.Option(min=0)] = 0,
    loaders: Annotated[int | None, typer.Option(min=0)] = None,
    graph: bool = True,
    fresh: bool = False,
) -> None:
    """Train a network. Stop it with Ctrl-C or kill it: the same command goes on from there."""
    import torch

    from foodgan.contract import logs
    from foodgan.machine.place import placed
    from foodgan.metrics.fixed import fixed
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
        wrong = say("cli-train-no-sketches", config=config)
        raise typer.BadParameter(wrong, param_hint="--sketches")
    folder = run or Path("runs") / Path(config).stem
    if begin_from and begin_from.resolve() == folder.resolve():
        wrong = say("cli-train-from-itself", run=str(begin_from))
        raise typer.BadParameter(wrong, param_hint="--begin-from")
    with placed(device, loaders=loaders, records=graph) as place:
        feed = open_feed(settings, photos, Path("runs") / "cache", place.device, fixed())
        first = open_sketcher(sketches) if sketches else None
        trainer = Trainer(settings, feed, folder, place, first)
        if begin_from:  # read before anything is cleared away
            trainer.begin_from(begin_from)
        if fresh:
            trainer.clear()
        if trainer.resume() and place.leads:
            typer.echo(say("cli-train-goes-on", pictures=trainer.seen))
        run_to_the_end(trainer)
        if place.leads:
            typer.echo(say("cli-train-seen", pictures=trainer.seen, run=str(folder)))
