"""One worker's life: load the model, wait for Redis, serve."""

import logging
import time
from uuid import uuid4

from redis import Redis

from foodgan.contract.settings import Settings
from foodgan.painter import Painter
from worker import connection
from worker.reply import Replies
from worker.tasks import Paints
from worker.warm import WarmWorker

_AWAY_LONGEST_S = 5.0

_log = logging.getLogger(__name__)


def serve(painter: Paints, settings: Settings, label: str, *, burst: bool = False) -> None:
    """Serve with this painter until told to stop. label: the worker's name on this machine."""
    redis = _redis(settings)
    with Replies(settings.discord_api_base) as replies:
        # A killed worker's entry outlives it, so every process has a name of its own.
        worker = WarmWorker(
            painter, replies, settings, redis, name=f"{label}-{uuid4().hex[:6]}", label=label
        )
        worker.serve(burst=burst)


def load(settings: Settings) -> Painter:
    """The model that the settings name. Raises ModelError."""
    began = time.monotonic()
    painter = Painter.load(settings.model_dir, device=settings.device, threads=settings.threads)
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
