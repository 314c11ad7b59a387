"""What the keeper does when the machine itself fails: device lost, disk full."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from PIL import Image

from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.tiny import TinyPainter
from worker import keeper


def test_a_worker_whose_device_is_lost_gives_its_orders_back_and_leaves(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would fail every order of the queue, quicker than others can paint them."""

    class Lost(TinyPainter):
        device = torch.device("cuda:99")

        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            raise RuntimeError("CUDA error: device-side assert triggered")

    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(keeper.os, "_exit", leave)
    monkeypatch.setattr(keeper.logging, "shutdown", lambda: None)
    orders = [kitchen.put(an_order()) for _ in range(3)]

    with pytest.raises(SystemExit) as left:
        kitchen.serve(Lost())

    assert left.value.code == keeper.EXIT_DEVICE
    assert {kitchen.status(order.order_id) for order in orders} == {"queued"}
    assert kitchen.redis.llen("rq:queue:dish") == 3
    assert kitchen.discord.edits == []


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
