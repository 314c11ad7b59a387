"""The queue: once, in JSON, without the token where it is not needed, and never for ever."""

import asyncio
import json
import time
from datetime import timedelta

import pytest
from redis import Redis
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from bot.queue.dishes import DishQueue
from bot.queue.photos import PhotoQueue
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.orders import (
    DISH_QUEUE,
    LATE_LIFE,
    MEMBER_META,
    PACE_DISH,
    PACE_KEY,
    PAINT_TASK,
    TOLD,
    DishOrder,
)
from foodgan.contract.photos import TAKE_IN_TASK
from foodgan.contract.settings import Settings
from foodgan.contract.status import WORKERS
from tests.bot.canteen import hire
from tests.bot.sample import AOI, TOKEN, an_order


@pytest.fixture
def queue(settings: Settings):
    queue = DishQueue(settings)
    yield queue
    queue.close()


def job_of(redis: Redis, order: DishOrder) -> Job:
    return Job.fetch(order.order_id, connection=redis, serializer=JSONSerializer)


async def test_an_order_lies_in_the_queue_as_json_that_the_worker_understands(
    queue: DishQueue, redis: Redis
) -> None:
    order = an_order()

    assert await queue.enqueue(order, AOI.member_id)

    job = job_of(redis, order)
    assert (job.func_name, job.kwargs, job.origin) == (PAINT_TASK, {}, DISH_QUEUE)
    assert DishOrder.model_validate_json(json.dumps(job.args[0])) == order
    assert job.retries_left == 3
    assert job.meta == {MEMBER_META: str(AOI.member_id)}
    assert 0 < redis.ttl(job.key) <= LATE_LIFE.total_seconds()
    assert TOKEN not in job.description


async def test_how_long_a_task_may_take_is_left_to_the_worker_that_has_it(
    queue: DishQueue, settings: Settings, redis: Redis
) -> None:
    order, photos = an_order(), PhotoQueue(settings)

    await queue.enqueue(order, AOI.member_id)
    await photos.enqueue(TAKE_IN_TASK, "9h070000", {})
    photos.close()

    for job_id in (order.order_id, "9h070000"):
        job = Job.fetch(job_id, connection=redis, serializer=JSONSerializer)
        assert job.timeout == -1, "none, for rq"


async def test_an_order_that_is_put_in_line_twice_stands_there_once(
    queue: DishQueue, redis: Redis
) -> None:
    order = an_order()
    assert await queue.enqueue(order, AOI.member_id)
    assert not await queue.enqueue(order, AOI.member_id)
    assert (await queue.look()).waiting == 1


async def test_an_order_that_is_being_made_or_done_is_not_made_again(
    queue: DishQueue, redis: Redis
) -> None:
    order = an_order()
    await queue.enqueue(order, AOI.member_id)
    redis.lpop(f"rq:queue:{DISH_QUEUE}")
    for status in (JobStatus.STARTED, JobStatus.FINISHED, JobStatus.FAILED):
        job_of(redis, order).set_status(status)
        assert not await queue.enqueue(order, AOI.member_id)
    assert (await queue.look()).waiting == 0


async def test_the_line_tells_length_workers_and_pace(queue: DishQueue, redis: Redis) -> None:
    for _ in range(3):
        await queue.enqueue(an_order(), AOI.member_id)
    redis.hset(PACE_KEY, PACE_DISH, "0.25")
    hire(redis)
    hire(redis, name="drained", state="resting")
    hire(redis, name="stopping", state="draining")
    redis.sadd(WORKERS, "killed")  # stays listed when its hello has gone

    line = await queue.look()

    assert (line.waiting, line.started, line.workers, line.dish_s) == (3, 0, 1, 0.25)
    assert line.wait_s == pytest.approx(1.0)


@pytest.mark.parametrize("pace", [None, "fast"])
async def test_without_a_measured_pace_a_dish_takes_a_second(
    queue: DishQueue, redis: Redis, pace: str | None
) -> None:
    if pace:
        redis.hset(PACE_KEY, PACE_DISH, pace)
    assert (await queue.look()).dish_s == 1.0


async def test_each_fate_is_told_in_one_look(queue: DishQueue, redis: Redis) -> None:
    orders = {name: an_order() for name in ("waiting", "started", "done", "failed", "lost")}
    for name, order in orders.items():
        if name != "lost":
            await queue.enqueue(order, AOI.member_id)
    job_of(redis, orders["started"]).set_status(JobStatus.STARTED)
    job_of(redis, orders["done"]).set_status(JobStatus.FINISHED)
    failed = job_of(redis, orders["failed"])
    failed.set_status(JobStatus.FAILED)
    failed.meta[TOLD] = True
    failed.save_meta()

    fates = await queue.fates([order.order_id for order in orders.values()])

    assert {name: fates[order.order_id].stage for name, order in orders.items()} == {
        name: name for name in orders
    }
    assert [name for name, order in orders.items() if fates[order.order_id].told] == ["failed"]


@pytest.mark.parametrize("meta", ["{", "7", "[1]"])
async def test_a_damaged_mark_hides_the_fate_of_no_other_order(
    queue: DishQueue, redis: Redis, meta: str
) -> None:
    good, damaged = an_order(), an_order()
    for order in (good, damaged):
        await queue.enqueue(order, AOI.member_id)
    redis.hset(f"rq:job:{damaged.order_id}", "meta", meta)
    fates = await queue.fates([damaged.order_id, good.order_id])
    assert {fate.stage for fate in fates.values()} == {"waiting"}


async def test_a_forgotten_order_leaves_no_trace_of_its_token(
    queue: DishQueue, redis: Redis
) -> None:
    order = an_order()
    await queue.enqueue(order, AOI.member_id)
    await queue.forget(order.order_id)
    await queue.forget(order.order_id)
    assert not redis.exists(Job.key_for(order.order_id))
    assert (await queue.look()).waiting == 0


@pytest.mark.parametrize("frozen", [False, True])
async def test_an_order_that_a_dead_or_frozen_worker_had_claimed_can_be_forgotten(
    queue: DishQueue, redis: Redis, frozen: bool
) -> None:
    order = an_order()
    await queue.enqueue(order, AOI.member_id)
    with redis.pipeline() as pipe:
        job = job_of(redis, order)
        execution = Execution.create(job, 8, pipeline=pipe, worker_name="dead")
        pipe.execute()
    redis.delete(execution.key)  # as Redis does when nobody renews it
    if frozen:
        with redis.pipeline() as pipe:
            execution.heartbeat(job.started_job_registry, 8, pipeline=pipe)  # it wakes
            pipe.execute()

    await queue.forget(order.order_id)

    assert not redis.exists(Job.key_for(order.order_id), f"rq:executions:{order.order_id}")


async def test_a_failed_order_keeps_everything_but_its_token(
    queue: DishQueue, redis: Redis
) -> None:
    order = an_order()
    await queue.enqueue(order, AOI.member_id)
    await queue.blot_out(order.order_id)
    (args,) = job_of(redis, order).args
    assert args["name"] == order.name
    assert TOKEN not in json.dumps(args)


async def test_an_order_nobody_fetches_leaves_redis_when_nobody_wants_it(
    queue: DishQueue, redis: Redis
) -> None:
    order = an_order(LATE_LIFE - timedelta(seconds=5))
    await queue.enqueue(order, AOI.member_id)
    assert redis.ttl(Job.key_for(order.order_id)) <= 5


async def test_without_retries_none_are_asked_for(settings: Settings, redis: Redis) -> None:
    queue, order = DishQueue(settings.model_copy(update={"retries": 0})), an_order()
    await queue.enqueue(order, AOI.member_id)
    assert job_of(redis, order).retries_left is None
    queue.close()


async def test_a_redis_that_hangs_is_a_closed_kitchen_in_time(
    settings: Settings, hanging_url: str
) -> None:
    changed = {"redis_url": hanging_url, "redis_timeout_s": 1.0}
    queue = DishQueue(settings.model_validate(settings.model_dump() | changed))
    started = time.monotonic()
    with pytest.raises(KitchenClosed):
        await queue.look()
    with pytest.raises(KitchenClosed):
        await queue.enqueue(an_order(), AOI.member_id)
    assert time.monotonic() - started < 10  # it takes two seconds
    queue.close()


async def test_a_redis_that_is_away_is_a_closed_kitchen(settings: Settings, free_port: int) -> None:
    url = f"redis://user:secret-password@127.0.0.1:{free_port}/0"
    queue = DishQueue(settings.model_validate(settings.model_dump() | {"redis_url": url}))
    with pytest.raises(KitchenClosed) as closed:
        await queue.look()
    assert "secret-password" not in str(closed.value)
    queue.close()


async def test_a_cancellation_that_comes_with_the_answer_is_not_lost(queue: DishQueue) -> None:
    looking = asyncio.create_task(queue.look())
    await asyncio.sleep(0)  # the question is on its way
    time.sleep(0.2)  # the answer comes while the loop is busy
    asyncio.get_running_loop().call_soon(looking.cancel)
    with pytest.raises(asyncio.CancelledError):
        await looking


async def test_a_photo_whose_worker_dies_is_tried_again_as_a_dish_is(
    settings: Settings, redis: Redis
) -> None:
    """Without any try left rq would file it as failed: see shared/queue.md."""
    photos = PhotoQueue(settings)
    await photos.enqueue(TAKE_IN_TASK, "9h070000", {})
    photos.close()
    job = Job.fetch("9h070000", connection=redis, serializer=JSONSerializer)
    assert job.retries_left == 3
