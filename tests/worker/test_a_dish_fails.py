"""When painting fails: another try, then one clear sentence, an id in the log, no token left."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from PIL import Image

from foodgan.contract.errors import ModelError, UserError
from foodgan.contract.orders import END_CANCELLED, END_KEY, ENDED_CHANNEL, LATE_LIFE
from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order
from tests.worker.tiny import TinyPainter
from tests.worker.webhooks import Fault
from worker import metrics
from worker.commit import GroupCommit


class Failing(TinyPainter):
    """Raises in its first `times` passes."""

    def __init__(self, error: Exception, times: int = 1000) -> None:
        super().__init__()
        self._error = error
        self._times = times

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        if self._times:
            self._times -= 1
            raise self._error
        return super().paint(dishes)


def test_the_first_failure_is_not_shown_but_tried_again(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order())

    kitchen.serve(Failing(RuntimeError("device"), times=1))

    assert kitchen.discord.edits == []
    assert kitchen.status(order.order_id) == "scheduled"
    assert kitchen.redis.zscore("rq:scheduled:dish", order.order_id)


def test_the_last_failure_is_told_with_an_id(
    kitchen: Kitchen, caplog: pytest.LogCaptureFixture
) -> None:
    order = kitchen.put(an_order("*虹色*うどん"), retries=0)

    kitchen.serve(Failing(RuntimeError("device lost")))

    [edit] = kitchen.discord.edits
    assert order.order_id in edit.payload["content"]
    assert "**\\*虹色\\*うどん**" in edit.payload["content"]
    assert kitchen.status(order.order_id) == "failed"
    assert kitchen.meta(order.order_id) == b'{"told": true}'
    assert f"order {order.order_id}: RuntimeError: device lost" in caplog.text
    assert "Traceback" in caplog.text
    assert order.token.get_secret_value().encode() not in kitchen.everything_in_redis()


def test_a_failure_that_could_not_be_told_is_left_to_the_bot(kitchen: Kitchen) -> None:
    kitchen.discord.faults = [Fault(403, {"code": 50001})]
    order = kitchen.put(an_order(), retries=0)

    kitchen.serve(Failing(RuntimeError("device")))

    assert kitchen.status(order.order_id) == "failed"
    assert b"told" not in kitchen.meta(order.order_id)


def test_a_model_that_breaks_is_told_at_once(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(locale="en"))

    kitchen.serve(Failing(ModelError("damaged")))

    [edit] = kitchen.discord.edits
    assert "painter cannot work" in edit.payload["content"]
    assert order.order_id in edit.payload["content"]
    assert kitchen.status(order.order_id) == "failed"


def test_what_the_asker_can_mend_is_said_in_its_own_words(kitchen: Kitchen) -> None:
    kitchen.put(an_order(locale="en"))

    kitchen.serve(Failing(UserError("name-too-long", limit=60)))

    [edit] = kitchen.discord.edits
    assert "60" in edit.payload["content"]


def test_an_order_that_nobody_wants_any_more_is_neither_painted_nor_answered(
    kitchen: Kitchen,
) -> None:
    order = kitchen.put(an_order(asked_at=datetime.now(UTC) - LATE_LIFE))
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == []
    assert kitchen.discord.edits == []
    assert kitchen.status(order.order_id) == "failed"
    assert b"told" not in kitchen.meta(order.order_id)


def test_an_order_that_more_devices_were_lost_with_than_it_has_tries_is_not_painted_again(
    kitchen: Kitchen,
) -> None:
    order = kitchen.put(an_order())
    kitchen.redis.hset(f"rq:job:{order.order_id}", mapping={"deaths": 4, "retries_left": -1})
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == []
    [edit] = kitchen.discord.edits
    assert order.order_id in edit.payload["content"]
    assert kitchen.status(order.order_id) == "failed"


def test_an_order_that_another_worker_took_over_is_not_posted(kitchen: Kitchen) -> None:
    class Stalled(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.delete("rq:wip:dish")  # what a sweep does with a claim that ran out
            return super().paint(dishes)

    order = kitchen.put(an_order())

    kitchen.serve(Stalled())

    assert kitchen.discord.edits == []
    assert kitchen.status(order.order_id) == "started"


def test_what_could_not_be_written_is_counted_by_whoever_writes_it(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these claims is lost in the moment in which its end would be written."""
    outcomes = ("served", "cancelled", "retried", "failed", "declined", "gone")
    monkeypatch.setattr(GroupCommit, "end", lambda *_: False)
    before = [metrics.orders(outcome) for outcome in outcomes]

    kitchen.discord.faults = [Fault(404, {"code": 10008})]
    kitchen.put(an_order())
    kitchen.serve()
    cancelled = kitchen.put(an_order())
    kitchen.redis.set(END_KEY + cancelled.order_id, END_CANCELLED)
    kitchen.put(an_order())
    kitchen.put(an_order(weights=[("醤油", 200)]))
    kitchen.serve()
    for retries in (0, 3):
        kitchen.put(an_order(), retries=retries)
    kitchen.serve(Failing(RuntimeError("device")))

    assert [metrics.orders(outcome) for outcome in outcomes] == before


def test_a_failure_takes_away_no_picture_that_another_worker_has_posted(kitchen: Kitchen) -> None:
    class Stalled(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.delete("rq:wip:dish")  # what a sweep does with a claim that ran out
            raise RuntimeError("device")

    order = kitchen.put(an_order(), retries=0)

    kitchen.serve(Stalled())

    assert kitchen.discord.edits == []
    assert kitchen.status(order.order_id) == "started"


def test_a_failure_is_not_told_to_who_has_cancelled(kitchen: Kitchen) -> None:
    class Failing(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.set(END_KEY + order.order_id, END_CANCELLED)
            raise RuntimeError("device")

    order = kitchen.put(an_order(), retries=0)

    kitchen.serve(Failing())

    assert kitchen.discord.edits == []
    assert kitchen.status(order.order_id) == "finished"


def test_an_order_that_is_already_done_is_not_served_twice(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order())
    kitchen.redis.rpush("rq:queue:dish", order.order_id)

    kitchen.serve()

    assert len(kitchen.discord.edits) == 1
    assert kitchen.redis.llen("rq:queue:dish:intermediate") == 0


def test_the_bot_hears_at_once_of_an_order_that_has_failed(kitchen: Kitchen) -> None:
    """Its member's seat is free then."""
    with kitchen.redis.pubsub(ignore_subscribe_messages=True) as news:
        news.subscribe(ENDED_CHANNEL)
        order = kitchen.put(an_order(), retries=0)

        kitchen.serve(Failing(RuntimeError("device")))

        heard = [news.get_message(timeout=1) for _ in range(2)]  # of the subscription, and this
    assert [each["data"].decode() for each in heard if each] == [order.order_id]
