"""What the worker takes of rq beyond its documentation: rq is pinned, and held here to its word.

When a test here fails after an upgrade of rq, `worker/books.py`, `worker/sweep.py` and
`worker/warm.py` are the files to go through.
"""

import inspect
from importlib.metadata import version

import pytest
from redis import Redis
from rq import Queue
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.registry import ScheduledJobRegistry, StartedJobRegistry
from rq.worker import BaseWorker, SimpleWorker

from tests.worker.conftest import Kitchen, an_order
from worker.jobs import DishJob


def test_rq_is_the_pinned_one() -> None:
    assert version("rq").startswith("3.0.")


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (Execution.create, ["job", "ttl", "pipeline", "worker_name"]),
        (Execution.heartbeat, ["self", "started_job_registry", "ttl", "pipeline"]),
        (Execution.delete, ["self", "job", "pipeline"]),
        (Job.prepare_for_execution, ["self", "worker_name", "pipeline"]),
        (Job.set_status, ["self", "status", "pipeline"]),
        (Job.restore, ["self", "raw_data"]),
        (Queue.push_job_id, ["self", "job_id", "pipeline", "at_front"]),
        (StartedJobRegistry.cleanup, ["self", "timestamp", "exception_handlers"]),
        (ScheduledJobRegistry.get_jobs_to_schedule, ["self", "timestamp", "chunk_size"]),
        (BaseWorker.heartbeat, ["self", "timeout", "pipeline"]),
        (BaseWorker.set_state, ["self", "state", "pipeline"]),
        (
            BaseWorker.handle_job_success,
            ["self", "job", "queue", "started_job_registry", "execution"],
        ),
        (
            BaseWorker.handle_job_failure,
            ["self", "job", "queue", "started_job_registry", "exc_string", "execution"],
        ),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_function_takes_what_it_is_given(function: object, parameters: list[str]) -> None:
    assert callable(function)
    assert list(inspect.signature(function).parameters) == parameters


@pytest.mark.parametrize(
    "name", ["success_callback", "failure_callback", "stopped_callback", "func", "send_webhooks"]
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
    assert redis.ttl(execution.key) in range(6, 9)


def test_an_abandoned_claim_is_tried_again_and_its_handler_called(
    kitchen: Kitchen, redis: Redis
) -> None:
    order = kitchen.put(an_order())
    queue = Queue("dish", connection=redis, job_class=DishJob, serializer=kitchen.queue.serializer)
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
