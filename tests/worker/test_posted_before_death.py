"""A worker that dies after its last permitted post: the pictures stay, no apology replaces them."""

from collections.abc import Sequence

from PIL import Image
from rq import SimpleWorker

from foodgan.contract.orders import END_KEY, END_POSTING, DishOrder
from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.tiny import TinyPainter
from worker import books, metrics
from worker.jobs import DEATHS, DELIVERIES, DishJob
from worker.pictures import encode
from worker.reply import Message, Replies


def post(kitchen: Kitchen, order: DishOrder) -> None:
    """As a worker that was killed in the next moment."""
    picture = encode(Image.new("RGB", (8, 8)), f"dish-7-{order.order_id}", "絵")
    with Replies(kitchen.discord.api_base) as replies:
        replies.edit(order, Message("料理", (picture,)), order.expires_at).result()


def die_while_posting(kitchen: Kitchen, order: DishOrder) -> None:
    """A claim without a worker, run out long ago, and without tries left."""
    job = DishJob.fetch(order.order_id, kitchen.redis, "json")
    worker = SimpleWorker([kitchen.queue], connection=kitchen.redis, name="dead", job_class=DishJob)
    kitchen.redis.lpop(kitchen.queue.key)
    [claim] = books.claim(worker, [job], kitchen.queue)
    kitchen.redis.zadd("rq:wip:dish", {claim.execution.composite_key: 1})
    kitchen.redis.set(END_KEY + order.order_id, END_POSTING)


def sweep_until(kitchen: Kitchen, order: DishOrder, status: str) -> None:
    """Let a worker live for as long as that takes."""

    class Sweeping(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            until(lambda: kitchen.status(order.order_id) == status)
            return super().paint(dishes)

    kitchen.put(an_order())
    kitchen.serve(Sweeping())


def test_pictures_that_are_there_are_not_apologised_for(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(), retries=0)
    post(kitchen, order)
    die_while_posting(kitchen, order)
    failed = metrics.orders("failed")

    sweep_until(kitchen, order, "finished")

    assert metrics.orders("failed") == failed

    assert kitchen.answer(order).payload["content"] == "料理"
    assert kitchen.queue.failed_job_registry.get_job_ids() == []
    assert kitchen.redis.ttl(f"rq:job:{order.order_id}") > 0
    assert order.token.get_secret_value().encode() not in kitchen.everything_in_redis()


def test_who_was_about_to_get_pictures_and_got_none_is_told(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(), retries=0)
    die_while_posting(kitchen, order)
    failed = metrics.orders("failed")

    sweep_until(kitchen, order, "failed")

    assert metrics.orders("failed") == failed + 1

    assert order.order_id in kitchen.answer(order).payload["content"]
    assert b"told" in kitchen.meta(order.order_id)


def test_an_order_that_was_posted_is_no_poison(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order())
    post(kitchen, order)
    lost = {DELIVERIES: 4, DEATHS: 4, "retries_left": -1}
    kitchen.redis.hset(f"rq:job:{order.order_id}", mapping=lost)

    kitchen.serve()

    assert kitchen.answer(order).payload["content"] == "料理"
    assert kitchen.status(order.order_id) == "finished"
