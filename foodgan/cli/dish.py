"""`foodgan dish`: paint a dish without any server."""

from pathlib import Path
from typing import Annotated

import typer

from foodgan.contract.limits import COUNT_MAX, SEED_MAX


def dish(
    name: Annotated[str, typer.Argument(help="The dish, in Japanese: 虹色マグロカレーうどん")],
    count: Annotated[int, typer.Option(help="Pictures.", min=1, max=COUNT_MAX)] = 1,
    seed: Annotated[
        int | None, typer.Option(help="The same seed paints the same.", min=0, max=SEED_MAX)
    ] = None,
    out: Annotated[
        Path, typer.Option(help="The folder for the pictures.", file_okay=False)
    ] = Path(),
    model: Annotated[
        Path | None, typer.Option(help="A model's folder; else the shipped one.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda; else the best.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was painted as JSON.")
    ] = False,
) -> None:
    """Paint an invented dish into PNG files."""
    import hashlib
    import json
    import secrets
    import time

    from foodgan.contract import dishname

    plain = dishname.normalise(name)
    chosen = secrets.randbelow(SEED_MAX + 1) if seed is None else seed

    from foodgan.painter import Painter, portions

    painter = Painter.load(model, device=device)
    dishes = portions(plain, chosen, count)
    begun = time.perf_counter()
    pictures = painter.paint(dishes)
    seconds = time.perf_counter() - begun
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for portion, picture in zip(dishes, pictures, strict=True):
        path = out / f"{plain.replace('/', '／')}-{portion.seed}.png"
        picture.save(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append({"file": str(path), "seed": portion.seed, "sha256": digest})
    if as_json:
        about = {
            "name": plain,
            "model": painter.model_id,
            "known": painter.knows(plain),
            "pictures": files,
            "painted_s": round(seconds, 4),
        }
        typer.echo(json.dumps(about, ensure_ascii=False, indent=1))
        return
    for file in files:
        typer.echo(file["file"])
    if not painter.knows(plain):
        typer.echo("no word of this name is known: painted from its letters alone", err=True)
