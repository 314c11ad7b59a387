"""Photos through a real queue, while hosts, disks, processes and Redis fail: none half stored."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer

from foodgan.contract.photos import Refused, Taken
from foodgan.contract.whole import PARTIAL
from tests.disk import small_disk
from tests.photos.hostile import saved
from tests.valkey import lasting_valkey
from tests.worker import shelf as shelves
from tests.worker.counter import ROOT, Counter, a_photo, counter, needs_proc, until
from tests.worker.shelf import send
from worker.forking import DEATHS_MAX
from worker.jobs import DEATHS

__all__ = ["counter"]  # a fixture

Restart = Callable[[Callable[[], object]], None]


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


@pytest.mark.parametrize("retries", [1, 5])
def test_a_store_that_is_full_fails_after_its_tries_and_loses_nothing_of_the_queue(
    counter: Counter, retries: int
) -> None:
    (counter.tmp_path / "photos").mkdir()
    (counter.tmp_path / "photos" / "objects").write_text("no folder can be made here")
    photo_id = counter.hand_in(a_photo(), retries=retries)
    worker = counter.start()
    until(lambda: counter.status(photo_id) in ("failed", "finished"))
    assert counter.status(photo_id) == "failed"
    assert counter.shelf.asked[f"/{photo_id}.jpg"] == retries + 1
    (counter.tmp_path / "photos" / "objects").unlink()
    again = counter.hand_in(a_photo())
    until(lambda: counter.status(again) == "finished")
    assert worker.poll() is None


def test_a_full_disk_fails_the_photo_leaves_nothing_half_written_and_is_got_over(
    counter: Counter,
) -> None:
    with small_disk(counter.tmp_path / "photos") as disk:
        disk.fill(spare=50_000)
        photo_id = counter.hand_in(a_photo_of_some_size(), retries=1)
        worker = counter.start()
        until(lambda: counter.status(photo_id) == "failed")
        assert disk.files() == ["ballast"]
        job = Job.fetch(photo_id, connection=counter.redis, serializer=JSONSerializer)
        result = job.latest_result()
        assert result
        assert "No space left" in (result.exc_string or "")
        disk.clear()
        again = counter.hand_in(a_photo_of_some_size())
        until(lambda: counter.status(again) == "finished")
        assert isinstance(counter.answer(again), Taken)
        assert worker.poll() is None
        worker.terminate()
        worker.wait(60)


def test_a_data_folder_that_cannot_be_written_ends_no_worker(counter: Counter) -> None:
    (counter.tmp_path / "file").touch()
    worker = counter.start(VAR_DIR=str(counter.tmp_path / "file"))
    photos = []
    for seed in range(2):
        photos.append(counter.hand_in(a_photo(seed)))
        until(lambda: counter.status(photos[-1]) == "finished" or worker.poll() is not None)
    assert [counter.status(photo_id) for photo_id in photos] == ["finished"] * 2
    worker.terminate()
    assert worker.wait(60) == 0
    assert counter.log.count("the pulse cannot be written") == 1
    assert "Traceback" not in counter.log


def test_a_store_that_cannot_be_swept_is_said(counter: Counter) -> None:
    counter.serve(PHOTO_STORE="nowhere://me:geheim@nas/photos?key=geheim")
    assert "the store was not swept: failed StoreError" in counter.log
    assert "geheim" not in counter.log


def a_photo_of_some_size() -> bytes:
    """One that is stored in some 100 kB."""
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    return saved(Image.fromarray(noise), "PNG")


def _child_of(worker: subprocess.Popen[bytes]) -> int:
    """The process of the photo in hand: the youngest, as the first does the chores."""
    path = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    children = path.read_text().split()
    assert len(children) > 1
    return int(children[-1])


def _hold(counter: Counter, photo_id: str) -> None:
    """Let the file trickle at the first try, so that a kill comes in the middle of it."""
    data = counter.shelf.files[f"/{photo_id}.jpg"]

    def slow_once(request: BaseHTTPRequestHandler) -> None:
        if counter.shelf.asked[f"/{photo_id}.jpg"] == 1:
            shelves.trickle(request)
        else:
            send(request, 200, data)

    counter.shelf.faults[f"/{photo_id}.jpg"] = slow_once


@needs_proc
def test_a_killed_child_costs_one_try(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    _hold(counter, photo_id)
    worker = counter.start()
    until(lambda: f"/{photo_id}.jpg" in counter.shelf.asked)
    os.kill(_child_of(worker), signal.SIGKILL)
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
        os.kill(_child_of(worker), signal.SIGKILL)
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
    assert counter.redis.hget(f"rq:job:{photo_id}", DEATHS) == b"1"


def test_a_photo_that_took_worker_after_worker_down_is_refused_unopened(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo(), retries=10)
    counter.redis.hset(f"rq:job:{photo_id}", DEATHS, DEATHS_MAX)
    counter.serve()
    assert counter.answer(photo_id) == Refused(photo_id=photo_id, phrase="intake-too-heavy")
    assert not counter.shelf.asked


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


@contextmanager
def altered(counter: Counter, code: str, *arguments: str) -> Iterator[None]:
    """A worker that runs this code first."""
    environment = {
        **os.environ,
        "REDIS_URL": counter.url,
        "PHOTO_STORE": str(counter.tmp_path / "photos"),
        "VAR_DIR": str(counter.tmp_path),
        "DISCORD_API_BASE": f"{counter.shelf.origin}/api/v10",
    }
    command = [sys.executable, "-c", code, *arguments, "intake"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as worker:
        try:
            yield
        finally:
            worker.terminate()


def test_a_child_killed_while_it_writes_leaves_no_half_photo(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    mark = counter.tmp_path / "mark"
    with altered(counter, KILLED_WRITING, str(mark)):
        until(lambda: counter.status(photo_id) == "finished")
    assert mark.exists()
    taken = counter.answer(photo_id)
    assert isinstance(taken, Taken)
    assert [listed.sha256 for listed in counter.store.objects()] == [taken.sha256]
    assert [path for path in counter.stored_files() if PARTIAL in path.name]  # the first try's
    assert counter.store.sweep(older_than_s=0) == 1
    assert len(counter.stored_files()) == 1


# With less time by the clock for a photo: where one is to be taken in, enough on a busy machine.
IN_A_HURRY = """
from dataclasses import replace
from worker import photos
task = photos.TASKS[photos.TAKE_IN_TASK]
photos.TASKS[photos.TAKE_IN_TASK] = replace(task, limits=replace(task.limits, wall_s={wall_s}))
from worker.__main__ import app
app()
"""


def test_a_host_that_is_slow_once_costs_one_try(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo())
    _hold(counter, photo_id)
    with altered(counter, IN_A_HURRY.format(wall_s=10)):
        until(lambda: counter.status(photo_id) == "finished")
    assert isinstance(counter.answer(photo_id), Taken)
    assert counter.shelf.asked[f"/{photo_id}.jpg"] == 2


def test_a_host_that_is_always_slow_is_not_blamed_on_the_photo(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo(), retries=1)
    counter.shelf.faults[f"/{photo_id}.jpg"] = shelves.trickle
    with altered(counter, IN_A_HURRY.format(wall_s=3)):
        until(lambda: counter.status(photo_id) in ("failed", "finished"))
    assert counter.status(photo_id) == "failed"
    assert counter.shelf.asked[f"/{photo_id}.jpg"] == 2


def a_photo_in_hand(counter: Counter, until_it_comes: Callable[[], object]) -> str:
    """A photo that a worker has asked for and waits for; its id."""
    photo_id = counter.hand_in(a_photo())
    path = f"/{photo_id}.jpg"
    data = counter.shelf.files[path]

    def comes_late(request: BaseHTTPRequestHandler) -> None:
        until_it_comes()
        send(request, 200, data)

    counter.shelf.faults[path] = comes_late
    counter.start()
    until(lambda: path in counter.shelf.asked)
    return photo_id


def test_told_to_stop_it_finishes_the_photo_in_hand(counter: Counter) -> None:
    photo_id = a_photo_in_hand(counter, lambda: time.sleep(1))
    (worker,) = counter.started
    worker.terminate()
    assert worker.wait(60) == 0
    assert isinstance(counter.answer(photo_id), Taken)


@pytest.fixture
def restarted(counter: Counter) -> Iterator[Restart]:
    """Gives the counter a queue that keeps all it was told; stops and starts it around an act."""
    with lasting_valkey(counter.tmp_path / "valkey") as server:
        counter.url, counter.redis = server.connection_url, Redis.from_url(server.connection_url)

        def restart(meanwhile: Callable[[], object]) -> None:
            server.stop()
            meanwhile()
            server.start()

        yield restart
        for worker in counter.started:
            worker.terminate()
            worker.wait(60)


def test_it_lives_through_an_outage_of_redis(counter: Counter, restarted: Restart) -> None:
    worker = counter.start()
    first = counter.hand_in(a_photo())
    until(lambda: counter.status(first) == "finished")
    restarted(lambda: time.sleep(1.5))
    second = counter.hand_in(a_photo(1))
    until(lambda: counter.status(second) == "finished")
    assert isinstance(counter.answer(first), Taken)
    assert worker.poll() is None


def test_a_photo_in_hand_when_redis_goes_away_is_served_once(
    counter: Counter, restarted: Restart
) -> None:
    away = threading.Event()
    photo_id = a_photo_in_hand(counter, lambda: away.wait(30))
    (worker,) = counter.started

    def the_photo_is_done() -> None:
        away.set()
        until(lambda: f"order {photo_id}: done" in counter.log)
        time.sleep(2)  # so that it cannot be noted

    restarted(the_photo_is_done)
    until(lambda: counter.status(photo_id) == "finished")
    job = Job.fetch(photo_id, connection=counter.redis, serializer=JSONSerializer)
    assert len(job.results()) == 1
    taken = counter.answer(photo_id)
    assert isinstance(taken, Taken)
    assert [listed.sha256 for listed in counter.store.objects()] == [taken.sha256]
    assert worker.poll() is None
