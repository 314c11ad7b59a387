"""Who may end an order: the worker that holds its claim, unless its member wants it no more."""

from collections.abc import Sequence
from typing import Literal

from redis import Redis
from rq.utils import as_text

from foodgan.contract.orders import END_CANCELLED, END_KEY, END_POSTING, END_TTL_S
from worker.books import Claim

Leave = Literal["post", "lost", "cancelled"]


def ask_leave(connection: Redis, claims: Sequence[Claim]) -> list[Leave]:
    """Whether the answer of each claim may be posted now; then it is too late to cancel.

    lost: a sweep has given the claim to another worker, as it does with one not renewed in time.
    """
    with connection.pipeline(transaction=False) as pipe:
        for claim in claims:
            registry = claim.queue.started_job_registry
            pipe.zscore(registry.key, claim.execution.composite_key)
            pipe.set(END_KEY + claim.job.id, END_POSTING, ex=END_TTL_S, nx=True, get=True)
        answers = pipe.execute()
    return [_leave(*pair) for pair in zip(answers[::2], answers[1::2], strict=True)]


def _leave(score: float | None, decided: bytes | None) -> Leave:
    if score is None:
        return "lost"
    return "cancelled" if decided == END_CANCELLED.encode() else "post"


def decided(connection: Redis, order_id: str) -> str:
    """Who ends this order: END_POSTING, END_CANCELLED, or "" while nobody does."""
    return as_text(connection.get(END_KEY + order_id) or b"")


def take_back(connection: Redis, order_id: str) -> None:
    """It was not posted after all and waits for another try: it may be cancelled again."""
    key = END_KEY + order_id
    if connection.get(key) == END_POSTING.encode():
        connection.delete(key)
