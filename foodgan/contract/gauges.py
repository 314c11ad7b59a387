"""The queue's figures for Prometheus, read when they are asked for; and what build this is.

Bot and workers export the same ones, so that a scaler keeps its signal while one of them is away:
take the `max` over all of them.
"""

import json
import logging
import math
import shutil
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, Info, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from foodgan.contract.build import build as this_build
from foodgan.contract.endpoint import Answer, Route
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.status import Status

_log = logging.getLogger(__name__)

Look = Callable[[], Status]
# Of a request to Discord.
OUTCOMES = ("taken", "refused", "rate_limited", "server_error", "unreachable", "too_large")
AWAY = (RedisError, KitchenClosed, OSError)


class QueueGauges(Collector):
    """What `foodgan.contract.status` says. Redis away: `foodgan_redis_up` is 0, the rest absent."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask Redis."""
        return []

    def collect(self) -> Iterator[Metric]:
        """One look at Redis."""
        try:
            status = self._look()
        except AWAY as error:
            _log.debug("no figures of the queue (%s)", type(error).__name__)
            yield GaugeMetricFamily("foodgan_redis_up", "Whether Redis answers.", value=0)
            return
        yield GaugeMetricFamily("foodgan_redis_up", "Whether Redis answers.", value=1)
        for name, help_text, value in _figures(status):
            yield GaugeMetricFamily(f"foodgan_{name}", help_text, value=value)
        states = GaugeMetricFamily("foodgan_workers", "Workers alive, by state.", labels=["state"])
        for state in ("idle", "busy", "draining", "resting"):
            count = sum(worker.state == state for worker in status.workers)
            states.add_metric([state], count)
        yield states


def _figures(status: Status) -> list[tuple[str, str, float]]:
    return [
        ("queue_orders", "Orders in line.", status.waiting),
        ("started_orders", "Orders that workers have in hand.", status.started),
        ("put_off_orders", "Orders that will be tried again.", status.put_off),
        ("failed_orders", "Failed orders that are still kept, a day long.", status.failed),
        ("failed_recently_orders", "Orders that failed in the last hour.", status.failed_recently),
        (
            "oldest_order_age_seconds",
            "Age of the oldest order that has not ended; the signal to scale workers by.",
            status.oldest_s,
        ),
        ("order_seconds", "Seconds that one order keeps a worker, a moving mean.", status.dish_s),
        ("queue_photos", "Photos, releases and drawings in line.", status.photos),
        ("intake_workers", "Workers alive that take in photos.", status.intakes),
        ("queue_releases", "Releases in line to be learned from.", status.releases),
        ("trainers", "Trainers alive.", status.trainers),
        (
            "discord_refusals",
            "Answers 401, 403 and 429 to bot and workers, since ten minutes ago at most: Discord "
            "bans an address for 10,000, and from 5,000 on nobody asks.",
            status.refusals,
        ),
    ]


def outcome(status: int) -> str:
    """What became of a request to Discord, one of OUTCOMES. status: HTTP status, 0 for none."""
    match status:
        case 0:
            return "unreachable"
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "rate_limited"
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return "too_large"
        case _ if status < HTTPStatus.MULTIPLE_CHOICES:
            return "taken"
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "server_error"
        case _:
            return "refused"


def registry() -> CollectorRegistry:
    """A registry with the process's own figures, memory among them."""
    made = CollectorRegistry()
    ProcessCollector(registry=made)
    return made


def build(**labels: str) -> Info:
    """What runs here: the build, and what else `labels` tell of it."""
    info = Info("foodgan_build", "What runs here.", registry=None)
    info.info({"version": this_build(), **labels})
    return info


def disk(folder: Path) -> Gauge:
    """Room where a process keeps its files; NaN where nobody can tell."""

    def free() -> float:
        try:
            return float(shutil.disk_usage(folder).free)
        except OSError:
            return math.nan

    gauge = Gauge("foodgan_disk_free_bytes", "Room in VAR_DIR.", registry=None)
    gauge.set_function(free)
    return gauge


def exposed(figures: CollectorRegistry) -> Route:
    """The route of `/metrics`."""
    return lambda: Answer(generate_latest(figures), CONTENT_TYPE_LATEST)


def targets(look: Look) -> Route:
    """Where the workers' figures are, as Prometheus' http_sd_config reads it.

    https://prometheus.io/docs/prometheus/latest/http_sd/
    """

    def answer() -> Answer:
        try:
            workers = look().workers
        except AWAY:  # Prometheus keeps the targets that it has
            return Answer(b"[]", status=HTTPStatus.SERVICE_UNAVAILABLE)
        groups = [
            {"targets": [worker.health], "labels": {"worker": worker.label}}
            for worker in workers
            if worker.health
        ]
        return Answer(json.dumps(groups).encode())

    return answer
