"""A cancelled order is not painted, and one at work is not posted; who was first decides."""

from collections.abc import Sequence

import pytest
from PIL import Image
from rq import SimpleWorker
from rq.job import Job

from foodgan.contract.orders import END_CANCELLED, END_KEY, END_POSTING
from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.tiny import TinyPainter
from worker import books, delivery
from worker.jobs import DishJob
from worker.plates import Plate
from worker.reply import Message


def test_a_cancelled_order_is_not_painted(kitchen: Kitchen) -> None:
    unwanted, wanted = kitchen.put(an_order()), kitchen.put(an_order(seed=8))
    kitchen.redis.set(END_KEY + unwanted.order_id, END_CANCELLED)
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == [1]
    assert list(kitchen.discord.answers) == [wanted.token.get_secret_value()]
    assert kitchen.status(unwanted.order_id) == "finished"
    assert unwanted.token.get_secret_value().encode() not in kitchen.everything_in_redis()


def test_an_order_cancelled_while_it_is_painted_is_not_posted(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order())

    class Slow(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.set(END_KEY + order.order_id, END_CANCELLED, nx=True)
            return super().paint(dishes)

    kitchen.serve(Slow())

    assert kitchen.discord.edits == []
    assert kitchen.status(order.order_id) == "finished"


def test_an_order_that_is_forgotten_while_it_is_painted_is_not_posted_nor_written_anew(
    kitchen: Kitchen,
) -> None:
    """Its member was erased, and the bot took it out of the queue."""
    order, other = kitchen.put(an_order()), kitchen.put(an_order(seed=8))

    class Slow(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.set(END_KEY + order.order_id, END_CANCELLED, nx=True)
            Job.fetch(order.order_id, kitchen.redis, "json").delete()
            return super().paint(dishes)

    kitchen.serve(Slow())

    assert list(kitchen.discord.answers) == [other.token.get_secret_value()]
    assert not kitchen.redis.exists(f"rq:job:{order.order_id}")
    assert not kitchen.redis.zcard("rq:wip:dish")


def test_from_the_post_on_it_is_too_late_to_cancel(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order())
    kitchen.serve()
    assert kitchen.redis.get(END_KEY + order.order_id) == END_POSTING.encode()
    assert kitchen.redis.ttl(END_KEY + order.order_id) > 0


def test_what_its_worker_has_lost_may_be_cancelled_still(kitchen: Kitchen) -> None:
    """It goes to another worker, and nobody posts it just then."""
    order = kitchen.put(an_order())

    class Standing(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.delete("rq:wip:dish")  # a sweep has given its claim to another worker
            return super().paint(dishes)

    kitchen.serve(Standing())

    assert kitchen.discord.edits == []
    assert not kitchen.redis.exists(END_KEY + order.order_id)


def test_an_order_that_waits_for_another_try_may_be_cancelled_again(kitchen: Kitchen) -> None:
    class Failing(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.set(END_KEY + order.order_id, END_POSTING)  # as after a crash in a post
            raise RuntimeError("device")

    order = kitchen.put(an_order())
    kitchen.serve(Failing())

    assert kitchen.status(order.order_id) == "scheduled"
    assert not kitchen.redis.exists(END_KEY + order.order_id)


def test_the_answer_takes_the_button_away(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order())
    kitchen.serve()
    assert kitchen.answer(order).payload["components"] == []


def test_who_has_cancelled_is_not_told_that_it_failed_when_its_worker_dies(
    kitchen: Kitchen,
) -> None:
    order = kitchen.put(an_order(), retries=0)
    job = DishJob.fetch(order.order_id, kitchen.redis, "json")
    worker = SimpleWorker([kitchen.queue], connection=kitchen.redis, name="dead", job_class=DishJob)
    kitchen.redis.lpop(kitchen.queue.key)
    [claim] = books.claim(worker, [job], kitchen.queue)
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: 1})  # ran out long ago
    kitchen.redis.set(END_KEY + order.order_id, END_CANCELLED)

    class Sweeping(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            until(lambda: b"told" in kitchen.meta(order.order_id))
            return super().paint(dishes)

    other = kitchen.put(an_order())
    kitchen.serve(Sweeping())

    assert list(kitchen.discord.answers) == [other.token.get_secret_value()]


def test_a_worker_that_stood_still_while_it_encoded_asks_again_before_it_posts(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = Plate.message

    def stalled(plate: Plate) -> Message:
        until(lambda: bool(kitchen.redis.exists(END_KEY + plate.order.order_id)))  # it had leave
        kitchen.redis.delete("rq:wip:dish")  # a sweep has given its claim to another worker
        return message(plate)

    monkeypatch.setattr(Plate, "message", stalled)
    monkeypatch.setattr(delivery, "_LEAVE_S", 0.0)
    kitchen.put(an_order())

    kitchen.serve()

    assert kitchen.discord.edits == []


def test_a_cancellation_outlives_a_try_that_fails(kitchen: Kitchen) -> None:
    """Its member was told that it is cancelled: the next try must not post it."""

    class Failing(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.set(END_KEY + order.order_id, END_CANCELLED)
            raise RuntimeError("device")

    order = kitchen.put(an_order())
    kitchen.serve(Failing())

    assert kitchen.status(order.order_id) == "scheduled"
    assert kitchen.redis.get(END_KEY + order.order_id) == END_CANCELLED.encode()


def test_who_has_lost_an_order_does_not_take_back_what_another_worker_posts(
    kitchen: Kitchen,
) -> None:
    class Stalled(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            kitchen.redis.delete("rq:wip:dish")  # a sweep has given its claim to another worker
            kitchen.redis.set(END_KEY + order.order_id, END_POSTING)  # which is at it
            raise RuntimeError("device")

    order = kitchen.put(an_order())
    kitchen.serve(Stalled())

    assert kitchen.redis.get(END_KEY + order.order_id) == END_POSTING.encode()
