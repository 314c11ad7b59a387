"""How a painting process treats its machine."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from foodgan.machine.process import keep_objects, settle


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """As it was, afterwards."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


PASSES = """
import resource, sys
from foodgan.machine.process import keep_memory
if not keep_memory():
    sys.exit("no mallopt")
if sys.argv[1] == "as glibc does":
    import ctypes
    ctypes.CDLL(None).mallopt(-4, 65536)
    ctypes.CDLL(None).mallopt(-1, 131072)
for _ in range(30):
    bytearray(40 * 2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def page_faults(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PASSES, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_what_a_pass_has_freed_serves_the_next_one() -> None:
    kept = page_faults("kept")
    assert kept < 30_000  # 40 MiB are 10,240 pages
    assert page_faults("as glibc does") > 5 * kept


def test_threads_spin_but_for_a_moment() -> None:
    environ = {"MALLOC_ARENA_MAX": "2"}
    settle(environ)
    assert environ.pop("OMP_WAIT_POLICY") == "PASSIVE"
    assert 0 < int(environ.pop("GOMP_SPINCOUNT")) < 10_000


def test_what_an_operator_has_chosen_stands() -> None:
    environ = {"OMP_WAIT_POLICY": "ACTIVE", "MALLOC_ARENA_MAX": "2"}
    settle(environ)
    assert environ == {"OMP_WAIT_POLICY": "ACTIVE", "MALLOC_ARENA_MAX": "2"}


def test_garbage_is_looked_for_seldom_and_never_among_what_stays() -> None:
    settle({})
    assert gc.isenabled()
    assert gc.get_threshold()[0] > 10_000
    stays = [object()]
    stays.append(stays)
    keep_objects()
    assert not any(each is stays for each in gc.get_objects())
    comes = [object()]
    comes.append(comes)
    assert any(each is comes for each in gc.get_objects())


POOL = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from foodgan.machine.process import end_with_parent

if __name__ == "__main__":
    with ProcessPoolExecutor(1, get_context("forkserver"), end_with_parent) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 600).result()
"""


def test_the_processes_of_a_pool_end_with_the_one_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    for _ in range(200):
        if not _alive(child):
            return
        time.sleep(0.1)
    pytest.fail("it lives on")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False
