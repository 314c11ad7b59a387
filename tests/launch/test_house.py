"""The house opens, mends itself, and leaves no process behind, however it ends."""

import io
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import redis
from rich.console import Console

from foodgan.cli.front import Front
from foodgan.contract import pulse
from foodgan.contract.errors import UserError
from foodgan.contract.phrases import say
from foodgan.contract.settings import Settings
from foodgan.launch import leftovers, supervisor
from foodgan.launch.house import OPEN_WITHIN_S, House
from foodgan.launch.plan import Program
from foodgan.launch.stages import Stage
from tests.disk import small_disk
from tests.launch.stub_house import PULSE, stub

pytestmark = pytest.mark.skipif(not leftovers.PROC.is_dir(), reason="needs /proc (Linux)")


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    folder = tmp_path / "var"
    folder.mkdir()
    yield folder
    _exhaust(leftovers.kill(folder))


def _exhaust(steps: Iterator[object]) -> None:
    for _ in steps:
        continue


def _soon(holds: Callable[[], bool], within_s: float = 90) -> bool:
    deadline = time.monotonic() + within_s
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


def _open_elsewhere(var: Path) -> subprocess.Popen[str]:
    """A launcher in a process of its own, with its house open."""
    launcher = subprocess.Popen(
        [sys.executable, "-m", "tests.launch.stub_house", str(var)],
        cwd=Path(__file__).parent.parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout
    assert launcher.stdout.readline() == "open\n"
    return launcher


def _supervisord(var: Path) -> int:
    return int((var / "supervisord.pid").read_text())


def test_it_opens_in_order_and_closes_without_a_trace(var: Path) -> None:
    house = House(stub(var))
    _exhaust(house.opening())
    ready = [stage.ready for stage in sorted(house.stages, key=lambda stage: stage.begun or 0)]
    assert all(ready)
    assert house.stages[0].name == "valkey"
    assert len(leftovers.marked(var)) == 5  # supervisord, Valkey, two workers, the bot
    _exhaust(house.closing())
    assert leftovers.marked(var) == []
    assert not (var / "house.json").exists()


def test_it_opens_under_a_path_with_percent_signs_and_spaces(var: Path) -> None:
    odd = var / "架空 食堂%d 100%"
    house = House(stub(odd))
    try:
        _exhaust(house.opening())
        assert (odd / "log" / "worker-2.log").exists()
    finally:
        _exhaust(house.closing())
    assert leftovers.marked(odd) == []


def test_why_supervisord_does_not_start_is_told_and_not_where_its_help_is(var: Path) -> None:
    plan = stub(var)
    house = House(replace(plan, programs=(replace(plan.programs[0], hides=("50%",)),)))
    with pytest.raises(UserError) as failure:
        _exhaust(house.opening())
    _exhaust(house.closing())
    assert failure.value.values["part"] == "supervisord"
    assert str(failure.value.values["last"]).startswith("Error: ")


def test_a_program_that_does_not_stand_is_named_with_its_last_words(var: Path) -> None:
    house = House(stub(var, bot=(sys.executable, "-c", "raise SystemExit('no token, no bot')")))
    with pytest.raises(UserError) as failure:
        _exhaust(house.opening())
    _exhaust(house.closing())
    assert failure.value.phrase == "up-failed"
    assert failure.value.values["part"] == "bot"
    assert failure.value.values["last"] == "no token, no bot"
    told = say("ja", failure.value.phrase, **failure.value.values)
    assert told.startswith(say("ja", "up-part-bot"))
    assert leftovers.marked(var) == []


def test_a_killed_program_comes_back(var: Path) -> None:
    house = House(stub(var))
    _exhaust(house.opening())
    watching = house.watching()
    before = {process.name: process.started for process in house._rpc.processes()}
    victim = next(pid for pid in leftovers.marked(var) if _runs(pid, "bot.pulse"))
    os.kill(victim, signal.SIGKILL)
    (var / "bot.pulse").unlink()
    assert _soon(lambda: next(watching) is None and (var / "bot.pulse").exists())
    after = {process.name: process.started for process in house._rpc.processes()}
    assert after.keys() == before.keys()
    _exhaust(house.closing())


def test_a_sandbox_that_crashes_long_after_the_opening_is_given_its_time_again(var: Path) -> None:
    pulse_file = var / "sandbox.pulse"
    plan = stub(var)
    slowly = f"sleep 2; exec {shlex.join((*PULSE, str(pulse_file)))}"
    program = Program("sandbox", ("sh", "-c", slowly), 5)
    house = House(replace(plan, programs=(*plan.programs, program)))
    begin = partial(house._rpc.start_program, "sandbox")
    sandbox = Stage("sandbox", (), begin, lambda: pulse.alive(pulse_file))
    house.stages.append(sandbox)
    _exhaust(house.opening())
    assert sandbox.begun
    sandbox.begun -= OPEN_WITHIN_S
    opened = sandbox.ready
    watching = house.watching()
    assert _soon(lambda: next(watching) is None and "sandbox-1" in house._seen)
    victim = next(pid for pid in leftovers.marked(var) if _runs(pid, "sandbox.pulse"))
    os.kill(victim, signal.SIGKILL)
    pulse_file.unlink()
    assert _soon(lambda: next(watching) is None and sandbox.ready not in (None, opened))
    assert sandbox.seconds < OPEN_WITHIN_S
    _exhaust(house.closing())


def _runs(pid: int, words: str) -> bool:
    return words.encode() in (leftovers.PROC / str(pid) / "cmdline").read_bytes()


def test_a_killed_launcher_takes_everything_with_it(var: Path) -> None:
    launcher = _open_elsewhere(var)
    launcher.kill()
    launcher.communicate()
    assert _soon(lambda: leftovers.marked(var) == [])


def test_what_a_killed_supervisord_left_is_cleared_by_the_next_start(var: Path) -> None:
    launcher = _open_elsewhere(var)
    os.kill(_supervisord(var), signal.SIGSTOP)  # so that it cannot stop its children in order
    launcher.kill()
    launcher.communicate()
    os.kill(_supervisord(var), signal.SIGKILL)
    assert _soon(lambda: len(leftovers.marked(var)) == 4)
    second = _open_elsewhere(var)
    assert len(leftovers.marked(var)) == 5
    second.kill()
    second.communicate()
    assert _soon(lambda: leftovers.marked(var) == [])


def test_a_house_without_its_supervisord_closes_and_says_so(var: Path) -> None:
    house = House(stub(var))
    _exhaust(house.opening())
    os.kill(_supervisord(var), signal.SIGKILL)
    with pytest.raises(UserError) as failure:
        _exhaust(house.watching())
    _exhaust(house.closing())
    assert failure.value.phrase == "up-lost"
    assert leftovers.marked(var) == []


def _power_cut(log: Path, name: str, left: int) -> None:
    """Let the last file of this name be zeros after so many bytes."""
    path = max(log.glob(name), key=lambda path: path.stat().st_mtime)
    path.write_bytes(path.read_bytes()[:left] + bytes(4096))


@pytest.mark.parametrize(
    ("name", "left"), [("*.incr.aof", 50_000), ("*.base.rdb", 0), ("*.manifest", 0)]
)
def test_it_opens_after_a_power_cut_that_left_zeros_and_nothing_of_the_log_is_thrown_away(
    var: Path, name: str, left: int
) -> None:
    plan = stub(var)
    house = House(plan)
    _exhaust(house.opening())
    with redis.Redis.from_url(plan.redis_url) as client:
        client.set("dish", 1)
    _exhaust(house.closing())
    log = plan.valkey / "appendonlydir"
    _power_cut(log, name, left)
    before = {path.name: path.read_bytes() for path in log.iterdir()}

    plan = stub(var)
    house, shown = House(plan), io.StringIO()
    Front(Console(file=shown)).opening(house)
    with redis.Redis.from_url(plan.redis_url) as client:
        assert client.get("dish") is None
    assert house.aside
    assert {path.name: path.read_bytes() for path in house.aside.iterdir()} == before
    assert shown.getvalue().count(str(house.aside)) == 1
    _exhaust(house.closing())


def test_a_log_that_was_cut_short_stays_where_it_is(var: Path) -> None:
    for expected in (None, b"1"):
        plan = stub(var)
        house = House(plan)
        _exhaust(house.opening())
        assert house.aside is None
        with redis.Redis.from_url(plan.redis_url) as client:
            assert client.get("dish") == expected
            client.set("dish", 1)
            client.set("menu", "x" * 99)
        _exhaust(house.closing())
        (path,) = (plan.valkey / "appendonlydir").glob("*.incr.aof")
        path.write_bytes(path.read_bytes()[:-50])


def test_a_full_disk_costs_lines_of_the_logs_and_not_the_house(var: Path, tmp_path: Path) -> None:
    talk = f"while :; do echo {'.' * 99}; sleep .05; done"
    with small_disk(tmp_path / "disk", "4m") as disk:
        program = Program("bot", ("sh", "-c", talk), 5)
        plan = replace(stub(var), var=disk.place, programs=(program,))
        log = plan.logs / "bot-1.log"
        chief = supervisor.start(plan)
        rpc = supervisor.Supervisor(plan.var)
        try:
            assert _soon(rpc.answers)
            rpc.start_program("bot")
            assert _soon(lambda: log.exists() and log.stat().st_size > 1_000)
            disk.fill()
            with pytest.raises(subprocess.TimeoutExpired):
                chief.wait(5)  # its log may have room for 40 lines, to the end of a block
            size = log.stat().st_size
            disk.clear()
            assert _soon(lambda: log.stat().st_size > size)
        finally:
            chief.terminate()
            chief.wait()


def test_a_log_that_is_to_be_rolled_over_on_a_full_disk_goes_on_once_there_is_room(
    var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_PROGRAM", supervisor._PROGRAM.replace("5MB", "32KB"))
    talk = f"while :; do echo {'.' * 99}; sleep .01; done"
    with small_disk(tmp_path / "disk", "4m") as disk:
        program = Program("bot", ("sh", "-c", talk), 5)
        plan = replace(stub(var), var=disk.place, programs=(program,))
        log, before = plan.logs / "bot-1.log", plan.logs / "bot-1.log.1"
        chief = supervisor.start(plan)
        rpc = supervisor.Supervisor(plan.var)
        try:
            assert _soon(rpc.answers)
            rpc.start_program("bot")
            assert _soon(lambda: log.exists() and log.stat().st_size > 30_000)
            disk.fill()
            with pytest.raises(subprocess.TimeoutExpired):
                chief.wait(5)  # to the end of the block, and what is to be rolled over beyond it
            assert not before.exists()
            disk.clear()
            assert _soon(lambda: before.exists() and log.stat().st_size > 1_000, 20)
        finally:
            chief.terminate()
            chief.wait()


def test_two_launchers_do_not_share_a_house(var: Path) -> None:
    with leftovers.claim(var), pytest.raises(UserError) as refusal, leftovers.claim(var):
        pass
    assert refusal.value.phrase == "up-already"


def test_what_the_queue_holds_outlives_the_house(var: Path) -> None:
    for expected in (None, b"1"):
        plan = stub(var)
        house = House(plan)
        _exhaust(house.opening())
        with redis.Redis.from_url(plan.redis_url) as client:
            assert client.get("dish") == expected
            client.set("dish", 1)
        _exhaust(house.closing())
