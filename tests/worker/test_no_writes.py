"""A Redis that refuses to write: workers wait for it as for one that is gone, models stay warm."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ClusterDownError, ReadOnlyError, ResponseError

from tests.valkey import a_valkey
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.counter import Counter, a_photo, counter
from tests.worker.counter import until as soon
from tests.worker.process import WorkerProcess
from tests.worker.test_processes import START_S, ready
from worker import connection

__all__ = ["counter"]  # a fixture

Start = Callable[..., WorkerProcess]
REFUSALS = {
    "full": "OutOfMemoryError",
    "replica": "ReadOnlyError",
    "alone": "ReadOnlyError",
    "disk": "ReadOnlyError",
}


@dataclass
class Server:
    """A Valkey of a test's own that can be made to refuse writes."""

    url: str
    redis: Redis
    folder: Path

    def refuse(self, how: str) -> None:
        if how == "full":
            self.redis.config_set("maxmemory", "1mb")
        elif how == "replica":
            self.redis.replicaof("127.0.0.1", "1")
        elif how == "alone":
            self.redis.config_set("min-replicas-to-write", "1")
        else:
            (self.folder / "dump.rdb").unlink(missing_ok=True)
            (self.folder / "dump.rdb").mkdir()  # which no snapshot can take the place of
            self._snapshot("err")

    def take(self, how: str) -> None:
        """Take writes again."""
        if how == "full":
            self.redis.config_set("maxmemory", "0")
        elif how == "replica":
            self.redis.replicaof("NO", "ONE")
        elif how == "alone":
            self.redis.config_set("min-replicas-to-write", "0")
        else:
            (self.folder / "dump.rdb").rmdir()
            self._snapshot("ok")

    def _snapshot(self, outcome: str) -> None:
        self.redis.config_set("save", "3600 1")  # without it a failed snapshot stops nobody
        self.redis.bgsave()
        until(lambda: self.redis.info("persistence")["rdb_last_bgsave_status"] == outcome)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "valkey"
    with (
        a_valkey(data_dir=folder, config={"maxmemory-policy": "noeviction"}) as server,
        Redis.from_url(server.connection_url) as client,
    ):
        yield Server(server.connection_url, client, folder)


@pytest.mark.parametrize("how", REFUSALS)
def test_a_refused_write_counts_as_away(server: Server, how: str) -> None:
    server.refuse(how)
    with pytest.raises(connection.AWAY), connection.refusing_is_away():
        server.redis.set("a", 1)
    with pytest.raises(connection.AWAY), connection.refusing_is_away():
        server.redis.pipeline().set("a", 1).execute()
    server.take(how)
    assert server.redis.set("a", 1)


def test_a_redis_that_is_busy_with_a_script_counts_as_away(server: Server) -> None:
    server.redis.config_set("busy-reply-threshold", 10)
    with Redis.from_url(server.url) as other, ThreadPoolExecutor(1) as pool:
        endless = pool.submit(other.eval, "while true do end", 0)
        try:
            until(lambda: "BUSY" in _refusal(server.redis))
            with pytest.raises(connection.AWAY), connection.refusing_is_away():
                server.redis.get("a")
            with pytest.raises(connection.AWAY), connection.refusing_is_away():
                server.redis.pipeline().set("a", 1).execute()
        finally:
            server.redis.script_kill()
        assert endless.exception()


def test_a_cluster_that_is_down_counts_as_away() -> None:
    with pytest.raises(connection.AWAY), connection.refusing_is_away():
        raise ClusterDownError("Hash slot not served")


def _refusal(redis: Redis) -> str:
    try:
        redis.get("a")
    except ResponseError as error:
        return str(error)
    return ""


def test_words_of_a_command_are_no_refusal(server: Server) -> None:
    server.redis.set("a", "BUSY MISCONF x")
    with pytest.raises(ResponseError) as raised, connection.refusing_is_away():
        server.redis.pipeline().lpush("a", "BUSY MISCONF x").execute()
    assert not isinstance(raised.value, connection.AWAY)


def test_what_is_wrong_with_a_command_does_not_count_as_away(server: Server) -> None:
    server.redis.set("a", "misconf")
    with pytest.raises(ResponseError) as raised, connection.refusing_is_away():
        server.redis.incr("a")
    assert not isinstance(raised.value, (ReadOnlyError, *connection.AWAY))


@pytest.mark.slow
@pytest.mark.parametrize("how", REFUSALS)
def test_a_painter_outlasts_a_redis_that_refuses_writes(
    kitchen: Kitchen, start: Start, server: Server, how: str
) -> None:
    own = kitchen.at(server.url)
    leaves, stays = (start(name, redis_url=own.settings.redis_url) for name in ("leaves", "stays"))
    ready(leaves)
    ready(stays)

    server.refuse(how)
    late = start("late", redis_url=own.settings.redis_url)
    for worker in (leaves, stays):
        until(lambda worker=worker: f"Redis is away ({REFUSALS[how]})" in worker.log)
    until(lambda: f"Redis does not serve yet ({REFUSALS[how]})" in late.log, START_S)
    leaves.send(signal.SIGTERM)
    left = leaves.wait(START_S)
    server.take(how)

    assert (left, "Traceback" in leaves.log) == (0, False)
    ready(late)
    order = own.put(an_order())
    until(lambda: own.status(order.order_id) == "finished")
    assert stays.wait(0) is None


@pytest.mark.slow
@pytest.mark.parametrize("how", REFUSALS)
def test_an_intake_outlasts_a_redis_that_refuses_writes(
    counter: Counter, server: Server, how: str
) -> None:
    counter.url, counter.redis = server.url, server.redis
    leaves, stays = counter.start(), counter.start()
    soon(lambda: counter.log.count("serving queue") == 4)

    server.refuse(how)
    soon(lambda: counter.log.count(f"Redis is away ({REFUSALS[how]})") >= 4)
    leaves.terminate()
    left = leaves.wait(60)
    server.take(how)

    photo_id = counter.hand_in(a_photo())
    soon(lambda: counter.status(photo_id) == "finished")
    assert (left, stays.poll()) == (0, None)
    assert "has died" not in counter.log
