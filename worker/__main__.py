"""`python -m worker`: paint dishes until told to stop. `python -m worker health`: does one?"""

import logging
import socket
import time
from typing import Annotated
from uuid import uuid4

import typer
from redis import Redis

from foodgan.contract import logs, pulse
from foodgan.contract.errors import ModelError
from foodgan.contract.settings import Settings
from foodgan.painter import Painter
from worker import connection
from worker.keeper import pulse_file
from worker.reply import Replies
from worker.tasks import Paints
from worker.warm import WarmWorker

EXIT_NO_MODEL = 3
_AWAY_LONGEST_S = 5.0

_log = logging.getLogger("worker")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Name = Annotated[
    str, typer.Option(help="Its name on this machine, where there is more than one worker.")
]


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    name: Name = "",
    burst: Annotated[bool, typer.Option(help="Leave when the queue is empty.")] = False,
) -> None:
    """Paint dishes until SIGTERM. Exit codes: 3 no model, 4 a pass hung, 5 told to stop twice."""
    if context.invoked_subcommand is not None:
        return
    settings = Settings()
    logs.set_up(settings.log_level, settings.log_format)
    logging.getLogger("rq").setLevel(logging.WARNING)  # its lines about jobs repeat ours
    serve(_painter(settings), settings, name or socket.gethostname(), burst=burst)


def serve(painter: Paints, settings: Settings, label: str, *, burst: bool = False) -> None:
    """Serve with this painter until told to stop. label: the worker's name on this machine."""
    redis = _redis(settings)
    with Replies(settings.discord_api_base) as replies:
        # A killed worker's entry outlives it, so every process has a name of its own.
        worker = WarmWorker(
            painter, replies, settings, redis, name=f"{label}-{uuid4().hex[:6]}", label=label
        )
        worker.serve(burst=burst)


@app.command()
def health(name: Name = "") -> None:
    """Exit code 0 where the worker lives and reaches its queue, else 1."""
    settings = Settings()
    if not pulse.alive(pulse_file(settings, name or socket.gethostname())):
        raise typer.Exit(1)


def _painter(settings: Settings) -> Painter:
    """The model, or exit code 3 and one clear line: the process manager tries again later."""
    began = time.monotonic()
    try:
        painter = Painter.load(settings.model_dir, device=settings.device, threads=settings.threads)
    except ModelError as error:
        _log.critical("no model, so no dish: %s (MODEL_DIR says where to look)", error)
        raise typer.Exit(EXIT_NO_MODEL) from None
    _log.info("model %s loaded in %.1f s", painter.model_id, time.monotonic() - began)
    return painter


def _redis(settings: Settings) -> Redis:
    """A connection that has answered once; waits for Redis to come up."""
    redis = connection.patient(settings)
    wait_s = 0.5
    while True:
        try:
            redis.ping()
            return redis
        except connection.AWAY as error:
            _log.warning("Redis does not answer yet (%s)", type(error).__name__)
            time.sleep(wait_s)
            wait_s = min(2 * wait_s, _AWAY_LONGEST_S)


if __name__ == "__main__":
    app(prog_name="worker")
