"""Machines that disagree about the time: a claim lives by the clock of Redis alone."""

import pytest
import rq.registry
from rq import SimpleWorker
from rq.utils import current_timestamp

from tests.worker.conftest import Kitchen, an_order
from worker import books
from worker.books import CLAIM_TTL_S, Claim
from worker.jobs import DishJob
from worker.sweep import Sweep

HOUR_S = 3600


@pytest.fixture(params=[-HOUR_S, HOUR_S], ids=["behind", "ahead"])
def wrong_s(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """This machine's clock is wrong by so many seconds."""
    wrong: int = request.param
    monkeypatch.setattr(rq.registry, "current_timestamp", lambda: current_timestamp() + wrong)
    return wrong


@pytest.fixture
def worker(kitchen: Kitchen) -> SimpleWorker:
    worker = SimpleWorker([kitchen.queue], connection=kitchen.redis, name="w", job_class=DishJob)
    worker.register_birth()
    return worker


@pytest.fixture
def claim(kitchen: Kitchen, worker: SimpleWorker, wrong_s: int) -> Claim:
    order = kitchen.put(an_order())
    kitchen.redis.lmove(kitchen.queue.key, kitchen.queue.intermediate_queue_key)
    job = DishJob.fetch(order.order_id, kitchen.redis, "json")
    [claim] = books.claim(worker, [job], kitchen.queue)
    return claim


def left_s(kitchen: Kitchen, claim: Claim) -> float:
    """For how long the claim still holds."""
    ends = kitchen.redis.zscore("rq:wip:dish", claim.execution.composite_key)
    assert ends is not None
    return ends - kitchen.redis.time()[0]


def test_a_claim_of_a_worker_with_a_wrong_clock_lives_as_long_as_any(
    kitchen: Kitchen, worker: SimpleWorker, claim: Claim
) -> None:
    assert left_s(kitchen, claim) == pytest.approx(CLAIM_TTL_S, abs=1)
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: 5})

    books.beat(worker, kitchen.redis)

    assert left_s(kitchen, claim) == pytest.approx(CLAIM_TTL_S, abs=1)


def test_a_beat_does_not_bring_back_a_claim_that_was_taken_away(
    kitchen: Kitchen, worker: SimpleWorker, claim: Claim
) -> None:
    kitchen.redis.delete("rq:wip:dish")
    books.beat(worker, kitchen.redis)
    assert not kitchen.redis.exists("rq:wip:dish")


def test_a_worker_with_a_wrong_clock_takes_over_what_has_run_out_and_nothing_else(
    kitchen: Kitchen, claim: Claim
) -> None:
    sweep = Sweep(kitchen.queue, kitchen.redis, lambda _: None, lambda _: "no")
    sweep.run()
    assert kitchen.status(claim.job.id) == "started"

    ran_out = kitchen.redis.time()[0] - 1
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: ran_out})
    sweep.run()

    assert kitchen.status(claim.job.id) == "queued"
