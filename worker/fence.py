"""Who may end an order: the worker that holds its claim, unless its member wants it no more."""

from collections.abc import Sequence
from typing import Literal

from redis import Redis
from rq.utils import as_text

from foodgan.contract.orders import END_CANCELLED, END_KEY, END_POSTING, END_TTL_S
from worker.books import Claim

Leave = Literal["post", "lost", "cancelled"]

_LEAVES: dict[str, Leave] = {"lost": "lost", END_CANCELLED: "cancelled"}

# Nobody posts what is lost, so it may still be cancelled: its next worker decides.
# KEYS: registry of claims, who ends the order. ARGV: the claim, END_POSTING, seconds.
_LEAVE = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 'lost' end
return redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3], 'NX', 'GET') or ARGV[2]
"""


def ask_leave(connection: Redis, claims: Sequence[Claim]) -> list[Leave]:
    """Whether the answer of each claim may be posted now; then it is too late to cancel.

    lost: a sweep has given the claim to another worker, as it does with one not renewed in time.
    """
    with connection.pipeline(transaction=False) as pipe:
        for claim in claims:
            keys = claim.queue.started_job_registry.key, END_KEY + claim.job.id
            execution = claim.execution.composite_key
            pipe.eval(_LEAVE, len(keys), *keys, execution, END_POSTING, END_TTL_S)
        return [_LEAVES.get(as_text(answer), "post") for answer in pipe.execute()]


def decided(connection: Redis, order_id: str) -> str:
    """Who ends this order: END_POSTING, END_CANCELLED, or "" while nobody does."""
    return as_text(connection.get(END_KEY + order_id) or b"")


def take_back(connection: Redis, order_id: str) -> None:
    """It was not posted after all and waits for another try: it may be cancelled again."""
    key = END_KEY + order_id
    if connection.get(key) == END_POSTING.encode():
        connection.delete(key)
