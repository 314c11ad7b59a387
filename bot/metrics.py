"""What the bot counts for Prometheus. No label ever holds a token, a member or a dish's name."""

from prometheus_client import CollectorRegistry, Counter

from foodgan.contract.gauges import OUTCOMES

_COUNTS = CollectorRegistry()  # of this process

ORDERS = Counter(
    "foodgan_bot_orders",
    "Orders by state: written, then one of done, failed, late, refused, cancelled.",
    ["state"],
    registry=_COUNTS,
)
COMMANDS = Counter(
    "foodgan_bot_commands",
    "Commands used, by what became of them: done, refused (a sentence said why), failed.",
    ["command", "outcome"],
    registry=_COUNTS,
)
REFUSALS = Counter(
    "foodgan_bot_refusals",
    "Commands refused, by the key of the sentence that said why.",
    ["phrase"],
    registry=_COUNTS,
)
REQUESTS = Counter(
    "foodgan_bot_requests",
    "Requests to Discord, by what became of them.",
    ["outcome"],
    registry=_COUNTS,
)


def collect_into(registry: CollectorRegistry) -> None:
    """Export these counts beside the registry's own, requests from 0 on: a rate needs it."""
    for outcome in OUTCOMES:
        REQUESTS.labels(outcome)
    registry.register(_COUNTS)
