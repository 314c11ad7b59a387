"""A planted fault: a spoiled request or sequence, and who must notice it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.judge.request import Request
from tests.judge.shapes import INTERACTION


@dataclass(frozen=True)
class Fault:
    """One fault, named by a sentence.

    rule: the rule by hand that must bite, None where Discord's description alone does.
    schema: whether the description bites too. types: interaction id → type, where that matters.
    """

    sentence: str
    rule: str | None
    requests: Sequence[Request]
    schema: bool = False
    types: tuple[tuple[str, int], ...] = ()


def plant(sentence: str, rule: str | None, *requests: Request, schema: bool = False) -> Fault:
    """A fault that the requests alone show."""
    return Fault(sentence, rule, requests, schema)


def asked(kind: int, sentence: str, answer: Request) -> Fault:
    """An answer that does not fit the interaction's type."""
    return Fault(sentence, "callback_for_its_context", [answer], types=((INTERACTION, kind),))
