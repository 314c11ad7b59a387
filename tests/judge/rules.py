"""The judge's second half: rules by hand, for what the published schema does not say.

A rule is a function from a request to sentences, one for each breach. Its docstring cites the page
of Discord's documentation (https://discord.com/developers/docs/…) that it comes from; "Project"
marks a rule of our own.
"""

from collections.abc import Callable, Iterator, Sequence

from tests.judge import (
    commands,
    components,
    history,
    interactions,
    keys,
    messages,
    transport,
    uploads,
)
from tests.judge.request import Request, Violation

Rule = Callable[[Request], Iterator[str]]

RULES: tuple[Rule, ...] = (
    *transport.RULES,
    *keys.RULES,
    *messages.RULES,
    *uploads.RULES,
    *components.RULES,
    *interactions.RULES,
    *commands.RULES,
)


def violations(request: Request) -> Iterator[Violation]:
    """What a request does wrong, taken alone."""
    for rule in RULES:
        for message in rule(request):
            yield Violation("rule", rule.__name__, request, message)


def violations_over_time(
    requests: Sequence[Request], interaction_types: dict[str, int]
) -> Iterator[Violation]:
    """What only the sequence shows. interaction_types: interaction id → its type, where known."""
    for rule in history.RULES:
        for request, message in rule(requests, interaction_types):
            yield Violation("rule", rule.__name__, request, message)
