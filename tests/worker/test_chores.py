"""Releases and drawings through a real queue, beside photos that do not wait for them."""

import hashlib
import os
import signal
from pathlib import Path

import pytest

from foodgan.contract.photos import (
    CHORE_QUEUE,
    CLUB,
    DRAW_TASK,
    PHOTO_QUEUE,
    RELEASE_TASK,
    Drawing,
    Drawn,
    Released,
    ReleaseOrder,
    Taken,
    drawing_path,
)
from foodgan.contract.store import catalogue_path
from foodgan.publishing import serving
from tests.photos.gallery import add
from tests.worker.counter import Counter, a_photo, counter, needs_proc, until

__all__ = ["counter"]  # a fixture


def test_figures_and_releases_are_made_by_the_same_worker(counter: Counter) -> None:
    for seed in range(3):
        add(counter.store, seed, "カレー")
    drawing = Drawing(
        drawing_id="aaaaaaaa",
        locale="ja",
        weeks=(("2026-W27", 3),),
        asked=(("寿司", (0, 1)), ("納豆", (2,))),
    )
    counter.enqueue("aaaaaaaa", DRAW_TASK, [drawing.model_dump(mode="json")])
    order = ReleaseOrder(release_id="bbbbbbbb")
    counter.enqueue("bbbbbbbb", RELEASE_TASK, [order.model_dump(mode="json")])
    counter.serve()
    drawn = Drawn.model_validate(counter.value("aaaaaaaa"))
    assert counter.store.read(drawing_path("aaaaaaaa")).startswith(b"\x89PNG")
    assert drawn.wanted == ("寿司",)
    released = Released.model_validate(counter.value("bbbbbbbb"))
    assert released.train + released.test == 3
    assert released.catalogue == sha256_of(counter)
    assert counter.store.exists(f"releases/{released.digest}/manifest.json")


def test_a_release_of_nothing_says_that_there_is_nothing(counter: Counter) -> None:
    order = ReleaseOrder(release_id="bbbbbbbb")
    counter.enqueue("bbbbbbbb", RELEASE_TASK, [order.model_dump(mode="json")])
    counter.serve()
    assert Released.model_validate(counter.value("bbbbbbbb")).digest is None


@pytest.mark.parametrize("left", [False, True], ids=["none is left", "bytes are missing"])
def test_a_release_of_nothing_lets_learned_names_be_forgotten_unless_bytes_are_missing(
    counter: Counter, tiny_model: Path, left: bool
) -> None:
    if left:
        counter.store.remove(add(counter.store, 1).sha256)
    digest = serving.publish(counter.store, tiny_model)
    serving.promote(counter.store, digest, base="0" * 64, model_id="m", by="trainer")
    released = release(counter)
    counter.serve()
    said = Released.model_validate(counter.value(released))
    assert (said.digest, said.catalogue) == (None, None if left else sha256_of(counter))
    served = serving.serving(counter.store).counts_for("0" * 64)
    assert (served is not None) == left


def sha256_of(counter: Counter) -> str:
    """Of the club's catalogue as it lies there."""
    path = Path(counter.store.full(catalogue_path(CLUB)))
    return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()


def release(counter: Counter, job_id: str = "bbbbbbbb") -> str:
    """Ask for a release; it is tried again where its process dies."""
    order = ReleaseOrder(release_id=job_id)
    counter.enqueue(job_id, RELEASE_TASK, [order.model_dump(mode="json")], retries=3)
    return job_id


def held_up(counter: Counter) -> Path:
    """Let a release wait in the middle: at a catalogue that is a pipe, until somebody writes."""
    add(counter.store, 0)
    pipe = Path(counter.store.full("catalogues/later.jsonl"))
    os.mkfifo(pipe)
    return pipe


def let_go(pipe: Path) -> None:
    """Let whoever reads there find that there is no such catalogue."""
    with pipe.open("wb"):
        pipe.unlink()


def process_of(counter: Counter, queue: str) -> int:
    """The process that serves a queue, by what it says of itself in Redis."""
    listed = f"rq:workers:{queue}"
    until(lambda: counter.redis.scard(listed) == 1)
    (key,) = counter.redis.smembers(listed)
    return int(counter.redis.hget(key, "pid") or 0)


@needs_proc
def test_a_photo_does_not_wait_for_a_release(counter: Counter) -> None:
    pipe = held_up(counter)
    released = release(counter)
    counter.start()
    until(lambda: counter.status(released) == "started")
    photo_id = counter.hand_in(a_photo())
    until(lambda: counter.status(photo_id) == "finished")
    assert isinstance(counter.answer(photo_id), Taken)
    assert counter.status(released) == "started"
    let_go(pipe)
    until(lambda: counter.status(released) == "finished")


@needs_proc
def test_whoever_does_the_chores_stands_back_and_is_replaced_when_killed(counter: Counter) -> None:
    pipe = held_up(counter)
    released = release(counter)
    worker = counter.start()
    until(lambda: counter.status(released) == "started")
    photos, chores = process_of(counter, PHOTO_QUEUE), process_of(counter, CHORE_QUEUE)
    assert photos == worker.pid != chores
    assert os.getpriority(os.PRIO_PROCESS, chores) > os.getpriority(os.PRIO_PROCESS, photos)
    os.kill(chores, signal.SIGKILL)
    pipe.unlink()
    until(lambda: counter.status(released) == "finished")
    assert Released.model_validate(counter.value(released)).digest
    assert worker.poll() is None


@needs_proc
def test_told_to_stop_both_processes_leave(counter: Counter) -> None:
    worker = counter.start()
    assert process_of(counter, PHOTO_QUEUE) == worker.pid  # each can be told once it is listed
    chores = process_of(counter, CHORE_QUEUE)
    worker.terminate()
    assert worker.wait(60) == 0
    assert not Path(f"/proc/{chores}").exists()


@needs_proc
def test_a_killed_worker_leaves_nobody_behind(counter: Counter) -> None:
    worker = counter.start()
    chores = process_of(counter, CHORE_QUEUE)
    worker.kill()
    worker.wait()
    until(lambda: not Path(f"/proc/{chores}").exists())
