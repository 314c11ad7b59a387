"""A worker that dies is seen at once by its neighbours; one that is frozen or far away is not."""

import fcntl
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from rq import SimpleWorker

from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.neighbour import live
from worker import books, tasks
from worker.jobs import DishJob
from worker.liveness import Liveness
from worker.sweep import Sweep

Neighbour = Callable[[str], BaseProcess]


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[Neighbour]:
    """Starts processes that do nothing but live."""
    context = multiprocessing.get_context("forkserver")
    started: list[BaseProcess] = []

    def start(name: str) -> BaseProcess:
        process = context.Process(target=live, args=(tmp_path, name), daemon=True)
        process.start()
        started.append(process)
        until(lambda: any(tmp_path.glob(f"alive/*/{name}")))
        return process

    yield start
    for process in started:
        process.kill()
        process.join()


def end(process: BaseProcess) -> None:
    process.kill()
    process.join()


def test_who_lives_is_not_dead_and_who_is_killed_is_until_it_is_buried(
    tmp_path: Path, neighbour: Neighbour
) -> None:
    doomed, _ = neighbour("doomed"), neighbour("other")
    with Liveness(tmp_path, "self") as own:
        assert own.dead() == []
        end(doomed)
        assert own.dead() == ["doomed"]
        own.bury("doomed")
        assert own.dead() == []


def test_who_is_frozen_is_not_dead(tmp_path: Path, neighbour: Neighbour) -> None:
    os.kill(neighbour("frozen").pid or 0, signal.SIGSTOP)
    with Liveness(tmp_path, "self") as own:
        assert own.dead() == []


def test_who_leaves_in_good_order_leaves_nothing_behind(tmp_path: Path) -> None:
    with Liveness(tmp_path, "self"):
        assert [path.name for path in tmp_path.glob("alive/*/*")] == ["self"]
    assert not list(tmp_path.glob("alive/*/*"))


def test_what_an_earlier_boot_left_is_cleared_but_not_what_another_machine_holds(
    tmp_path: Path,
) -> None:
    former, elsewhere = tmp_path / "alive/former", tmp_path / "alive/elsewhere"
    for folder in (former, elsewhere):
        folder.mkdir(parents=True)
        (folder / "worker").touch()
    with (elsewhere / "worker").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with Liveness(tmp_path, "self") as own:
            assert own.dead() == []  # of this machine
    assert not former.exists()
    assert elsewhere.exists()


def test_a_worker_lives_without_a_folder_to_write_to_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "alive").touch()  # a file where the folder should be
    with Liveness(tmp_path, "self") as own:
        assert own.dead() == []
    assert "neighbours will be slower to see this worker die" in caplog.text


def test_a_sweep_gives_the_orders_of_a_dead_neighbour_away_at_once_and_no_others(
    kitchen: Kitchen, tmp_path: Path, neighbour: Neighbour
) -> None:
    """Not those of one that lives, nor those of a worker elsewhere, known only to Redis."""
    doomed, _ = neighbour("doomed"), neighbour("living")
    orders = {name: kitchen.put(an_order()) for name in ("doomed", "living", "elsewhere")}
    for name, order in orders.items():
        job = DishJob.fetch(order.order_id, kitchen.redis, "json")
        worker = SimpleWorker([kitchen.queue], connection=kitchen.redis, name=name)
        kitchen.redis.lrem(kitchen.queue.key, 1, order.order_id)
        books.claim(worker, [job], kitchen.queue)
    with Liveness(tmp_path, "self") as own:
        sweep = Sweep(kitchen.workers_queue, kitchen.redis, tasks.read, lambda _: "no", own)
        sweep.run()
        assert {kitchen.status(order.order_id) for order in orders.values()} == {"started"}
        end(doomed)
        sweep.run()

    statuses = {name: kitchen.status(order.order_id) for name, order in orders.items()}
    assert statuses == {"doomed": "queued", "living": "started", "elsewhere": "started"}
    job = DishJob.fetch(orders["doomed"].order_id, kitchen.redis, "json")
    assert job.deaths == 1  # a death as any other, should the order be poison


def test_the_folder_of_another_machine_stays_while_one_of_its_workers_lives(
    tmp_path: Path,
) -> None:
    elsewhere = tmp_path / "alive/elsewhere"
    elsewhere.mkdir(parents=True)
    for name in ("dead", "living"):
        (elsewhere / name).touch()
    with (elsewhere / "living").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with Liveness(tmp_path, "self"):
            assert {path.name for path in elsewhere.iterdir()} == {"dead", "living"}
