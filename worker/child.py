"""A task in a forked process of its own, with bounds on time and memory, and one pipe out of it.

A stranger's file may crash, stall or fill the process that decodes it. That process holds no
connection and cannot outlive its worker. Fork from a process without threads only.
"""

import gc
import json
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from foodgan.contract.errors import FoodganError
from foodgan.machine.process import follow_parent

_ANSWER_MAX = 16 << 20  # bytes; an answer is a few hundred, of thousands of new names a few MB
_STDERR = 2
_OPEN_FILES = 256

# done: `value` is the answer; failed: the task raised; broken: it left without an answer, or was
# killed by whoever; heavy: it took more of the processor or of memory than it may; slow: it was not
# done in time, and may have waited for a host or a store.
Kind = Literal["done", "failed", "broken", "heavy", "slow"]


@dataclass(frozen=True)
class Limits:
    """cpu_s: seconds of processor time; memory: bytes of its own data; wall_s: seconds in all."""

    cpu_s: int
    memory: int
    wall_s: float


@dataclass(frozen=True)
class Outcome:
    """How a child ended. reason: for the log, without anything secret."""

    kind: Kind
    value: Any = None
    reason: str = ""


def run(
    task: Callable[[], Any], limits: Limits, beat: Callable[[], None], beat_s: float
) -> Outcome:
    """Run `task` in a child and wait for its answer, which must be JSON. Calls `beat` meanwhile."""
    heard, said = os.pipe()
    worker = os.getpid()
    pid = os.fork()
    if pid == 0:
        _live(task, limits, said, worker)
    os.close(said)
    try:
        answer = _listen(heard, time.monotonic() + limits.wall_s, beat, beat_s)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    finally:
        os.close(heard)
    if answer is None:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return _judge(answer, status, limits)


def _listen(heard: int, deadline: float, beat: Callable[[], None], beat_s: float) -> bytes | None:
    """All that the child says until it leaves; None when it is not done in time.

    What it had said by then counts, though a beat has taken so long that it is heard late.
    """
    answer = b""
    while len(answer) < _ANSWER_MAX:
        late = time.monotonic() >= deadline
        ready, _, _ = select.select([heard], [], [], 0 if late else beat_s)
        if ready:
            part = os.read(heard, 1 << 16)
            if not part:
                return answer
            answer += part
        elif late:
            return None
        else:
            beat()
    return None


def _judge(answer: bytes | None, status: int, limits: Limits) -> Outcome:
    if answer is None:
        return Outcome("slow", reason=f"not done within {limits.wall_s:g} s")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        kind: Kind = "heavy" if number == signal.SIGXCPU else "broken"
        return Outcome(kind, reason=f"killed by {signal.Signals(number).name}")
    try:
        said = json.loads(answer)
        return Outcome(said["kind"], said.get("value"), str(said.get("reason", "")))
    except (ValueError, TypeError, KeyError):
        return Outcome("broken", reason=f"left with {os.WEXITSTATUS(status)} and no answer")


def _live(task: Callable[[], Any], limits: Limits, said: int, worker: int) -> NoReturn:
    """The child's life: bound itself, do the task, answer, leave without any clearing up."""
    code = 1
    try:
        _bind(limits, said)
        if os.getppid() != worker:  # it was gone before the child could ask to go with it
            os._exit(code)
        os.write(said, json.dumps(_done(task)).encode())
        code = 0
    except BaseException as error:  # nothing may come back from here into the worker's loop
        os.write(_STDERR, f"a task's process failed: {type(error).__name__}\n".encode())
    finally:
        os._exit(code)


def _done(task: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"kind": "done", "value": task()}
    except MemoryError:
        return {"kind": "heavy", "reason": "out of memory"}
    except FoodganError as error:
        return {"kind": "failed", "reason": f"{type(error).__name__}: {error}"}
    except Exception as error:  # its text may hold the link, or a name
        return {"kind": "failed", "reason": type(error).__name__}


def _bind(limits: Limits, said: int) -> None:
    """Die with the worker; keep nothing open but standard error and the pipe; bound the rest.

    Sockets that the worker has dropped without a collection yet are never collected here: their
    numbers are those of other files by then.
    """
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the worker
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    follow_parent(signal.SIGKILL)
    os.closerange(_STDERR + 1, said)
    os.closerange(said + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    bounds = {
        resource.RLIMIT_CPU: (limits.cpu_s, limits.cpu_s + 2),
        resource.RLIMIT_DATA: (limits.memory, limits.memory),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (_OPEN_FILES, _OPEN_FILES),
    }
    for what, (soft, hard) in bounds.items():
        ceiling = resource.getrlimit(what)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(what, (soft, hard))
