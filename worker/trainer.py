"""Trainers: they make models of releases. Needs the store and a model, no GPU and no database."""

import errno
import logging
from collections.abc import Callable
from functools import partial
from uuid import uuid4

from redis import Redis
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError
from rq.registry import ScheduledJobRegistry
from rq.serializers import JSONSerializer

from foodgan.contract import pulse
from foodgan.contract.errors import StoreError, StoreRefused, UserError
from foodgan.contract.models import LEARN_TASK, MODELS, TRAIN_QUEUE, Learning
from foodgan.contract.orders import FAILURE_TTL_S, NO_TIMEOUT
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from worker import child, connection, scratch
from worker.child import Limits
from worker.forking import BEAT_S, hired
from worker.training import SCRATCH, TASKS, looked_through

PATIENCE_S = 20.0  # that learning in hand has to end; given back, it begins anew elsewhere
_LOOKING = Limits(cpu_s=60, memory=4 * 1024**3, wall_s=120)  # through the store

# Of a store: it is not there or takes nothing from us; its kind or the library for it is unknown.
_WRONG = (
    PermissionError,
    FileNotFoundError,
    FileExistsError,
    NotADirectoryError,
    ValueError,
    ImportError,
)
_NO_CREDENTIALS = frozenset({"NoCredentialsError", "PartialCredentialsError"})  # botocore's

_log = logging.getLogger(__name__)


def serve(settings: Settings, label: str, *, burst: bool = False) -> None:
    """One trainer's life. label: its name on this machine.

    Raises UserError where it cannot write to the store: it would fail all that it takes.
    """
    _insist_on_store(settings.photo_store)
    pulse_file = None if burst else pulse.of_worker(settings.var_dir, "trainer", label)
    redis = connection.awaited(settings)
    more = {
        "pulse_file": pulse_file,
        "patience_s": PATIENCE_S,
        "hourly": partial(_see_to, settings, redis),
    }
    hired(settings, TRAIN_QUEUE, label, TASKS, redis, **more).serve(burst=burst)


def _insist_on_store(url: str) -> None:
    """Raise UserError for a store that is wrong; one that is away or full may come back."""
    path = f"{MODELS}/.trainer-{uuid4().hex[:8]}"
    try:
        store = Store(url)
        store.write(path, b"")
        store.delete(path)
    except StoreError as error:
        cause = error.__cause__
        if (
            isinstance(error, StoreRefused)
            or isinstance(cause, _WRONG)
            or type(cause).__name__ in _NO_CREDENTIALS
            or _read_only(cause)
        ):
            fault = f"a trainer has to write there, but {error}"
            raise UserError("settings-wrong", name="PHOTO_STORE", fault=fault) from None
        _log.warning("%s; what is learned meanwhile fails and is tried again", error)


def _read_only(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EROFS


def _see_to(settings: Settings, redis: Redis, beat: Callable[[], None]) -> None:
    """Remove what killed trainers left here and models that nobody needs in the store; put what is
    to be learned anew in line.
    """
    try:
        if left := scratch.sweep(settings.var_dir / SCRATCH):
            _log.info("%d folders of killed trainers removed", left)
    except OSError as error:
        _log.warning("what killed trainers left stays: %s", error)
    found = child.run(lambda: _plain(looked_through(settings)), _LOOKING, beat, BEAT_S)
    if found.kind != "done":
        _log.warning("the store was not looked through: %s %s", found.kind, found.reason)
    elif found.value:
        try:
            with connection.refusing_is_away():
                _catch_up(Learning.model_validate(found.value), redis, settings.retries)
        except connection.AWAY as error:
            _log.warning("Redis is away (%s): nothing is put in line", type(error).__name__)


def _catch_up(order: Learning, redis: Redis, retries: int) -> None:
    """Put what is to be learned anew in line, where nothing newer is; nobody waits for an answer.

    Behind a newer release the older one would be promoted last.
    """
    queue = Queue(TRAIN_QUEUE, connection=redis, serializer=JSONSerializer)
    if not _busy(queue):
        _put_in_line(queue, order, retries)


def _busy(queue: Queue) -> bool:
    """Whether something is in line, in hand, or to be tried again."""
    put_off = ScheduledJobRegistry(queue=queue)  # type: ignore[no-untyped-call]
    registries = (queue.started_job_registry, put_off)
    return queue.count > 0 or any(each.get_job_count(cleanup=False) for each in registries)


def _put_in_line(queue: Queue, order: Learning, retries: int) -> None:
    try:
        queue.enqueue_call(
            LEARN_TASK,
            args=(_plain(order),),
            job_id=order.learning_id,
            description=f"{LEARN_TASK} {order.learning_id}",
            timeout=NO_TIMEOUT,
            failure_ttl=FAILURE_TTL_S,  # then it is tried once more
            retry=Retry(max=retries) if retries else None,
            unique=True,
        )
    except DuplicateJobError:
        return
    _log.info("order %s: another base now, release %s anew", order.learning_id, order.release[:12])


def _plain(order: Learning | None) -> dict[str, str] | None:
    return order.model_dump(mode="json") if order else None
