"""The ends of claims: together where they come together, whole, and only by whoever holds them."""

import threading
from collections.abc import Callable

import pytest
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from rq.worker import SimpleWorker

from tests.worker.conftest import Kitchen, an_order, until
from worker import books
from worker.books import Claim
from worker.commit import GroupCommit
from worker.jobs import DishJob

MANY = 6


@pytest.fixture
def claims(kitchen: Kitchen, redis: Redis) -> list[Claim]:
    """Orders in one worker's hands."""
    ids = [kitchen.put(an_order()).order_id for _ in range(MANY)]
    jobs = DishJob.fetch_many(ids, redis, "json")
    worker = SimpleWorker([kitchen.queue], connection=redis, name="w", job_class=DishJob)
    return books.claim(worker, [job for job in jobs if isinstance(job, DishJob)], kitchen.queue)


def at_once(work: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_what_comes_while_redis_is_being_told_goes_with_the_next_telling(
    claims: list[Claim], redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = GroupCommit(redis)
    execute, tellings = Pipeline.execute, []

    def slowly(pipe: Pipeline, *given: object, **named: object) -> object:
        tellings.append(len(pipe))
        if len(tellings) == 1:
            until(lambda: len(commit._waiting) == MANY - 1)
        return execute(pipe, *given, **named)

    monkeypatch.setattr(Pipeline, "execute", slowly)
    done: list[bool] = []

    def end(claim: Claim) -> None:
        done.append(commit.end(claim, [("INCR", claim.job.id)]))

    def all_but_the_first() -> None:
        until(lambda: bool(tellings))  # the first one is being told, alone
        at_once([lambda claim=claim: end(claim) for claim in claims[1:]])

    at_once([lambda: end(claims[0]), all_but_the_first])

    assert done == [True] * MANY
    assert tellings == [1, MANY - 1]
    assert redis.mget([claim.job.id for claim in claims]) == [b"1"] * MANY


def test_nothing_is_written_for_a_claim_that_another_worker_has(
    claims: list[Claim], redis: Redis
) -> None:
    lost, held, *_ = claims
    redis.zrem("rq:wip:dish", lost.execution.composite_key)
    commit = GroupCommit(redis)

    assert not commit.end(lost, [("SET", "lost", "1")])
    assert commit.end(held, [("SET", "held", "1")])

    assert redis.mget("lost", "held") == [None, b"1"]


def test_an_end_is_told_twice_and_counts_once(
    claims: list[Claim], kitchen: Kitchen, redis: Redis
) -> None:
    """Redis had written it, but its answer was lost on the way."""
    worker = SimpleWorker([kitchen.queue], connection=redis, name="w", job_class=DishJob)
    commit = GroupCommit(redis)
    commands = books.finish(worker, claims[0])

    assert commit.end(claims[0], commands)
    assert not commit.end(claims[0], commands)

    assert redis.hget(worker.key, "successful_job_count") == b"1"
    assert redis.xlen(f"rq:results:{claims[0].job.id}") == 1


def test_what_has_just_ended_or_is_anothers_is_not_given_back(
    claims: list[Claim], kitchen: Kitchen, redis: Redis
) -> None:
    """A worker that leaves in the moment after holds it still."""
    ended, lost, *own = claims
    worker = SimpleWorker([kitchen.queue], connection=redis, name="w", job_class=DishJob)
    worker.executions.update({claim.execution.id: claim.execution for claim in claims})
    redis.delete(kitchen.queue.key)
    redis.zrem("rq:wip:dish", lost.execution.composite_key)
    assert GroupCommit(redis).end(ended, books.finish(worker, ended))

    returned = books.put_back(worker, redis)

    assert returned == [claim.job.id for claim in own]
    assert redis.llen(kitchen.queue.key) == len(own)
    assert [kitchen.status(each.job.id) for each in (ended, lost)] == ["finished", "started"]


def test_what_is_given_back_stands_in_line_as_it_came_before_what_has_come_since(
    claims: list[Claim], kitchen: Kitchen, redis: Redis
) -> None:
    worker = SimpleWorker([kitchen.queue], connection=redis, name="w", job_class=DishJob)
    worker.executions.update({claim.execution.id: claim.execution for claim in claims})
    redis.delete(kitchen.queue.key)
    newcomer = kitchen.put(an_order())

    books.put_back(worker, redis)

    listed = [job_id.decode() for job_id in redis.lrange(kitchen.queue.key, 0, -1)]
    assert listed == [*(claim.job.id for claim in claims), newcomer.order_id]


def test_a_leftover_entry_of_an_order_that_ends_just_now_is_no_order(
    claims: list[Claim], kitchen: Kitchen, redis: Redis
) -> None:
    worker = SimpleWorker([kitchen.queue], connection=redis, name="w", job_class=DishJob)
    order_id = claims[0].job.id
    leftover, another = (DishJob.fetch(order_id, redis, "json") for _ in range(2))  # meanwhile
    assert GroupCommit(redis).end(claims[0], books.finish(worker, claims[0]))

    assert books.claim(worker, [leftover], kitchen.queue) == []
    assert DishJob.fetch(leftover.id, redis, "json").is_finished
    redis.delete(leftover.key)  # the bot has seen it
    assert books.claim(worker, [another], kitchen.queue) == []


def test_an_error_is_that_of_its_own_end(claims: list[Claim], redis: Redis) -> None:
    commit = GroupCommit(redis)
    with pytest.raises(ResponseError):
        commit.end(claims[0], [("NOSUCHCOMMAND",)])
    assert commit.end(claims[1], [("SET", "next", "1")])


def test_all_that_wait_hear_that_redis_is_away(claims: list[Claim]) -> None:
    commit = GroupCommit(Redis(port=1))  # nobody listens there
    heard: list[type[BaseException]] = []

    def end(claim: Claim) -> None:
        try:
            commit.end(claim, [("SET", "a", "1")])
        except RedisConnectionError as error:
            heard.append(type(error))

    at_once([lambda claim=claim: end(claim) for claim in claims])

    assert heard == [RedisConnectionError] * MANY


def test_an_error_of_one_end_is_not_that_of_those_that_are_told_with_it(
    claims: list[Claim], redis: Redis
) -> None:
    """Else a worker would leave as they are what it has just posted, and another post it again."""
    commit = GroupCommit(redis)
    ends = {
        "first": ("SET", "first", "1"),
        "wrong": ("NOSUCHCOMMAND",),
        "last": ("SET", "last", "1"),
    }
    heard: dict[str, object] = {}

    def end(name: str, claim: Claim) -> None:
        try:
            heard[name] = commit.end(claim, [ends[name]])
        except ResponseError as error:
            heard[name] = type(error)

    def told_together() -> None:
        until(lambda: len(commit._waiting) == len(ends))
        commit._turn.release()

    commit._turn.acquire()  # as by one that is being told
    calls = [lambda pair=pair: end(*pair) for pair in zip(ends, claims, strict=False)]
    at_once([*calls, told_together])

    assert heard == {"first": True, "wrong": ResponseError, "last": True}
    assert redis.mget("first", "last") == [b"1", b"1"]
