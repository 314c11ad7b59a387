"""What a job asks for: the name of a listed task and one order, or a refusal that shows neither.

Bots of a later build may have added fields to an order of this version: those are left out.
"""

import json
from collections.abc import Container
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from rq.exceptions import DeserializationError

from foodgan.contract.errors import FoodganError
from worker.jobs import DishJob

_SHOWN_MAX = 80  # characters of a stranger's text that go into a log line

Order = TypeVar("Order", bound=BaseModel)


class Refused(FoodganError):
    """A payload that this worker does not run. The message holds nothing secret."""


def call(job: DishJob, tasks: Container[str]) -> tuple[str, Any]:
    """The name of a job's task and the one thing that it is given, unread.

    Raises Refused for a task that is not listed, or a payload of another shape.
    """
    try:
        name, instance, args, kwargs = job.func_name, job.instance, job.args, job.kwargs
    except DeserializationError:
        raise Refused("the payload is no rq call in JSON") from None
    if not isinstance(name, str) or name not in tasks:
        raise Refused(f"no task is called {str(name)[:_SHOWN_MAX]!r}")
    if instance is not None or kwargs or not isinstance(args, list) or len(args) != 1:
        raise Refused("a task takes one order and nothing else")
    return name, args[0]


def order_of(kind: type[Order], given: Any) -> Order:
    """What is given as an order of this kind. Raises Refused where it is none."""
    if isinstance(given, dict):
        given = {field: value for field, value in given.items() if field in kind.model_fields}
    try:
        return kind.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        # pydantic's own message shows the input, and with it the token or the link.
        faults = (f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors())
        raise Refused(f"not an order ({'; '.join(faults)[:_SHOWN_MAX]})") from None
