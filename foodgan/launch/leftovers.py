"""One launcher a house; and what an earlier one left behind, found by its mark and stopped."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foodgan.contract import private
from foodgan.contract.errors import UserError
from foodgan.launch.plan import MARK
from foodgan.launch.supervisor import Supervisor

TERM_WITHIN_S = 90.0  # a worker may have a dish in hand
POLL_S = 0.1
PROC = Path("/proc")


@contextmanager
def claim(var: Path) -> Iterator[None]:
    """Make sure that no other launcher runs the house at `var`; the claim dies with the process."""
    private.make_folder(var)
    with (var / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("up-already", folder=str(var)) from None
        yield


def clear(var: Path) -> Iterator[int]:
    """Stop what an earlier run left behind. Yields how many processes are still there."""
    chief = Supervisor(var)
    if chief.answers():
        chief.shut_down()
    yield from stop(var)
    while chief.answers():  # where there is no /proc to look into
        yield 1
        time.sleep(POLL_S)
    for stale in var.glob("*.pulse"):
        stale.unlink(missing_ok=True)


def marked(var: Path) -> list[int]:
    """Process ids whose environment carries the mark of the house at `var`, oldest first.

    Empty where there is no /proc (macOS): there only supervisord's own stop is at hand.
    """
    wanted = f"{MARK}={var}".encode()
    return sorted(
        int(folder.name)
        for folder in (PROC.iterdir() if PROC.is_dir() else ())
        if folder.name.isdigit() and int(folder.name) != os.getpid() and _carries(folder, wanted)
    )


def _carries(folder: Path, wanted: bytes) -> bool:
    try:
        return wanted in (folder / "environ").read_bytes().split(b"\0")
    except OSError:  # gone by now, or somebody else's
        return False


def stop(var: Path, term_within_s: float = TERM_WITHIN_S) -> Iterator[int]:
    """Stop what carries the mark: supervisord first and in order, then the rest; at last by force.

    Yields the number still there, ten times a second.
    """
    for chosen in (_is_supervisord, _lives):
        group = [pid for pid in marked(var) if chosen(pid)]
        _send(group, signal.SIGTERM)
        deadline = time.monotonic() + term_within_s
        while any(map(_lives, group)) and time.monotonic() < deadline:
            yield len(marked(var))
            time.sleep(POLL_S)
    yield from kill(var)


def kill(var: Path) -> Iterator[int]:
    """Kill what carries the mark, at once. Yields the number still there."""
    while left := marked(var):
        _send(left, signal.SIGKILL)
        yield len(left)
        time.sleep(POLL_S)


def _is_supervisord(pid: int) -> bool:
    try:
        return b"supervisord.conf" in (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _lives(pid: int) -> bool:
    """Whether the process still runs; a dead one whose parent has not looked is dead."""
    try:
        return " Z" not in (PROC / str(pid) / "stat").read_text().rpartition(")")[2][:3]
    except OSError:
        return False
