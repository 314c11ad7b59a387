"""`foodgan dish`: paint a dish without any server."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foodgan.cli import plates
from foodgan.cli.device import Device
from foodgan.contract.limits import COUNT_MAX, SEED_MAX
from foodgan.contract.terminal import say

if TYPE_CHECKING:  # heavy, and `--help` does without
    from foodgan.metrics.nearest import Nearest
    from foodgan.painting.painter import Dish, Painter

TASTE, LOOK = "help-frame.taste", "help-frame.look"  # panels of `--help`


def dish(
    name: str,
    count: Annotated[int, typer.Option(min=1, max=COUNT_MAX)] = 1,
    seed: Annotated[int | None, typer.Option(min=0, max=SEED_MAX)] = None,
    mix: Annotated[str | None, typer.Option(rich_help_panel=TASTE)] = None,
    share: Annotated[float | None, typer.Option(min=0, max=1, rich_help_panel=TASTE)] = None,
    weight: Annotated[
        list[str] | None, typer.Option(metavar="WORD=0…3", rich_help_panel=TASTE)
    ] = None,
    variation: Annotated[
        int | None, typer.Option(min=0, max=SEED_MAX, rich_help_panel=TASTE)
    ] = None,
    truncation: Annotated[float, typer.Option(min=0, max=1, rich_help_panel=TASTE)] = 1.0,
    sketch: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, rich_help_panel=TASTE)
    ] = None,
    save_sketch: Annotated[bool, typer.Option(rich_help_panel=LOOK)] = False,
    enlarge: Annotated[bool, typer.Option(rich_help_panel=LOOK)] = False,
    nearest: Annotated[bool, typer.Option(rich_help_panel=LOOK)] = False,
    out: Annotated[Path, typer.Option(file_okay=False)] = Path(),
    model: Path | None = None,
    device: Device = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Paint an invented dish into PNG files."""
    import secrets

    from foodgan.contract import dishname

    if share is not None and mix is None:
        raise typer.BadParameter(say("cli-dish-share-alone"), param_hint="--share")
    plain, other = dishname.normalise(name), mix and dishname.normalise(mix)
    weights = plates.weights(weight or [])

    from foodgan.metrics.nearest import Nearest
    from foodgan.painting.painter import Dish, Painter, read_sketch, servings

    asked = Dish(
        plain,
        secrets.randbelow(SEED_MAX + 1) if seed is None else seed,
        mix=other,
        share=0.5 if share is None else share,
        variation=variation,
        weights=weights,
        truncation=truncation,
        enlarged=enlarge,
        sketch=read_sketch(sketch.read_bytes()) if sketch else None,
    )
    painter = Painter.load(model, device=device)
    index = Nearest.open(model) if nearest else None
    _paint(painter, servings(asked, count), index, out, save_sketch, as_json)


def _paint(
    painter: "Painter",
    dishes: "list[Dish]",
    index: "Nearest | None",
    out: Path,
    save_sketch: bool,
    as_json: bool,
) -> None:
    """Write the pictures and say where they are, what they are like and what was not known."""
    import json
    import time

    begun = time.perf_counter()
    pictures = painter.paint(dishes)
    seconds = time.perf_counter() - begun
    kin = index.look(pictures) if index else []
    out.mkdir(parents=True, exist_ok=True)
    files: list[dict[str, Any]] = []
    for dish, picture in zip(dishes, pictures, strict=True):
        path = out / plates.file_name(dish, ".png")
        picture.save(path)
        files.append({"seed": dish.seed, **plates.written(path)})
    if save_sketch:
        for dish, sketch, file in zip(dishes, painter.sketches(dishes), files, strict=True):
            path = out / plates.file_name(dish, "-sketch.png")
            sketch.save(path)
            file["sketch"] = str(path)
    known = any(painter.knows(name) for name in dishes[0].names)
    if as_json:
        for file, found in zip(files, kin, strict=False):
            file["nearest"] = plates.kin_json(found)
        about = {
            "name": dishes[0].name,
            "model": painter.model_id,
            "known": known,
            "pictures": files,
            "painted_s": round(seconds, 4),
        }
        typer.echo(json.dumps(about, ensure_ascii=False, indent=1))
        return
    for number, file in enumerate(files):
        typer.echo(file["file"])
        if "sketch" in file:
            typer.echo(file["sketch"])
        if kin:
            plates.tell_kin(kin[number])
    if not known:
        typer.echo(say("cli-dish-unknown"), err=True)
