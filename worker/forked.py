"""Tasks that run in a process of their own: what each takes, and how much of a machine it may use.

Whoever serves them reads a job by its own list of tasks and runs nothing else.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from rq.exceptions import DeserializationError

from foodgan.contract.errors import FoodganError
from foodgan.contract.settings import Settings
from worker.child import Limits
from worker.jobs import DishJob

_SHOWN_MAX = 80  # characters of a stranger's text that go into a log line


class NotServed(FoodganError):
    """A payload that this worker does not run. The message holds nothing secret."""


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

    Raises NotServed for a task that is not listed or another payload.
    """
    try:
        name, instance, args, kwargs = job.func_name, job.instance, job.args, job.kwargs
    except DeserializationError:
        raise NotServed("the payload is no rq call in JSON") from None
    task = tasks.get(name) if isinstance(name, str) else None
    if task is None:
        raise NotServed(f"no task is called {str(name)[:_SHOWN_MAX]!r}")
    if instance is not None or kwargs or not isinstance(args, list) or len(args) != 1:
        raise NotServed("a task takes one order and nothing else")
    given = args[0]
    if isinstance(given, dict):
        known = task.order.model_fields
        given = {field: value for field, value in given.items() if field in known}
    try:
        order = task.order.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        # pydantic's own message shows the input, and with it the link.
        faults = (f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors())
        raise NotServed(f"not an order ({'; '.join(faults)[:_SHOWN_MAX]})") from None
    return task, order
