"""`foodgan sheet`: many dishes on one picture, for people who would rather look than read."""

from pathlib import Path
from typing import Annotated

import typer

from foodgan.cli.device import Device
from foodgan.contract.terminal import say


def sheet(
    out: Annotated[Path, typer.Option(dir_okay=False)],
    names: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    invented: Annotated[bool, typer.Option("--invented")] = False,
    seeds: Annotated[int, typer.Option(min=1, max=8)] = 4,
    columns: Annotated[int, typer.Option(min=1, max=8)] = 2,
    side: Annotated[int, typer.Option(min=32, max=256)] = 128,
    model: Path | None = None,
    device: Device = None,
) -> None:
    """Paint names × seeds onto one contact sheet, nothing chosen: seeds from 0, names in order."""
    if invented and names is not None:
        raise typer.BadParameter(say("cli-sheet-names-twice"))
    from foodgan.contract import dishname
    from foodgan.metrics.invented import invented as fixed
    from foodgan.painting import sheets
    from foodgan.painting.grids import NAMES
    from foodgan.painting.painter import Painter

    asked = fixed() if invented else NAMES
    if names is not None:
        try:
            asked = tuple(names.read_text(encoding="utf-8-sig").split("\n"))
        except UnicodeDecodeError as error:
            wrong = say("cli-sheet-not-utf-8", file=str(names))
            raise typer.BadParameter(wrong, param_hint="--names") from error
    plain = [dishname.normalise(name) for name in asked if name.strip()]
    if not plain:
        raise typer.BadParameter(say("cli-sheet-no-name", file=str(names)), param_hint="--names")
    painter = Painter.load(model, device=device)
    sheets.write(plain, [(painter, seeds)], out, side=side, columns=columns)
    about = {"model": painter.model_id, "file": str(out)}
    typer.echo(say("cli-sheet-painted", names=len(plain), seeds=seeds, **about))
