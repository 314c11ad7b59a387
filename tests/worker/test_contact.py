"""Claims that nobody could renew, Redis being away, are nobody's death."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from rq import SimpleWorker

from foodgan.contract.orders import DishOrder
from tests.valkey import lasting_valkey
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.process import WorkerProcess
from tests.worker.test_processes import START_S, ready
from worker import books, contact, tasks
from worker.books import CLAIM_TTL_S
from worker.contact import Contact
from worker.jobs import DEATHS, DELIVERIES, DishJob
from worker.sweep import Sweep


class Watch:
    """Stands in for the module `time`."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def beats(self, touch: Contact, times: int) -> None:
        """One a second."""
        for _ in range(times):
            self.seconds += 1
            touch.beaten()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(contact, "time", watch)
    return watch


@pytest.fixture
def touch(watch: Watch) -> Contact:
    touch = Contact()
    watch.beats(touch, 2)
    return touch


def test_a_worker_that_has_just_begun_need_not_wait(watch: Watch) -> None:
    touch = Contact()
    assert touch.steady
    watch.beats(touch, 1)
    assert touch.steady


def test_after_an_outage_all_have_the_life_of_a_claim_to_renew_theirs(
    watch: Watch, touch: Contact
) -> None:
    watch.seconds += 10
    assert not touch.steady  # it has not reached Redis itself
    watch.beats(touch, CLAIM_TTL_S)
    assert not touch.steady
    watch.beats(touch, 1)
    assert touch.steady


def test_a_beat_or_two_that_fail_are_no_outage(watch: Watch, touch: Contact) -> None:
    watch.seconds += 2
    assert touch.steady
    watch.beats(touch, 1)
    assert touch.steady


def run_out(kitchen: Kitchen, ago_s: float) -> DishOrder:
    """An order whose claim ran out so long ago."""
    order = kitchen.put(an_order())
    job = DishJob.fetch(order.order_id, kitchen.redis, "json")
    worker = SimpleWorker([kitchen.queue], connection=kitchen.redis, name="w", job_class=DishJob)
    kitchen.redis.lrem(kitchen.queue.key, 1, order.order_id)
    [claim] = books.claim(worker, [job], kitchen.queue)
    ends = kitchen.redis.time()[0] - ago_s
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: ends})
    return order


@pytest.fixture
def up(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Since when Redis says that it is up."""
    said, info = {"uptime_in_seconds": 3600}, Redis.info
    monkeypatch.setattr(Redis, "info", lambda redis, section: info(redis, section) | said)
    return said


def sweep_of(kitchen: Kitchen, touch: Contact) -> Sweep[DishOrder]:
    return Sweep(kitchen.workers_queue, kitchen.redis, tasks.read, lambda _: "no", contact=touch)


@pytest.mark.usefixtures("up")
def test_a_sweep_takes_no_claim_for_dead_until_contact_is_steady(
    kitchen: Kitchen, watch: Watch, touch: Contact
) -> None:
    order = run_out(kitchen, 5)
    watch.seconds += 10
    watch.beats(touch, 1)
    sweep = sweep_of(kitchen, touch)
    sweep.run()
    assert kitchen.status(order.order_id) == "started"

    watch.beats(touch, CLAIM_TTL_S)
    sweep.run()

    assert kitchen.status(order.order_id) == "queued"


def test_a_sweep_takes_no_claim_for_dead_while_redis_itself_has_just_begun(
    kitchen: Kitchen, up: dict[str, int]
) -> None:
    order = run_out(kitchen, 5)
    up["uptime_in_seconds"] = CLAIM_TTL_S - 1
    sweep = sweep_of(kitchen, Contact())
    sweep.run()
    assert kitchen.status(order.order_id) == "started"

    up["uptime_in_seconds"] = CLAIM_TTL_S
    sweep.run()

    assert kitchen.status(order.order_id) == "queued"


def test_what_a_neighbour_is_known_to_have_died_with_waits_for_nothing(
    kitchen: Kitchen, up: dict[str, int]
) -> None:
    order = run_out(kitchen, 5)
    up["uptime_in_seconds"] = 0
    books.forsake(kitchen.workers_queue, "w")

    sweep_of(kitchen, Contact()).run()

    assert kitchen.status(order.order_id) == "queued"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["restarts", "stands_still"])
def test_a_worker_keeps_what_it_has_in_hand_over_an_outage_longer_than_its_claims(
    kitchen: Kitchen, start: Callable[..., WorkerProcess], tmp_path: Path, how: str
) -> None:
    with lasting_valkey(tmp_path / "valkey") as server:
        own = kitchen.at(server.connection_url)
        worker = start(redis_url=own.settings.redis_url)
        ready(worker)
        kitchen.discord.held = True
        orders = [own.put(an_order()) for _ in range(3)]
        until(lambda: all(own.status(order.order_id) == "started" for order in orders), START_S)

        if how == "restarts":
            server.terminate()
            time.sleep(CLAIM_TTL_S + 2)
            server.start()
        else:
            os.kill(server._process.pid, signal.SIGSTOP)
            time.sleep(CLAIM_TTL_S + 2)
            os.kill(server._process.pid, signal.SIGCONT)
        time.sleep(3)
        kitchen.discord.held = False
        until(lambda: {own.status(order.order_id) for order in orders} == {"finished"})
        for order in orders:
            counts = own.redis.hmget(f"rq:job:{order.order_id}", DELIVERIES, DEATHS)
            assert counts == [b"1", None]
            assert len(kitchen.discord.answers[order.token.get_secret_value()]) == 1
