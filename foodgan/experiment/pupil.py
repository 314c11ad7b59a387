"""How much n pictures can teach: what an eye that is taught by a menu tells of new dishes.

A generator hears a word by what a network can learn of it from the same few pictures. The pupil is
such a network at its simplest, with no generator in the way: what it cannot tell apart, no
discriminator that sees as it does can ask for. It sees by ImageNet's features, as the recipe's
does, and larger; or by eyes of its own. P pictures, F features.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from foodgan.experiment import own_eyes
from foodgan.experiment.plan import Plan
from foodgan.experiment.tasting import ranked
from foodgan.kondate.attributes import ATTRIBUTES, accuracy, shuffled
from foodgan.kondate.board import UNSEEN, pictures_of
from foodgan.kondate.folder import Known, read_menu, write_folder
from foodgan.kondate.taster import CLASSES, MAINS, Tasted
from foodgan.machine.progress import Track, untracked
from foodgan.models.backbone import Backbone, pooled
from foodgan.models.classifier import Classifier, fit

BATCH = 128


class Pupil(Protocol):
    """Whoever tells what pictures show, having been told how many mains there are."""

    def taste(self, known: Sequence[Known]) -> list[Tasted]: ...


Teaching = Callable[[Sequence[Known], Track], Pupil]


@dataclass(frozen=True)
class Reader:
    """Reads ImageNet's features: a classifier of each attribute, over CLASSES, one over MAINS."""

    eyes: Backbone
    singles: Mapping[str, Classifier]
    mains: Classifier

    def taste(self, known: Sequence[Known]) -> list[Tasted]:
        features = look(self.eyes, known)
        singles = {key: read.logits(features) for key, read in self.singles.items()}
        return ranked(singles, self.mains.logits(features), [one.stated for one in known])


@dataclass(frozen=True)
class Lesson:
    """names: that taught it; unseen: right on unseen pairs, as `accuracy` says; shuffled: the same
    under one another's names; seen: right on other pictures of the names that taught it.
    """

    names: int
    unseen: dict[str, float | None]
    shuffled: dict[str, float | None]
    seen: dict[str, float | None]


def learning(
    out: Path,
    sizes: Sequence[int],
    *,
    shown: int | None = None,
    jobs: int = 1,
    track: Track = untracked,
) -> list[Lesson]:
    """A lesson by each size of menu, which is drawn in `out` where it is not there yet.

    shown: pictures that eyes of their own learn from; None sees by ImageNet's. Raises FolderError,
    and ModelError where ImageNet's features are not installed.
    """
    if shown is None:
        taught: Teaching = partial(teach, Backbone())
    else:
        taught = partial(own_eyes.learn, pictures=shown)
    lessons = []
    for names in sizes:
        folder = Plan(out, (), names=names).folder
        write_folder(folder, names, 64, 0, jobs=jobs, track=track)
        menu = read_menu(folder)
        pupil = taught([known for known in menu if known.kind == "train"], track)
        unseen, others = examine(pupil, [known for known in menu if known.kind == UNSEEN])
        seen, _ = examine(pupil, [known for known in menu if known.kind == "seen"])
        lessons.append(Lesson(names, unseen, others, seen))
    return lessons


def teach(eyes: Backbone, known: Sequence[Known], track: Track = untracked) -> Reader:
    """Learn from pictures and what their names state of them: no more than a GAN is told."""
    features = look(eyes, known, track)
    singles = {}
    for key, values in CLASSES.items():
        said = [getattr(one.stated, key) for one in known]
        pairs = [(row, values.index(value)) for row, named in enumerate(said) for value in named]
        singles[key] = _fit(features, pairs, len(values))
    pairs = [(row, MAINS.index(m)) for row, one in enumerate(known) for m in one.stated.mains or ()]
    return Reader(eyes, singles, _fit(features, pairs, len(MAINS)))


def _fit(features: Tensor, pairs: Sequence[tuple[int, int]], classes: int) -> Classifier:
    rows, labels = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).unbind(dim=1)
    return fit(features[rows], labels, classes)


def examine(
    pupil: Pupil, known: Sequence[Known]
) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """What it gets right of pictures under their own names, and under one another's."""
    stated = [one.stated for one in known]
    tasted = pupil.taste(known)
    return accuracy(stated, tasted), shuffled(stated, tasted)


@torch.no_grad()
def look(eyes: Backbone, known: Sequence[Known], track: Track = untracked) -> Tensor:
    """Features (P, F) of the pictures."""
    parts = []
    for at in track(range(0, len(known), BATCH), "Looking"):
        parts.append(pooled(eyes, pictures_of(known[at : at + BATCH])))
    return torch.cat(parts)


def markdown(lessons: Sequence[Lesson]) -> str:
    """A table, a row a menu."""
    titles = ["names", "unseen pairs", "under other names", *ATTRIBUTES, "seen names"]
    lines = ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]
    for lesson in lessons:
        shares = [lesson.unseen["mean"], lesson.shuffled["mean"]]
        shares += [lesson.unseen[key] for key in ATTRIBUTES] + [lesson.seen["mean"]]
        cells = ["—" if share is None else f"{share:.2f}" for share in shares]
        lines.append("| " + " | ".join([f"{lesson.names:,}", *cells]) + " |")
    return "\n".join(lines) + "\n"
