"""What has become of an order is written, however often Redis does not take it."""

from collections.abc import Callable, Sequence

import pytest
from PIL import Image
from redis.client import Pipeline
from redis.exceptions import ReadOnlyError
from rq.results import Result

from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.tiny import TinyPainter
from worker.books import CLAIM_TTL_S

FAR = 1e12  # seconds since 1970, as no clock has them


class Failing(TinyPainter):
    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        raise RuntimeError("device lost")


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let Redis refuse what names a key, the first two times; what is to be done meanwhile."""
    execute = Pipeline.execute

    def refuse(key: str, meanwhile: Callable[[], object] = lambda: None) -> list[str]:
        refused: list[str] = []

        def refusing(pipe: Pipeline, *given: object, **named: object) -> object:
            if len(refused) < 2 and any(key in words for words, _ in pipe.command_stack):
                if refused:
                    meanwhile()
                refused.append(key)
                raise ReadOnlyError
            return execute(pipe, *given, **named)

        monkeypatch.setattr(Pipeline, "execute", refusing)
        return refused

    return refuse


def test_another_try_that_redis_does_not_take_costs_one_try_and_no_more(
    kitchen: Kitchen, refuse: Callable[..., list[str]]
) -> None:
    order = kitchen.put(an_order(), retries=3)
    refused = refuse("rq:scheduled:dish")

    kitchen.serve(Failing())

    assert len(refused) == 2
    assert kitchen.status(order.order_id) == "scheduled"
    left = kitchen.redis.hmget(f"rq:job:{order.order_id}", "retries_left", "deliveries")
    assert left == [b"2", b"1"]
    assert not kitchen.redis.exists("rq:wip:dish")


def test_a_failure_that_redis_does_not_take_is_final_all_the_same(
    kitchen: Kitchen, refuse: Callable[..., list[str]]
) -> None:
    order = kitchen.put(an_order(), retries=0)
    refused = refuse("rq:failed:dish")

    kitchen.serve(Failing())

    assert len(refused) == 2
    assert kitchen.status(order.order_id) == "failed"
    assert b"told" in kitchen.meta(order.order_id)
    [job] = kitchen.queue.failed_job_registry.get_job_ids()
    assert job == order.order_id
    assert not kitchen.redis.exists("rq:wip:dish")
    [result] = Result.all(kitchen.queue.fetch_job(order.order_id))
    assert "device lost" in (result.exc_string or "")


def test_a_claim_is_renewed_until_its_end_is_written(
    kitchen: Kitchen, refuse: Callable[..., list[str]]
) -> None:
    """Else another worker would take up what has been served."""
    order = kitchen.put(an_order())
    renewed: list[bool] = []

    def a_beat_comes() -> None:
        [claim] = kitchen.redis.zrange("rq:wip:dish", 0, -1)
        kitchen.redis.zadd("rq:wip:dish", {claim: FAR})
        until(lambda: kitchen.redis.zscore("rq:wip:dish", claim) < FAR)
        renewed.append(kitchen.redis.zscore("rq:wip:dish", claim) > CLAIM_TTL_S)

    refused = refuse("rq:finished:dish", a_beat_comes)

    kitchen.serve()

    assert (len(refused), renewed) == (2, [True])
    assert kitchen.status(order.order_id) == "finished"
