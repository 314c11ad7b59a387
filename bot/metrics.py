"""What the bot counts for Prometheus. No label ever holds a token, a member or a dish's name."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter

from foodgan.contract.gauges import OUTCOMES

PRESS = "press"  # what buttons, menus and modals count as
ENDS = ("done", "refused", "failed")  # of a command
STATES = ("written", "done", "failed", "late", "refused", "cancelled")  # of an order
# Of every sentence that the bot refuses something with; a test holds them equal.
PHRASES = (
    "club-only",
    "club-unset",
    "consent-given",
    "consent-stale",
    "count-out-of-range",
    "dataset-on-its-way",
    "mix-same",
    "name-blocked",
    "name-empty",
    "name-no-words",
    "name-too-long",
    "offer-busy",
    "offer-forgotten",
    "operators-only",
    "ordered-too-soon",
    "review-gone",
    "review-not-yours",
    "seed-out-of-range",
    "share-out-of-range",
    "submit-banned",
    "submit-enough-today",
    "submit-no-photo",
    "submit-not-yours",
    "submit-stale",
    "submit-too-many",
    "too-many-waiting",
    "weight-both",
    "weight-no-words",
    "weight-too-many",
)
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
    """Export these counts beside the registry's own, from 0 on: a rate needs it."""
    for outcome in OUTCOMES:
        REQUESTS.labels(outcome)
    for state in STATES:
        ORDERS.labels(state)
    for phrase in PHRASES:
        REFUSALS.labels(phrase)
    registry.register(_COUNTS)


def expect(commands: Iterable[str]) -> None:
    """Count these commands, and presses, from 0 on."""
    for command in (PRESS, *commands):
        for end in ENDS:
            COMMANDS.labels(command, end)
