"""Orders of a dead worker go back to the queue, all at once and without a pause."""

import pytest
from rq import SimpleWorker

from tests.worker.conftest import PAUSES_S, Kitchen, an_order
from worker import books
from worker.jobs import DishJob
from worker.sweep import Sweep


class DyingSweep(Sweep[None]):
    """Its worker dies as soon as it has looked for claims that ran out."""

    def _put_back(self, stuck: list[str]) -> None:
        raise SystemExit


def test_a_worker_that_dies_in_its_sweep_leaves_no_order_that_it_brought_back_behind(
    kitchen: Kitchen,
) -> None:
    """It may die of one of them: the first is taken while the sweep still goes on."""
    waiting = kitchen.put(an_order())
    orders = [kitchen.put(an_order()) for _ in range(3)]
    jobs = [DishJob.fetch(order.order_id, kitchen.redis, "json") for order in orders]
    dead = SimpleWorker([kitchen.queue], connection=kitchen.redis, name="dead", job_class=DishJob)
    for order in orders:
        kitchen.redis.lrem(kitchen.queue.key, 1, order.order_id)
    for claim in books.claim(dead, jobs, kitchen.queue):
        kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: 1})

    with pytest.raises(SystemExit):
        DyingSweep(kitchen.workers_queue, kitchen.redis, lambda _: None, lambda _: "no").run()

    listed = [job_id.decode() for job_id in kitchen.redis.lrange(kitchen.queue.key, 0, -1)]
    assert sorted(listed[:3]) == sorted(order.order_id for order in orders)
    assert listed[3:] == [waiting.order_id]
    again = DishJob.fetch(orders[0].order_id, kitchen.redis, "json")
    assert again.get_status() == "queued"
    assert again.retries_left == 2
    assert again.retry_intervals == PAUSES_S  # for a failure, when it comes to one
