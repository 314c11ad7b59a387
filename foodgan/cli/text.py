"""`foodgan text`: how a dish's name is read, and the word vectors behind it."""

from pathlib import Path
from typing import Annotated

import typer

from foodgan.contract.terminal import Terminal, say

app = Terminal(no_args_is_help=True)


@app.command("build-vectors")
def build_vectors(
    wheel: Annotated[Path | None, typer.Option(dir_okay=False)] = None, out: Path | None = None
) -> None:
    """Build the word vector table from ja_ginza (chiVe, Apache License 2.0)."""
    from rich.console import Console

    from foodgan.machine.progress import track
    from foodgan.text import build, vectors

    target = out or vectors.TABLE
    counted = build.build_vectors(wheel, target, track=track)
    Console().print(
        say(
            "cli-text-built",
            words=counted["keys"],
            vectors=counted["rows"],
            dimensions=vectors.DIMENSIONS,
            megabytes=f"{counted['bytes'] / 1e6:.1f}",
            file=str(target),
        )
    )


@app.command()
def show(name: str, count: Annotated[int, typer.Option(min=0, max=20)] = 5) -> None:
    """Show a name's words, what the table knows of them, and their nearest neighbours."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from foodgan.contract.dishname import normalise
    from foodgan.text.tokens import tokens
    from foodgan.text.vectors import table

    words = table()
    spelt = normalise(name)
    columns = ("word", "key", "known", "nearest")
    grid = Table(*(say(f"cli-text-table.{each}") for each in columns), title=Text(spelt))
    for token in tokens(spelt):
        known = words.vector(token.key)
        vector = words.compose(token.key) if known is None else known
        near = [pair for pair in words.nearest(vector, count + 1) if pair[0] != token.key][:count]
        held, style = ("no", "yellow") if known is None else ("yes", "")
        grid.add_row(
            Text(token.surface),  # a name may look like markup
            Text(token.key),
            Text(say(f"cli-text-table.{held}"), style),
            Text(" · ".join(f"{word} {cosine:.2f}" for word, cosine in near)),
        )
    Console().print(grid)
