"""What the keeper does when the machine itself fails: device lost, disk full."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from PIL import Image
from rq import SimpleWorker

from foodgan.launch import plan
from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.tiny import TinyPainter
from worker import batching, books, keeper
from worker.jobs import DEATHS, DishJob


class Lost(TinyPainter):
    device = torch.device("cuda:99")

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        raise RuntimeError("CUDA error: device-side assert triggered")


@pytest.fixture
def _leaving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever leaves the process leaves but the thread that it is on."""

    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(keeper.os, "_exit", leave)
    monkeypatch.setattr(keeper.logging, "shutdown", lambda: None)


@pytest.mark.usefixtures("_leaving")
def test_a_worker_whose_device_is_lost_gives_its_orders_back_and_leaves(kitchen: Kitchen) -> None:
    """It would fail every order of the queue, quicker than others can paint them."""
    orders = [kitchen.put(an_order()) for _ in range(3)]

    with pytest.raises(SystemExit) as left:
        kitchen.serve(Lost())

    assert left.value.code == keeper.EXIT_DEVICE
    assert {kitchen.status(order.order_id) for order in orders} == {"queued"}
    assert kitchen.redis.llen("rq:queue:dish") == 3
    assert kitchen.discord.edits == []


@pytest.mark.usefixtures("_leaving")
def test_an_order_that_devices_are_lost_with_goes_alone_and_has_no_more_tries_than_its_own(
    kitchen: Kitchen,
) -> None:
    """Those of the order, whatever this worker's setting says."""
    order = kitchen.put(an_order(), retries=1)
    other = kitchen.put(an_order(), retries=3)
    for _ in range(2):
        with pytest.raises(SystemExit):
            kitchen.serve(Lost())
    assert [deaths(kitchen, each.order_id) for each in (order, other)] in ([2, 1], [1, 2])

    painter = TinyPainter()
    kitchen.redis.hset(f"rq:job:{order.order_id}", mapping={DEATHS: 2, "retries_left": -1})
    kitchen.serve(painter)

    assert painter.passes == [1]
    assert kitchen.status(order.order_id) == "failed"
    assert order.order_id in kitchen.answer(order).payload["content"]
    assert kitchen.status(other.order_id) == "finished"


def deaths(kitchen: Kitchen, order_id: str) -> int:
    return int(kitchen.redis.hget(f"rq:job:{order_id}", DEATHS) or 0)


def test_an_order_that_was_given_back_in_good_order_never_counts_as_poison(
    kitchen: Kitchen,
) -> None:
    order = kitchen.put(an_order())
    for name in "abcde":  # each of them was told twice to stop
        worker = SimpleWorker([kitchen.queue], connection=kitchen.redis, name=name)
        kitchen.redis.lmove(kitchen.queue.key, kitchen.queue.intermediate_queue_key)
        job = DishJob.fetch(order.order_id, kitchen.redis, "json")
        books.claim(worker, [job], kitchen.workers_queue)
        assert books.put_back(worker, kitchen.redis) == [order.order_id]
    assert deaths(kitchen, order.order_id) == 0

    kitchen.serve()

    assert kitchen.status(order.order_id) == "finished"
    assert len(kitchen.answer(order).files) == 1


@pytest.mark.parametrize("paint_timeout_s", [5, 60, 600])
def test_a_worker_that_is_told_to_stop_leaves_before_docker_systemd_and_the_house_lose_patience(
    kitchen: Kitchen, paint_timeout_s: float
) -> None:
    settings = kitchen.settings.model_copy(update={"paint_timeout_s": paint_timeout_s})
    house = plan._worker(1, paint_timeout_s).stop_within_s
    assert batching.drain_s(settings) + 5 <= min(house, 90)


def test_what_discord_does_not_take_before_a_worker_must_leave_is_given_back_in_good_order(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be killed for it, and each of these orders would be taken for what it died of."""

    class Told(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            os.kill(os.getpid(), signal.SIGTERM)
            return super().paint(dishes)

    def leave(code: int) -> None:
        left.append((code, kitchen.status(order.order_id), time.monotonic() - began))
        kitchen.discord.held = False
        raise SystemExit(code)

    left: list[tuple[int, str | None, float]] = []
    monkeypatch.setattr(keeper.os, "_exit", leave)
    monkeypatch.setattr(keeper.logging, "shutdown", lambda: None)
    monkeypatch.setattr(batching, "drain_s", lambda _: 2.0)
    kitchen.discord.held = True
    order = kitchen.put(an_order())
    began = time.monotonic()

    kitchen.serve(Told())

    [(code, status, after_s)] = left
    assert (code, status) == (keeper.EXIT_FORCED, "queued")
    assert after_s >= 2
    assert deaths(kitchen, order.order_id) == 0


def test_a_full_disk_does_not_end_the_heartbeat(kitchen: Kitchen) -> None:
    kitchen.settings.var_dir.joinpath("file").touch()
    full = kitchen.settings.model_copy(update={"var_dir": Path(kitchen.settings.var_dir, "file")})
    claimed_till: list[float] = []

    class Slow(TinyPainter):
        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            [(_, first)] = kitchen.redis.zrange("rq:wip:dish", 0, -1, withscores=True)
            until(lambda: _till(kitchen) > first + 1.5)  # two beats later
            claimed_till.append(first)
            return super().paint(dishes)

    kitchen.put(an_order())
    Kitchen(kitchen.redis, full, kitchen.discord, kitchen.tmp_path).serve(Slow())

    assert claimed_till
    assert len(kitchen.discord.edits) == 1


def _till(kitchen: Kitchen) -> float:
    """When the one claim there is runs out."""
    [(_, score)] = kitchen.redis.zrange("rq:wip:dish", 0, -1, withscores=True)
    return float(score)
