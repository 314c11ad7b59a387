"""Models in the store: published by trainers, promoted, taken up by workers, rolled back.

A published model never changes: its name is the SHA-256 of its model.json, which holds the hash of
each file. Which one is served says one small file beside them, with what was served before.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from foodgan import registry
from foodgan.contract import swap
from foodgan.contract.errors import FoodganError, ModelError, StoreError
from foodgan.contract.models import (
    MODEL,
    MODELS,
    PICTURE,
    SERVING,
    SERVING_MAX,
    Promoter,
    Promotion,
    Serving,
)
from foodgan.contract.store import Store
from foodgan.photos.prune import photos_of, releases_seen
from foodgan.publishing import copies
from foodgan.registry import CARD, digest_of

KEPT = 5  # models that a roll-back can still reach, the served one among them
SPARE = 2  # models that pass no gate and stay: an operator may look at them, or promote one
REMEMBERED = 50  # promotions
COMING_S = 600.0  # a model that was published just now is about to be promoted
_BESIDE = (CARD, PICTURE)  # files that model.json does not vouch for; a model need not have them

log = logging.getLogger(__name__)

Reason = Literal["rolled-back", "outrun"]
_REASONS: dict[Reason, str] = {
    "rolled-back": "an operator took it back",
    "outrun": "a newer release was learned from meanwhile",
}


class Refused(ModelError):
    """A model that no trainer may promote."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(_REASONS[reason])
        self.reason = reason


def base_of(store: Store, own: Path | None, home: Path) -> Path | None:
    """The folder of the model that names are learned on: chosen by operators, else the own one.

    home: where models of the store are kept. Raises ModelError.
    """
    chosen = serving(store).chosen
    return copies.fetch(store, chosen.digest, home) if chosen and chosen.digest else own


def publish(store: Store, folder: Path) -> str:
    """Copy a whole model into the store; its digest. Raises ModelError for one that is damaged.

    Nobody sees half of it: model.json comes last. What is there and whole is not written again, so
    that a model which was damaged in the store is mended by the same command.
    """
    model, digest = registry.describe(folder), digest_of(folder)
    path = f"{MODELS}/{digest}"
    for name, sha256 in model.hashes.items():
        data = _read(folder / name)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ModelError(f"{name} is not the file that model.json describes")
        if not _holds(store, f"{path}/{name}", sha256):
            store.write(f"{path}/{name}", data)
    for name in _BESIDE:
        if (folder / name).is_file():
            store.write(f"{path}/{name}", _read(folder / name))
    store.write(f"{path}/{MODEL}", _read(folder / MODEL))
    log.info("published model %s as %s", model.model_id, digest[:12])
    return digest


def _holds(store: Store, path: str, sha256: str) -> bool:
    """Whether a file of the store is there as it should be."""
    try:
        return hashlib.sha256(store.read(path)).hexdigest() == sha256
    except FileNotFoundError:
        return False


def serving(store: Store) -> Serving:
    """What is served, and what was. Raises StoreError where the file is damaged."""
    try:
        return _parsed(store.read(SERVING, SERVING_MAX))
    except FileNotFoundError:
        return Serving()


def _parsed(data: bytes | None) -> Serving:
    try:
        return Serving.model_validate_json(data) if data is not None else Serving()
    except ValidationError:
        raise StoreError(f"{SERVING} is damaged") from None


def promote(
    store: Store,
    digest: str | None,
    *,
    base: str | None,
    model_id: str,
    by: Promoter,
    release: str | None = None,
    asked_at: datetime | None = None,
) -> Promotion:
    """Have workers take up a model of the store, None for their own; then tidy old ones away.

    base, model_id, release, asked_at: of a `Promotion`. Where an operator does so, one that was
    rolled back counts as any other from then on. Raises ModelError where it is not there, Refused.
    """
    if digest is not None and not store.exists(f"{MODELS}/{digest}/{MODEL}"):
        raise ModelError(f"the store has no whole model {digest[:12]}")
    promotion = Promotion(
        digest=digest,
        base=base,
        model_id=model_id,
        at=_now(),
        by=by,
        release=release,
        asked_at=asked_at,
    )

    def promoted(then: Serving) -> Serving:
        if by == "trainer" and _taken_back(then, promotion):
            raise Refused("rolled-back")
        if then.outran(asked_at, _now()):
            raise Refused("outrun")
        back = (each for each in then.rolled_back if each != model_id)
        return _next(then, promotion, back).having_seen(asked_at)

    _change(store, promoted)
    log.info("promoted model %s (%s)", model_id, digest[:12] if digest else "the worker's own")
    tidied(store)
    return promotion


def _taken_back(then: Serving, candidate: Promotion) -> bool:
    """Whether an operator took a model back that is this one, or was made of the same.

    One lesson learned by another machine, or by more threads, has other last digits, so another id.
    """
    if candidate.model_id in then.rolled_back:
        return True
    made_of = (candidate.base, candidate.release)
    return candidate.release is not None and any(
        (each.base, each.release) == made_of and each.model_id in then.rolled_back
        for each in then.promotions
    )


def withdraw(store: Store, own: str | None = None, asked_at: datetime | None = None) -> None:
    """Have workers forget the names that were learned last: the model below them counts again.

    own: where only those with this model are meant; asked_at: of the release that has no new names.
    Raises Refused where a newer one has.
    """

    def forgotten(then: Serving) -> Serving | None:
        if then.outran(asked_at, _now()):
            raise Refused("outrun")
        last = then.promotions[-1] if then.promotions else None
        counts = then.counts_for(own) if own else last
        if last is None or counts is None or counts.base is None:
            return then.having_seen(asked_at) if then.promotions else None
        back = _again(then.chosen, by="trainer")
        return _next(then, back, then.rolled_back).having_seen(asked_at)

    _change(store, forgotten)
    tidied(store)


def roll_back(store: Store) -> Promotion:
    """Have workers go back to what was served before the model that is served now.

    It goes past models that learned from a photo that was withdrawn since, for good, and past what
    was learned on one. No trainer promotes the one that was served again. Raises ModelError where
    there is nothing to go back to, or where another model was promoted in this moment.
    """
    then = serving(store)
    if not then.promotions or then.promotions[-1].digest is None:
        raise ModelError.of("cli-serving-none-to-leave")
    now = then.promotions[-1]
    lost = _lost(store, then)
    promotion = _again(_before(then, lost), by="operator")
    passed = [each.model_id for each in then.promotions if not each.base and each.digest in lost]

    def rolled_back(newer: Serving) -> Serving:
        if newer.promotions[-1:] != (now,):
            raise ModelError.of("cli-serving-moved-on")
        return _next(newer, promotion, (*newer.rolled_back, *passed, now.model_id))

    _change(store, rolled_back)
    log.info("rolled back from model %s", now.model_id)
    return promotion


def _again(back: Promotion | None, by: Promoter) -> Promotion:
    """What was promoted before is so once more; None: each worker's own model."""
    if back is None:
        return Promotion(digest=None, base=None, model_id="", at=_now(), by=by)
    return back.model_copy(update={"at": _now(), "by": by})


def _before(then: Serving, lost: Collection[str]) -> Promotion | None:
    """The last promotion of another model that was not rolled back and may be served again."""
    out = {*then.rolled_back, then.promotions[-1].model_id}
    for promotion in reversed(then.promotions):
        if promotion.digest is None:
            return None
        unfit = promotion.digest in lost or promotion.base in lost
        if promotion.model_id not in out and not unfit:
            return promotion
    return None


def _lost(store: Store, then: Serving) -> set[str]:
    """Promoted models that can be served no more: they are gone, or know withdrawn photos.

    What operators chose is none of the latter: what was learned on it knows the same photos.
    """
    promoted = {each.digest for each in then.promotions if each.digest}
    gone = {one for one in promoted if not store.exists(f"{MODELS}/{one}/{MODEL}")}
    chosen = {then.chosen.digest if then.chosen else None}
    return gone | _knowing_withdrawn(store, then, promoted - gone - chosen)


def knows_withdrawn(store: Store, then: Serving, digest: str) -> bool:
    """Whether a model of the store learned from a photo that was withdrawn since."""
    return bool(_knowing_withdrawn(store, then, (digest,)))


def _knowing_withdrawn(store: Store, then: Serving, digests: Collection[str]) -> set[str]:
    """Those of these models that learned from a release of which a photo was withdrawn since.

    So may one have been of a release that was pruned, or that a trainer learned from and that is
    not there any more. A model that cannot be read is named in the log.
    """
    stones = {stone.sha256 for stone in store.tombstones()}
    pruned = {record.digest for record in store.pruned()}
    ours = {each.digest for each in then.promotions if each.by == "trainer"}

    def outdated(digest: str) -> bool:
        for release in releases_seen(store, digest):
            try:
                if any(sha256 in stones for sha256 in photos_of(store, release)):
                    return True
            except FileNotFoundError:
                if release in pruned or digest in ours:
                    return True
        return False

    found = set()
    for digest in digests:
        try:
            if outdated(digest):
                found.add(digest)
        except FoodganError as error:
            log.warning("which photos a model knows cannot be read: %s", error)
    return found


def tidy(store: Store) -> int:
    """Remove models that nobody needs, but what was published just now; returns how many.

    Those are models that know withdrawn photos, but for what is served, and those that were not
    among the last `KEPT` promoted ones. What operators chose stays, as names are learned on it. Of
    those that were never promoted the newest `SPARE` stay, until a later one is promoted.
    """
    then = serving(store)
    promoted = [each.digest for each in reversed(then.promotions) if each.digest]
    served = then.in_use
    kept = {*list(dict.fromkeys(promoted))[:KEPT], *served}
    oldest = store.written_at(SERVING) - COMING_S if then.promotions else 0.0
    others = set(store.folders(MODELS)) - served
    withdrawn = _knowing_withdrawn(store, then, others)
    written = {one: store.newest(f"{MODELS}/{one}") for one in others - (kept - withdrawn)}
    spare = {one: at for one, at in written.items() if one not in {*promoted, *withdrawn}}
    needless = withdrawn | _passed_over(store, spare)
    gone = 0
    for digest, at in written.items():
        if at >= (time.time() - COMING_S if digest in needless else oldest):
            continue  # it may be promoted in a moment
        store.delete_folder(f"{MODELS}/{digest}", MODEL)
        gone += 1
    return gone


def _passed_over(store: Store, spare: dict[str, float]) -> set[str]:
    """Those of models that were never promoted that have newer ones beside them. spare: Unix time
    of each; one that is half there counts for none, as a trainer may be at it.
    """
    newest = sorted(spare, key=lambda digest: (-spare[digest], digest))
    whole = [digest for digest in newest if store.exists(f"{MODELS}/{digest}/{MODEL}")]
    return set(whole[SPARE:])


def tidied(store: Store) -> None:
    """Tidy, and leave it at a line in the log where that fails: another one tidies, say."""
    try:
        if gone := tidy(store):
            log.info("%d models that nobody needs are removed from the store", gone)
    except StoreError as error:
        log.warning("old models stay in the store: %s", error)


def _next(then: Serving, promotion: Promotion, rolled_back: Iterable[str]) -> Serving:
    """The list with one promotion more. What is forgotten is what counts for nobody any more."""
    promotions = (*then.promotions, promotion)
    after = then.model_copy(update={"promotions": promotions, "rolled_back": tuple(rolled_back)})
    chosen, newest = after.chosen, after.promotions[-REMEMBERED:]
    if chosen and chosen not in newest:
        newest = (chosen, *newest[1:])
    kept = {
        "promotions": newest,
        "rolled_back": after.rolled_back[-REMEMBERED:],
        "bases": after.own_bases[-REMEMBERED:],
    }
    return after.model_copy(update=kept)


def _change(store: Store, how: Callable[[Serving], Serving | None]) -> None:
    """Write the list anew. how: may be asked again, where another one was quicker; None: no."""

    def changed(data: bytes | None) -> bytes | None:
        after = how(_parsed(data))
        return after.model_dump_json(indent=1).encode() + b"\n" if after else None

    swap.change(store, SERVING, changed, SERVING_MAX)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}") from error


def _now() -> datetime:
    return datetime.now(UTC)
