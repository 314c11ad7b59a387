"""A task that crashes, stalls or swells takes nobody with it."""

import fcntl
import gc
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from foodgan.contract.errors import StoreError
from tests.worker.conftest import until
from worker.child import Limits, Outcome, run

ROOT = Path(__file__).parents[2]
LIMITS = Limits(cpu_s=5, memory=1 << 30, wall_s=60)


def outcome(task: Any, limits: Limits = LIMITS) -> Outcome:
    return run(task, limits, lambda: None, 0.1)


def test_an_answer_comes_back() -> None:
    assert outcome(lambda: {"料理": [1, 2]}) == Outcome("done", {"料理": [1, 2]})


def test_an_error_of_ours_keeps_its_words_and_any_other_only_its_name() -> None:
    def raises(error: Exception) -> Any:
        def task() -> None:
            raise error

        return task

    assert outcome(raises(StoreError("full"))).reason == "StoreError: full"
    assert outcome(raises(ValueError("https://secret"))) == Outcome("failed", reason="ValueError")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_killed_child_is_told_from_one_that_failed(number: signal.Signals) -> None:
    found = outcome(lambda: os.kill(os.getpid(), number))
    assert (found.kind, found.reason) == ("broken", f"killed by {number.name}")


def test_a_child_that_leaves_without_an_answer_is_broken() -> None:
    assert outcome(lambda: os._exit(7)).kind == "broken"


def test_a_loop_without_end_is_ended_by_its_processor_time() -> None:
    def spin() -> None:
        while True:
            pass

    found = outcome(spin, Limits(cpu_s=1, memory=1 << 30, wall_s=150))
    assert (found.kind, found.reason) == ("heavy", "killed by SIGXCPU")


def test_a_child_that_sleeps_is_ended_by_the_clock_and_beats_go_on() -> None:
    beats = []
    limits = Limits(cpu_s=5, memory=1 << 30, wall_s=2)  # for twenty beats on a quiet machine
    found = run(lambda: time.sleep(60), limits, lambda: beats.append(1), 0.1)
    assert (found.kind, found.reason) == ("slow", "not done within 2 s")
    assert len(beats) >= 3


def test_an_answer_that_is_heard_late_as_a_beat_took_long_counts() -> None:
    limits = Limits(cpu_s=5, memory=1 << 30, wall_s=1)

    def held_up() -> None:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)  # until the child has left
        time.sleep(limits.wall_s)

    assert run(lambda: time.sleep(0.3), limits, held_up, 0.1) == Outcome("done")


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts all memory on Linux only")
def test_a_child_that_swells_is_stopped_and_its_worker_does_not_feel_it() -> None:
    assert outcome(lambda: len(bytearray(3 << 30))).kind == "heavy"


def test_a_child_sees_no_connection_of_its_worker() -> None:
    reading, writing = os.pipe()
    found = outcome(lambda: sorted(int(n) for n in os.listdir("/proc/self/fd")))  # noqa: PTH208
    os.close(reading)
    os.close(writing)
    assert reading not in found.value
    assert writing not in found.value


def test_a_connection_that_its_worker_has_dropped_closes_no_file_of_a_child() -> None:
    def task() -> bool:
        os.dup2(os.open(os.devnull, os.O_RDONLY), number)
        gc.collect()
        return stat.S_ISCHR(os.fstat(number).st_mode)

    gc.disable()  # so that what is dropped here is still there when the child begins
    try:
        dropped = [socket.socket()]
        number = dropped[0].fileno()
        dropped.append(dropped)  # type: ignore[arg-type]
        del dropped
        assert outcome(task).value is True
    finally:
        gc.enable()


ORPHAN = """
import os, sys, time
from pathlib import Path
from worker.child import Limits, run
def task():
    Path(sys.argv[1]).write_text(f"{os.getpid()}\\n")
    time.sleep(600)
run(task, Limits(cpu_s=5, memory=1 << 30, wall_s=600), lambda: None, 0.1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_child_does_not_outlive_its_worker(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with subprocess.Popen([sys.executable, "-c", ORPHAN, str(mark)], cwd=ROOT) as worker:
        until(lambda: mark.exists() and mark.read_text().endswith("\n"), 60)
        worker.kill()
    child = Path(f"/proc/{int(mark.read_text())}")
    until(lambda: not child.exists())


def test_a_child_has_no_file_of_its_worker_open(tmp_path: Path) -> None:
    """Neither below the number of its pipe nor above it: a connection, say, or a lock."""
    with (tmp_path / "below").open("w") as below:
        above = fcntl.fcntl(below, fcntl.F_DUPFD, 200)
        try:
            found = outcome(open_files)
        finally:
            os.close(above)
    assert found.kind == "done"
    assert str(tmp_path / "below") not in found.value


def open_files() -> list[str]:
    folder = Path("/proc/self/fd")
    return [str(path.readlink()) for path in folder.iterdir() if path.is_symlink()]
