"""Where the time beside the painting goes: stopwatches on a worker's own functions.

Each thread's own processor time is counted, so that neither waiting nor another process on the
machine is. The worker is the real one; only these functions are wrapped, in its process.
"""

import asyncio
import functools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from foodgan.contract.whole import write_text

WRITE_S = 0.1
# A program for `python -c`: the worker, whose arguments follow the file for the figures.
WATCHED = (
    "import sys; from foodgan.bench.parts import watch; watch(sys.argv.pop(1)); "
    "from worker.__main__ import app; app()"
)
# By what it is: module, class or none, function. What one calls of another counts for the inner.
_WATCHED = {
    "encode": (("worker.plates", "Plate", "message"), ("worker.plates", "Plate", "smaller")),
    "redis": (
        ("worker.line", "Line", "take"),
        ("worker.books", None, "claim"),
        ("worker.books", None, "own"),
        ("worker.books", None, "finish"),
        ("worker.books", None, "beat"),
        ("worker.fence", None, "ask_leave"),
        ("worker.commit", "GroupCommit", "end"),
        ("worker.pace", None, "note"),
        ("worker.sweep", "Sweep", "run"),
    ),
    "paint": (("worker.passes", "Passes", "paint"),),
    "rest": (
        ("worker.batching", "BatchingWorker", "_serve_batch"),
        ("worker.delivery", "Delivery", "_see_to"),
    ),
}
_HTTP_THREAD = "replies"


class Stopwatches:
    """Seconds of processor time by part. Safe to run on any thread."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._running = threading.local()

    def put_on(self, part: str, owner: Any, name: str) -> None:
        """Count for `part` what this function takes, less what its own watched calls take."""
        work = getattr(owner, name)

        @functools.wraps(work)
        def watched(*given: Any, **named: Any) -> Any:
            outer = getattr(self._running, "inner_s", 0.0)
            self._running.inner_s = 0.0
            began = time.thread_time()
            try:
                return work(*given, **named)
            finally:
                took_s = time.thread_time() - began
                self._add(part, took_s - self._running.inner_s)
                self._running.inner_s = outer + took_s

        setattr(owner, name, watched)

    def put_on_loop(self, part: str, thread: str) -> None:
        """Count for `part` all that an event loop does on the thread of this name."""
        turn: Callable[[Any], None] = asyncio.BaseEventLoop._run_once  # type: ignore[attr-defined]

        def watched(loop: Any) -> None:
            began = time.thread_time()
            turn(loop)
            if threading.current_thread().name == thread:
                self._add(part, time.thread_time() - began)

        asyncio.BaseEventLoop._run_once = watched  # type: ignore[attr-defined]

    def _add(self, part: str, seconds: float) -> None:
        with self._lock:
            self._seconds[part] += seconds

    def write(self, path: Path) -> None:
        """At once or not at all, for whoever reads it meanwhile."""
        with self._lock:
            text = json.dumps(self._seconds)
        write_text(path, text, lasting=False)


def watch(file: str) -> None:
    """Put stopwatches on the worker of this process and write their figures down, again and again.

    To be called before the worker starts.
    """
    watches = Stopwatches()
    for part, functions in _WATCHED.items():
        for module, owner, name in functions:
            found = import_module(module)
            watches.put_on(part, getattr(found, owner) if owner else found, name)
    watches.put_on_loop("http", _HTTP_THREAD)

    def keep() -> None:
        while True:
            watches.write(Path(file))
            time.sleep(WRITE_S)

    threading.Thread(target=keep, name="stopwatches", daemon=True).start()


def read(file: Path) -> dict[str, float]:
    """The seconds so far, once what has just ended is written down too."""
    time.sleep(3 * WRITE_S)
    seconds: dict[str, float] = json.loads(file.read_text())
    return seconds


def per_order(before: dict[str, float], after: dict[str, float], orders: int) -> dict[str, float]:
    """Milliseconds of processor time an order, by part; the painting itself is none of them."""
    return {
        part: round((after.get(part, 0.0) - before.get(part, 0.0)) / orders * 1e3, 2)
        for part in ("encode", "redis", "http", "rest")
    }
