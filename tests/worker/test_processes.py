"""Workers as processes of their own: killed, stopped, hung, without Redis, without a model."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from foodgan.contract.settings import Settings
from tests.valkey import lasting_valkey
from tests.worker.conftest import BATCH, Kitchen, an_order, until
from tests.worker.process import KILLER, ROOT, WorkerProcess
from tests.worker.webhooks import digest
from worker.__main__ import EXIT_NO_MODEL
from worker.keeper import EXIT_FORCED, EXIT_HUNG

Start = Callable[..., WorkerProcess]
START_S = 60.0  # importing torch on a busy machine


def ready(worker: WorkerProcess) -> None:
    until(lambda: "serving queue" in worker.log, START_S)


def in_hand(kitchen: Kitchen, order_id: str) -> None:
    until(lambda: kitchen.status(order_id) == "started", START_S)


@pytest.mark.slow
@pytest.mark.parametrize("elsewhere", [False, True], ids=["neighbour", "elsewhere"])
def test_a_dish_of_a_killed_worker_is_served_by_another_within_15_s(
    kitchen: Kitchen, start: Start, tmp_path: Path, elsewhere: bool
) -> None:
    """By a neighbour at once; by a worker of another machine once its claim has run out."""
    doomed = start(pause_s=60)
    order = kitchen.put(an_order(), retries=1)  # had it failed, it would pause for long
    in_hand(kitchen, order.order_id)
    heir = start("heir", var_dir=tmp_path / "heir" if elsewhere else tmp_path)
    ready(heir)

    doomed.kill()
    took_s = until(lambda: bool(kitchen.discord.answers), 15)

    until(lambda: kitchen.status(order.order_id) == "finished")
    [edit] = kitchen.discord.edits
    assert edit.token == order.token.get_secret_value()
    assert f"had in hand: {order.order_id}" in heir.log or elsewhere
    assert took_s > 1 or not elsewhere  # not while the dead worker's claim still held
    assert order.token.get_secret_value() not in doomed.log + heir.log
    assert order.token.get_secret_value().encode() not in kitchen.everything_in_redis()


@pytest.mark.slow
def test_kill_9_in_the_middle_of_a_batch_loses_nothing_and_shows_one_answer_each(
    kitchen: Kitchen, start: Start
) -> None:
    kitchen.discord.held = True
    orders = [kitchen.put(an_order(seed=seed)) for seed in range(2 * BATCH)]
    doomed = start(pause_s=1)
    ready(doomed)
    # The first batch is on its way to Discord, the second one is being painted.
    until(lambda: all(kitchen.status(order.order_id) == "started" for order in orders), START_S)
    doomed.kill()
    kitchen.discord.held = False
    ready(start("heir", pause_s=0.1))

    until(lambda: len(kitchen.discord.answers) == len(orders), START_S)
    until(lambda: {kitchen.status(order.order_id) for order in orders} == {"finished"})

    assert kitchen.redis.zcard("rq:wip:dish") == 0
    for order in orders:
        shown = {tuple(digest(e)) for e in kitchen.discord.answers[order.token.get_secret_value()]}
        assert len(shown) == 1  # an answer that was edited twice reads the same


@pytest.mark.slow
def test_an_order_that_kills_its_workers_takes_its_neighbours_down_but_once(
    kitchen: Kitchen, start: Start
) -> None:
    orders = [kitchen.put(an_order()) for _ in range(3)]
    kitchen.put(an_order(KILLER), retries=1)
    assert start(killable=True).wait(START_S) == -signal.SIGKILL
    heirs = [start(label, killable=True) for label in ("second", "third")]

    until(lambda: any(heir.wait(0) == -signal.SIGKILL for heir in heirs), START_S)
    until(lambda: {kitchen.status(order.order_id) for order in orders} == {"finished"}, START_S)

    assert [heir.wait(0) for heir in heirs].count(None) == 1
    counts = [kitchen.redis.hget(f"rq:job:{order.order_id}", "deliveries") for order in orders]
    assert counts == [b"2"] * 3


@pytest.mark.slow
def test_a_dish_without_tries_left_is_apologised_for_when_its_worker_dies(
    kitchen: Kitchen, start: Start
) -> None:
    doomed = start(pause_s=60)
    order = kitchen.put(an_order(), retries=0)
    in_hand(kitchen, order.order_id)
    ready(start("heir"))

    doomed.kill()

    until(lambda: b"told" in kitchen.meta(order.order_id))
    [edit] = kitchen.discord.edits
    assert order.order_id in edit.payload["content"]
    assert kitchen.status(order.order_id) == "failed"
    assert order.token.get_secret_value().encode() not in kitchen.everything_in_redis()


@pytest.mark.slow
def test_a_job_popped_by_a_worker_that_died_before_claiming_it_is_served(
    kitchen: Kitchen, start: Start
) -> None:
    order = kitchen.put(an_order())
    kitchen.redis.lmove("rq:queue:dish", "rq:queue:dish:intermediate")

    start()

    until(lambda: kitchen.status(order.order_id) == "finished", START_S)


@pytest.mark.slow
def test_sigterm_finishes_the_batch_in_hand_with_its_uploads_and_takes_no_other(
    kitchen: Kitchen, start: Start
) -> None:
    kitchen.discord.slow_s = 1
    served = [kitchen.put(an_order()) for _ in range(BATCH)]
    left = [kitchen.put(an_order()) for _ in range(3)]
    worker = start(pause_s=5)  # it hears the signal before it would take the others
    in_hand(kitchen, served[-1].order_id)

    worker.send(signal.SIGTERM)

    assert worker.wait(START_S) == 0
    assert {kitchen.status(order.order_id) for order in served} == {"finished"}
    assert {kitchen.status(order.order_id) for order in left} == {"queued"}
    tokens = {order.token.get_secret_value() for order in served}
    assert set(kitchen.discord.answers) == tokens
    assert not list(kitchen.tmp_path.glob("*.pulse"))


@pytest.mark.slow
def test_an_idle_worker_leaves_at_once(kitchen: Kitchen, start: Start) -> None:
    worker = start()
    ready(worker)

    worker.send(signal.SIGTERM)

    assert worker.wait(10) == 0  # Docker's patience


@pytest.mark.slow
def test_a_second_sigterm_gives_the_batch_back_and_leaves(kitchen: Kitchen, start: Start) -> None:
    orders = [kitchen.put(an_order()) for _ in range(2)]
    worker = start(pause_s=60)
    in_hand(kitchen, orders[-1].order_id)

    worker.send(signal.SIGTERM)
    worker.send(signal.SIGINT)  # as of one Ctrl-C that came twice
    until(lambda: "told to stop" in worker.log)
    time.sleep(1.3)
    assert kitchen.status(orders[0].order_id) == "started"
    worker.send(signal.SIGTERM)

    assert worker.wait(START_S) == EXIT_FORCED
    assert {kitchen.status(order.order_id) for order in orders} == {"queued"}
    waiting = kitchen.redis.lrange("rq:queue:dish", 0, -1)
    assert set(waiting) == {order.order_id.encode() for order in orders}
    assert kitchen.redis.zcard("rq:wip:dish") == 0


@pytest.mark.slow
def test_a_hung_pass_ends_the_process_and_the_next_one_serves_the_dish(
    kitchen: Kitchen, start: Start, tmp_path: Path
) -> None:
    mark = tmp_path / "hung"
    hanging = start(hang_once=mark, paint_timeout_s=1)
    order = kitchen.put(an_order())

    assert hanging.wait(START_S) == EXIT_HUNG
    assert f"order {order.order_id}: the pass did not end in time" in hanging.log
    start(hang_once=mark)

    until(lambda: kitchen.status(order.order_id) == "finished", START_S)
    assert len(kitchen.discord.edits) == 1


@pytest.mark.slow
def test_a_waiting_worker_outlives_redis(kitchen: Kitchen, start: Start, tmp_path: Path) -> None:
    with lasting_valkey(tmp_path / "valkey") as server:
        own = kitchen.at(server.connection_url)
        worker = start(redis_url=own.settings.redis_url)
        ready(worker)

        server.terminate()
        until(lambda: "Redis is away" in worker.log)
        time.sleep(3)
        server.start()
        order = own.put(an_order())
        until(lambda: own.status(order.order_id) == "finished")
        worker.send(signal.SIGTERM)
        assert worker.wait(START_S) == 0


@pytest.mark.slow
def test_a_dish_painted_while_redis_is_away_is_posted_once_and_finished_later(
    kitchen: Kitchen, start: Start, tmp_path: Path
) -> None:
    with lasting_valkey(tmp_path / "valkey") as server:
        own = kitchen.at(server.connection_url)
        worker = start(pause_s=1, redis_url=own.settings.redis_url)
        order = own.put(an_order())
        until(lambda: f"painting orders {order.order_id}" in worker.log, START_S)

        server.terminate()
        until(lambda: bool(kitchen.discord.answers), 30)
        server.start()
        until(lambda: own.status(order.order_id) == "finished")
        assert len(kitchen.discord.edits) == 1
        assert "served in" in worker.log


@pytest.mark.slow
def test_the_health_check_follows_the_worker(
    kitchen: Kitchen, start: Start, settings: Settings
) -> None:
    def healthy() -> bool:
        return run_worker(settings, "health", "--name", "test").returncode == 0

    assert not healthy()
    worker = start()
    until(lambda: bool(list(kitchen.tmp_path.glob("worker-test.pulse"))), START_S)
    assert healthy()
    worker.send(signal.SIGTERM)
    assert worker.wait(START_S) == 0
    assert not healthy()


@pytest.mark.slow
def test_without_a_model_it_says_so_in_one_line_and_leaves(
    settings: Settings, tmp_path: Path
) -> None:
    empty = tmp_path / "no-model"
    empty.mkdir()

    done = run_worker(settings.model_copy(update={"model_dir": empty}))

    assert done.returncode == EXIT_NO_MODEL
    [line] = [line for line in done.stderr.splitlines() if "CRITICAL" in line]
    assert "no model" in line
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_real_process_fits_its_batches_serves_what_waits_and_says_one_line_an_order(
    kitchen: Kitchen, tiny_model: Path
) -> None:
    orders = [kitchen.put(an_order(count=count)) for count in (1, 4, 2)]
    changes = {"model_dir": tiny_model, "batch_limit": 0}

    done = run_worker(kitchen.settings.model_copy(update=changes), "--burst")

    assert done.returncode == 0
    assert [len(kitchen.answer(order).files) for order in orders] == [1, 4, 2]
    assert "pictures a pass fit cpu best" in done.stderr
    for order in orders:
        [line] = [line for line in done.stderr.splitlines() if order.order_id in line]
        assert "served in" in line


def run_worker(settings: Settings, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The real `python -m worker`, until it ends."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "VAR_DIR": str(settings.var_dir),
        "MODEL_DIR": str(settings.model_dir or ""),
        "DISCORD_API_BASE": settings.discord_api_base,
        "BATCH_LIMIT": str(settings.batch_limit),
        "DEVICE": "cpu",
        "THREADS": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "worker", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
