"""How a process treats its machine: threads, memory, and how often garbage is looked for."""

import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import MutableMapping

# glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
PR_SET_PDEATHSIG = 1  # Linux's prctl.h
NEVER = 2**31 - 1
OWN_CHOICE = ("MALLOC_", "GLIBC_TUNABLES", "LD_PRELOAD")  # of an operator, who knows better
SELDOM = (50_000, 20, 100)  # new objects, younger collections, those of middle age
SPINS = "2000"  # some microseconds: most waits of a calm machine end within them


def settle(environ: MutableMapping[str, str] = os.environ) -> None:
    """Let threads spin but for a moment, keep memory, look for garbage seldom.

    For whoever paints on a CPU, before torch is loaded. What `environ` says otherwise stands.

    Threads that spin on between layers take the core from whoever could end their wait; threads
    that never do are woken too late, layer by layer.
    """
    if "OMP_WAIT_POLICY" not in environ:
        environ["OMP_WAIT_POLICY"] = "PASSIVE"
        environ.setdefault("GOMP_SPINCOUNT", SPINS)
    if not any(name.startswith(OWN_CHOICE) for name in environ):
        keep_memory()
    gc.set_threshold(*SELDOM)  # loading torch makes 230,000 objects, all of which stay


def keep_objects() -> None:
    """Never look again at what there is by now, as of a process that has come up.

    A full collection looks at everything and holds up every thread: .2 s in a worker, .14 s in the
    bot's event loop.
    """
    gc.freeze()


def end_with_parent() -> None:
    """End this process as soon as the one that `multiprocessing` started it for is gone.

    However that came: killed, it tells nobody, and an executor's processes wait for work for ever.
    """
    from multiprocessing import parent_process  # who asks has it loaded; a command line has not

    parent = parent_process()
    assert parent, "not started by multiprocessing"

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, name="parent", daemon=True).start()


def follow_parent(number: signal.Signals) -> None:
    """Have the kernel send this signal as soon as the parent is gone (Linux; elsewhere nothing).

    Of a parent that was gone before, `os.getppid` tells.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def step_back(nice: int) -> None:
    """Let this thread, and those that it starts, leave the cores to whoever feeds the device, or
    paints on them.
    """
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)


def keep_memory() -> bool:
    """Keep what was freed for the next pass. False where the C library has no such switch.

    glibc maps each large tensor anew and gives it back at once, and the kernel clears every page of
    it: a fourth of a pass of sixteen (docs/results/painter.md). The most that was in use at one
    time stays with the process, as it does with a GPU's allocator.
    """
    switch = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(switch and switch(M_MMAP_MAX, 0) and switch(M_TRIM_THRESHOLD, NEVER))
