"""The bot's figures and health over HTTP, for operators."""

import time
from collections.abc import Callable

from prometheus_client import Gauge

from bot import metrics
from bot.heart import Heart
from bot.queue.dishes import DishQueue
from foodgan.contract import gauges
from foodgan.contract.endpoint import Endpoint, health
from foodgan.contract.pulse import STALE_S
from foodgan.contract.settings import Settings


class Watch:
    """Answers on a thread of its own, so that a busy or hung event loop shows from outside.

    latency_s: of the gateway, as discord.py measures it.
    """

    def __init__(
        self, settings: Settings, queue: DishQueue, heart: Heart, latency_s: Callable[[], float]
    ) -> None:
        self._queue = queue
        self._heart = heart
        figures = gauges.registry()
        metrics.collect_into(figures)
        figures.register(gauges.QueueGauges(queue.status_now))
        figures.register(gauges.build())
        figures.register(gauges.disk(settings.var_dir))
        connected = Gauge(
            "foodgan_bot_connected", "Whether the gateway is connected.", registry=figures
        )
        connected.set_function(lambda: float(heart.serving))
        latency = Gauge(
            "foodgan_bot_gateway_latency_seconds",
            "From a gateway heartbeat to its acknowledgement.",
            registry=figures,
        )
        latency.set_function(latency_s)
        routes = {
            "/metrics": gauges.exposed(figures),
            "/healthz": health(self._hung),
            "/readyz": health(self._wrong),
            "/targets": gauges.targets(queue.status_now),
        }
        self._endpoint = Endpoint(settings.health_host, settings.bot_health_port, routes)

    @property
    def address(self) -> str:
        """HOST:PORT, empty while it is not open."""
        return self._endpoint.address

    def open(self) -> None:
        """Begin to answer."""
        self._endpoint.__enter__()

    def close(self) -> None:
        """Answer no more."""
        self._endpoint.__exit__()

    def _hung(self) -> list[str]:
        beaten = self._heart.beaten
        hung = beaten is not None and time.monotonic() - beaten > STALE_S
        return ["the event loop hangs"] if hung else []

    def _wrong(self) -> list[str]:
        found = self._hung()
        if not self._heart.serving:
            found.append("the gateway is not connected")
        try:
            self._queue.status_now()
        except gauges.AWAY:
            found.append("Redis does not answer")
        return found
