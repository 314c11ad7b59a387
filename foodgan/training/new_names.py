"""Names that a model has never heard, from a few photos of each: in a minute, on any machine.

部長スペシャル says nothing to a model. Photos of it do: they look like photos that it was trained
on, and its index holds what those look like and what they are called. So a new name is likened to
a known one, and the name encoders of both stages learn to hear it as that one, also under other
words, while all other names are heard as before. What paints is not touched, so it can copy none of
the photos. As in textual inversion (Gal et al. 2022, arXiv:2208.01618) a word is found for photos;
here it is found by looking. N names, K known names, M photos of a name, D numbers of a photo in an
index, C numbers of a condition.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
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
from foodgan.text.encode import TokenBatch, encode, heard
from foodgan.text.invent import Inventor
from foodgan.text.tokens import tokens

WIDTH = 0.15  # of the kernel, in cosines: two photos of a dish are some .3 apart
NAME_CAP = 20  # photos that a known name counts as
DOUBT = 1e-4  # the least share of a name, so that one odd photo rules nothing out
SHOWN = 3  # known names that are told of each
STEPS = 300  # in which each new name is seen by itself
LR = 2e-2
HELD = 4.0  # what other names' staying as they are counts for
OTHERS, UNDER = 2_000, 500  # names that are held; new names under another word
BATCH = 256
LOOKED_AT = 32  # photos at once


class NothingNew(PhotosError):
    """Photos without a name that the model could learn."""


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
    """How well a lesson has gone, in spreads of the conditions of known names.

    off: how far new names are from what they are to be heard as; moved: other names, from before.
    """

    off: float
    moved: float


@dataclass(frozen=True)
class Learned:
    """A model that has learned names. known: other names of the photos, heard as ever: the model
    was trained on them, or on the word that they end in, which says what the dish is.
    """

    model: ModelFile
    likenesses: tuple[Likeness, ...]
    known: tuple[str, ...]
    heard: Mapping[str, Heard]  # by stage


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

    Held-out photos are left aside, and what has no name. A name that was learned so before is
    likened anew, by all of its photos; the index knows the photos from then on. name: what members
    see, else the model's own; every: also names that end in a word which the model knows. Raises
    UserError `nearest-absent`, ModelError, PhotosError.
    """
    model, first, second = registry.open_model(folder)
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
    alike = {each.name: each.like for each in likenesses}
    lessons = {
        stage: hear_as(generator, alike, known_names(index), seed)
        for stage, generator in zip(registry.STAGES, (first, second), strict=True)
    }
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
    states = {"stage1": first.state_dict(), "stage2": second.state_dict()}
    registry.save(model, states, out)
    indexes.extend(index, found, features, out)
    heard_as_ever = tuple(sorted(told & known))
    return Learned(registry.describe(out), tuple(likenesses), heard_as_ever, lessons)


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
    lesson = _Lesson.of(alike, names, Random(seed))
    encoder, weight = generator.names, generator.names.from_ngrams.weight
    with torch.no_grad():
        wanted = torch.cat([_mu(generator, lesson.known), _mu(generator, lesson.held)])
        spread = wanted[len(lesson.known) :].std(dim=0).square().mean()
    mask = torch.zeros(len(weight), 1)
    mask[lesson.new.ngrams[: len(alike)].flatten()] = 1
    mask[encoder.from_ngrams.padding_idx] = 0
    chance = torch.Generator().manual_seed(seed)
    count, learned = len(lesson.new), weight.requires_grad_(True)
    own = min(len(alike), BATCH // 2)  # the rest of a batch is for names under another word
    steps = math.ceil(STEPS * len(alike) / own)
    adam = optim.Adam([learned], LR, (0.9, 0.99))
    for step in track(range(steps), "new names"):
        new = torch.randint(count, (BATCH,), generator=chance)
        new[:own] = (torch.arange(own) + step * own) % len(alike)  # each by itself, in turn
        held = torch.randint(len(lesson.held), (BATCH,), generator=chance)
        off = F.mse_loss(_mu(generator, lesson.new[new]), wanted[new])
        moved = F.mse_loss(_mu(generator, lesson.held[held]), wanted[count + held])
        adam.zero_grad()
        ((off + HELD * moved) / spread).backward()
        assert learned.grad is not None
        learned.grad *= mask
        for group in adam.param_groups:
            group["lr"] = LR * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        adam.step()
    weight.requires_grad_(False)
    with torch.no_grad():
        off = F.mse_loss(_mu(generator, lesson.new[: len(alike)]), wanted[: len(alike)])
        moved = F.mse_loss(_mu(generator, lesson.held), wanted[count:])
    return Heard(float((off / spread).sqrt()), float((moved / spread).sqrt()))


@dataclass(frozen=True)
class _Lesson:
    """new, known: names that are to be heard alike, the new ones by themselves first; held."""

    new: TokenBatch
    known: TokenBatch
    held: TokenBatch

    @classmethod
    def of(cls, alike: Mapping[str, str], names: Sequence[str], random: Random) -> "_Lesson":
        inventor = Inventor(names, (), random)
        under = [inventor.under("") for _ in range(UNDER)]
        pairs = list(alike.items())
        drawn = random.choices(pairs, k=UNDER)
        new = [a for a, _ in pairs] + [word + a for word, (a, _) in zip(under, drawn, strict=True)]
        known = [b for _, b in pairs] + [
            word + b for word, (_, b) in zip(under, drawn, strict=True)
        ]
        held = sorted(set(names) - set(alike)) + [inventor.name() for _ in range(OTHERS)]
        return cls(encode(new), encode(known), encode(held))


def _mu(generator: Conditioned, names: TokenBatch) -> Tensor:
    """The mean condition (N, C) of each name."""
    mean: Tensor = generator.augment.to_mu(generator.names(names).pooled)
    return mean
