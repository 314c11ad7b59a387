"""Orders of a dead worker go back to the queue, all at once and without a pause; or fail."""

from collections.abc import Callable

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from rq import SimpleWorker

from foodgan.contract.orders import TELLING_KEY, TELLING_TTL_S, DishOrder
from tests.worker.conftest import PAUSES_S, Kitchen, an_order, until
from worker import books, tasks
from worker.jobs import DishJob
from worker.keeper import Sweeper
from worker.sweep import Sweep, Told


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


def abandoned(kitchen: Kitchen) -> DishOrder:
    """An order without tries left, whose worker has died with it."""
    order = kitchen.put(an_order(), retries=0)
    job = DishJob.fetch(order.order_id, kitchen.redis, "json")
    dead = SimpleWorker([kitchen.queue], connection=kitchen.redis, name="dead", job_class=DishJob)
    kitchen.redis.lrem(kitchen.queue.key, 1, order.order_id)
    [claim] = books.claim(dead, [job], kitchen.queue)
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: 1})
    return order


def sweep_of(kitchen: Kitchen, tell: Callable[[DishOrder], Told]) -> Sweep[DishOrder]:
    return Sweep(kitchen.workers_queue, kitchen.redis, tasks.read, tell)


@pytest.mark.parametrize(
    ("said", "ends"), [("no", "failed"), ("told", "failed"), ("served", "finished")]
)
def test_what_has_failed_is_not_the_bots_to_say_until_a_worker_has_seen_to_it(
    kitchen: Kitchen, said: Told, ends: str
) -> None:
    order = abandoned(kitchen)
    mark = TELLING_KEY + order.order_id

    def tell(order: DishOrder) -> Told:
        assert kitchen.redis.exists(mark)
        return said

    sweep = sweep_of(kitchen, tell)
    sweep.run()
    assert kitchen.status(order.order_id) == "failed"
    assert 0 < kitchen.redis.ttl(mark) <= TELLING_TTL_S
    kitchen.redis.persist(mark)
    sweep.run()  # it is under way still
    assert 0 < kitchen.redis.ttl(mark) <= TELLING_TTL_S

    sweep.tell()

    assert not kitchen.redis.exists(mark)
    assert kitchen.status(order.order_id) == ends
    assert (b"told" in kitchen.meta(order.order_id)) == (said == "told")


def test_what_nobody_could_tell_for_an_error_is_left_to_the_bot_and_holds_up_no_other(
    kitchen: Kitchen,
) -> None:
    orders = [abandoned(kitchen) for _ in range(2)]
    asked: list[str] = []

    def tell(order: DishOrder) -> Told:
        asked.append(order.order_id)
        raise ValueError("no answer that anybody has thought of")

    sweep = sweep_of(kitchen, tell)
    sweep.run()
    for _ in range(2):
        sweep.tell()

    assert sorted(asked) == sorted(order.order_id for order in orders)
    assert not kitchen.redis.exists(*(TELLING_KEY + order.order_id for order in orders))


def test_who_was_told_is_not_told_again_where_redis_does_not_take_it_at_once(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = abandoned(kitchen)
    asked: list[str] = []
    mark, refused = books.mark_told, [RedisConnectionError(), RedisConnectionError()]

    def tell(order: DishOrder) -> Told:
        asked.append(order.order_id)
        return "told"

    def refusing(job: DishJob) -> None:
        if refused:
            raise refused.pop()
        mark(job)

    monkeypatch.setattr(books, "mark_told", refusing)
    sweep = sweep_of(kitchen, tell)
    sweep.run()
    for _ in range(2):
        with pytest.raises(RedisConnectionError):
            sweep.tell()
    sweep.tell()

    assert asked == [order.order_id]
    assert b"told" in kitchen.meta(order.order_id)


def test_a_discord_that_is_slow_to_be_told_does_not_hold_up_what_is_due(kitchen: Kitchen) -> None:
    abandoned(kitchen)
    waiting = kitchen.put(an_order())
    kitchen.redis.lrem(kitchen.queue.key, 1, waiting.order_id)
    went_on: list[bool] = []

    def tell(_: DishOrder) -> Told:
        kitchen.redis.zadd("rq:scheduled:dish", {waiting.order_id: 1})
        until(lambda: bool(kitchen.redis.lpos(kitchen.queue.key, waiting.order_id) == 0))
        went_on.append(True)
        return "told"

    with Sweeper(sweep_of(kitchen, tell)):
        until(lambda: bool(went_on))


def test_a_worker_that_stops_sees_to_what_its_last_sweep_has_found(kitchen: Kitchen) -> None:
    order = abandoned(kitchen)
    sweep = sweep_of(kitchen, lambda _: "told")
    sweep.run()

    with Sweeper(sweep):
        pass

    assert b"told" in kitchen.meta(order.order_id)


def test_workers_take_turns_to_sweep(kitchen: Kitchen) -> None:
    order = abandoned(kitchen)
    sweep = sweep_of(kitchen, lambda _: "no")
    kitchen.redis.set("foodgan:sweep:dish", 1)  # another one is at it
    sweep.run()
    assert kitchen.status(order.order_id) == "started"

    kitchen.redis.delete("foodgan:sweep:dish")
    sweep.run()

    assert kitchen.status(order.order_id) == "failed"
    assert not kitchen.redis.exists("foodgan:sweep:dish")


def test_a_failure_leaves_the_list_of_failures_after_its_day(kitchen: Kitchen) -> None:
    seconds, _ = kitchen.redis.time()
    kitchen.redis.zadd("rq:failed:dish", {"yesterda": seconds - 1, "today000": seconds + 60})

    sweep_of(kitchen, lambda _: "no").run()

    assert kitchen.redis.zrange("rq:failed:dish", 0, -1) == [b"today000"]


def test_a_claim_that_a_dead_worker_had_lost_before_is_not_brought_back(kitchen: Kitchen) -> None:
    """Its order is another worker's by now, or has ended."""
    order = kitchen.put(an_order())
    job = DishJob.fetch(order.order_id, kitchen.redis, "json")
    dead = SimpleWorker([kitchen.queue], connection=kitchen.redis, name="dead", job_class=DishJob)
    books.claim(dead, [job], kitchen.queue)
    kitchen.redis.delete("rq:wip:dish")  # a sweep has given it to another worker

    books.forsake(kitchen.workers_queue, "dead")

    assert not kitchen.redis.exists("rq:wip:dish")


def test_what_is_tried_again_goes_before_those_that_wait(kitchen: Kitchen) -> None:
    """It is older than they are."""
    again, waiting = kitchen.put(an_order()), kitchen.put(an_order())
    kitchen.redis.lrem(kitchen.queue.key, 1, again.order_id)
    kitchen.redis.zadd("rq:scheduled:dish", {again.order_id: 1})

    sweep_of(kitchen, lambda _: "no").run()

    listed = [job_id.decode() for job_id in kitchen.redis.lrange(kitchen.queue.key, 0, -1)]
    assert listed == [again.order_id, waiting.order_id]


def test_what_is_due_again_stands_in_line_as_it_fell_due(kitchen: Kitchen) -> None:
    orders = [kitchen.put(an_order()).order_id for _ in range(4)]
    kitchen.redis.delete(kitchen.queue.key)
    kitchen.redis.zadd("rq:scheduled:dish", {each: due for due, each in enumerate(orders, 1)})

    sweep_of(kitchen, lambda _: "no").run()

    listed = [job_id.decode() for job_id in kitchen.redis.lrange(kitchen.queue.key, 0, -1)]
    assert listed == orders
