"""An order in the queue becomes pictures in the answer, byte for byte the painter's."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from foodgan.contract.orders import PACE_DISH, PACE_KEY, SEED_MAX
from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order
from tests.worker.posted import shows
from tests.worker.process import WorkerProcess
from tests.worker.tiny import TinyPainter
from tests.worker.webhooks import digest
from worker import batching
from worker.delivery import Delivery
from worker.jobs import DEATHS


def test_the_answer_holds_exactly_what_was_painted(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(count=4))

    kitchen.serve()

    [edit] = kitchen.discord.edits
    assert edit.token == order.token.get_secret_value()
    expected = TinyPainter().paint([Dish(order.name, seed) for seed in (7, 8, 9, 10)])
    assert list(edit.files) == [f"dish-{seed}-{order.order_id}.jpg" for seed in (7, 8, 9, 10)]
    for body, picture in zip(edit.files.values(), expected, strict=True):
        assert shows(body, picture)


def test_the_four_pictures_of_an_order_share_one_pass(kitchen: Kitchen) -> None:
    kitchen.put(an_order(count=4))
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == [4]


def test_text_and_alt_text_name_the_dish_and_ping_nobody(kitchen: Kitchen) -> None:
    kitchen.put(an_order("@everyone **丼**", seed=SEED_MAX, count=2))

    kitchen.serve()

    [edit] = kitchen.discord.edits
    assert edit.payload["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in edit.payload["content"]
    assert f"{SEED_MAX}〜0" in edit.payload["content"]
    assert "tiny-test" in edit.payload["content"]
    alts = [attachment["description"] for attachment in edit.payload["attachments"]]
    assert all("@everyone **丼**" in alt for alt in alts)
    assert str(SEED_MAX) in alts[0]


def test_a_name_of_unknown_words_is_painted_and_said(kitchen: Kitchen) -> None:
    kitchen.put(an_order("謎の謎", locale="en"))

    kitchen.serve()

    [edit] = kitchen.discord.edits
    assert len(edit.files) == 1
    assert "new to us" in edit.payload["content"]


def test_the_same_seed_gives_the_same_bytes(kitchen: Kitchen) -> None:
    orders = [kitchen.put(an_order(seed=11, count=2)), kitchen.put(an_order(seed=12, count=1))]

    kitchen.serve()

    pair, single = (digest(kitchen.answer(order)) for order in orders)
    assert pair[1:] == single
    assert pair[0] != pair[1]


def test_a_finished_order_stays_for_the_bot_without_its_token(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order())

    kitchen.serve()

    assert kitchen.status(order.order_id) == "finished"
    assert order.token.get_secret_value().encode() not in kitchen.everything_in_redis()
    assert kitchen.redis.zcard("rq:wip:dish") == 0
    assert kitchen.redis.llen("rq:queue:dish:intermediate") == 0


def test_the_pace_of_the_kitchen_is_written_down(kitchen: Kitchen) -> None:
    kitchen.put(an_order())
    began = time.monotonic()

    kitchen.serve(TinyPainter(pause_s=0.2))

    took_s = time.monotonic() - began
    assert 0.2 < float(kitchen.redis.hget(PACE_KEY, PACE_DISH) or 0) < took_s


def test_the_pace_is_that_of_painting_and_not_of_waiting_for_what_is_in_hand(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As is done before what may have killed a worker is painted; a crash is no slow kitchen."""
    clock = SimpleNamespace(seconds=0.0, sleep=time.sleep)
    clock.monotonic = lambda: clock.seconds

    def wait(_: Delivery, wait_s: float) -> bool:
        clock.seconds += wait_s
        return True

    monkeypatch.setattr(Delivery, "wait_till_idle", wait)
    monkeypatch.setattr(batching, "time", clock)
    order = kitchen.put(an_order())
    kitchen.redis.hset(f"rq:job:{order.order_id}", DEATHS, 1)

    kitchen.serve()

    assert clock.seconds > 0
    assert float(kitchen.redis.hget(PACE_KEY, PACE_DISH) or -1) == 0


def test_of_orders_that_a_worker_died_with_the_first_and_the_worst_alone_wait_long(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a slow Discord would hold up each of them, and all who come behind."""
    waited: list[float] = []
    monkeypatch.setattr(Delivery, "wait_till_idle", lambda _, wait_s: waited.append(wait_s))
    for deaths in (1, 1, 2, 1):
        order = kitchen.put(an_order())
        kitchen.redis.hset(f"rq:job:{order.order_id}", DEATHS, deaths)
    painter = TinyPainter()

    kitchen.serve(painter)
    assert painter.passes == [1] * 4
    long, short = batching._SUSPECT_WAIT_S, batching._NEXT_SUSPECT_WAIT_S
    assert short < long
    assert waited == [long, short, long, short]


def test_orders_that_come_back_without_a_death_are_painted_in_one_pass_with_the_others(
    kitchen: Kitchen,
) -> None:
    orders = [kitchen.put(an_order()) for _ in range(6)]
    for order in orders[:5]:
        kitchen.redis.hset(f"rq:job:{order.order_id}", "deliveries", 2)
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == [6]


def test_pictures_too_big_for_the_channel_are_made_smaller(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(attachment_limit=1024))

    kitchen.serve()

    [edit] = kitchen.discord.edits
    [(name, body)] = edit.files.items()
    assert name == f"dish-7-{order.order_id}.jpg"
    assert Image.open(io.BytesIO(body)).format == "JPEG"


@pytest.mark.slow
def test_no_token_stands_in_a_log_or_in_a_secret_place(
    kitchen: Kitchen, start: Callable[..., WorkerProcess], tmp_path: Path
) -> None:
    from tests.worker.conftest import until

    order = kitchen.put(an_order())
    worker = start()

    until(lambda: bool(kitchen.discord.answers), 30)
    until(lambda: kitchen.status(order.order_id) == "finished")

    assert order.order_id in worker.log
    assert order.token.get_secret_value() not in worker.log
