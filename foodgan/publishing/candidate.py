"""From a release to what is served: learn its names, measure, publish, promote.

A club's model is always its own model and one release: not what was learned before and a little
more. So photos that are withdrawn are forgotten with the next release, and nothing drifts.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from foodgan import registry
from foodgan.contract.models import PICTURE, Gate
from foodgan.contract.photos import RELEASES
from foodgan.contract.store import Store
from foodgan.contract.whole import write_text
from foodgan.painting import sheets
from foodgan.painting.painter import Painter
from foodgan.photos.folder import MANIFEST
from foodgan.publishing import card, gates, serving
from foodgan.publishing.credits import names_otherwise
from foodgan.training.new_names import Learned
from foodgan.training.new_names import learn as learn_names

SHOWN, SIDE = 24, 128  # names of the picture, pixels of each of theirs
BEFORE, AFTER = 2, 4  # pictures of a name

Fate = Literal["promoted", "kept-back", "rolled-back", "outrun"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Candidate:
    """A model that has learned names, and how it was found. base: the digest of what it was."""

    folder: Path
    base: str
    learned: Learned
    gates: tuple[Gate, ...]

    @property
    def model_id(self) -> str:
        return self.learned.model.model_id

    @property
    def good(self) -> bool:
        """Whether every gate is passed."""
        return all(gate.passed for gate in self.gates)


def learn(
    own: Path | None,
    photos: Path,
    out: Path,
    cache: Path,
    *,
    name: str = "",
    every: bool = False,
    seed: int = 0,
) -> Candidate:
    """Make a model of the own one and a folder of photos: card, picture and measures with it.

    own: the folder of a model, the shipped one by default. Else as
    `foodgan.training.new_names.learn`, and raises as that does.
    """
    base = own or registry.SHIPPED
    before = Painter.load(base, device="cpu")
    learned = learn_names(base, photos, out, cache, name=name, every=every, seed=seed)
    write_text(out / registry.CARD, card.render(learned.model, None))
    after = Painter.load(out, device="cpu")
    names = [each.name for each in learned.likenesses]
    painters = ((before, BEFORE), (after, AFTER))
    sheets.write(names[:SHOWN], painters, out / PICTURE, side=SIDE)
    measured = gates.of_learning(before, after, learned.heard, names)
    return Candidate(out, registry.digest_of(base), learned, measured)


def put_forward(
    store: Store,
    candidate: Candidate,
    release: str | None = None,
    asked_at: datetime | None = None,
) -> tuple[str, Fate]:
    """Publish a candidate, and promote it where it passes every gate; its digest and its fate.

    release: that it learned from; asked_at: when that was asked for. One that an operator has
    rolled back is not promoted again, nor is one of an older release than was learned from by now.
    """
    digest = serving.publish(store, candidate.folder)
    for gate in candidate.gates:
        passed = "passed" if gate.passed else "not passed"
        log.info("gate %s: %s of %.3g, %s", gate.name, gate.shown, gate.bound, passed)
    model_id = candidate.model_id
    if not candidate.good:
        log.warning("model %s does not pass its gates: not promoted", model_id)
        return digest, "kept-back"
    base = candidate.base
    try:
        serving.promote(
            store,
            digest,
            base=base,
            model_id=model_id,
            by="trainer",
            release=release,
            asked_at=asked_at,
        )
    except serving.Refused as error:
        log.warning("model %s is not promoted: %s", model_id, error)
        return digest, error.reason
    return digest, "promoted"


def forget_outdated(store: Store, base: str, asked_at: datetime | None) -> bool:
    """Where nothing new is served, and what is knows a photo that was withdrawn, or names somebody
    otherwise than they want by now: serve it no more.

    base, asked_at: of the candidate that was not promoted. Returns whether workers go back.
    """
    then = serving.serving(store)
    served = then.counts_for(base)
    if served is None or served.base is None or served.digest is None:
        return False  # each worker's own model, or what operators chose
    if serving.knows_withdrawn(store, then, served.digest):
        fault = "knows photos that were withdrawn"
    elif names_otherwise(store, served.digest):
        fault = "names contributors otherwise than they want by now"
    else:
        return False
    try:
        serving.withdraw(store, base, asked_at)
    except serving.Refused:
        return False  # a newer release was learned from meanwhile
    log.warning(
        "model %s %s: served no more; its other names come back with the next release that passes "
        "the gates, or by `foodgan serving promote` of a model without",
        served.model_id,
        fault,
    )
    return True


@dataclass(frozen=True)
class Overdue:
    """A release whose names are to be learned anew, and the base that it is now."""

    release: str
    base: str
    asked_at: datetime | None


def overdue(store: Store, own: Path | None) -> Overdue | None:
    """What is to be learned anew; None: nothing is.

    An update brought that base, or an operator promoted it: nobody serves what was learned before.
    Of two trainers with different models the one with the later comes after the other, and never
    the other way round: they do not take turns for ever, and one of before an update takes nothing
    away from machines that have it.
    """
    served = serving.serving(store)
    last = next((each for each in reversed(served.promotions) if each.by == "trainer"), None)
    if last is None or last.digest is None or last.model_id in served.rolled_back:
        return None
    if last.base is None:  # nothing was learned: it went back to what operators chose
        return None
    chosen = served.chosen
    base = chosen.digest if chosen and chosen.digest else registry.digest_of(own)
    release = last.release
    if last.base == base or not release or not store.exists(f"{RELEASES}/{release}/{MANIFEST}"):
        return None
    if not chosen and served.is_behind(base, last.base):
        log.warning(
            "names are served on model %s, and this trainer has %s: give all trainers and workers "
            "one version and one MODEL_DIR, then /release",
            last.base[:12],
            base[:12],
        )
        return None
    return Overdue(release, base, last.asked_at)


def withdraw(store: Store, own: Path | None, asked_at: datetime | None = None) -> None:
    """A release had nothing to learn: who paints what was learned before forgets it.

    Raises serving.Refused where a newer one was learned from.
    """
    serving.withdraw(store, registry.digest_of(own), asked_at)
