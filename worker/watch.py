"""What operators see of a worker: its hello in Redis, its figures and its health over HTTP."""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol, Self

from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from foodgan.contract import gauges, status
from foodgan.contract.build import build
from foodgan.contract.endpoint import Endpoint, health
from foodgan.contract.settings import Settings
from foodgan.contract.status import Hello, State
from worker import connection, metrics

BEAT_S = 1.0
_SILENT_S = 5.0  # Redis has not taken a hello for so long: not ready

_log = logging.getLogger(__name__)


class Watched(Protocol):
    """What is told of a worker. resting: set from here, when operators want it so; at_rest: it
    takes no orders any more.
    """

    name: str
    resting: bool
    at_rest: bool

    @property
    def model_id(self) -> str: ...
    @property
    def device_name(self) -> str: ...
    @property
    def limit(self) -> int: ...
    @property
    def in_hand(self) -> int: ...
    @property
    def stopping(self) -> bool: ...


class Watch:
    """Serves figures and health while entered; once there is a worker, says hello every second.

    label: the worker's name on this machine.
    """

    def __init__(self, settings: Settings, label: str) -> None:
        self._label = label
        self._since = datetime.now(UTC)
        build()  # now: an update may change what lies there while this runs
        self._redis = connection.hasty(settings)
        self._worker: Watched | None = None
        self._heard = 0.0  # monotonic: when Redis last took a hello
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="watch", daemon=True)
        self._figures = gauges.registry()
        metrics.collect_into(self._figures)
        self._figures.register(gauges.QueueGauges(self._look))
        routes = {
            "/metrics": gauges.exposed(self._figures),
            "/healthz": health(list),
            "/readyz": health(self.wrong),
            "/targets": gauges.targets(self._look),
        }
        self._endpoint = Endpoint(settings.health_host, settings.worker_health_port, routes)

    def __enter__(self) -> Self:
        self._endpoint.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        if self._worker:
            self._thread.join()
            self._say_goodbye(self._worker.name)
        self._endpoint.__exit__()
        self._redis.close()

    def staff(self, worker: Watched) -> None:
        """There is a worker now, its model warm."""
        self._worker = worker
        self._figures.register(_Build(worker))
        self._beat(worker)
        self._thread.start()

    def wrong(self) -> list[str]:
        """Why no order would be served here now; empty when one would."""
        found = []
        if self._worker is None:
            found.append("the model is not loaded yet")
        else:
            if time.monotonic() - self._heard > _SILENT_S:
                found.append("Redis does not answer")
            if self._worker.stopping:
                found.append("told to stop")
            elif self._worker.resting:
                found.append("drained: foodgan drain --back brings it back")
        return found

    def _keep(self) -> None:
        assert self._worker is not None
        while not self._stopped.wait(BEAT_S):
            self._beat(self._worker)

    def _beat(self, worker: Watched) -> None:
        try:
            resting = status.say_hello(self._redis, self._hello(worker))
        except RedisError as error:
            _log.debug("no hello (%s)", type(error).__name__)  # the keeper speaks of an outage
            return
        self._heard = time.monotonic()
        if resting != worker.resting:
            worker.resting = resting
            _log.info("drained: taking no orders" if resting else "taking orders again")
            self._beat(worker)  # nobody should read the old state for another second

    def _hello(self, worker: Watched) -> Hello:
        return Hello(
            name=worker.name,
            label=self._label,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=build(),
            model=worker.model_id,
            device=worker.device_name,
            limit=worker.limit,
            state=_state(worker),
            in_hand=worker.in_hand,
            served=int(metrics.orders("served")),
            failed=int(metrics.orders("failed")),
            since=self._since,
            health=self._announced(),
        )

    def _announced(self) -> str:
        """Where others find the figures: a name in place of "every address of this machine"."""
        host, _, port = self._endpoint.address.rpartition(":")
        if not port:
            return ""
        return f"{socket.gethostname() if host in ('0.0.0.0', '[::]') else host}:{port}"

    def _look(self) -> status.Status:
        return status.look(self._redis)

    def _say_goodbye(self, name: str) -> None:
        try:
            status.say_goodbye(self._redis, name)
        except RedisError:
            _log.debug("no goodbye; the hello goes by itself")


class _Build(Collector):
    """What runs here when it is asked for: a worker's model may be another one by then."""

    def __init__(self, worker: Watched) -> None:
        self._worker = worker

    def collect(self) -> Iterable[Metric]:
        worker = self._worker
        return gauges.build(model=worker.model_id, device=worker.device_name).collect()


def _state(worker: Watched) -> State:
    if worker.stopping or worker.resting:
        still = worker.in_hand or worker.stopping or not worker.at_rest
        return "draining" if still else "resting"
    return "busy" if worker.in_hand else "idle"
