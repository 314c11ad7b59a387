"""What may not be run is refused before anything is imported, and nothing of it leaks."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rq.results import Result

from foodgan.contract.orders import PAINT_TASK, VERSION
from tests.worker.conftest import Kitchen, an_order
from tests.worker.tiny import TinyPainter

JOB = "abcdef12"


def payload(**changes: Any) -> dict[str, Any]:
    return an_order(order_id=JOB).model_dump(mode="json") | changes


def without(field: str) -> dict[str, Any]:
    return {key: value for key, value in payload().items() if key != field}


@pytest.mark.parametrize(
    "argument",
    [
        payload(seed="7"),
        payload(seed=-1),
        payload(seed=2**31),
        payload(seed=7.0),
        payload(count=0),
        payload(count=5),
        payload(count=True),
        payload(name=""),
        payload(name="丼" * 101),
        payload(name="\ud800"),
        payload(version=0),
        payload(version="2"),
        payload(asked_at="yesterday"),
        payload(asked_at="2026-01-01T00:00:00"),
        payload(application_id="1/../../2"),
        payload(token={"$ref": "x"}),
        payload(order_id="another1"),
        payload(locale="tlh"),
        without("token"),
        without("asked_at"),
        None,
        [],
        "order",
    ],
    ids=lambda argument: None,
)
def test_a_payload_that_is_no_order_fails_unpainted_and_is_not_tried_again(
    kitchen: Kitchen, argument: Any, caplog: pytest.LogCaptureFixture
) -> None:
    kitchen.enqueue(JOB, PAINT_TASK, [argument])
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == []
    assert kitchen.discord.edits == []
    assert kitchen.status(JOB) == "failed"
    assert kitchen.redis.zcard("rq:scheduled:dish") == 0
    assert f"order {JOB}: Refused" in caplog.text
    assert "test-token" not in caplog.text
    assert b"test-token" not in kitchen.everything_in_redis()


@pytest.mark.parametrize(
    "task",
    ["os.system", "builtins.exec", "worker.tasks.read", "no.such.module", "antigravity.x"],
)
def test_a_function_that_is_not_on_the_list_is_never_imported(
    kitchen: Kitchen, task: str, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    kitchen.enqueue(JOB, task, [f"touch {mark}"])

    kitchen.serve()

    assert not mark.exists()
    assert kitchen.status(JOB) == "failed"


class Bomb:
    """Runs code where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self._mark,)


def test_pickled_bytes_are_never_unpickled(kitchen: Kitchen, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    bomb = pickle.dumps((PAINT_TASK, None, (Bomb(mark),), {}))
    kitchen.enqueue(JOB, PAINT_TASK, [payload()])
    kitchen.redis.hset(f"rq:job:{JOB}", mapping={"data": bomb, "meta": bomb, "result": bomb})

    kitchen.serve()

    assert not mark.exists()
    assert kitchen.status(JOB) == "failed"


def test_callbacks_and_webhooks_of_a_payload_are_not_called(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    order = kitchen.put(an_order())
    hook = '[{"url": "http://127.0.0.1:9/", "job_status": "finished"}]'
    names = ("success_callback_name", "failure_callback_name", "stopped_callback_name")
    kitchen.redis.hset(f"rq:job:{order.order_id}", mapping=dict.fromkeys(names, "os.getpid"))
    kitchen.redis.hset(f"rq:job:{order.order_id}", "webhooks", hook)

    kitchen.serve()

    assert kitchen.status(order.order_id) == "finished"


def test_arguments_beside_the_order_are_refused(kitchen: Kitchen) -> None:
    kitchen.enqueue(JOB, PAINT_TASK, [payload(), "one more"])

    kitchen.serve()

    assert kitchen.status(JOB) == "failed"


@pytest.mark.parametrize(
    "damage",
    [
        {"created_at": "never"},
        {"status": "simmering"},
        {"timeout": "ages"},
        {"retries_left": "many"},
        {"enqueued_at": "\x00"},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_a_damaged_hash_stops_no_worker(kitchen: Kitchen, damage: dict[str, str]) -> None:
    kitchen.enqueue(JOB, PAINT_TASK, [payload()])
    kitchen.redis.hset(f"rq:job:{JOB}", mapping=damage)
    other = kitchen.put(an_order())

    kitchen.serve()

    assert kitchen.status(other.order_id) == "finished"
    assert kitchen.redis.llen("rq:queue:dish:intermediate") == 0


def test_an_id_without_a_job_is_passed_over(kitchen: Kitchen) -> None:
    kitchen.redis.rpush("rq:queue:dish", "nobody")
    other = kitchen.put(an_order())

    kitchen.serve()

    assert kitchen.status(other.order_id) == "finished"
    assert kitchen.redis.llen("rq:queue:dish:intermediate") == 0


def test_the_reason_of_a_refusal_is_kept_for_operators(kitchen: Kitchen) -> None:
    kitchen.enqueue(JOB, "os.system", ["true"])

    kitchen.serve()

    [entry] = kitchen.redis.xrange(Result.get_key(JOB))
    assert entry[1][b"type"] == b"2"  # rq.results.Result.Type.FAILED


def test_a_field_that_a_later_bot_has_added_is_left_out(kitchen: Kitchen) -> None:
    kitchen.enqueue(JOB, PAINT_TASK, [payload(sauce="teriyaki")])
    kitchen.serve()
    assert len(kitchen.discord.edits) == 1
    assert kitchen.status(JOB) == "finished"


def test_an_order_of_a_later_version_waits_for_a_worker_that_knows_it(kitchen: Kitchen) -> None:
    kitchen.enqueue(JOB, PAINT_TASK, [payload(version=VERSION + 1, sauce="teriyaki")])
    painter = TinyPainter()
    kitchen.serve(painter)
    assert painter.passes == []
    assert kitchen.discord.edits == []
    assert kitchen.status(JOB) == "scheduled"
