"""What goes wrong: processes killed or frozen at random, and storms at Discord."""

import os
import random
import signal
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from foodgan.launch import leftovers
from foodgan.launch.plan import Plan

KILLS = {"worker": 6, "bot": 3, "valkey": 1}  # how often of each, relative to each other
FROZEN = ("worker", "worker", "worker", "valkey")
FREEZE_S = (1.0, 14.0)  # longer than a claim lives: another worker takes the orders over
FAULTS = ("kill", "kill", "kill", "kill", "freeze", "storm")
HOOKS = "/webhooks/|/channels/"
STORMS: tuple[dict[str, Any], ...] = (
    {"answer": 429, "retry_after_s": 0.3, "times": 8},
    {"answer": 429, "retry_after_s": 1.0, "scope": "global", "times": 2},
    {"answer": 500, "times": 6},
    {"answer": 503, "applied": True, "times": 4},  # done, but nobody is told
    {"drop": True, "times": 4},
    {"drop": True, "applied": True, "times": 4},
    {"hang_s": 2.0, "times": 4},
)


@dataclass(frozen=True)
class Kill:
    """One SIGKILL. program: worker, bot or valkey; label: a worker's name on this machine."""

    program: str
    label: str
    at: float  # monotonic seconds


@dataclass
class Mischief:
    """Does it, by one seed's dice. Frozen processes are woken by `thaw` when their time is up."""

    plan: Plan
    rng: random.Random
    kills: list[Kill] = field(default_factory=list)
    freezes: int = 0
    _frozen: dict[int, float] = field(default_factory=dict)  # process id: when it wakes

    def choose(self) -> str:
        """What goes wrong next: kill, freeze or storm."""
        return self.rng.choice(FAULTS)

    def kill(self) -> Kill | None:
        """Kill a process at random; None where it is just not there."""
        program = self.rng.choices(list(KILLS), list(KILLS.values()))[0]
        number = self.rng.randint(1, self._count(program))
        pid = self._pid(program, number)
        if pid is None:
            return None
        os.kill(pid, signal.SIGKILL)
        self._frozen.pop(pid, None)
        kill = Kill(program, f"{socket.gethostname()}-{number}", time.monotonic())
        self.kills.append(kill)
        return kill

    def freeze(self) -> None:
        """Stop a worker, or Valkey, for a while."""
        program = self.rng.choice(FROZEN)
        pid = self._pid(program, self.rng.randint(1, self._count(program)))
        if pid is not None and pid not in self._frozen:
            os.kill(pid, signal.SIGSTOP)
            self._frozen[pid] = time.monotonic() + self.rng.uniform(*FREEZE_S)
            self.freezes += 1

    def take_redis_away(self, seconds: float) -> bool:
        """Stop Valkey for so long. False where it is just not there."""
        pid = self._pid("valkey", 1)
        if pid is None:
            return False
        os.kill(pid, signal.SIGSTOP)
        self._frozen[pid] = time.monotonic() + seconds
        return True

    def thaw(self, *, everyone: bool = False) -> None:
        """Wake those whose time is up."""
        now = time.monotonic()
        for pid, wakes in list(self._frozen.items()):
            if everyone or now > wakes:
                del self._frozen[pid]
                os.kill(pid, signal.SIGCONT)

    def storm(self) -> dict[str, Any]:
        """A fault for the sandbox."""
        return {"kind": "request", "path": HOOKS, **self.rng.choice(STORMS)}

    def _count(self, name: str) -> int:
        program = self.plan.program(name)
        return program.count if program else 1

    def _pid(self, name: str, number: int) -> int | None:
        """The process of a program, by its command line."""
        program = self.plan.program(name)
        if program is None:
            return None
        wanted = [word.replace("{number}", str(number)) for word in program.command]
        for pid in leftovers.marked(self.plan.var):
            if _command(pid)[: len(wanted)] == wanted:
                return pid
        return None


def _command(pid: int) -> list[str]:
    try:
        words = (leftovers.PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:  # gone by now
        return []
    return [os.fsdecode(word) for word in words[:-1]]
