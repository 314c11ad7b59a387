"""How the kitchen is doing: every worker writes a hello to Redis, `look` reads them and the queue.

`/status`, `foodgan status`, the Prometheus figures and `foodgan drain` all go by this file, so that
they can't differ. Nothing here names a member, a dish or a token.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from redis import Redis

from foodgan.contract.models import TRAIN_QUEUE
from foodgan.contract.orders import DISH_QUEUE, FAILURE_TTL_S, PACE_DISH, PACE_KEY, Plain
from foodgan.contract.photos import CHORE_QUEUE, PHOTO_QUEUE
from foodgan.contract.ratelimit import INVALID_KEY

HELLO_TTL_S = 15  # a worker that has not said hello for so long is gone
WORKERS = "foodgan:workers"  # set of names; each has its hello under `hello_key`
RESTING = "foodgan:resting"  # set of labels that are to take no orders
PACE_DEFAULT_S = 1.0  # seconds an order takes, until a worker has measured it
RECENT = timedelta(hours=1)
_SHOWN = 10  # ids of failures that a status holds, the newest first
_CANDIDATES = 200  # started or put-off orders whose age is looked at

# RQ's own keys; tests/worker/test_watch.py holds them equal to what RQ says.
QUEUE_KEY = f"rq:queue:{DISH_QUEUE}"
STARTED_KEY = f"rq:wip:{DISH_QUEUE}"
SCHEDULED_KEY = f"rq:scheduled:{DISH_QUEUE}"
FAILED_KEY = f"rq:failed:{DISH_QUEUE}"
JOB_KEY = "rq:job:"
LINE_KEY = "rq:queue:"  # and the name of a queue
WORKERS_KEY = "rq:workers:"  # the same: keys of workers, which expire with them

# draining: takes no more orders, but has some in hand; resting: the same, and has none.
State = Literal["idle", "busy", "draining", "resting"]


class Hello(BaseModel):
    """What a worker says of itself every second.

    name: unique among processes; label: its name on its machine, the same after a restart; limit:
    pictures of one pass; in_hand: orders claimed and not yet at their end; served, failed: orders
    since it started; health: HOST:PORT of its figures, empty where it has none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")  # neighbouring versions may say more

    name: Plain
    label: Plain
    host: Plain
    pid: int
    version: Plain
    model: Plain
    device: Plain
    limit: int
    state: State
    in_hand: int
    served: int
    failed: int
    since: AwareDatetime
    health: Annotated[str, Field(pattern=r"^([\w.:\[\]-]+:[0-9]{1,5})?$")] = ""

    @property
    def serves(self) -> bool:
        """Whether it takes orders."""
        return self.state in ("idle", "busy")


class Status(BaseModel):
    """The kitchen at one moment, by the clock of Redis.

    waiting: in line; put_off: to be tried again later; oldest_s: age of the oldest order that has
    not ended, 0 without one; wait_s: seconds until a newcomer's dish should be there, None without
    a worker that serves; failed: failures that are still kept (a day); failed_recently: of the last
    hour; failures: ids of the newest of these; photos: that wait to be taken in; intakes: workers
    that take them in; releases: that wait to be learned from; trainers: workers that do; refusals:
    answers of Discord to bot and workers that count towards a ban, of at most ten minutes, see
    `foodgan.contract.ratelimit`.
    """

    model_config = ConfigDict(frozen=True)

    taken_at: AwareDatetime
    waiting: int
    started: int
    put_off: int
    oldest_s: float
    oldest_id: Plain | None
    dish_s: float
    wait_s: float | None
    failed: int
    failed_recently: int
    failures: tuple[Plain, ...]
    workers: tuple[Hello, ...]
    photos: int
    intakes: int
    releases: int
    trainers: int
    refusals: int


def hello_key(name: str) -> str:
    """The key of one worker's hello."""
    return f"foodgan:worker:{name}"


def say_hello(redis: Redis, hello: Hello) -> bool:
    """Write a hello. Returns whether operators want this worker to rest."""
    with redis.pipeline(transaction=False) as pipe:
        pipe.set(hello_key(hello.name), hello.model_dump_json(), ex=HELLO_TTL_S)
        pipe.sadd(WORKERS, hello.name)
        pipe.sismember(RESTING, hello.label)
        return bool(pipe.execute()[-1])


def say_goodbye(redis: Redis, name: str) -> None:
    """Take a worker off the list."""
    with redis.pipeline(transaction=False) as pipe:
        pipe.delete(hello_key(name))
        pipe.srem(WORKERS, name)
        pipe.execute()


def rest(redis: Redis, labels: Iterable[str], resting: bool) -> None:
    """Ask the workers of these labels to take no more orders, or to take orders again."""
    change = redis.sadd if resting else redis.srem
    change(RESTING, *labels)


def look(redis: Redis) -> Status:
    """The kitchen now, in a few round trips. Raises what redis-py raises."""
    seconds, microseconds = redis.time()
    now = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    # A failure is scored with the moment at which it is forgotten, see `worker.jobs`.
    recent = (now - RECENT).timestamp() + FAILURE_TTL_S
    with redis.pipeline(transaction=False) as pipe:
        pipe.llen(QUEUE_KEY)
        pipe.zcard(STARTED_KEY)
        pipe.zcard(SCHEDULED_KEY)
        pipe.zcard(FAILED_KEY)
        pipe.zcount(FAILED_KEY, recent, "+inf")
        pipe.zrevrangebyscore(FAILED_KEY, "+inf", recent, 0, _SHOWN)
        pipe.hget(PACE_KEY, PACE_DISH)
        pipe.get(INVALID_KEY)
        waiting, started, put_off, failed, failed_recently, failures, pace, refusals = (
            pipe.execute()
        )
    hellos, oldest = _hellos(redis), _oldest(redis)
    photos, intakes = _line_and_workers(redis, (PHOTO_QUEUE, CHORE_QUEUE))
    releases, trainers = _line_and_workers(redis, (TRAIN_QUEUE,))
    dish_s = seconds_of(pace)
    takers = sum(hello.serves for hello in hellos)
    return Status(
        taken_at=now,
        waiting=waiting,
        started=started,
        put_off=put_off,
        oldest_s=max(0.0, (now - oldest[0]).total_seconds()) if oldest else 0.0,
        oldest_id=oldest[1] if oldest else None,
        dish_s=dish_s,
        wait_s=wait_s(waiting + started, dish_s, takers) if takers else None,
        failed=failed,
        failed_recently=failed_recently,
        failures=tuple(map(_text, failures)),
        workers=tuple(sorted(hellos, key=lambda hello: (hello.host, hello.label, hello.name))),
        photos=photos,
        intakes=intakes,
        releases=releases,
        trainers=trainers,
        refusals=int(refusals or 0),
    )


def seconds_of(pace: bytes | None) -> float:
    """The pace as the worker wrote it, or the default where it is absent or no number."""
    try:
        return max(float(pace or PACE_DEFAULT_S), 0.0)
    except ValueError:
        return PACE_DEFAULT_S


def wait_s(ahead: int, dish_s: float, workers: int) -> float:
    """Seconds until a newcomer's dish should be there, its own making included."""
    return (ahead + 1) * dish_s / max(workers, 1)


def serving(redis: Redis) -> int:
    """How many workers take orders. Raises what redis-py raises."""
    return sum(hello.serves for hello in _hellos(redis))


def _hellos(redis: Redis) -> list[Hello]:
    """The workers that are alive."""
    names = sorted(map(_text, redis.smembers(WORKERS)))
    said: list[Any] = redis.mget(map(hello_key, names)) if names else []
    gone = [name for name, text in zip(names, said, strict=True) if text is None]
    if gone:
        redis.srem(WORKERS, *gone)
    return [hello for text in said if (hello := _hello(text))]


def _oldest(redis: Redis) -> tuple[datetime, str] | None:
    """When the oldest order was asked for, and its id."""
    with redis.pipeline(transaction=False) as pipe:
        pipe.lindex(QUEUE_KEY, 0)  # what is tried again goes to the front: the head is the oldest
        pipe.zrange(STARTED_KEY, 0, _CANDIDATES - 1)
        pipe.zrange(SCHEDULED_KEY, 0, _CANDIDATES - 1)
        head, claimed, put_off = pipe.execute()
    # A claim is listed as JOB:EXECUTION.
    job_ids = [_text(each).partition(":")[0] for each in (head, *claimed, *put_off) if each]
    with redis.pipeline(transaction=False) as pipe:
        for job_id in job_ids:
            pipe.hget(JOB_KEY + job_id, "data")
        dates = zip(map(_asked_at, pipe.execute()), job_ids, strict=True)
    return min(((when, job_id) for when, job_id in dates if when), default=None)


def _line_and_workers(redis: Redis, queues: Sequence[str]) -> tuple[int, int]:
    """How many wait in these queues, and how many workers serve the first of them."""
    with redis.pipeline(transaction=False) as pipe:
        pipe.smembers(WORKERS_KEY + queues[0])
        for queue in queues:
            pipe.llen(LINE_KEY + queue)
        listed, *waiting = pipe.execute()
    return sum(waiting), redis.exists(*listed) if listed else 0


def _hello(text: bytes | None) -> Hello | None:
    """None for a worker that is gone, or of a version that says hello in another way."""
    try:
        return Hello.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _asked_at(data: bytes | None) -> datetime | None:
    """When the order in a job's payload was asked for; None where it makes no sense."""
    try:
        order = json.loads(zlib.decompress(data or b""))[2][0]
        when = datetime.fromisoformat(order["asked_at"])
    except (LookupError, TypeError, ValueError, RecursionError, zlib.error):
        return None
    return when if when.tzinfo else None


def _text(raw: Any) -> str:
    return raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
