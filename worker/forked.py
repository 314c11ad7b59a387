"""Tasks that run in a process of their own: what each takes, and how much of a machine it may use.

Whoever serves them reads a job by its own list of tasks and runs nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from foodgan.contract.settings import Settings
from worker.child import Limits
from worker.jobs import DishJob
from worker.payload import call, order_of


@dataclass(frozen=True)
class Task:
    """What a task takes, what it does, and its bounds; the process sees no Redis and no bot.

    too_heavy: what to answer where an order is more than its process may take; None: it has failed.
    """

    order: type[BaseModel]
    run: Callable[[Any, Settings], BaseModel]
    limits: Limits
    too_heavy: Callable[[Any], BaseModel] | None = None


def read(job: DishJob, tasks: Mapping[str, Task]) -> tuple[Task, BaseModel]:
    """What a job asks for; fields that a later bot has added to this version are left out.

    Raises Refused for a task that is not listed or another payload.
    """
    name, given = call(job, tasks)
    return tasks[name], order_of(tasks[name].order, given)
