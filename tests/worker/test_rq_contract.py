"""What the worker takes of rq beyond its documentation: rq is pinned, and held here to its word.

When a test here fails after an upgrade of rq, books, line, sweep and batching in `worker/` are
the files to go through.
"""

import inspect
import json
import zlib
from importlib.metadata import version

import pytest
from redis import Redis
from redis.client import Pipeline
from rq import Queue
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.registry import ScheduledJobRegistry, StartedJobRegistry
from rq.worker import BaseWorker, SimpleWorker

from foodgan.contract.orders import PAINT_TASK
from tests.worker.conftest import Kitchen, an_order
from worker import books
from worker.jobs import DishJob


def test_rq_is_the_pinned_one() -> None:
    assert version("rq").startswith("3.0.")


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (Execution.create, ["job", "ttl", "pipeline", "worker_name"]),
        (Execution.heartbeat, ["self", "started_job_registry", "ttl", "pipeline"]),
        (Execution.delete, ["self", "job", "pipeline"]),
        (Job.fetch_many, ["job_ids", "connection", "serializer"]),
        (Job.key_for, ["job_id"]),
        (Job.prepare_for_execution, ["self", "worker_name", "pipeline"]),
        (Job.set_status, ["self", "status", "pipeline"]),
        (Job.restore, ["self", "raw_data"]),
        (Job.retry, ["self", "queue", "pipeline"]),
        (Job.get_retry_interval, ["self"]),
        (Queue.schedule_job, ["self", "job", "datetime", "pipeline", "unique"]),
        (Queue._enqueue_job, ["self", "job", "pipeline", "at_front", "unique"]),
        (Queue.push_job_id, ["self", "job_id", "pipeline", "at_front"]),
        (StartedJobRegistry.cleanup, ["self", "timestamp", "exception_handlers"]),
        (ScheduledJobRegistry.get_jobs_to_schedule, ["self", "timestamp", "chunk_size"]),
        (BaseWorker.heartbeat, ["self", "timeout", "pipeline"]),
        (BaseWorker.set_state, ["self", "state", "pipeline"]),
        (BaseWorker.increment_successful_job_count, ["self", "pipeline"]),
        (BaseWorker.increment_total_working_time, ["self", "job_execution_time", "pipeline"]),
        (Job.get_result_ttl, ["self", "default_ttl"]),
        (Job.cleanup, ["self", "ttl", "pipeline", "remove_from_queue"]),
        (
            Job._handle_success,
            [
                "self",
                "result_ttl",
                "pipeline",
                "worker_name",
                "execution_id",
                "execution_started_at",
                "execution_ended_at",
            ],
        ),
        (BaseWorker.increment_failed_job_count, ["self", "pipeline"]),
        (
            Job._handle_failure,
            [
                "self",
                "exc_string",
                "pipeline",
                "worker_name",
                "execution_id",
                "execution_started_at",
                "execution_ended_at",
            ],
        ),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_function_takes_what_it_is_given(function: object, parameters: list[str]) -> None:
    assert callable(function)
    assert list(inspect.signature(function).parameters) == parameters


@pytest.mark.parametrize(
    "name",
    ["success_callback", "failure_callback", "stopped_callback", "func", "send_webhooks", "retry"],
)
def test_what_a_dish_job_disarms_is_still_called_so_in_rq(name: str) -> None:
    assert hasattr(Job, name)
    assert name in vars(DishJob)


def test_the_connection_timeout_is_still_a_property_of_rq() -> None:
    assert isinstance(inspect.getattr_static(SimpleWorker, "connection_timeout"), property)


def test_claims_lie_where_they_are_looked_for(kitchen: Kitchen, redis: Redis) -> None:
    order = kitchen.put(an_order())
    queue = kitchen.queue
    job = DishJob.fetch(order.order_id, redis, queue.serializer)

    with redis.pipeline() as pipe:
        execution = Execution.create(job, 8, pipeline=pipe, worker_name="w")
        job.prepare_for_execution("w", pipeline=pipe)
        pipe.execute()

    assert redis.zscore(queue.started_job_registry.key, execution.composite_key)
    assert job in queue.started_job_registry
    assert kitchen.status(order.order_id) == JobStatus.STARTED.value
    assert 0 < redis.ttl(execution.key) <= 8


def test_an_abandoned_claim_is_tried_again_and_its_handler_called(
    kitchen: Kitchen, redis: Redis
) -> None:
    order = kitchen.put(an_order())
    queue = kitchen.workers_queue
    job = DishJob.fetch(order.order_id, redis, queue.serializer)
    with redis.pipeline() as pipe:
        Execution.create(job, -10, pipeline=pipe, worker_name="w")
        job.prepare_for_execution("w", pipeline=pipe)
        pipe.execute()
    redis.zadd("rq:wip:dish", dict.fromkeys(redis.zrange("rq:wip:dish", 0, -1), 1))
    seen: list[DishJob] = []

    queue.started_job_registry.cleanup(exception_handlers=[lambda job, *_: seen.append(job)])

    assert [type(job) for job in seen] == [DishJob]
    assert kitchen.status(order.order_id) == "scheduled"
    assert redis.zscore("rq:scheduled:dish", order.order_id)


@pytest.mark.parametrize(("retries", "ends"), [(3, "scheduled"), (0, "failed")])
def test_a_worker_killed_in_a_sweep_leaves_the_job_to_the_next_sweep(
    kitchen: Kitchen, redis: Redis, monkeypatch: pytest.MonkeyPatch, retries: int, ends: str
) -> None:
    """Whatever rq writes about an abandoned job stands in one transaction, or is not written."""
    order = kitchen.put(an_order(), retries=retries)
    queue = kitchen.workers_queue
    job = DishJob.fetch(order.order_id, redis, queue.serializer)
    with redis.pipeline() as pipe:
        Execution.create(job, 8, pipeline=pipe, worker_name="w")
        job.prepare_for_execution("w", pipeline=pipe)
        pipe.execute()
    redis.zadd("rq:wip:dish", dict.fromkeys(redis.zrange("rq:wip:dish", 0, -1), 1))

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(Pipeline, "execute", killed)
    with pytest.raises(Killed):
        queue.started_job_registry.cleanup()
    monkeypatch.undo()
    assert kitchen.status(order.order_id) == "started"

    queue.started_job_registry.cleanup()

    assert kitchen.status(order.order_id) == ends


def test_a_job_waits_where_the_line_looks_for_it(kitchen: Kitchen, redis: Redis) -> None:
    order = kitchen.put(an_order(count=3), member="42")
    queue = kitchen.queue

    assert queue.key == "rq:queue:dish"
    assert queue.intermediate_queue_key == "rq:queue:dish:intermediate"
    assert redis.lrange(queue.key, 0, -1) == [order.order_id.encode()]
    data, meta = redis.hmget(Job.key_for(order.order_id), "data", "meta")
    task, instance, args, kwargs = json.loads(zlib.decompress(data))
    assert (task, instance, args[0]["count"], kwargs) == (PAINT_TASK, None, 3, {})
    assert json.loads(meta) == {"member": "42"}


def test_many_jobs_are_fetched_in_order_and_a_missing_one_is_none(
    kitchen: Kitchen, redis: Redis
) -> None:
    orders = [kitchen.put(an_order()) for _ in range(2)]
    wanted = [orders[1].order_id, "nobody", orders[0].order_id]

    jobs = DishJob.fetch_many(wanted, redis, kitchen.queue.serializer)

    assert [type(job) for job in jobs] == [DishJob, type(None), DishJob]
    assert [job.id for job in jobs if job] == [orders[1].order_id, orders[0].order_id]


def test_a_worker_holds_its_executions_by_id_and_one_that_is_deleted_is_no_claim(
    kitchen: Kitchen, redis: Redis
) -> None:
    orders = [kitchen.put(an_order()) for _ in range(2)]
    queue = kitchen.workers_queue
    worker = SimpleWorker([queue], connection=redis, job_class=DishJob)
    jobs = DishJob.fetch_many([o.order_id for o in orders], redis, queue.serializer)

    first, second = books.claim(worker, [job for job in jobs if job], queue)
    assert set(worker.executions) == {first.execution.id, second.execution.id}
    with redis.pipeline() as pipe:
        first.execution.delete(job=first.job, pipeline=pipe)
        pipe.execute()

    assert not books.own(redis, first)
    assert books.own(redis, second)


def test_the_claims_of_a_worker_lie_where_they_are_looked_for_once_it_is_dead(
    kitchen: Kitchen, redis: Redis
) -> None:
    kept, left = (kitchen.put(an_order()).order_id for _ in range(2))
    for name, order_id in (("living", kept), ("dead", left)):
        worker = SimpleWorker([kitchen.queue], connection=redis, name=name)
        books.claim(worker, [DishJob.fetch(order_id, redis, "json")], kitchen.queue)

    assert books.forsake(kitchen.workers_queue, "dead") == [left]

    ran_out = redis.zrangebyscore("rq:wip:dish", 0, 1)
    assert [claim.decode().partition(":")[0] for claim in ran_out] == [left]
    assert books.forsake(kitchen.workers_queue, "nobody") == []


def test_a_claimed_job_is_not_claimed_again(kitchen: Kitchen, redis: Redis) -> None:
    order = kitchen.put(an_order())
    queue = kitchen.workers_queue
    workers = [SimpleWorker([queue], connection=redis, job_class=DishJob) for _ in range(2)]

    claims = [
        books.claim(worker, [DishJob.fetch(order.order_id, redis, queue.serializer)], queue)
        for worker in workers
    ]

    assert [len(claimed) for claimed in claims] == [1, 0]
    assert claims[0][0].deliveries == 1
    assert redis.zcard("rq:wip:dish") == 1


Shape = tuple[set[str], set[bytes], bool, int, bool]


def shape(redis: Redis, job_id: str, queue: str, registry: str) -> Shape:
    """What is left of a job that has ended: the names of its fields and of its result's, where it
    is listed, what of its claim is there still, whether it goes by itself."""
    key = f"rq:job:{job_id}"
    fields = {field.decode() for field in redis.hkeys(key)} - {"deliveries", "meta"}
    fields -= {"result_ttl", "failure_ttl", "retries_left", "retry_intervals"}  # ours alone
    result, *_ = redis.xrange(f"rq:results:{job_id}")
    listed = redis.zscore(f"rq:{registry}:{queue}", job_id) is not None
    still = redis.exists(f"rq:executions:{job_id}", f"rq:wip:{queue}")
    return fields, set(result[1]) - {b"return_value"}, listed, still, redis.ttl(key) > 0


def served_by_rq(kitchen: Kitchen, task: str) -> str:
    """The id of a job that rq's own worker has brought to its end."""
    order = an_order()
    queue = Queue("theirs", connection=kitchen.redis, serializer=kitchen.queue.serializer)
    queue.enqueue_call(task, args=["four"], job_id=order.order_id)
    SimpleWorker([queue], connection=kitchen.redis, serializer=queue.serializer).work(burst=True)
    return order.order_id


def test_a_job_finished_by_us_is_written_as_rq_writes_it(kitchen: Kitchen, redis: Redis) -> None:
    """The same keys of the same kind, with the same fields, as rq's own worker leaves behind."""
    ours = kitchen.put(an_order())
    kitchen.serve()
    theirs = served_by_rq(kitchen, "builtins.len")

    written = shape(redis, ours.order_id, "dish", "finished")

    assert written == shape(redis, theirs, "theirs", "finished")


def test_a_job_failed_by_us_is_written_as_rq_writes_it(kitchen: Kitchen, redis: Redis) -> None:
    kitchen.enqueue("0badcafe", "os.system", ["true"])
    kitchen.serve()
    theirs = served_by_rq(kitchen, "builtins.int")  # which "four" is none of

    written = shape(redis, "0badcafe", "dish", "failed")

    assert written == shape(redis, theirs, "theirs", "failed")
