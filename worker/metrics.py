"""What a worker counts for Prometheus. No label ever holds a token, a member or a dish's name.

Every label's values are words of this file, or of a table beside the code that sets them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

from foodgan.contract import gauges
from foodgan.contract.orders import DishOrder
from foodgan.contract.recipes import Kind
from worker.books import Claim

_COUNTS = CollectorRegistry()  # of this process

_WAITS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900)
_PASSES_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)
_POSTS_S = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30)
_SIZES = (1, 2, 4, 8, 16, 24, 32, 48, 64)

ORDERS = Counter(
    "foodgan_orders",
    "Orders that ended here: served, handed (to the bot), declined, cancelled, gone, failed; and "
    "retried.",
    ["outcome"],
    registry=_COUNTS,
)
FAILURES = Counter("foodgan_failures", "Failed tries, by kind.", ["kind"], registry=_COUNTS)
KINDS = Counter(
    "foodgan_orders_begun", "Orders that were claimed, by kind.", ["kind"], registry=_COUNTS
)
WAITS = Histogram(
    "foodgan_order_wait_seconds",
    "From being put in line until a worker claims it.",
    buckets=_WAITS_S,
    registry=_COUNTS,
)
BATCHES = Histogram("foodgan_batch_orders", "Orders of a batch.", buckets=_SIZES, registry=_COUNTS)
PICTURES = Histogram(
    "foodgan_pass_pictures", "Pictures of a forward pass.", buckets=_SIZES, registry=_COUNTS
)
PASSES = Histogram(
    "foodgan_pass_seconds",
    "Time of the device: one forward pass, pictures brought back.",
    buckets=_PASSES_S,
    registry=_COUNTS,
)
POSTS = Counter(
    "foodgan_posts", "Requests to Discord, by what became of them.", ["outcome"], registry=_COUNTS
)
POST_TIMES = Histogram(
    "foodgan_post_seconds",
    "One request to Discord, its answer read.",
    buckets=_POSTS_S,
    registry=_COUNTS,
)

# By the name of the error's class: those are the code's own, and few.
_KINDS = {
    "Refused": "payload",
    "Poison": "poison",
    "OutOfTime": "late",
    "ModelError": "model",
    "DiscordRefused": "discord",
    "TooLarge": "too_large",
    "OutOfMemoryError": "memory",
}


def collect_into(registry: CollectorRegistry) -> None:
    """Export these counts beside the registry's own, from 0 on: a rate needs the first value."""
    for outcome in ("served", "handed", "declined", "cancelled", "gone", "failed", "retried"):
        ORDERS.labels(outcome)
    for kind in (*_KINDS.values(), "other"):
        FAILURES.labels(kind)
    for order_kind in get_args(Kind):
        KINDS.labels(order_kind)
    for outcome in gauges.OUTCOMES:
        POSTS.labels(outcome)
    registry.register(_COUNTS)


def begun(batch: Sequence[tuple[Claim, DishOrder]], now: datetime) -> None:
    """Count a batch, and how long each of its orders has waited for its first try.

    now: by the clock of Redis, see `worker.clock`.
    """
    BATCHES.observe(len(batch))
    for claim, order in batch:
        KINDS.labels(order.kind).inc()
        if claim.deliveries == 1:
            # A replayed order was put in line long before, but asked for anew.
            came = max(claim.job.enqueued_at or order.asked_at, order.asked_at)
            WAITS.observe(max(0.0, (now - came).total_seconds()))


def failed(error: Exception) -> None:
    """Count a failed try."""
    FAILURES.labels(_KINDS.get(type(error).__name__, "other")).inc()


def posted(status: int) -> None:
    """Count Discord's answer. status: HTTP status, 0 for none."""
    POSTS.labels(gauges.outcome(status)).inc()


def orders(outcome: str) -> float:
    """How many orders have ended so, since this process started."""
    return _COUNTS.get_sample_value("foodgan_orders_total", {"outcome": outcome}) or 0.0
