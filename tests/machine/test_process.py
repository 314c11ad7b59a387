"""How a painting process treats its machine."""

import gc
import subprocess
import sys
from collections.abc import Iterator

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
