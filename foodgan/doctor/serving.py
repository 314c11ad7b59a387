"""Which model workers of this machine serve: what was promoted in the store, or their own."""

from collections.abc import Iterator
from importlib.util import find_spec

from foodgan.contract.checkup import Finding, fail, ok, skip, warn
from foodgan.contract.errors import FoodganError, StoreError
from foodgan.contract.models import MODEL, MODELS, Promoter, Promotion, Serving
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.doctor.model import NO_TORCH

PART = "served model"
_FORGETTING: dict[Promoter, str] = {
    "trainer": "/release: the next one forgets them",
    "operator": "promote one that does without: until then names are learned on it, too",
}


def serving(settings: Settings) -> Iterator[Finding]:
    """Whether what was promoted counts here, and is there. Nothing is fetched."""
    if find_spec("torch") is None:
        yield skip(PART, NO_TORCH)
        return
    from foodgan import registry
    from foodgan.publishing import serving as models

    try:
        store = Store(settings.photo_store)
        served = models.serving(store)
        counts = served.counts_for(registry.digest_of(settings.model_dir))
        yield _found(store, served, counts)
    except StoreError as error:
        advice = "until it can be read workers paint with their own model"
        yield fail(PART, str(error)[:200], advice)
    except FoodganError as error:
        yield skip(PART, str(error)[:200])  # the check of the own model says what to do


def _found(store: Store, served: Serving, counts: Promotion | None) -> Finding:
    from foodgan.publishing import serving as models

    if counts is None:
        last = served.promotions[-1] if served.promotions else None
        if last is None or last.digest is None:
            return ok(PART, "this machine's own; none of the store is promoted")
        told = f"{last.model_id} was learned on another model than this machine's own"
        return warn(
            PART,
            told,
            "a trainer with the same model learns it anew within the hour, else give /release",
        )
    if counts.digest and not store.exists(f"{MODELS}/{counts.digest}/{MODEL}"):
        told = f"{counts.model_id} is promoted, and the store has it no more"
        return fail(PART, told, "foodgan serving rollback, or promote another one")
    if counts.digest and models.knows_withdrawn(store, served, counts.digest):
        told = f"{counts.model_id} learned from photos that were withdrawn since"
        return warn(PART, told, _FORGETTING[counts.by])
    return ok(PART, f"{counts.model_id}, promoted by {counts.by} on {counts.at:%Y-%m-%d}")
