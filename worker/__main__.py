"""`python -m worker`: paint dishes until told to stop. `python -m worker intake`: take in photos.
`python -m worker trainer`: make models of releases.

`health`: does a worker live? `dead`: which orders have failed? `replay`: paint them after all.
"""

import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from redis import Redis

from foodgan.contract import logs, phrases, pulse
from foodgan.contract.errors import KitchenClosed, ModelError, UserError
from foodgan.contract.plain import visible
from foodgan.contract.settings import Settings, read_settings
from foodgan.contract.terminal import Terminal, say, told
from foodgan.machine import process

EXIT_SETTING = 2  # this and the next one: to be started again is of no use
EXIT_NO_MODEL = 3
_TRAINER_NICE = 15

_log = logging.getLogger("worker")

app = Terminal("worker", add_completion=False)


@app.callback(invoke_without_command=True)
def run(context: typer.Context, name: str = "", burst: bool = False) -> None:
    """Paint dishes until SIGTERM."""
    if context.invoked_subcommand is not None:
        return
    settings = _set_up()
    process.settle()
    from worker import service  # torch takes seconds to import, which a health check must not
    from worker.keeper import EXIT_DEVICE

    try:
        service.run(settings, name or socket.gethostname(), burst=burst)
    except ModelError as error:
        _log.critical("no model, so no dish: %s (MODEL_DIR says where to look)", error)
        raise typer.Exit(EXIT_NO_MODEL) from None
    except service.DeviceAway as error:
        _log.critical("%s", error)
        raise typer.Exit(EXIT_DEVICE) from None
    except UserError as error:
        _log.critical("%s", phrases.say("en", error.phrase, **error.values))
        raise typer.Exit(EXIT_SETTING) from None


@app.command()
def intake(name: str = "", burst: bool = False) -> None:
    """Take in contributed photos until SIGTERM. Needs no model, GPU or database."""
    settings = _set_up()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads would not survive a fork
    from worker import intake as service

    service.serve(settings, name or socket.gethostname(), burst=burst)


@app.command()
def trainer(name: str = "", burst: bool = False) -> None:
    """Learn the new names of each release until SIGTERM, and promote what passes every gate."""
    settings = _set_up()
    os.nice(_TRAINER_NICE)
    from worker import trainer as service

    try:
        service.serve(settings, name or socket.gethostname(), burst=burst)
    except UserError as error:
        _log.critical("%s", phrases.say("en", error.phrase, **error.values))
        raise typer.Exit(EXIT_SETTING) from None


@app.command()
def health(
    name: str = "",
    intake: Annotated[bool, typer.Option("--intake")] = False,
    trainer: Annotated[bool, typer.Option("--trainer")] = False,
) -> None:
    """Exit code 0 where the worker lives and reaches its queue, else 1; 2: a wrong setting."""
    kind: pulse.Kind = "intake" if intake else "trainer" if trainer else "worker"
    var, label = _settings().var_dir, name or socket.gethostname()
    if not pulse.alive(pulse.of_worker(var, kind, label)):
        raise typer.Exit(1)


@app.command()
def dead(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the orders that have failed for good: they stay for a day."""
    from worker.dead import letters

    with _connected(_settings()) as redis:
        found = letters(redis)
    if not (found or as_json):
        typer.echo(say("cli-worker-none-dead"))
    for letter in found:
        if as_json:
            typer.echo(json.dumps(asdict(letter), default=str, ensure_ascii=False))
        else:
            when = f"{letter.failed_at:%Y-%m-%d %H:%M:%S}Z" if letter.failed_at else "?"
            values = {"id": letter.order_id, "when": when, "name": letter.name, "why": letter.why}
            values["told"] = "yes" if letter.told else "no"
            typer.echo(visible(say("cli-worker-dead", deliveries=letter.deliveries, **values)))


@app.command()
def replay(order_ids: list[str]) -> None:
    """Paint failed orders after all; the bot posts them to their channels. Exit code 1: no such."""
    from worker.dead import NoSuchLetter
    from worker.dead import replay as put_in_line

    settings, missing = _settings(), False
    with _connected(settings) as redis:
        for order_id in order_ids:
            try:
                put_in_line(redis, order_id, settings.retries)
                typer.echo(say("cli-worker-replayed", id=order_id))
            except NoSuchLetter as error:
                typer.echo(told(error), err=True)
                missing = True
    if missing:
        raise typer.Exit(1)


@contextmanager
def _connected(settings: Settings) -> Iterator[Redis]:
    """The queue; what goes wrong with it in the block becomes one line."""
    from foodgan.launch.queue import connected

    try:
        with connected(settings) as redis:
            yield redis
    except KitchenClosed as error:
        typer.echo(told(error), err=True)
        raise typer.Exit(1) from None


def _settings() -> Settings:
    try:
        return read_settings()
    except UserError as error:
        typer.echo(told(error), err=True)
        raise typer.Exit(EXIT_SETTING) from None


def _set_up() -> Settings:
    settings = _settings()
    logs.set_up(settings.log_level, settings.log_format)
    for talker in ("rq", "rq.worker"):  # the latter sets a level of its own where it finds none
        logging.getLogger(talker).setLevel(logging.WARNING)  # its lines about jobs repeat ours
    return settings


if __name__ == "__main__":
    app(prog_name="python -m worker")
