"""A worker's figures, health and hello; and how operators make it rest."""

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry, ScheduledJobRegistry, StartedJobRegistry
from rq.utils import now
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from foodgan.contract import status
from foodgan.contract.build import build
from foodgan.contract.errors import ModelError
from foodgan.contract.orders import FAILURE_TTL_S
from foodgan.contract.photos import PHOTO_QUEUE
from foodgan.contract.settings import Settings
from foodgan.contract.status import Hello
from tests.worker.conftest import TOKEN, Kitchen, an_order, until
from tests.worker.process import WorkerProcess
from tests.worker.tiny import TinyPainter
from worker import metrics
from worker.reply import OutOfTime, TooLarge
from worker.tasks import Poison, Refused
from worker.watch import Watch

Start = Callable[..., WorkerProcess]
MEMBER = "998877665544332211"
NAME = "月光のソーダ煮込み"
START_S = 60.0  # importing torch on a busy machine


def ask(address: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def figures(address: str) -> dict[str, float]:
    """Every sample, under its name and labels."""
    families = text_string_to_metric_families(ask(address, "/metrics")[1])
    return {
        sample.name + "".join(f" {k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def hellos(kitchen: Kitchen) -> tuple[Hello, ...]:
    return status.look(kitchen.redis).workers


def hello_of(kitchen: Kitchen, label: str) -> Hello | None:
    return next((hello for hello in hellos(kitchen) if hello.label == label), None)


@pytest.mark.slow
def test_a_worker_tells_what_it_does(kitchen: Kitchen, start: Start) -> None:
    began = time.monotonic()
    orders = [kitchen.put(an_order(NAME, seed=seed), member=MEMBER) for seed in range(3)]
    start("stove")
    until(lambda: (h := hello_of(kitchen, "stove")) is not None and h.served == 3, START_S)
    until(lambda: hello_of(kitchen, "stove").state == "idle")
    hello = hello_of(kitchen, "stove")

    assert (hello.model, hello.version, hello.device) == ("tiny-test", build(), "cpu")
    counted = figures(hello.health)
    assert counted["foodgan_orders_total outcome=served"] == 3
    assert counted["foodgan_posts_total outcome=taken"] == 3
    assert counted["foodgan_order_wait_seconds_count"] == 3
    waited_s = 3 * (time.monotonic() - began)  # at most
    assert 0 < counted["foodgan_order_wait_seconds_sum"] < waited_s + 1
    assert counted["foodgan_pass_pictures_sum"] == 3
    assert counted["foodgan_pass_seconds_count"] == counted["foodgan_pass_pictures_count"]
    assert counted["foodgan_batch_orders_sum"] == 3
    assert counted["foodgan_queue_orders"] == 0
    assert counted["foodgan_workers state=idle"] == 1
    runs = f"foodgan_build_info device=cpu model=tiny-test version={build()}"
    assert counted[runs] == 1
    assert counted["process_resident_memory_bytes"] > 1e7
    assert [ask(hello.health, path)[0] for path in ("/healthz", "/readyz")] == [200, 200]
    told = ask(hello.health, "/metrics")[1] + hello.model_dump_json()
    secrets = [NAME, MEMBER, TOKEN, *(order.order_id for order in orders)]
    assert not [secret for secret in secrets if secret in told]


@pytest.mark.slow
def test_workers_on_one_machine_have_a_port_each(kitchen: Kitchen, start: Start) -> None:
    start("left")
    start("right")
    until(lambda: len(hellos(kitchen)) == 2, START_S)
    left, right = (hello.health for hello in hellos(kitchen))
    assert left != right
    assert ask(left, "/readyz")[0] == ask(right, "/readyz")[0] == 200
    found = json.loads(ask(left, "/targets")[1])
    assert [group["labels"]["worker"] for group in found] == ["left", "right"]


@pytest.mark.slow
def test_a_drained_worker_finishes_what_it_has_and_takes_no_more(
    kitchen: Kitchen, start: Start
) -> None:
    kitchen.discord.held = True  # so that it has the order in hand for as long as need be
    first = kitchen.put(an_order())
    worker = start("stove", pause_s=2)
    until(lambda: kitchen.status(first.order_id) == "started", START_S)
    status.rest(kitchen.redis, ["stove"], True)
    until(lambda: hello_of(kitchen, "stove").state == "draining")
    later = kitchen.put(an_order())
    kitchen.discord.held = False
    until(lambda: hello_of(kitchen, "stove").state == "resting")

    assert kitchen.status(first.order_id) == "finished"
    assert kitchen.status(later.order_id) == "queued"
    code, why = ask(hello_of(kitchen, "stove").health, "/readyz")
    assert (code, "drained" in why) == (503, True)

    status.rest(kitchen.redis, ["stove"], False)
    until(lambda: kitchen.status(later.order_id) == "finished")
    worker.send(signal.SIGTERM)
    assert worker.wait(START_S) == 0
    assert hellos(kitchen) == ()


@pytest.mark.slow
def test_a_worker_that_says_it_rests_takes_not_even_the_next_order(
    kitchen: Kitchen, start: Start
) -> None:
    """Not even one that waits for a first order just then."""
    start("stove")
    until(lambda: hello_of(kitchen, "stove") is not None, START_S)
    for _ in range(3):
        status.rest(kitchen.redis, ["stove"], True)
        until(lambda: hello_of(kitchen, "stove").state == "resting")
        order = kitchen.put(an_order())
        time.sleep(0.5)
        assert kitchen.status(order.order_id) == "queued"
        status.rest(kitchen.redis, ["stove"], False)
        until(lambda: kitchen.status(order.order_id) == "finished")  # noqa: B023
        until(lambda: hello_of(kitchen, "stove").state != "resting")  # it says so by itself


@pytest.mark.slow
def test_rest_outlives_a_restart_and_a_resting_worker_leaves_when_told(
    kitchen: Kitchen, start: Start
) -> None:
    status.rest(kitchen.redis, ["stove"], True)
    order = kitchen.put(an_order())
    worker = start("stove")
    until(lambda: hello_of(kitchen, "stove") is not None, START_S)
    until(lambda: hello_of(kitchen, "stove").state == "resting")
    time.sleep(0.5)
    assert kitchen.status(order.order_id) == "queued"
    worker.send(signal.SIGTERM)
    assert worker.wait(START_S) == 0


def test_before_the_model_is_warm_it_lives_but_is_not_ready(settings: Settings) -> None:
    with Watch(settings.model_copy(update={"worker_health_port": 0}), "stove") as watch:
        address = watch._endpoint.address
        assert ask(address, "/healthz")[0] == 200
        code, why = ask(address, "/readyz")
    assert (code, json.loads(why)["wrong"]) == (503, ["the model is not loaded yet"])


def test_a_worker_that_took_up_another_model_has_no_figure_of_the_one_before(
    settings: Settings,
) -> None:
    class Stove:
        name, resting, at_rest, device_name = "stove-1", False, False, "cpu"
        model_id, limit, in_hand, stopping = "first", 16, 0, False

    stove = Stove()
    with Watch(settings.model_copy(update={"worker_health_port": 0}), "stove") as watch:
        watch.staff(stove)
        stove.model_id = "second"
        counted = figures(watch._endpoint.address)
    builds = [name for name in counted if name.startswith("foodgan_build")]
    assert builds == [f"foodgan_build_info device=cpu model=second version={build()}"]


def test_many_may_ask_at_once(settings: Settings) -> None:
    with Watch(settings, "stove") as watch, ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda _: ask(watch._endpoint.address, "/metrics")[0], range(64)))
    assert set(codes) == {200}


def test_a_failed_try_is_counted_by_kind(kitchen: Kitchen) -> None:
    def counted() -> dict[str, float]:
        [family] = metrics.FAILURES.collect()
        return {s.labels["kind"]: s.value for s in family.samples if s.name.endswith("_total")}

    before = counted()
    kitchen.enqueue("0badcafe", "os.system", ["true"])
    kitchen.serve()
    assert counted().get("payload", 0) == before.get("payload", 0) + 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refused("a payload"), "payload"),
        (Poison(5), "poison"),
        (OutOfTime(), "late"),
        (TooLarge(), "too_large"),
        (ModelError("gone"), "model"),
        (type("Member998877", (Exception,), {})(NAME), "other"),
    ],
)
def test_a_kind_is_a_word_of_a_list_never_the_errors_own(error: Exception, kind: str) -> None:
    before = metrics.FAILURES.labels(kind)._value.get()
    metrics.failed(error)
    assert metrics.FAILURES.labels(kind)._value.get() == before + 1


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (204, "taken"),
        (0, "unreachable"),
        (429, "rate_limited"),
        (413, "too_large"),
        (503, "server_error"),
        (404, "refused"),
    ],
)
def test_a_post_is_counted_by_what_became_of_it(code: int, outcome: str) -> None:
    before = metrics.POSTS.labels(outcome)._value.get()
    metrics.posted(code)
    assert metrics.POSTS.labels(outcome)._value.get() == before + 1


def test_the_keys_are_rqs_own(kitchen: Kitchen) -> None:
    queue = kitchen.queue
    assert queue.key == status.QUEUE_KEY
    assert StartedJobRegistry(queue=queue).key == status.STARTED_KEY
    assert ScheduledJobRegistry(queue=queue).key == status.SCHEDULED_KEY
    assert FailedJobRegistry(queue=queue).key == status.FAILED_KEY
    assert Job.key_for("x") == f"{status.JOB_KEY}x"
    assert Queue(PHOTO_QUEUE, connection=kitchen.redis).key == status.LINE_KEY + PHOTO_QUEUE
    assert WORKERS_BY_QUEUE_KEY % PHOTO_QUEUE == status.WORKERS_KEY + PHOTO_QUEUE


def test_the_oldest_order_is_found_in_line_in_hand_and_put_off(kitchen: Kitchen) -> None:
    assert status.look(kitchen.redis).oldest_id is None
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    old, young = (kitchen.put(an_order(asked_at=when)).order_id for when in (long_ago, now()))
    found = status.look(kitchen.redis)
    assert (found.oldest_id, found.waiting) == (old, 2)
    assert found.oldest_s > 3600

    for key, member in ((status.STARTED_KEY, f"{old}:execution"), (status.SCHEDULED_KEY, old)):
        kitchen.redis.lrem(status.QUEUE_KEY, 1, old)
        kitchen.redis.zadd(key, {member: 1})
        assert status.look(kitchen.redis).oldest_id == old
        kitchen.redis.delete(key)
    assert status.look(kitchen.redis).oldest_id == young


def test_only_failures_of_the_last_hour_count_as_recent(kitchen: Kitchen) -> None:
    kitchen.enqueue("0badcafe", "os.system", ["true"])
    kitchen.serve()
    hours_ago = now().timestamp() - 2 * 3600 + FAILURE_TTL_S
    kitchen.redis.zadd(status.FAILED_KEY, {"longgone": hours_ago})
    found = status.look(kitchen.redis)
    assert (found.failed, found.failed_recently, found.failures) == (2, 1, ("0badcafe",))


def test_a_hello_that_makes_no_sense_is_passed_over(kitchen: Kitchen) -> None:
    kitchen.redis.sadd(status.WORKERS, "gone", "newer")
    kitchen.redis.set(status.hello_key("newer"), '{"name": 7}', ex=15)
    assert hellos(kitchen) == ()
    assert kitchen.redis.smembers(status.WORKERS) == {b"newer"}


def test_a_worker_whose_ports_are_all_taken_paints_all_the_same(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from worker.service import serve

    order = kitchen.put(an_order())
    settings = kitchen.settings.model_copy(update={"health_host": "192.0.2.1"})  # not ours
    serve(TinyPainter(), settings, "stove", burst=True)
    assert kitchen.status(order.order_id) == "finished"
