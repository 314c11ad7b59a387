"""What may be queued about photos, by name: take one in, draw the data set, freeze a release.

Each task runs in a process of its own that sees neither Redis nor the bot; see `worker.child`.
"""

import logging
from collections import Counter
from collections.abc import Mapping

from foodgan.contract.errors import UserError
from foodgan.contract.photos import (
    CLUB,
    DRAW_TASK,
    RELEASE_TASK,
    TAKE_IN_TASK,
    Drawing,
    Drawn,
    PhotoIntake,
    Refused,
    Released,
    ReleaseOrder,
    Taken,
    drawing_path,
)
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.photos import intake, words
from worker.child import Limits
from worker.fetch import fetch, origins
from worker.forked import Task

WORDS_MAX = 200  # of a drawing
WANTED_MAX = 5  # words that the bot names beside it
_GIB = 1024**3

log = logging.getLogger(__name__)


def take_in(order: PhotoIntake, settings: Settings) -> Taken | Refused:
    """Fetch a file, store the photo in it, and read its name."""
    try:
        data = fetch(order.url.get_secret_value(), origins(settings), settings.photo_mb_max)
        taken = intake.take_in(Store(settings.photo_store), order.photo_id, data)
        return taken.model_copy(update={"words": words.read(order.name)})
    except UserError as refusal:
        values = {name: _plain(value) for name, value in refusal.values.items()}
        return Refused(photo_id=order.photo_id, phrase=refusal.phrase, values=values)
    except MemoryError:
        return too_heavy(order)


def too_heavy(order: PhotoIntake) -> Refused:
    """The answer for a file that takes more of the machine than one photo may."""
    return Refused(photo_id=order.photo_id, phrase="intake-too-heavy")


def draw(order: Drawing, settings: Settings) -> Drawn:
    """The picture of `/dataset`, left in the store for the bot to fetch."""
    from foodgan.photos.plots import draw as drawn  # matplotlib: seconds that an intake saves

    store = Store(settings.photo_store)
    covered = Counter(entry.name for entry in store.entries(CLUB))
    counted = words.coverage(covered, dict(order.asked), WORDS_MAX)
    store.write(drawing_path(order.drawing_id), drawn(order.locale, order.weeks, counted))
    wanted = tuple(word for word, _ in counted.wanted[:WANTED_MAX])
    return Drawn(drawing_id=order.drawing_id, wanted=wanted)


def release(order: ReleaseOrder, settings: Settings) -> Released:
    """Freeze what the catalogues hold now. Where they hold nothing, learned names are forgotten."""
    from foodgan.photos.release import ReleaseError, freeze

    store = Store(settings.photo_store)
    try:
        frozen = freeze(store)
    except ReleaseError as error:
        log.info("release %s: %s", order.release_id, error)
        return Released(
            release_id=order.release_id,
            digest=None,
            train=0,
            test=0,
            left_out=0,
            catalogue=_forgotten(store, order),
        )
    return Released(
        release_id=order.release_id,
        digest=frozen.digest,
        train=frozen.train,
        test=frozen.test,
        left_out=frozen.left_out,
        catalogue=frozen.catalogue,
    )


def _forgotten(store: Store, order: ReleaseOrder) -> str | None:
    """Forget what was learned, as no photo is left; the SHA-256 of the club's catalogue that says
    so. None: bytes are missing, which is no reason to forget, or a newer release was learned from.
    """
    _, catalogue = store.listing(CLUB)
    if _any_accepted(store):
        return None
    from foodgan.publishing import serving  # torch: seconds that others save

    try:
        serving.withdraw(store, asked_at=order.asked_at)
    except serving.Refused as refused:
        log.info("release %s: %s", order.release_id, refused)
        return None
    return catalogue


def _any_accepted(store: Store) -> bool:
    stones = {stone.sha256 for stone in store.tombstones()}
    return any(
        entry.sha256 not in stones for name in store.catalogues() for entry in store.entries(name)
    )


# The allow-list: nothing else is ever run.
TASKS: Mapping[str, Task] = {
    TAKE_IN_TASK: Task(
        PhotoIntake, take_in, Limits(cpu_s=20, memory=3 * _GIB // 2, wall_s=60), too_heavy
    ),
    DRAW_TASK: Task(Drawing, draw, Limits(cpu_s=60, memory=_GIB, wall_s=120)),
    RELEASE_TASK: Task(ReleaseOrder, release, Limits(cpu_s=1800, memory=4 * _GIB, wall_s=3600)),
}


def _plain(value: str | int | float) -> str | int:
    return value if isinstance(value, str | int) else str(value)
