"""A worker in a process of its own takes up what is promoted, and no order is lost to it."""

import gc
import signal
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest

from foodgan import registry
from foodgan.contract.orders import DishOrder
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.painting.painter import Painter
from foodgan.publishing import serving
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.heirs import model_id, own, promote, second, store
from tests.worker.process import WorkerProcess
from tests.worker.test_watch import figures, hellos
from worker import service
from worker.succession import Succession

__all__ = ["own", "second", "store"]  # fixtures

START_S = 60.0  # importing torch on a busy machine

Start = Callable[..., WorkerProcess]


def with_model(settings: Settings, own: Settings) -> Settings:
    """Settings of a kitchen, and of a worker in it that has this model."""
    return settings.model_copy(update=of_own(own.model_dir))


def of_own(model: Path) -> dict[str, object]:
    return {"model_dir": model, "device": "cpu", "threads": 1, "worker_health_port": 0}


def painted_by(kitchen: Kitchen, order: DishOrder) -> str:
    """The line that answered an order; it names the model."""
    until(lambda: kitchen.status(order.order_id) == "finished", START_S)
    return str(kitchen.answer(order).payload["content"])


def test_the_model_that_was_before_leaves_the_memory(
    kitchen: Kitchen,
    own: Settings,
    store: Store,
    second: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By counting references alone: no worker looks for garbage in what is frozen."""
    left: list[object] = []

    class Watched(Succession):
        def first(self) -> Painter:
            painter = super().first()
            self.gone = weakref.ref(painter.second)
            promote(store, second)
            self.look()
            return painter

        def __exit__(self, *_: object) -> None:
            left.append(self.gone())
            super().__exit__()

    monkeypatch.setattr(service, "Succession", Watched)
    order = kitchen.put(an_order())
    gc.disable()
    try:
        service.run(with_model(kitchen.settings, own), "stove", burst=True)
    finally:
        gc.enable()
        gc.unfreeze()
    assert model_id(second) in painted_by(kitchen, order)
    assert left == [None]


@pytest.mark.slow
def test_a_warm_worker_takes_up_what_is_promoted_and_goes_back_when_it_is_rolled_back(
    kitchen: Kitchen, start: Start, tiny_model: Path, second: Path
) -> None:
    store = Store(kitchen.settings.photo_store)
    first, other = model_id(tiny_model), model_id(second)
    worker = start("stove", **of_own(tiny_model))
    assert first in painted_by(kitchen, kitchen.put(an_order()))

    promote(store, second)
    until(lambda: f"model {first} -> {other}" in worker.log, START_S)
    assert other in painted_by(kitchen, kitchen.put(an_order()))
    until(lambda: hellos(kitchen)[0].model == other)
    builds = [name for name in figures(hellos(kitchen)[0].health) if "foodgan_build" in name]
    assert [other in name for name in builds] == [True]

    serving.roll_back(store)
    until(lambda: f"model {other} -> {first}" in worker.log, START_S)
    assert first in painted_by(kitchen, kitchen.put(an_order()))
    worker.send(signal.SIGTERM)
    assert worker.wait(START_S) == 0
    assert "WARNING" not in worker.log


@pytest.mark.slow
def test_a_damaged_model_leaves_a_worker_at_its_own_with_one_warning(
    kitchen: Kitchen, start: Start, tiny_model: Path, second: Path
) -> None:
    store = Store(kitchen.settings.photo_store)
    worker = start(**of_own(tiny_model))
    until(lambda: "serving queue" in worker.log, START_S)
    digest = serving.publish(store, second)
    store.write(f"models/{digest}/stage1.safetensors", b"half")
    name = registry.describe(second).model_id
    serving.promote(store, digest, base=None, model_id=name, by="operator")
    until(lambda: worker.log.count(f"model {digest[:12]} of the store cannot be") >= 3, START_S)
    assert model_id(tiny_model) in painted_by(kitchen, kitchen.put(an_order()))
    assert worker.log.count("WARNING") == 1


@pytest.mark.slow
def test_a_flood_of_orders_loses_none_to_a_change_of_the_model(
    kitchen: Kitchen, start: Start, tiny_model: Path, second: Path
) -> None:
    store = Store(kitchen.settings.photo_store)
    first, other = model_id(tiny_model), model_id(second)
    worker = start(**of_own(tiny_model))
    until(lambda: "serving queue" in worker.log, START_S)
    orders = [kitchen.put(an_order(count=2, seed=seed)) for seed in range(30)]
    promote(store, second)
    while other not in worker.log.split("->")[-1]:
        orders.append(kitchen.put(an_order(count=2, seed=len(orders))))
        until(lambda: kitchen.redis.llen("rq:queue:dish") < 40, START_S)
    orders += [kitchen.put(an_order(count=2, seed=seed)) for seed in range(30)]

    until(lambda: all(kitchen.status(o.order_id) == "finished" for o in orders), 4 * START_S)

    answers = [str(kitchen.answer(order).payload["content"]) for order in orders]
    assert all((first in answer) != (other in answer) for answer in answers)
    assert first in answers[0]
    assert other in answers[-1]
