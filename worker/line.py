"""Who is next: a fair share of the queue for every member, by one look at all that waits.

The queue stays one rq list in the order of arrival, which every tool of rq reads. What is fair is
only which of its orders share the next pass. Orders whose answer somebody waits for go before those
that come too late for it anyway, and before what an operator replays. An order that a worker has
died with is a suspect: it goes alone, and after each of them the others have a batch.
"""

import json
import math
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rq.exceptions import NoSuchJobError
from rq.queue import Queue
from rq.utils import as_text

from foodgan.contract.orders import (
    BACKGROUND_META,
    COUNT_MAX,
    MEMBER_META,
    TOKEN_LIFE,
    TOKEN_MARGIN,
)
from worker import books, costs
from worker.clock import Clock
from worker.jobs import DEATHS, DishJob

PATIENCE_S = 120.0  # after so long an order that nobody waits for takes its turn like all
WINDOW = 1000  # orders that one look goes through; more than a bot lets wait by default

# KEYS: queue, intermediate list, then the hash of each id that is wanted in this batch. ARGV: the
# popped id, "1" if it is known that the batch is one suspect, then the ids that are wanted.
# Returns the batch, and those in it that were taken for no suspects; then nothing has been moved.
_TOP_UP = f"""
local head, moved, suspects, kept = ARGV[1], {{}}, {{}}, false
for i = 3, #ARGV do
  if ARGV[2] == '0' and redis.call('HEXISTS', KEYS[i], '{DEATHS}') == 1 then
    suspects[#suspects + 1] = ARGV[i]
  end
end
if #suspects > 0 then return {{moved, suspects}} end
for i = 3, #ARGV do
  if ARGV[i] == head then
    kept = true
    moved[#moved + 1] = head
  elseif redis.call('LREM', KEYS[1], 1, ARGV[i]) == 1 then
    redis.call('LPUSH', KEYS[2], ARGV[i])
    moved[#moved + 1] = ARGV[i]
  end
end
if #moved == 0 then return {{{{head}}, suspects}} end
if not kept then
  redis.call('LREM', KEYS[2], 1, head)
  redis.call('LPUSH', KEYS[1], head)
end
return {{moved, suspects}}
"""


@dataclass(frozen=True)
class Ticket:
    """What the line knows of a waiting order. member: whose it is; pictures: what it costs.

    behind: from when till when (Unix seconds) it lets others go first: nobody waits for its answer;
    suspect: a worker has died with it, perhaps of it.
    """

    job_id: str
    member: str
    pictures: int
    behind: tuple[float, float] = (math.inf, math.inf)
    suspect: bool = False


def fair(tickets: Sequence[Ticket], now: float = 0.0, *, held: bool = False) -> list[Ticket]:
    """In turn by member: the fewer pictures of one's own stand before an order, the sooner.

    Of two alike the one that came first. With one member, or each of another, that is the order
    of arrival. Those behind come last. held: suspects let the others go first this time.
    """
    before: defaultdict[str, int] = defaultdict(int)
    turns = []
    for place, ticket in enumerate(tickets):
        begins, ends = ticket.behind
        behind, waits = begins <= now < ends, held and ticket.suspect
        turns.append((behind, waits, before[ticket.member], place, ticket))
        before[ticket.member] += ticket.pictures
    return [ticket for *_, ticket in sorted(turns, key=lambda turn: turn[:4])]


def fill(
    tickets: Sequence[Ticket], room: int, now: float = 0.0, *, held: bool = False
) -> list[Ticket]:
    """The first of all, and beside it, in turn, whoever fits; a suspect alone.

    room: pictures of one batch; held: see `fair`.
    """
    chosen: list[Ticket] = []
    for ticket in fair(tickets, now, held=held):
        if ticket.suspect and not chosen:
            return [ticket]
        if not ticket.suspect and (not chosen or ticket.pictures <= room):
            chosen.append(ticket)
            room -= ticket.pictures
    return chosen


class Line:
    """Takes batches off one queue, by way of its intermediate list: a crash loses none of them."""

    def __init__(self, queue: Queue, clock: Clock) -> None:
        self._clock = clock
        self._queue = queue
        self._connection = queue.connection
        self._top_up = queue.connection.register_script(_TOP_UP)
        self._known: dict[str, Ticket] = {}  # of those that waited at the last look
        self._held = False  # whether the batch before was a suspect

    def take(self, room: int, wait_s: int) -> list[DishJob]:
        """Wait for a first job, then take what is there beside it, without waiting for more.

        room: pictures that a batch has room for. Empty when nothing came within `wait_s` seconds.
        """
        while head := books.pop(self._queue, wait_s):
            jobs = self._fetch(self._batch(head, room))
            if jobs:
                self._held = any(job.deaths for job in jobs)
                return jobs
        return []

    def _batch(self, head: str, room: int) -> list[str]:
        """Move those that share the batch with `head` to the intermediate list, or instead of it.

        An order that nobody waits for goes back to its place while others are there.
        """
        listed = self._connection.lrange(self._queue.key, 0, WINDOW - 1)
        waiting = list(dict.fromkeys([head, *map(as_text, listed)]))
        if len(waiting) == 1:
            return [head]
        self._look(waiting)
        while True:
            tickets = [self._known[each] for each in waiting]
            chosen = fill(tickets, room, self._clock.now().timestamp(), held=self._held)
            moved, suspects = self._move(head, chosen)
            if moved:
                return moved
            for each in suspects:
                self._known[each] = replace(self._known[each], suspect=True)

    def _move(self, head: str, chosen: Sequence[Ticket]) -> tuple[list[str], list[str]]:
        """The batch as it lies in the intermediate list, and who turned out to be suspects."""
        ids = [ticket.job_id for ticket in chosen]
        lists = [self._queue.key, self._queue.intermediate_queue_key]
        moved, suspects = self._top_up(
            keys=lists + [DishJob.key_for(each) for each in ids],
            args=[head, int(chosen[0].suspect), *ids],
        )
        return [as_text(each) for each in moved], [as_text(each) for each in suspects]

    def _look(self, waiting: Sequence[str]) -> None:
        """Read the ticket of each newcomer; forget those that are gone."""
        known = self._known
        new = [job_id for job_id in waiting if job_id not in known]
        with self._connection.pipeline(transaction=False) as pipe:
            for job_id in new:
                pipe.hmget(DishJob.key_for(job_id), "data", "meta", DEATHS)
            read = pipe.execute()
        for job_id, (data, meta, deaths) in zip(new, read, strict=True):
            known[job_id] = replace(_ticket(job_id, data, meta), suspect=deaths is not None)
        self._known = {job_id: known[job_id] for job_id in waiting}

    def _fetch(self, job_ids: Sequence[str]) -> list[DishJob]:
        """The jobs behind ids in the intermediate list; an id without one is dropped from it."""
        try:
            found = DishJob.fetch_many(job_ids, self._connection, self._queue.serializer)
        except NoSuchJobError:  # one of them is damaged; singly the others can be read
            found = [DishJob.find(self._queue, job_id) for job_id in job_ids]
        jobs = []
        for job_id, job in zip(job_ids, found, strict=True):
            if isinstance(job, DishJob):
                jobs.append(job)
            else:
                self._connection.lrem(self._queue.intermediate_queue_key, 1, job_id)
        return jobs


def _ticket(job_id: str, data: bytes | None, meta: bytes | None) -> Ticket:
    """Never fails: what makes no sense counts as one picture of a member of its own."""
    order = _read(lambda: json.loads(zlib.decompress(data or b""))[2][0])
    said = _read(lambda: json.loads(meta or b"{}"))
    member = _read(lambda: said[MEMBER_META])
    count = _read(lambda: order["count"])
    pictures = min(max(count, 1), COUNT_MAX) if isinstance(count, int) else 1
    pictures *= costs.of_each(_read(lambda: order["kind"]))
    asked = _read(lambda: datetime.fromisoformat(order["asked_at"]).timestamp())
    behind = (math.inf, math.inf)
    if asked is not None:
        background = _read(lambda: said[BACKGROUND_META]) is True
        begins = asked if background else asked + (TOKEN_LIFE - TOKEN_MARGIN).total_seconds()
        behind = (begins, begins + PATIENCE_S)
    return Ticket(job_id, str(member or job_id), pictures, behind)


def _read(value: Callable[[], Any]) -> Any:
    """What `value` comes to, None where a payload makes no such sense."""
    try:
        return value()
    except (LookupError, TypeError, ValueError, OverflowError, RecursionError, zlib.error):
        return None
