"""Releases become models through a real queue: learned, measured, published, served."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from foodgan import registry
from foodgan.contract.errors import ModelError
from foodgan.contract.models import (
    LEARN_TASK,
    MODELS,
    PICTURE,
    SERVING,
    TRAIN_QUEUE,
    Gate,
    Learned,
    Learning,
    Serving,
)
from foodgan.contract.photos import TAKE_IN_TASK
from foodgan.contract.settings import Settings
from foodgan.photos.release import freeze
from foodgan.publishing import candidate, copies, serving
from foodgan.training import new_names
from tests.metrics.clubs import LIKE, accept_all, index_model
from tests.photos.gallery import add
from tests.published import aged, bury, learned_from, renamed, served
from tests.worker.counter import Counter, counter, until
from tests.worker.process import impatient
from worker import trainer, training

__all__ = ["counter"]  # a fixture


@pytest.fixture(scope="module")
def model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_model(tiny_model, tmp_path_factory.mktemp("own"))


def release(counter: Counter) -> str:
    """A release with photos of nicknames."""
    accept_all(counter.store)
    return freeze(counter.store).digest


def ask(counter: Counter, digest: str, job_id: str = "aaaaaaaa", task: str = LEARN_TASK) -> None:
    order = Learning(learning_id=job_id, release=digest)
    queue = Queue(TRAIN_QUEUE, connection=counter.redis, serializer=JSONSerializer)
    retry = Retry(max=3, interval=1)
    queue.enqueue_call(task, args=(order.model_dump(mode="json"),), job_id=job_id, retry=retry)


def train(counter: Counter, model: Path) -> None:
    assert counter.start_trainer("--burst", model=model).wait(170) == 0


def learned(counter: Counter, job_id: str = "aaaaaaaa") -> Learned:
    return Learned.model_validate(counter.value(job_id), strict=False)


def counts(counter: Counter, model: Path) -> Any:
    return serving.serving(counter.store).counts_for(registry.digest_of(model))


@pytest.mark.slow
def test_a_release_becomes_the_model_that_workers_serve(counter: Counter, model: Path) -> None:
    ask(counter, release(counter))
    train(counter, model)
    said = learned(counter)
    assert {each.name for each in said.names} == set(LIKE)
    assert {each.like for each in said.names} <= set(LIKE.values())
    assert said.promoted
    assert all(gate.passed for gate in said.gates)
    assert counts(counter, model).digest == said.digest
    assert counter.store.exists(f"models/{said.digest}/{PICTURE}")
    assert list((counter.tmp_path / "learning").iterdir()) == []  # what it unpacked is gone
    assert "Traceback" not in counter.log


@pytest.mark.slow
def test_names_of_withdrawn_photos_are_forgotten_with_the_next_release(
    counter: Counter, model: Path
) -> None:
    ask(counter, release(counter))
    train(counter, model)
    assert counts(counter, model)
    counter.store.write_entries("club", [])
    add(counter.store, 1, "カレー", split="train")
    ask(counter, freeze(counter.store).digest, "bbbbbbbb")
    train(counter, model)
    said = learned(counter, "bbbbbbbb")
    assert (said.digest, said.names, said.promoted) == (None, (), False)
    assert counts(counter, model) is None


@pytest.mark.slow
def test_names_are_learned_anew_on_a_base_that_an_update_brought(
    counter: Counter, model: Path, tmp_path: Path
) -> None:
    ask(counter, release(counter))
    train(counter, model)
    updated = renamed(model, tmp_path, "updated")
    assert counts(counter, updated) is None
    train(counter, updated)  # nobody asks: it sees by itself that there is something to do
    assert counts(counter, updated).model_id.startswith("updated")
    promotions = len(serving.serving(counter.store).promotions)
    train(counter, updated)
    assert len(serving.serving(counter.store).promotions) == promotions  # once is enough


def test_models_that_know_withdrawn_photos_go_with_the_hourly_look(
    counter: Counter, tiny_model: Path, tmp_path: Path
) -> None:
    store, settings = counter.store, Settings(_env_file=None, var_dir=tmp_path)
    settings.photo_store = store.url
    photo = add(store, 1)
    knowing = learned_from(renamed(tiny_model, tmp_path, "knowing"), freeze(store).digest)
    digest = serving.publish(store, knowing)  # it did not pass its gates, say
    aged(store)
    trainer._see_to(settings, counter.redis, lambda: None)
    assert store.folders(MODELS) == [digest]
    bury(store, photo.sha256)
    trainer._see_to(settings, counter.redis, lambda: None)
    assert store.folders(MODELS) == []


@pytest.mark.parametrize("passed", [True, False])
def test_a_model_that_fails_leaves_none_served_that_knows_a_withdrawn_photo(
    counter: Counter,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    passed: bool,
) -> None:
    """Its names are forgotten with the next release, whatever becomes of that one."""
    store, base = counter.store, registry.digest_of(tiny_model)
    photo = add(store, 1)
    knowing = learned_from(renamed(tiny_model, tmp_path, "knowing"), freeze(store).digest)
    served(store, knowing, base=base)
    store.write_entries("club", [])
    add(store, 2, split="train")
    bury(store, photo.sha256)
    folder = learned_from(renamed(tiny_model, tmp_path, "next"), None)
    found = new_names.Learned(
        registry.describe(folder), (), ("きつねうどん",), {}, unheard=("Bセット",)
    )
    gate = Gate(name="heard", figure=0.1, bound=0.6, passed=passed)
    made = candidate.Candidate(folder, base, found, (gate,))
    monkeypatch.setattr(candidate, "learn", lambda *_: made)
    settings = Settings(
        _env_file=None, var_dir=tmp_path, photo_store=store.url, model_dir=tiny_model
    )
    order = Learning(learning_id="aaaaaaaa", release=freeze(store).digest)

    said = training.learn(order, settings)

    assert (said.promoted, said.forgotten, said.unheard) == (passed, not passed, ("Bセット",))
    assert said.known == ("きつねうどん",)
    counts = serving.serving(store).counts_for(base)
    assert (counts.digest if counts else None) == (said.digest if passed else None)


def test_a_trainer_removes_copies_that_nobody_needs(
    counter: Counter, tiny_model: Path, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, var_dir=tmp_path, photo_store=counter.store.url)
    copy = copies.fetch(
        counter.store, serving.publish(counter.store, tiny_model), tmp_path / copies.HOME
    )
    stray = copy.with_name("notes.txt")
    stray.write_text("an operator's")
    for path in (copy, stray):
        os.utime(path, (1_000, 1_000))
    assert training.looked_through(settings) is None
    assert list(copy.parent.iterdir()) == [stray]  # which is none of ours


def test_nothing_is_learned_anew_behind_a_newer_release(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be promoted last, and bring back what the newer one has forgotten."""
    queue = Queue(TRAIN_QUEUE, connection=counter.redis, serializer=JSONSerializer)
    ask(counter, "1" * 64)
    found = Learning(learning_id="bbbbbbbb", release="0" * 64)
    settings = Settings(_env_file=None, var_dir=tmp_path)
    monkeypatch.setattr(trainer, "looked_through", lambda _: found)
    trainer._see_to(settings, counter.redis, lambda: None)
    assert queue.job_ids == ["aaaaaaaa"]
    queue.empty()
    trainer._see_to(settings, counter.redis, lambda: None)
    assert queue.job_ids == ["bbbbbbbb"]


def test_an_older_release_that_is_tried_again_is_not_learned(
    counter: Counter, tmp_path: Path
) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    promotion = {"digest": None, "base": None, "model_id": "", "at": noon, "by": "operator"}
    told = Serving.model_validate({"promotions": [promotion], "newest": noon})
    counter.store.write(SERVING, told.model_dump_json().encode())
    settings = Settings(_env_file=None, var_dir=tmp_path, photo_store=counter.store.url)
    late = Learning(learning_id="aaaaaaaa", release="0" * 64, asked_at=noon - timedelta(hours=1))
    said = training.learn(late, settings)  # that it is not there is not even noticed
    assert (said.digest, said.promoted, said.outrun) == (None, False, True)


def test_a_trainer_with_another_base_says_what_to_do(
    counter: Counter, model: Path, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, var_dir=tmp_path, photo_store=counter.store.url)
    settings.model_dir = model
    order = Learning(learning_id="aaaaaaaa", release=release(counter), base="0" * 64)
    with pytest.raises(ModelError, match="on model 000000000000, and this trainer has"):
        training.learn(order, settings)


@pytest.mark.slow
def test_a_trainer_that_is_killed_leaves_its_work_to_the_next(
    counter: Counter, model: Path
) -> None:
    ask(counter, release(counter))
    first = counter.start_trainer(model=model)
    until(lambda: list(counter.tmp_path.glob("learning/*")))
    first.kill()
    first.wait()
    second = counter.start_trainer(model=model)
    until(lambda: counter.status("aaaaaaaa") == "finished", timeout_s=150)
    assert learned(counter).promoted
    assert list((counter.tmp_path / "learning").iterdir()) == []  # the first one's photos, too
    second.send_signal(signal.SIGTERM)
    assert second.wait(60) == 0


def test_a_trainer_that_is_told_to_stop_gives_back_what_it_cannot_end(
    counter: Counter, model: Path, tmp_path: Path
) -> None:
    digest = release(counter)
    metadata = Path(counter.store.full(f"releases/{digest}/train/metadata.jsonl"))
    metadata.unlink()
    os.mkfifo(metadata)  # whoever reads it waits
    ask(counter, digest)
    stopped = counter.start_trainer(model=model, changed=impatient)
    until(lambda: counter.status("aaaaaaaa") == "started")
    until(lambda: (tmp_path / "learning").is_dir())
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(60) == 0
    queue = Queue(TRAIN_QUEUE, connection=counter.redis, serializer=JSONSerializer)
    assert queue.job_ids == ["aaaaaaaa"]
    assert "given back" in counter.log


def test_a_release_that_is_gone_fails_with_a_reason(counter: Counter, model: Path) -> None:
    ask(counter, "0" * 64)
    counter.redis.hset("rq:job:aaaaaaaa", "retries_left", 0)
    train(counter, model)
    assert counter.status("aaaaaaaa") == "failed"
    assert "PhotosError" in counter.log


def test_a_trainer_runs_nothing_but_learning(counter: Counter, model: Path) -> None:
    ask(counter, "0" * 64, task=TAKE_IN_TASK)
    train(counter, model)
    assert counter.status("aaaaaaaa") == "failed"
    assert "no task is called" in counter.log
