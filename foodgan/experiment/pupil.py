"""How much n pictures can teach: what an eye that is taught by a menu tells of new dishes.

A generator hears a word by what a network can learn of it from the same few pictures. The pupil is
such a network at its simplest, with no generator in the way: what it cannot tell apart, no
discriminator on its features can ask for. It sees ImageNet's features, as the recipe's does, and
larger. P pictures, F features.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from foodgan.evaluate.attributes import ATTRIBUTES, accuracy, shuffled
from foodgan.evaluate.board import UNSEEN, pictures_of
from foodgan.evaluate.classifier import Classifier, fit
from foodgan.evaluate.taster import CLASSES, MAINS, Tasted
from foodgan.experiment.plan import Plan
from foodgan.kondate.folder import Known, read_menu, write_folder
from foodgan.kondate.recipe import Stated, in_order
from foodgan.models.backbone import Backbone, pooled
from foodgan.progress import Track, untracked

BATCH = 128


@dataclass(frozen=True)
class Pupil:
    """A classifier of each attribute, over CLASSES, and one of mains, over MAINS."""

    eyes: Backbone
    singles: Mapping[str, Classifier]
    mains: Classifier

    def taste(self, features: Tensor, stated: Sequence[Stated]) -> list[Tasted]:
        """What pictures (P, F) show. It is told how many mains there are."""
        values = {key: told(features).tolist() for key, told in self.singles.items()}
        ranked = self.mains.logits(features).argsort(dim=1, descending=True).tolist()
        tasted = []
        for row, said in enumerate(stated):
            singles = {key: CLASSES[key][column[row]] for key, column in values.items()}
            likeliest = ranked[row][: len(said.mains or ())]
            tasted.append(Tasted(singles, in_order(MAINS[i] for i in likeliest)))
        return tasted


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
    out: Path, sizes: Sequence[int], *, jobs: int = 1, track: Track = untracked
) -> list[Lesson]:
    """A lesson by each size of menu, which is drawn in `out` where it is not there yet.

    Raises FolderError, and ModelError where ImageNet's features are not installed.
    """
    eyes, lessons = Backbone(), []
    for names in sizes:
        folder = Plan(out, (), names=names).folder
        write_folder(folder, names, 64, 0, jobs=jobs, track=track)
        menu = read_menu(folder)
        pupil = teach(eyes, [known for known in menu if known.kind == "train"], track)
        unseen, others = examine(pupil, [known for known in menu if known.kind == UNSEEN])
        seen, _ = examine(pupil, [known for known in menu if known.kind == "seen"])
        lessons.append(Lesson(names, unseen, others, seen))
    return lessons


def teach(eyes: Backbone, known: Sequence[Known], track: Track = untracked) -> Pupil:
    """Learn from pictures and what their names state of them: no more than a GAN is told."""
    features = look(eyes, known, track)
    singles = {}
    for key, values in CLASSES.items():
        said = [getattr(one.stated, key) for one in known]
        pairs = [(row, values.index(value)) for row, named in enumerate(said) for value in named]
        singles[key] = _fit(features, pairs, len(values))
    pairs = [(row, MAINS.index(m)) for row, one in enumerate(known) for m in one.stated.mains or ()]
    return Pupil(eyes, singles, _fit(features, pairs, len(MAINS)))


def _fit(features: Tensor, pairs: Sequence[tuple[int, int]], classes: int) -> Classifier:
    rows, labels = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).unbind(dim=1)
    return fit(features[rows], labels, classes)


def examine(
    pupil: Pupil, known: Sequence[Known]
) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """What it gets right of pictures under their own names, and under one another's."""
    stated = [one.stated for one in known]
    tasted = pupil.taste(look(pupil.eyes, known), stated)
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
