"""Names that a model has never heard, from a few photos of each: in a minute, on any machine.

部長スペシャル says nothing to a model. Photos of it do: they look like photos that it was trained
on, and its index holds what those look like and what they are called. So a new name is likened to
a known one, and the name encoders of both stages learn to hear it as that one, also under other
words, while all other names are heard as before. What paints is not touched, so it can copy none of
the photos. As in textual inversion (Gal et al. 2022, arXiv:2208.01618) a word is found for photos;
here it is found by looking. Names are heard by their words, so one that shares all of them with
others cannot be heard as something else: such a name is not learned, for it would spoil the others.
N names, K known names, M photos of a name, D numbers of a photo in an index, C numbers of a
condition.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor, optim
from torch.nn import functional as F

from foodgan import registry
from foodgan.contract.errors import ModelError
from foodgan.evaluate import index as indexes
from foodgan.evaluate.nearest import SIZE, Nearest
from foodgan.machine.progress import track
from foodgan.models.backbone import pooled
from foodgan.models.stackgan import Conditioned
from foodgan.photos import tensors as decoded
from foodgan.photos.feed import told_of
from foodgan.photos.folder import (
    Photo,
    PhotosError,
    contents,
    read_folder,
    release_digest,
    trained_on,
)
from foodgan.registry import LIKENESS, ModelFile, Training
from foodgan.step.batch import as_photos
from foodgan.text.encode import TokenBatch, collate, encode, heard
from foodgan.text.invent import Inventor
from foodgan.text.tokens import tokens

WIDTH = 0.15  # of the kernel, in cosines: two photos of a dish are some .3 apart
NAME_CAP = 20  # photos that a known name counts as
DOUBT = 1e-4  # the least share of a name, so that one odd photo rules nothing out
SHOWN = 3  # known names that are told of each
STEPS = 300  # of each course, in which each new name is seen by itself
COURSES = 2  # the second draws half of all names by how far they are from what they should be
# Half of the known names lie nearer than this to another one. So far a new name may be from what it
# is to be heard as, and a known one from where it was.
FAR = 0.6
LR = 2e-2
HELD = 4.0  # what other names' staying as they are counts for
OTHERS, UNDER = 2_000, 500  # names that are held; new names under another word
BATCH = 256
LOOKED_AT = 32  # photos at once


class NothingNew(PhotosError):
    """Photos without a name that the model could learn. unheard: new ones that it tried to."""

    def __init__(self, message: str, unheard: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.unheard = tuple(sorted(unheard))


@dataclass(frozen=True)
class Likeness:
    """What a new name is likened to. known: names and their shares of the belief, most first."""

    name: str
    photos: int
    known: tuple[tuple[str, float], ...]

    @property
    def like(self) -> str:
        return self.known[0][0]


@dataclass(frozen=True)
class Heard:
    """How a lesson has gone, in spreads of the conditions of known names.

    off: how far each new name is from what it is to be heard as; moved: each known one, from where
    it was. A name that is too far, or no number, is not heard.
    """

    off: Mapping[str, float]
    moved: Mapping[str, float]


@dataclass(frozen=True)
class Learned:
    """A model that has learned names. known: other names of the photos, heard as ever: the model
    was trained on them, or on the word that they end in, which says what the dish is. unheard:
    those that it could not learn to hear, or not without hearing known ones wrongly.
    """

    model: ModelFile
    likenesses: tuple[Likeness, ...]
    known: tuple[str, ...]
    heard: Mapping[str, Heard]  # by stage
    unheard: tuple[str, ...] = ()


def learn(
    folder: Path,
    photos: Path,
    out: Path,
    cache: Path,
    *,
    name: str = "",
    every: bool = False,
    seed: int = 0,
) -> Learned:
    """Write into `out` the model of `folder`, which then knows the names of these photos.

    Held-out photos are left aside, what has no name, and what has one that cannot be learned. A
    name that was learned so before is likened anew, by all of its photos; the index knows the
    photos from then on. name: what members see, else the model's own; every: also names that end in
    a word which the model knows. Raises UserError `nearest-absent`, ModelError, PhotosError.
    """
    model = registry.describe(folder)
    index = Nearest.open(folder)
    styles = tuple(sorted(registry.left_out(model.training.values())))
    found = [each for each in trained_on(read_folder(photos), styles) if each.name]
    if not found:
        raise NothingNew(f"{photos} has no photo with a name to learn")
    found, pixels = decoded.load(found, SIZE, cache)
    seen = [pixels[start : start + LOOKED_AT] for start in range(0, len(found), LOOKED_AT)]
    with torch.inference_mode():
        looked = (
            pooled(index.backbone, as_photos(torch.from_numpy(np.array(part))))
            for part in track(seen, "looking at the photos")
        )
        features = torch.cat(list(looked))
    before = model.learned
    trained = {each for each in index.tables["name"] if each and each not in before}
    told = {str(each.name) for each in found} - set(before)
    known = trained & told if every else trained | _ending_in_known_words(told, trained)
    likenesses = liken(index, _by_name(index, found, index.placed(features), known), before)
    if not likenesses:
        raise NothingNew(f"the model knows every name in {photos} already")
    asked = {each.name: each.like for each in likenesses}
    alike, stages, lessons = _taught(folder, asked, known_names(index), seed)
    if not alike:
        raise NothingNew(f"no new name in {photos} can be told from known ones", list(asked))
    left = set(asked) - set(alike)
    likenesses = [each for each in likenesses if each.name in alike]
    features = features[[each.name not in left for each in found]]
    found = [each for each in found if each.name not in left]
    about = told_of(found, release_digest(photos), contents(found))
    run = {
        "seen": len(found),
        "photos": about,
        "config": {"loss": LIKENESS, "seed": seed, "exclude_styles": styles, "alike": alike},
    }
    model = model.model_copy(
        update={
            "name": name or model.name,
            "training": {stage: _after(then, run) for stage, then in model.training.items()},
        }
    )
    registry.save(model, {stage: each.state_dict() for stage, each in stages.items()}, out)
    indexes.extend(index, found, features, out)
    heard_as_ever = tuple(sorted(told & known))
    return Learned(
        registry.describe(out), tuple(likenesses), heard_as_ever, lessons, tuple(sorted(left))
    )


def _taught(
    folder: Path, alike: Mapping[str, str], names: Sequence[str], seed: int
) -> tuple[Mapping[str, str], dict[str, Conditioned], dict[str, Heard]]:
    """The stages of a model after their lesson, what of `alike` they hear, and how well.

    What they do not hear is as if nobody had asked for it: they learn the rest from the beginning.
    """
    while True:
        _, *generators = registry.open_model(folder)
        stages = dict(zip(registry.STAGES, generators, strict=True))
        lessons = {stage: hear_as(each, alike, names, seed) for stage, each in stages.items()}
        unheard = _unheard(lessons)
        alike = {new: like for new, like in alike.items() if new not in unheard}
        if not unheard or not alike:
            return alike, stages, lessons


def farthest(distances: Iterable[Mapping[str, float]]) -> float:
    """The largest of all; no number where one is none."""
    return float(np.max([by for each in distances for by in each.values()], initial=0.0))


def _unheard(lessons: Mapping[str, Heard]) -> set[str]:
    """New names that are not heard; where all are, those that known ones moved for."""
    far = {name for each in lessons.values() for name, off in each.off.items() if not off <= FAR}
    if far:
        return far
    moved = {name for each in lessons.values() for name, by in each.moved.items() if not by <= FAR}
    new = list(next(iter(lessons.values())).off)
    spoilt = set(encode(sorted(moved)).ngrams.flatten().tolist()) - {0}
    ngrams = encode(new).ngrams.flatten(1).tolist()
    return {name for name, each in zip(new, ngrams, strict=True) if spoilt & set(each)}


def _after(then: Training, run: Mapping[str, Any]) -> Training:
    before = [each.model_dump(exclude={"before"}) for each in then.runs]
    return Training.model_validate({**run, "before": before})


def _ending_in_known_words(names: Collection[str], trained: Collection[str]) -> set[str]:
    """Names whose last word stands in some name that was trained on, or that have no word."""
    words = {token.key for name in trained for token in tokens(name)}
    return {name for name in names if not heard(name) or heard(name)[-1].key in words}


def known_names(index: Nearest) -> list[str]:
    """The name of each photo of an index that has one."""
    table = index.tables["name"]
    return [table[place] for place in index.columns[:, 0].tolist() if table[place]]


def _by_name(
    index: Nearest, photos: Sequence[Photo], placed: Tensor, known: Collection[str]
) -> dict[str, Tensor]:
    """Where the photos of each name that is not known are, those of earlier lessons too.

    placed (N, D): where the photos (N) are.
    """
    rows: defaultdict[str, list[Tensor]] = defaultdict(list)
    for photo, row in zip(photos, placed, strict=True):
        if photo.name and photo.name not in known:
            rows[photo.name].append(row)
    digests = {bytes(digest) for digest in indexes.digests(photos).tolist()}
    table = index.tables["name"]
    indexed = zip(index.columns[:, 0].tolist(), index.photos.tolist(), index.rows, strict=True)
    for place, digest, row in indexed:
        if table[place] in rows and bytes(digest) not in digests:
            rows[table[place]].append(row)
    return {name: torch.stack(each) for name, each in rows.items()}


def liken(
    index: Nearest, photos: Mapping[str, Tensor], new: Collection[str] = ()
) -> list[Likeness]:
    """The known names whose photos look most like those of each new name.

    photos: where the index has them (M, D), by name, see `Nearest.placed`; new: other names that
    none may be likened to. A kernel density of each known name's photos (Parzen 1962) says how
    likely a photo is under it; the photos of a name say so together (naive Bayes). Raises
    ModelError where the index knows no name beside the new ones.
    """
    table = index.tables["name"]
    unfit = {"", *photos, *new}
    places = [place for place, name in enumerate(table) if name not in unfit]
    if not places:
        raise ModelError("the model's index knows no names: `foodgan model index` makes it")
    column = torch.full((len(table),), -1)
    column[places] = torch.arange(len(places))
    owner = column[index.columns[:, 0].long()]
    known = owner >= 0
    owner, rows = owner[known], index.rows[known]
    counts = torch.bincount(owner, minlength=len(places)).float()
    weight = counts.clamp(max=NAME_CAP) / counts.clamp(min=1)
    found = []
    for name, placed in photos.items():
        near = (placed @ rows.T / WIDTH).exp() * weight[owner]  # (M, photos)
        density = torch.zeros(len(near), len(places)).index_add_(1, owner, near)
        shares = density / density.sum(dim=1, keepdim=True)
        belief = (shares + DOUBT).log().sum(dim=0).softmax(dim=0)
        best = belief.topk(min(SHOWN, len(places)))
        told = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        likest = tuple((table[places[place]], share) for place, share in told)
        found.append(Likeness(name, len(placed), likest))
    return found


def hear_as(
    generator: Conditioned, alike: Mapping[str, str], names: Sequence[str], seed: int = 0
) -> Heard:
    """Let a generator hear each new name as a known one: `alike` says which.

    names: of the photos that it knows, which are held to what they are, as are invented ones. Only
    the n-grams of the new names learn. The generator is changed in place and stays frozen.
    """
    lesson = _Lesson.of(generator, alike, names, Random(seed))
    chance = torch.Generator().manual_seed(seed)
    lesson.course(generator, chance)
    for _ in range(COURSES - 1):
        lesson.course(generator, chance, lesson.distances(generator))
    off, moved = lesson.distances(generator)
    return Heard(
        off=dict(zip(alike, off.tolist(), strict=True)),
        moved=dict(zip(lesson.names, moved[: len(lesson.names)].tolist(), strict=True)),
    )


@dataclass(frozen=True)
class _Lesson:
    """What N names that are new are heard as, and what M others stay as.

    new: names that are to be heard alike, the N by themselves first; wanted (., C): as what; held
    (M): other names, those of photos first, `names`; stay (M, C); spread: the mean variance of
    these; learning (B, 1): 1 for rows of n-grams that learn; touched (M): 1 for names of such ones.
    """

    count: int
    new: TokenBatch
    wanted: Tensor
    names: tuple[str, ...]
    held: TokenBatch
    stay: Tensor
    spread: Tensor
    learning: Tensor
    touched: Tensor

    @classmethod
    def of(
        cls, generator: Conditioned, alike: Mapping[str, str], names: Sequence[str], random: Random
    ) -> "_Lesson":
        inventor = Inventor(names, (), random)
        under = [inventor.under("") for _ in range(UNDER)]
        drawn = random.choices(list(alike.items()), k=UNDER)
        alone = encode(list(alike))
        new = [word + name for word, (name, _) in zip(under, drawn, strict=True)]
        known = [word + like for word, (_, like) in zip(under, drawn, strict=True)]
        others = encode([inventor.name() for _ in range(OTHERS)])
        others = others[~alone.within(others).any(dim=0)]  # those are to be heard anew
        stay = tuple(sorted(set(names) - set(alike)))
        held = collate([encode(stay), others])
        rows = generator.names.from_ngrams
        learning = torch.zeros(rows.num_embeddings, 1)
        learning[alone.ngrams.flatten()] = 1
        learning[rows.padding_idx] = 0
        with torch.no_grad():
            wanted = _mu(generator, encode([*alike.values(), *known]))
            means = _mu(generator, held)
        return cls(
            count=len(alike),
            new=collate([alone, encode(new)]),
            wanted=wanted,
            names=stay,
            held=held,
            stay=means,
            spread=means.std(dim=0).square().mean(),
            learning=learning,
            touched=learning[held.ngrams.flatten(1), 0].amax(dim=1),
        )

    def course(
        self,
        generator: Conditioned,
        chance: torch.Generator,
        far: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        """Learn, the new names by themselves in turn. far: `distances`, by which some are drawn."""
        own = min(self.count, BATCH // 2)  # the rest of a batch is for names under another word
        steps = math.ceil(STEPS * self.count / own)
        weight = generator.names.from_ngrams.weight.requires_grad_(True)
        adam = optim.Adam([weight], LR, (0.9, 0.99))
        for step in track(range(steps), "new names"):
            new = torch.randint(len(self.new), (BATCH,), generator=chance)
            new[:own] = (torch.arange(own) + step * own) % self.count
            held = _drawn(self.touched, BATCH, chance)  # other names cannot move
            if far is not None:
                off, moved = far
                new[own : own + own // 2] = _drawn(off.square(), own // 2, chance)
                held[::2] = _drawn(moved.square(), BATCH // 2, chance)
            off_by = F.mse_loss(_mu(generator, self.new[new]), self.wanted[new])
            moved_by = F.mse_loss(_mu(generator, self.held[held]), self.stay[held])
            adam.zero_grad()
            ((off_by + HELD * moved_by) / self.spread).backward()
            assert weight.grad is not None
            weight.grad *= self.learning
            for group in adam.param_groups:
                group["lr"] = LR * (0.5 + 0.5 * math.cos(math.pi * step / steps))
            adam.step()
        weight.requires_grad_(False)

    @torch.no_grad()
    def distances(self, generator: Conditioned) -> tuple[Tensor, Tensor]:
        """How far new names (N) and others (M) are from where they should be, in spreads."""
        off = _mu(generator, self.new[: self.count]) - self.wanted[: self.count]
        moved = _mu(generator, self.held) - self.stay
        return (
            (off.square().mean(dim=1) / self.spread).sqrt(),
            (moved.square().mean(dim=1) / self.spread).sqrt(),
        )


def _drawn(weights: Tensor, count: int, chance: torch.Generator) -> Tensor:
    """Indices (count,), by their weights (N); any where all are 0, or no numbers."""
    fit = weights.nan_to_num(0.0) + 1e-9
    return torch.multinomial(fit, max(count, 1), True, generator=chance)[:count]


def _mu(generator: Conditioned, names: TokenBatch) -> Tensor:
    """The mean condition (N, C) of each name."""
    mean: Tensor = generator.augment.to_mu(generator.names(names).pooled)
    return mean
