"""Which model workers of this machine serve: what was promoted in the store, or their own."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from foodgan.contract.checkup import Finding, Part, fail, ok, skip, warn
from foodgan.contract.errors import FoodganError, StoreError
from foodgan.contract.logs import brief
from foodgan.contract.models import MODEL, MODELS, Promotion, Serving
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store, shown
from foodgan.contract.terminal import say
from foodgan.doctor.model import no_torch

PART: Part = "served model"


def serving(settings: Settings) -> Iterator[Finding]:
    """Whether what was promoted counts here, and is there. Nothing is fetched."""
    if find_spec("torch") is None:
        yield no_torch(PART)
        return
    from foodgan import registry
    from foodgan.publishing import serving as models

    try:
        store = Store(settings.photo_store)
        served = models.serving(store)
        counts = served.counts_for(registry.digest_of(settings.model_dir))
        yield _found(store, served, counts)
    except StoreError as error:
        what = say("doctor-served-closed", error=brief(str(error), 200))
        yield fail(PART, what, say("doctor-served-closed.advice"))
    except FoodganError as error:
        # The check of the own model says what to do.
        yield skip(PART, say("doctor-model-closed", error=brief(str(error), 200)))


def _found(store: Store, served: Serving, counts: Promotion | None) -> Finding:
    from foodgan.publishing import serving as models
    from foodgan.publishing.credits import names_otherwise

    if counts is None:
        last = served.promotions[-1] if served.promotions else None
        if last is None and _is_bare(store):
            return skip(PART, say("doctor-served-nothing", store=shown(store.url)))
        if last is None or last.digest is None:
            return ok(PART, say("doctor-served-own"))
        told = say("doctor-served-foreign", model=last.model_id)
        return warn(PART, told, say("doctor-served-foreign.advice"))
    if counts.digest and not store.exists(f"{MODELS}/{counts.digest}/{MODEL}"):
        told = say("doctor-served-gone", model=counts.model_id)
        return fail(PART, told, say("doctor-served-gone.advice"))
    if counts.digest and models.knows_withdrawn(store, served, counts.digest):
        told = say("doctor-served-withdrawn", model=counts.model_id)
        return warn(PART, told, say(f"doctor-served-withdrawn.{counts.by}"))
    if counts.digest and names_otherwise(store, counts.digest):
        told = say("doctor-served-credit", model=counts.model_id)
        return warn(PART, told, say(f"doctor-served-credit.{counts.by}"))
    date = f"{counts.at:%Y-%m-%d}"
    return ok(PART, say("doctor-served", model=counts.model_id, by=counts.by, date=date))


def _is_bare(store: Store) -> bool:
    """Whether it is a folder that nobody ever wrote to: what is served may lie in another one."""
    folder = Path(store.root)
    return store.is_folder and not (folder.exists() and any(folder.iterdir()))
