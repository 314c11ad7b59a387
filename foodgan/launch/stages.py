"""What has to be ready before the house is open, what each part waits for, and how one knows."""

import http.client
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

import redis

from foodgan.contract import pulse
from foodgan.launch.plan import Plan
from foodgan.launch.supervisor import Supervisor

ANSWER_S = 1.0  # how long one look at a part may take


@dataclass
class Stage:
    """One part on its way. begun, ready: time.monotonic(), None for not yet."""

    name: str
    needs: tuple[str, ...]
    begin: Callable[[], None]
    is_ready: Callable[[], bool]
    begun: float | None = None
    ready: float | None = None

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        if self.begun is None:
            return 0.0
        return (self.ready or time.monotonic()) - self.begun


def of(plan: Plan, rpc: Supervisor) -> list[Stage]:
    """The stages of a plan, in the order in which they are shown."""
    stages = []
    if plan.program("valkey"):
        stages.append(_program(rpc, "valkey", (), lambda: queue_answers(plan)))
    else:
        stages.append(Stage("redis", (), _nothing, lambda: queue_answers(plan)))
    queue = stages[0].name
    bot_needs: tuple[str, ...] = (queue,)
    if plan.page:
        stages.append(_program(rpc, "sandbox", (), lambda: page_status(plan) != 0))
        sync = Registration(plan)
        stages.append(Stage("commands", ("sandbox",), sync.begin, sync.done))
        bot_needs = (queue, "commands")
    stages.append(_program(rpc, "worker", (queue,), lambda: workers_ready(plan)))
    if plan.program("intake"):
        stages.append(_program(rpc, "intake", (queue,), lambda: intake_ready(plan)))
    if plan.program("trainer"):
        stages.append(_program(rpc, "trainer", (queue,), lambda: trainer_ready(plan)))
    stages.append(_program(rpc, "bot", bot_needs, lambda: bot_ready(plan)))
    return stages


def _program(
    rpc: Supervisor, name: str, needs: tuple[str, ...], is_ready: Callable[[], bool]
) -> Stage:
    return Stage(name, needs, lambda: rpc.start_program(name), is_ready)


def _nothing() -> None:
    """An outside server is not ours to start."""


def queue_answers(plan: Plan) -> bool:
    """Whether Redis or Valkey answers a PING, with its password."""
    try:
        with redis.Redis.from_url(
            plan.redis_url, socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S
        ) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def page_status(plan: Plan) -> int:
    """What the sandbox says to "ready?": 200 yes, 503 the bot is not there yet, 0 no answer."""
    try:
        with urllib.request.urlopen(f"{plan.page}/sandbox/ready", timeout=ANSWER_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except (OSError, http.client.HTTPException):
        return 0


def bot_ready(plan: Plan) -> bool:
    """Whether the bot says that it is connected and, in the sandbox, the page says so too."""
    beats = pulse.alive(pulse.of_bot(plan.var))
    return beats and (plan.page is None or page_status(plan) == http.HTTPStatus.OK)


def workers_ready(plan: Plan) -> bool:
    """Whether as many workers as were asked for have their model warm."""
    worker = plan.program("worker")
    wanted = worker.count if worker else 0
    return pulse.living(plan.var, "worker") >= wanted


def intake_ready(plan: Plan) -> bool:
    """Whether photos can be taken in."""
    return pulse.living(plan.var, "intake") > 0


def trainer_ready(plan: Plan) -> bool:
    """Whether releases can be learned from."""
    return pulse.living(plan.var, "trainer") > 0


class Registration:
    """`python -m bot sync`, once: tells the sandbox which commands there are."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        with (self.plan.logs / "commands.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "sync"],
                env=dict(self.plan.environment),
                cwd=self.plan.var,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def done(self) -> bool:
        """Whether the commands are registered. Raises CalledProcessError when that failed."""
        if self.process is None or self.process.poll() is None:
            return False
        if self.process.returncode:
            raise subprocess.CalledProcessError(self.process.returncode, "bot sync")
        return True
