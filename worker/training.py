"""What may be queued about models, by name: learn the names of a release.

It runs in a process of its own that sees neither Redis nor the bot; see `worker.child`.
"""

import hashlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from foodgan.contract.errors import ModelError
from foodgan.contract.models import LEARN_TASK, MODELS, Learned, LearnedName, Learning
from foodgan.contract.photos import RELEASES
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from worker import scratch
from worker.child import Limits
from worker.forked import Task

_GIB = 1024**3
SCRATCH = "learning"  # in VAR_DIR: what a release's photos are unpacked to, gone afterwards

_ANOTHER_BASE = (
    "it is to be learned on model {wanted}, and this trainer has {has}: give all trainers and "
    "workers one version and one MODEL_DIR"
)

log = logging.getLogger(__name__)


def learn(order: Learning, settings: Settings) -> Learned:
    """Learn on the own model, measure, publish; promote what passes every gate.

    Where a release has no new name, what was learned from earlier ones is forgotten: its photos
    have been withdrawn.
    """
    import torch  # seconds that the process that waits for jobs saves

    from foodgan import registry
    from foodgan.publishing import candidate, copies, serving
    from foodgan.training.new_names import NothingNew

    # Threads wait for one another, so on cores that others paint with each more is one more to
    # wait for.
    torch.set_num_threads(max(1, torch.get_num_threads() // 2))
    store = Store(settings.photo_store)
    if serving.serving(store).outran(order.asked_at, datetime.now(UTC)):
        return _outrun(order)
    with scratch.folder_in(settings.var_dir / SCRATCH) as work:
        photos = _unpacked(store, order.release, work)
        try:
            base = serving.base_of(store, settings.model_dir, settings.var_dir / copies.HOME)
            has = registry.digest_of(base)
            if order.base not in (None, has):
                raise ModelError(_ANOTHER_BASE.format(wanted=order.base[:12], has=has[:12]))
            made = candidate.learn(base, photos, work / "model", work / "cache")
        except NothingNew as error:
            log.info("order %s: %s", order.learning_id, error)
            try:
                candidate.withdraw(store, settings.model_dir, order.asked_at)
            except serving.Refused:
                return _outrun(order)
            return Learned(
                learning_id=order.learning_id,
                digest=None,
                model_id="",
                known=error.known,
                unheard=error.unheard,
            )
        digest, fate = candidate.put_forward(store, made, order.release, order.asked_at)
        forgotten = False
        if fate in ("kept-back", "rolled-back"):
            forgotten = candidate.forget_outdated(store, made.base, order.asked_at)
        if fate != "promoted":  # else it is tidied already
            serving.tidied(store)
    likenesses = sorted(made.learned.likenesses, key=lambda each: (-each.photos, each.name))
    return Learned(
        learning_id=order.learning_id,
        digest=digest,
        model_id=made.model_id,
        names=tuple(
            LearnedName(name=each.name, like=each.like, photos=each.photos) for each in likenesses
        ),
        known=made.learned.known,
        unheard=made.learned.unheard,
        gates=made.gates,
        promoted=fate == "promoted",
        outrun=fate == "outrun",
        forgotten=forgotten,
    )


def _outrun(order: Learning) -> Learned:
    """Nothing is learned behind a newer release: it may have forgotten what this one knows."""
    log.warning("order %s: a newer release was learned from meanwhile", order.learning_id)
    return Learned(learning_id=order.learning_id, digest=None, model_id="", outrun=True)


def looked_through(settings: Settings) -> Learning | None:
    """Tidy the models of the store: names of withdrawn photos must not stay there.

    Returns what is to be learned anew, the same order at every look: see `candidate.overdue`.
    """
    store = Store(settings.photo_store)
    if not store.folders(MODELS):  # nothing was ever learned, and torch takes seconds of a start
        return None
    from foodgan.publishing import candidate, copies, serving

    serving.tidied(store)
    copies.forget(settings.var_dir / copies.HOME, serving.serving(store).in_use)
    found = candidate.overdue(store, settings.model_dir)
    if found is None:
        return None
    learning_id = hashlib.sha256(f"{found.release} on {found.base}".encode()).hexdigest()[:8]
    return Learning(
        learning_id=learning_id, release=found.release, asked_at=found.asked_at, base=found.base
    )


def _unpacked(store: Store, release: str, work: Path) -> Path:
    """A release as a folder: in place where the store is one, else copied."""
    from foodgan.photos.export import export_release

    if store.is_folder:
        return Path(store.full(f"{RELEASES}/{release}"))
    export_release(store, release, work / "photos")
    return work / "photos"


# The allow-list: nothing else is ever run.
LIMITS = Limits(cpu_s=4 * 3600, memory=8 * _GIB, wall_s=2 * 3600)
TASKS: Mapping[str, Task] = {LEARN_TASK: Task(Learning, learn, LIMITS)}
