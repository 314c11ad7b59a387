"""The command line `foodgan`. Heavy imports wait inside the commands, so that help is instant."""

import os
import shlex
import sys
from typing import Annotated, Literal

import typer

from foodgan import __version__
from foodgan.cli import (
    bench,
    chaos,
    dish,
    doctor,
    evaluate,
    experiment,
    extras,
    kondate,
    mix,
    model,
    photos,
    serving,
    sheet,
    status,
    text,
    train,
    up,
)
from foodgan.contract import terminal
from foodgan.contract.errors import FoodganError, UserError
from foodgan.contract.terminal import Terminal
from foodgan.machine import process

app = Terminal("foodgan", no_args_is_help=True)
app.command("up")(up.up)
app.command("status")(status.status)
app.command("drain")(status.drain)
app.command("doctor")(doctor.doctor)
app.command("dish")(dish.dish)
app.command("mix")(mix.mix)
app.command("sheet")(sheet.sheet)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.add_typer(model.app, name="model")
app.add_typer(serving.app, name="serving")
app.add_typer(text.app, name="text")
app.add_typer(kondate.app, name="kondate")
app.add_typer(experiment.app, name="experiment")
app.add_typer(photos.app, name="photos")
app.add_typer(bench.app, name="bench")
app.command("chaos")(chaos.chaos)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"foodgan {__version__}")
        raise typer.Exit


def _speak(lang: str | None) -> None:
    if lang:
        os.environ[terminal.CHOSEN] = lang


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version)] = False,
    # Eager, so that a `--help` behind it speaks that language, too.
    lang: Annotated[
        Literal["ja", "en"] | None,
        typer.Option(metavar="ja|en", is_eager=True, callback=_speak),
    ] = None,
) -> None:
    """What holds for every command."""


def main() -> None:
    """Run the command line. Exit code 2: wrong usage, a UserError, or a part that is not installed;
    1: whatever else failed.
    """
    process.settle()
    try:
        app()
    except FoodganError as error:
        _leave(terminal.told(error), 2 if isinstance(error, UserError) else 1)
    except ModuleNotFoundError as error:
        sentence = extras.told(error, shlex.join(sys.argv[1:]))
        if sentence is None:
            raise
        _leave(sentence, 2)
    except OSError as error:  # a place that cannot be read or written
        _leave(f"{error.filename}: {error.strerror}" if error.filename else str(error), 1)


def _leave(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(code)
