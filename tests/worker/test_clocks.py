"""Machines that disagree about the time: claims, pauses and ages go by the clock of Redis alone."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rq.executions
import rq.registry
from PIL import Image
from rq import SimpleWorker
from rq.utils import current_timestamp

from foodgan.contract import status
from foodgan.contract.late import LATE_STREAM
from foodgan.contract.orders import FAILURE_TTL_S
from foodgan.painting.painter import Dish
from tests.worker.conftest import PAUSES_S, Kitchen, an_order, until
from tests.worker.process import WorkerProcess
from tests.worker.tiny import TinyPainter
from worker import books, dead, metrics
from worker.books import CLAIM_TTL_S, Claim
from worker.clock import Clock
from worker.jobs import DishJob
from worker.sweep import Sweep

HOUR_S = 3600


@pytest.fixture(params=[-9 * HOUR_S, 9 * HOUR_S], ids=["behind", "ahead"])
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
    before = kitchen.redis.time()[0]
    [claim] = books.claim(worker, [job], kitchen.queue)
    assert before <= ends(kitchen, claim) - CLAIM_TTL_S <= kitchen.redis.time()[0]
    return claim


def ends(kitchen: Kitchen, claim: Claim) -> float:
    """When the claim runs out, by the clock of Redis."""
    found = kitchen.redis.zscore("rq:wip:dish", claim.execution.composite_key)
    assert found is not None
    return found


def test_a_claim_of_a_worker_with_a_wrong_clock_lives_as_long_as_any(
    kitchen: Kitchen, worker: SimpleWorker, claim: Claim
) -> None:
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: 5})
    before = kitchen.redis.time()[0]

    books.beat(worker, kitchen.redis)

    assert before <= ends(kitchen, claim) - CLAIM_TTL_S <= kitchen.redis.time()[0]


def test_a_beat_does_not_bring_back_a_claim_that_was_taken_away(
    kitchen: Kitchen, worker: SimpleWorker, claim: Claim
) -> None:
    kitchen.redis.delete("rq:wip:dish")
    books.beat(worker, kitchen.redis)
    assert not kitchen.redis.exists("rq:wip:dish")


def test_a_worker_with_a_wrong_clock_takes_over_what_has_run_out_and_nothing_else(
    kitchen: Kitchen, claim: Claim
) -> None:
    sweep = Sweep(kitchen.workers_queue, kitchen.redis, lambda _: None, lambda _: "no")
    sweep.run()
    assert kitchen.status(claim.job.id) == "started"

    until(lambda: kitchen.redis.info("server")["uptime_in_seconds"] >= CLAIM_TTL_S)
    ran_out = kitchen.redis.time()[0] - 1
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: ran_out})
    sweep.run()

    assert kitchen.status(claim.job.id) == "queued"


def test_a_failed_try_is_due_by_the_clock_of_redis(kitchen: Kitchen, tmp_path: Path) -> None:
    order = kitchen.put(an_order())
    (tmp_path / "clock").write_text(str(HOUR_S))
    code = (
        "import sys, pathlib; from foodgan.chaos.clock import jump; "
        "jump(pathlib.Path(sys.argv[1])); from redis import Redis; from rq import Queue; "
        "from worker.jobs import DishJob; r = Redis.from_url(sys.argv[2]); "
        "q = Queue('dish', connection=r, job_class=DishJob, serializer='json'); "
        "j = DishJob.fetch(sys.argv[3], r, 'json'); p = r.pipeline(); j.retry(q, p); p.execute()"
    )
    given = (tmp_path / "clock", kitchen.settings.redis_url.get_secret_value(), order.order_id)
    before = kitchen.redis.time()[0]

    subprocess.run([sys.executable, "-c", code, *map(str, given)], check=True)

    due = kitchen.redis.zscore("rq:scheduled:dish", order.order_id)
    assert before <= due - PAUSES_S[0] <= kitchen.redis.time()[0]
    sweep = Sweep(kitchen.workers_queue, kitchen.redis, lambda _: None, lambda _: "no")
    sweep._enqueue_due(int(due))
    assert kitchen.status(order.order_id) == "queued"


class Failing(TinyPainter):
    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        raise RuntimeError("device lost")


def swept(kitchen: Kitchen) -> None:
    """As by a worker that has just begun."""
    Sweep(kitchen.workers_queue, kitchen.redis, lambda _: None, lambda _: "no").run()


@pytest.mark.usefixtures("wrong_s")
def test_a_failure_is_a_recent_one_for_an_hour_and_kept_for_a_day_by_the_clock_of_redis(
    kitchen: Kitchen,
) -> None:
    before = kitchen.redis.time()[0]
    order = kitchen.put(an_order(), retries=0)

    kitchen.serve(Failing())
    swept(kitchen)

    forgotten = kitchen.redis.zscore("rq:failed:dish", order.order_id)
    assert forgotten is not None
    assert before <= forgotten - FAILURE_TTL_S <= kitchen.redis.time()[0]
    assert status.look(kitchen.redis).failures == (order.order_id,)


def test_an_order_that_killed_its_workers_has_failed_by_the_clock_of_redis(
    kitchen: Kitchen, claim: Claim
) -> None:
    kitchen.redis.hset(f"rq:job:{claim.job.id}", "retries_left", 0)
    before = kitchen.redis.time()[0]
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: books.LONG_AGO})

    swept(kitchen)

    assert kitchen.status(claim.job.id) == "failed"
    forgotten = kitchen.redis.zscore("rq:failed:dish", claim.job.id)
    assert forgotten is not None
    assert before <= forgotten - FAILURE_TTL_S <= kitchen.redis.time()[0]


def test_a_dead_letter_is_not_forgotten_early_by_a_worker_that_is_days_ahead(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = kitchen.put(an_order(), retries=0)
    kitchen.serve(Failing())
    monkeypatch.setattr(rq.registry, "current_timestamp", lambda: current_timestamp() + 2**20)

    swept(kitchen)

    assert [letter.order_id for letter in dead.letters(kitchen.redis)] == [order.order_id]


@pytest.mark.slow
@pytest.mark.parametrize("off_s", [-9 * HOUR_S, 9 * HOUR_S], ids=["behind", "ahead"])
def test_a_worker_whose_clock_is_nine_hours_wrong_serves_as_ever(
    kitchen: Kitchen, start: Callable[..., WorkerProcess], tmp_path: Path, off_s: int
) -> None:
    """As one is that another system left set to the local time of Japan."""
    (tmp_path / "clock").write_text(str(off_s))
    worker = start(clock=tmp_path / "clock")
    until(lambda: "serving queue" in worker.log, 60)
    orders = [kitchen.put(an_order()) for _ in range(3)]

    until(lambda: {kitchen.status(order.order_id) for order in orders} == {"finished"})

    tokens = {order.token.get_secret_value() for order in orders}
    assert set(kitchen.discord.answers) == tokens
    assert not kitchen.redis.exists(LATE_STREAM)


@pytest.mark.slow
def test_a_clock_that_jumps_while_a_batch_is_painted_changes_nothing(
    kitchen: Kitchen, start: Callable[..., WorkerProcess], tmp_path: Path
) -> None:
    worker = start(pause_s=1.0, clock=tmp_path / "clock")
    until(lambda: "serving queue" in worker.log, 60)
    order = kitchen.put(an_order())
    until(lambda: kitchen.status(order.order_id) == "started")

    (tmp_path / "clock").write_text(str(2 * HOUR_S))

    until(lambda: kitchen.status(order.order_id) == "finished")
    [answer] = kitchen.discord.answers[order.token.get_secret_value()]
    assert answer.payload["attachments"]
    assert kitchen.redis.hget(f"rq:job:{order.order_id}", "deliveries") == b"1"


def test_an_order_has_waited_as_long_as_it_did_by_the_clock_of_redis(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rq dates a claim by the clock of the worker's machine."""
    monkeypatch.setattr(rq.executions, "now", lambda: datetime.now(UTC) + timedelta(hours=9))
    kitchen.put(an_order())
    before_s = metrics.WAITS._sum.get()

    kitchen.serve()

    assert 0 < metrics.WAITS._sum.get() - before_s < 60


def test_the_time_is_that_of_redis_and_goes_on_by_itself(kitchen: Kitchen) -> None:
    def redis_s() -> float:
        seconds, microseconds = kitchen.redis.time()
        return float(seconds + microseconds / 1e6)

    clock = Clock()
    began = time.monotonic()
    clock.set_by(kitchen.redis)
    wrong_s = time.monotonic() - began  # by no more than it has waited for Redis
    for _ in range(2):
        before = redis_s()
        told = clock.now().timestamp()
        assert before - wrong_s - 0.01 <= told <= redis_s() + wrong_s + 0.01
        time.sleep(0.2)
