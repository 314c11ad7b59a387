"""Trainers: they make models of releases. Needs the store and a model, no GPU and no database."""

import hashlib
import logging
from functools import partial

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from foodgan.contract.models import LEARN_TASK, TRAIN_QUEUE, Learning
from foodgan.contract.settings import Settings
from worker import child, connection
from worker.forking import BEAT_S, hired
from worker.health import trainer_pulse_file
from worker.training import LIMITS, TASKS, overdue

PATIENCE_S = 20.0  # that learning in hand has to end; given back, it begins anew elsewhere
_NO_TIMEOUT = -1  # as rq spells it: a task has bounds of its own

_log = logging.getLogger(__name__)


def serve(settings: Settings, label: str, *, burst: bool = False) -> None:
    """One trainer's life. label: its name on this machine."""
    pulse_file = None if burst else trainer_pulse_file(settings, label)
    redis = connection.awaited(settings)
    more = {
        "pulse_file": pulse_file,
        "patience_s": PATIENCE_S,
        "hourly": partial(_catch_up, settings, redis),
    }
    hired(settings, TRAIN_QUEUE, label, TASKS, **more).serve(burst=burst)


def _catch_up(settings: Settings, redis: Redis) -> None:
    """Put what is to be learned anew in line; nobody waits for an answer."""
    found = child.run(lambda: overdue(settings), LIMITS, lambda: None, BEAT_S)
    if found.kind != "done":
        _log.warning("the store was not looked through: %s %s", found.kind, found.reason)
        return
    if not found.value:
        return
    release, base = found.value
    learning_id = hashlib.sha256(f"{release} on {base}".encode()).hexdigest()[:8]
    order = Learning(learning_id=learning_id, release=release)
    queue = Queue(TRAIN_QUEUE, connection=redis, serializer=JSONSerializer)
    try:
        queue.enqueue_call(
            LEARN_TASK,
            args=(order.model_dump(mode="json"),),
            job_id=learning_id,
            description=f"{LEARN_TASK} {learning_id}",
            timeout=_NO_TIMEOUT,
            unique=True,
        )
    except DuplicateJobError:
        return
    except connection.AWAY as error:
        _log.warning("Redis is away (%s): release %s is not put in line", error, release[:12])
        return
    _log.info("order %s: another base now, release %s anew", learning_id, release[:12])
