"""The house as chaos opens it: patient with floods; lines can be cut, and clocks jump."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from foodgan.chaos import clock, stove
from foodgan.chaos.cut import Cut
from foodgan.contract.settings import Settings
from foodgan.launch import plan as plans
from foodgan.launch.plan import NUMBER, Plan, Program

PAINT_TIMEOUT_S = 30.0  # longer than a freeze, and than a pass on a machine that is busy

Lines = dict[str, Cut]  # of one worker, by the setting whose address leads over it


def make(var: Path, model: Path | None, workers: int) -> Plan:
    """The house as it comes, but with patience for floods and a sandbox that forgets nothing."""
    settings = Settings.model_construct(
        var_dir=var,
        model_dir=model,
        cooldown_s=0.0,
        orders_per_member=10_000,
        batch_limit=8,
        threads=1,
        device="cpu",
        redis_timeout_s=2.0,
        paint_timeout_s=PAINT_TIMEOUT_S,
        retries=10,
    )
    plan = plans.make(settings, plans.free_port(0), workers)
    return dataclasses.replace(plan, programs=tuple(map(_changed, plan.programs)))


def _changed(program: Program) -> Program:
    command = program.command
    if program.name == "sandbox":
        command = (*command, "--keep", "100000")
    if program.name == "bot":
        module = command.index("bot")
        command = (sys.executable, "-c", clock.BOT, *command[module + 1 :])
    if program.name == "worker":
        module = command.index("worker")
        command = (sys.executable, "-c", stove.WORKER, NUMBER, *command[module + 1 :])
    return dataclasses.replace(program, command=command)


@contextmanager
def lined(plan: Plan) -> Iterator[tuple[Plan, list[Lines]]]:
    """The plan with a line from each worker to Redis and to Discord, open till the block ends."""
    worker = plan.program("worker")
    targets = {"REDIS_URL": plan.redis_url, "DISCORD_API_BASE": plan.page or ""}
    with ExitStack() as stack:
        lines = [
            {
                name: stack.enter_context(Cut(urlsplit(url).port or 0).serving())
                for name, url in targets.items()
            }
            for _ in range(worker.count if worker else 0)
        ]
        ports = [{name: line.port for name, line in each.items()} for each in lines]
        environment = {**plan.environment, stove.LINES: json.dumps(ports)}
        yield dataclasses.replace(plan, environment=environment), lines
