"""Photos through a real queue: taken in or refused, and nothing else is ever run."""

import os
import subprocess
import sys
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from foodgan.contract.photos import Refused, Taken
from foodgan.contract.store import Store
from tests.photos.hostile import corpus
from tests.worker.conftest import _dump
from tests.worker.counter import ROOT, Counter, a_photo, counter, until

__all__ = ["counter"]  # a fixture


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
    [{"url": None}, {"photo_id": "../../x"}, {"version": 2}, {"name": "x" * 300}],
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


def test_a_field_of_a_later_bot_is_left_out(counter: Counter) -> None:
    photo_id = counter.hand_in(a_photo(), more=1)
    counter.serve()
    assert isinstance(counter.answer(photo_id), Taken)


def test_health_is_asked_by_its_pulse(counter: Counter) -> None:
    command = [sys.executable, "-m", "worker", "health", "--intake", "--name", "test"]
    environment = {**os.environ, "VAR_DIR": str(counter.tmp_path)}
    assert subprocess.run(command, cwd=ROOT, env=environment).returncode == 1
    counter.start()
    until((counter.tmp_path / "intake-test.pulse").exists)
    assert subprocess.run(command, cwd=ROOT, env=environment).returncode == 0
