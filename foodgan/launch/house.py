"""The house: opened in order, watched while it is open, closed without a process left behind."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from foodgan.contract import logs
from foodgan.contract.errors import UserError
from foodgan.contract.whole import write_text
from foodgan.launch import aof, leftovers, stages, supervisor
from foodgan.launch.plan import Plan
from foodgan.launch.stages import Stage

POLL_S = 0.1
LOOK_S = 1.0  # between two looks at what supervisord says
OPEN_WITHIN_S = 180.0  # a first import of torch from a slow disk takes a minute
REDIS_WITHIN_S = 15.0  # an outside server should be there already
STARTS_MAX = 3  # a program that fell over this often while opening will not stand
STOP_MARGIN_S = 10.0


@dataclass
class House:
    """Runs a plan. Its generators yield often, so that the caller can draw and be interrupted.

    aside: where the queue's log lies, if Valkey refused it.
    """

    plan: Plan
    stages: list[Stage] = field(init=False)
    aside: Path | None = field(default=None, init=False)
    _rpc: supervisor.Supervisor = field(init=False)
    _chief: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _starts: dict[str, set[int]] = field(default_factory=dict, init=False)
    _seen: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._rpc = supervisor.Supervisor(self.plan.var)
        self.stages = stages.of(self.plan, self._rpc)

    def opening(self) -> Iterator[None]:
        """Start each part as soon as what it needs is ready; ends when all are.

        Raises UserError when a part does not come up.
        """
        self._chief = supervisor.start(self.plan)
        opened = time.monotonic()
        while not self._rpc.answers():
            if time.monotonic() > opened + OPEN_WITHIN_S:
                raise self._failed("supervisord", "supervisord.out")
            self._check_chief()
            yield
            time.sleep(POLL_S)
        self._write_addresses()
        while not all(stage.ready for stage in self.stages):
            self._advance_all()
            yield
            time.sleep(POLL_S)

    def _check_chief(self) -> None:
        if self._chief is None or self._chief.poll() is not None:
            raise self._failed("supervisord", "supervisord.out")

    def _advance_all(self) -> None:
        self._check_chief()
        with contextlib.suppress(ConnectionError):  # it is leaving: the next check says so
            for stage in self.stages:
                self._advance(stage)

    def _advance(self, stage: Stage) -> None:
        """Begin a stage whose needs are met; note when it is ready; give up when it cannot be."""
        ready = {stage.name for stage in self.stages if stage.ready}
        if stage.begun is None:
            if ready.issuperset(stage.needs):
                stage.begin()
                stage.begun = time.monotonic()
            return
        if stage.ready:
            return
        try:
            if stage.is_ready():
                stage.ready = time.monotonic()
                self._starts.clear()
                return
        except subprocess.CalledProcessError:
            raise self._failed(stage.name, "commands.log") from None
        if stage.name == "redis" and stage.seconds > REDIS_WITHIN_S:
            raise UserError("up-redis-away", seconds=int(REDIS_WITHIN_S))
        if stage.name == "valkey" and self.aside is None and self._refuses_its_log():
            self.aside = aof.set_aside(self.plan.valkey)
            self._starts.clear()
        if stage.seconds > OPEN_WITHIN_S or self._falls_over(stage.name):
            raise self._failed(stage.name, f"{stage.name}-1.log")

    def _refuses_its_log(self) -> bool:
        """Only of a Valkey that has left: until then an earlier one's words may be the last."""
        left = {one.program for one in self._rpc.processes() if one.state in aof.LEFT}
        return "valkey" in left and aof.is_refused(self.last_line("valkey-1.log"))

    def _falls_over(self, name: str) -> bool:
        """Whether a process of this program has been started again and again."""
        for process in self._rpc.processes():
            starts = self._starts.setdefault(f"{process.program}:{process.name}", set())
            starts.add(process.started)
            if process.program == name and len(starts - {0}) >= STARTS_MAX:
                return True
        return False

    def _failed(self, name: str, log: str) -> UserError:
        """What to tell the operator: which part, its last words, and where to read more."""
        last, program = self.last_line(log) or "–", self.plan.program(name)
        count = program.count if program else 1
        where = str(self.plan.logs / log)
        return UserError("up-failed", part=name, count=count, last=last, log=where)

    def last_line(self, log: str) -> str:
        """The last words in a log file, with no secret in them; empty where there are none.

        Below its `Error: …` supervisord says where to find help, which is no news.
        """
        path = self.plan.logs / log
        text = path.read_text(errors="replace") if path.exists() else ""
        last = [line.strip() for line in text.splitlines() if line.strip()][-2:]
        errors = [line for line in last if line.startswith("Error:")]
        return logs.redact(next(reversed(errors or last), ""))

    def _write_addresses(self) -> None:
        """For tools beside this one, such as `foodgan bench dish`; holds a password."""
        addresses = {"page": self.plan.page, "redis_url": self.plan.redis_url}
        write_text(self.plan.var / "house.json", json.dumps(addresses) + "\n", private=True)

    def watching(self) -> Iterator[None]:
        """While the house is open: mend what supervisord alone does not.

        Raises UserError when supervisord itself is gone.
        """
        looked = 0.0
        while True:
            if self._chief is None or self._chief.poll() is not None:
                log = str(self.plan.logs / "supervisord.log")
                raise UserError("up-lost", part="supervisord", log=log)
            self._advance_all()
            if time.monotonic() > looked + LOOK_S:
                looked = time.monotonic()
                with contextlib.suppress(ConnectionError):
                    self._look()
            yield
            time.sleep(POLL_S)

    def _look(self) -> None:
        for process in self._rpc.processes():
            if process.state == "FATAL":
                self._rpc.start_process(process)
            before = self._seen.get(process.name, process.started)
            self._seen[process.name] = process.started
            if process.program == "sandbox" and process.started != before:
                self._sandbox_forgot()

    def _sandbox_forgot(self) -> None:
        """A sandbox that was started again knows no commands: register them once more."""
        for stage in self.stages:
            if stage.name == "sandbox":
                stage.begun, stage.ready = time.monotonic(), None
            elif stage.name == "commands":
                stage.begun = stage.ready = None

    def closing(self) -> Iterator[int]:
        """Stop everything: bot, workers with their dish finished, sandbox, Valkey.

        Yields how many processes are still there.
        """
        if self._chief and self._chief.poll() is None:
            self._chief.terminate()
            deadline = time.monotonic() + STOP_MARGIN_S
            deadline += sum(program.stop_within_s for program in self.plan.programs)
            while self._chief.poll() is None and time.monotonic() < deadline:
                yield len(leftovers.marked(self.plan.var))
                time.sleep(POLL_S)
        yield from leftovers.stop(self.plan.var, STOP_MARGIN_S)
        self._forget()

    def kill(self) -> None:
        """Stop everything at once, by force."""
        if self._chief:
            self._chief.kill()
            self._chief.wait()
        for _ in leftovers.kill(self.plan.var):
            continue
        self._forget()

    def _forget(self) -> None:
        for name in ("house.json", "supervisord.conf"):
            (self.plan.var / name).unlink(missing_ok=True)
