"""Orders that wait share a pass; each has its own pictures, its own end and its own failure."""

import threading
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest
import torch
from PIL import Image

from foodgan.painting.painter import Dish, Painter, portions
from tests.worker.conftest import BATCH, Kitchen, an_order
from tests.worker.posted import shows
from tests.worker.tiny import TinyPainter
from worker import delivery, plates
from worker.reply import Message

POISON = "毒きのこ鍋"


class Poisoned(TinyPainter):
    """Fails in every pass that has the poisoned dish in it."""

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        if any(dish.name == POISON for dish in dishes):
            self.passes.append(len(dishes))
            raise RuntimeError("poison")
        return super().paint(dishes)


class Small(TinyPainter):
    """A device with memory for a few pictures; a real one's error, which no CPU raises."""

    def __init__(self, pictures: int) -> None:
        super().__init__()
        self._pictures = pictures

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        if len(dishes) > self._pictures:
            self.passes.append(-len(dishes))
            raise torch.OutOfMemoryError("CUDA out of memory")
        return super().paint(dishes)


def test_orders_of_different_counts_share_a_pass_and_each_gets_its_own_pictures(
    kitchen: Kitchen, tiny_model: Path
) -> None:
    painter = Painter.load(tiny_model, device="cpu", threads=1)
    counts = {"鮭丼": 1, "抹茶パフェ": 4, "カレーうどん": 3}
    orders = [kitchen.put(an_order(name, count=n, seed=n)) for name, n in counts.items()]
    passes: list[int] = []
    paint = painter.paint

    def counting(dishes: Sequence[Dish]) -> list[Image.Image]:
        passes.append(len(dishes))
        return paint(dishes)

    painter.paint = counting  # type: ignore[method-assign]

    kitchen.serve(painter)

    assert passes == [8]
    for order in orders:
        bodies = kitchen.answer(order).files.values()
        for body, dish in zip(bodies, portions(order.name, order.seed, order.count), strict=True):
            (alone,) = paint([dish])
            assert shows(body, alone)


def test_every_job_of_a_batch_has_its_own_execution_while_it_is_painted(kitchen: Kitchen) -> None:
    seen: list[tuple[list[str | None], int, int, int]] = []

    class Looking(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            keys = list(kitchen.redis.scan_iter("rq:execution:*"))
            states = [kitchen.status(order.order_id) for order in orders]
            aside = kitchen.redis.llen("rq:queue:dish:intermediate")
            seen.append((states, kitchen.redis.zcard("rq:wip:dish"), len(keys), aside))
            return super().paint(dishes)

    orders = [kitchen.put(an_order()) for _ in range(3)]

    kitchen.serve(Looking())

    assert seen == [(["started"] * 3, 3, 3, 0)]
    assert [kitchen.status(order.order_id) for order in orders] == ["finished"] * 3
    assert all(kitchen.redis.xlen(f"rq:results:{order.order_id}") == 1 for order in orders)
    assert kitchen.redis.zcard("rq:finished:dish") == 3
    assert kitchen.redis.zcard("rq:wip:dish") == 0
    assert not list(kitchen.redis.scan_iter("rq:execution:*"))


def test_a_poisoned_order_fails_alone(kitchen: Kitchen) -> None:
    orders = [kitchen.put(an_order(), retries=0) for _ in range(2)]
    poison = kitchen.put(an_order(POISON), retries=0)
    orders += [kitchen.put(an_order(), retries=0) for _ in range(2)]
    painter = Poisoned()

    kitchen.serve(painter)

    assert painter.passes == [5, 1, 1, 1, 1, 1]
    assert kitchen.status(poison.order_id) == "failed"
    assert poison.order_id in kitchen.answer(poison).payload["content"]
    assert [kitchen.status(order.order_id) for order in orders] == ["finished"] * 4
    assert all(len(kitchen.answer(order).files) == 1 for order in orders)


def test_a_refused_payload_and_a_late_order_hold_nobody_up(kitchen: Kitchen) -> None:
    kitchen.enqueue("refused1", "os.system", ["true"])
    orders = [kitchen.put(an_order()) for _ in range(2)]
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == [2]
    assert kitchen.status("refused1") == "failed"
    assert [kitchen.status(order.order_id) for order in orders] == ["finished"] * 2


def test_out_of_memory_halves_the_batch_and_goes_on(
    kitchen: Kitchen, caplog: pytest.LogCaptureFixture
) -> None:
    orders = [kitchen.put(an_order(seed=seed)) for seed in range(12)]
    painter = Small(3)

    kitchen.serve(painter)

    assert painter.passes == [-8, -4, 2, 2, 2, 2, 2, 2]
    assert len(kitchen.discord.answers) == 12
    assert "no memory for 8 pictures at once; 4 for now" in caplog.text
    expected = {order.seed: TinyPainter().paint([Dish(order.name, order.seed)]) for order in orders}
    for order in orders:
        [body] = kitchen.answer(order).files.values()
        assert shows(body, expected[order.seed][0])


def test_an_order_of_four_is_painted_where_memory_holds_one(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(count=4))

    kitchen.serve(Small(1))

    assert list(kitchen.answer(order).files) == [
        f"dish-{seed}-{order.order_id}.jpg" for seed in (7, 8, 9, 10)
    ]


def test_memory_that_does_not_hold_one_picture_is_a_failure_like_any_other(
    kitchen: Kitchen,
) -> None:
    order = kitchen.put(an_order())

    kitchen.serve(Small(0))

    assert kitchen.status(order.order_id) == "scheduled"


def test_the_next_batch_is_painted_while_the_last_one_is_posted(kitchen: Kitchen) -> None:
    posted: list[int] = []

    class Looking(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            posted.append(len(kitchen.discord.answers))
            kitchen.discord.held = len(posted) < 3
            return super().paint(dishes)

    kitchen.discord.held = True
    orders = [kitchen.put(an_order()) for _ in range(24)]

    kitchen.serve(Looking())

    assert posted == [0, 0, 0]
    assert len(kitchen.discord.answers) == 24
    assert {kitchen.status(order.order_id) for order in orders} == {"finished"}
    names = chain.from_iterable(kitchen.answer(order).files for order in orders)
    assert set(names) == {f"dish-7-{order.order_id}.jpg" for order in orders}


def test_the_next_batch_is_claimed_before_pictures_of_the_last_one_are_on_their_way(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else encoders and posters hold up the claim, and the device waits for both."""
    claimed: list[list[str | None]] = []
    encode = plates.Plate.message

    def message(plate: plates.Plate) -> Message:
        claimed.append([kitchen.status(order.order_id) for order in orders[BATCH:]])
        return encode(plate)

    monkeypatch.setattr(plates.Plate, "message", message)
    monkeypatch.setattr(delivery, "_HELD_S", 60.0)
    orders = [kitchen.put(an_order()) for _ in range(2 * BATCH)]

    kitchen.serve(TinyPainter())

    assert all(states == ["started"] * BATCH for states in claimed[:BATCH])
    assert len(claimed) == len(kitchen.discord.answers) == 2 * BATCH


def test_no_batch_is_begun_while_many_answers_are_on_their_way(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their pictures are in memory."""
    monkeypatch.setattr(delivery, "_ROOM", BATCH)
    posted: list[int] = []

    class Looking(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            posted.append(len(kitchen.discord.answers))
            return super().paint(dishes)

    def let_go() -> None:
        kitchen.discord.held = False

    kitchen.discord.held = True
    for _ in range(2 * BATCH):
        kitchen.put(an_order())
    slow = threading.Timer(1.5, let_go)
    slow.start()

    kitchen.serve(Looking())

    slow.join()
    first, second = posted
    assert first == 0 < second
