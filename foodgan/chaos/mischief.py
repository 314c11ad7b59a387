"""What goes wrong: processes killed, frozen, told to go; lines cut; clocks wrong; devices ill;
models changed, and damaged.
"""

import contextlib
import logging
import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foodgan.chaos import clock
from foodgan.chaos.plan import Lines
from foodgan.chaos.shelf import Shelf
from foodgan.chaos.stove import switch
from foodgan.contract import pulse
from foodgan.launch import leftovers
from foodgan.launch.plan import Plan

KILLS = {"worker": 6, "bot": 3, "valkey": 1}  # how often of each, relative to each other
FROZEN = {"worker": 3, "bot": 1, "valkey": 1}
AWAY_S = (1.0, 14.0)  # longer than a claim lives: another worker takes the orders over
CUTS = ("silence", "close")
CLOCKS = {"worker": 2, "bot": 1}  # whose clocks jump
# By how many seconds. A worker goes by the clock of Redis. The bot dates the orders: what is older
# than an hour to it is given up, with a sentence.
JUMPS_S = {"worker": (-32_400, -60, 60, 1200, 32_400), "bot": (-1200, -60, 60, 1200)}
# How often of each, relative to each other; each is a method below, or the storms of `run`.
FAULTS = {
    "kill": 12,
    "freeze": 3,
    "storm": 3,
    "cut": 3,
    "clock": 2,
    "hang": 1,
    "memory": 1,
    "roll": 1,
    "model": 2,
}
HOOKS = "/interactions/|/webhooks/|/channels/"
STORMS: tuple[dict[str, Any], ...] = (
    {"answer": 429, "retry_after_s": 0.3, "times": 8},
    {"answer": 429, "retry_after_s": 1.0, "scope": "global", "times": 2},
    {"answer": 500, "times": 6},
    {"answer": 503, "applied": True, "times": 4},  # done, but nobody is told
    {"drop": True, "times": 4},
    {"drop": True, "applied": True, "times": 4},
    {"hang_s": 2.0, "times": 4},
)


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kill:
    """One SIGKILL. program: worker, bot or valkey; label: a worker's name on this machine."""

    program: str
    label: str
    at: float  # monotonic seconds


@dataclass
class Mischief:
    """Does it, by one seed's dice; `mend` ends what has lasted long enough.

    lines: of each worker; shelf: its models; done: how often of each fault; kills are listed apart.
    """

    plan: Plan
    rng: random.Random
    lines: Sequence[Lines] = ()
    shelf: Shelf | None = None
    kills: list[Kill] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    _frozen: dict[int, float] = field(default_factory=dict)  # process id: when it wakes
    # When it ends, and what ends it: cut lines, wrong clocks.
    _passing: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _thrown: dict[Path, str] = field(default_factory=dict)  # switch: its fault
    _rolling: list[tuple[int, int | None]] = field(default_factory=list)  # number, its old process

    def choose(self) -> str:
        """What goes wrong next: one of FAULTS."""
        return self.rng.choices(list(FAULTS), list(FAULTS.values()))[0]

    def kill(self) -> Kill | None:
        """Kill a process at random; None where it is just not there."""
        program, number = self._someone(KILLS)
        pid = self._pid(program, number)
        if pid is None:
            return None
        os.kill(pid, signal.SIGKILL)
        self._frozen.pop(pid, None)
        kill = Kill(program, f"{socket.gethostname()}-{number}", time.monotonic())
        self.kills.append(kill)
        _log.info("kill %s %d", program, number)
        return kill

    def freeze(self) -> None:
        """Stop a worker, the bot or Valkey for a while."""
        program, number = self._someone(FROZEN)
        seconds = self.rng.uniform(*AWAY_S)
        pid = self._pid(program, number)
        if pid is not None and pid not in self._frozen:
            self._stop(pid, seconds)
            self._did("freeze", f"{program} {number} for {seconds:.1f} s")

    def take_redis_away(self, seconds: float) -> bool:
        """Stop Valkey for so long. False where it is just not there."""
        pid = self._pid("valkey", 1)
        if pid is None:
            return False
        self._stop(pid, seconds)
        _log.info("away: valkey for %.1f s", seconds)
        return True

    def cut(self) -> None:
        """Part a worker from Redis or from Discord for a while."""
        number = self.rng.randrange(len(self.lines))
        name, line = self.rng.choice(list(self.lines[number].items()))
        how, seconds = self.rng.choice(CUTS), self.rng.uniform(*AWAY_S)
        if line.whole:
            getattr(line, how)()
            self._passing.append((time.monotonic() + seconds, line.mend))
            self._did("cut", f"{how} worker {number + 1}, {name}, for {seconds:.1f} s")

    def clock(self) -> None:
        """Let the clock of a worker or of the bot jump, and jump back after a while."""
        program, number = self._someone(CLOCKS)
        file = clock.switch(self.plan.var, program, number)
        off_s, seconds = self.rng.choice(JUMPS_S[program]), self.rng.uniform(*AWAY_S)
        if not file.exists():
            file.write_text(str(off_s))
            self._passing.append((time.monotonic() + seconds, file.unlink))
            self._did("clock", f"{program} {number} by {off_s} s for {seconds:.1f} s")

    def hang(self) -> None:
        """Let a worker's device hang in its next pass: past its deadline it has to leave."""
        self._throw("hang")

    def memory(self) -> None:
        """Let a worker's next pass of more than one picture be too large for its device."""
        self._throw("memory")

    def roll(self) -> None:
        """Restart all workers in turn: each is told to go once the one before is back."""
        if not self._rolling:
            numbers = range(1, self._count("worker") + 1)
            self._rolling = [(number, None) for number in numbers]
            self._did("roll", "all workers")

    def model(self) -> None:
        """Promote another model: whole, damaged, or each worker's own again."""
        assert self.shelf
        self._did("model", self.shelf.change(self.rng))

    def mend(self, *, everything: bool = False) -> None:
        """End what has lasted long enough, or everything; go on with what takes several steps."""
        now = time.monotonic()
        for pid, wakes in list(self._frozen.items()):
            if everything or now > wakes:
                del self._frozen[pid]
                with contextlib.suppress(ProcessLookupError):  # it left as it was woken
                    os.kill(pid, signal.SIGCONT)
        for passing in list(self._passing):
            if everything or now > passing[0]:
                self._passing.remove(passing)
                passing[1]()
        for file, fault in list(self._thrown.items()):
            struck = not file.exists()
            if struck or everything:
                del self._thrown[file]
                file.unlink(missing_ok=True)
                if struck:
                    self._did(fault, file.name)
        self._go_on_rolling()

    def storm(self) -> dict[str, Any]:
        """A fault for the sandbox."""
        fault = self.rng.choice(STORMS)
        self._did("storm", str(fault))
        return {"kind": "request", "path": HOOKS, **fault}

    def _did(self, fault: str, what: str) -> None:
        self.done[fault] += 1
        _log.info("%s: %s", fault, what)

    def _stop(self, pid: int, seconds: float) -> None:
        os.kill(pid, signal.SIGSTOP)
        self._frozen[pid] = time.monotonic() + seconds

    def _throw(self, fault: str) -> None:
        number = self.rng.randint(1, self._count("worker"))
        file = switch(self.plan.var, number, fault)
        file.touch()
        self._thrown[file] = fault

    def _go_on_rolling(self) -> None:
        """The first in the list is on its way out, or about to be; whoever is back leaves it."""
        if not self._rolling:
            return
        number, old = self._rolling[0]
        pid = self._pid("worker", number)
        if pid is None:
            return
        if old is None:
            os.kill(pid, signal.SIGTERM)
            self._rolling[0] = (number, pid)
        elif pid != old and pulse.alive(self._pulse(number)):
            self._rolling.pop(0)

    def _pulse(self, number: int) -> Path:
        return pulse.of_worker(self.plan.var, "worker", f"{socket.gethostname()}-{number}")

    def _someone(self, shares: dict[str, int]) -> tuple[str, int]:
        """A program and the number of one of its processes."""
        program = self.rng.choices(list(shares), list(shares.values()))[0]
        return program, self.rng.randint(1, self._count(program))

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
