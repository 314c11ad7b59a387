"""Names that a model has never heard, from a few photos of each: in minutes, on any machine.

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

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foodgan import registry
from foodgan.contract.errors import ModelError
from foodgan.machine.progress import track
from foodgan.metrics import index as indexes
from foodgan.metrics.nearest import SIZE, Nearest
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
from foodgan.text.encode import heard
from foodgan.text.tokens import tokens
from foodgan.training.hearing import Heard, hear_as, unheard

WIDTH = 0.15  # of the kernel, in cosines: two photos of a dish are some .3 apart
NAME_CAP = 20  # photos that a known name counts as
DOUBT = 1e-4  # the least share of a name, so that one odd photo rules nothing out
SHOWN = 3  # known names that are told of each
LOOKED_AT = 32  # photos at once


class NothingNew(PhotosError):
    """Photos without a name that the model could learn. known, unheard: as in `Learned`."""

    known: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()


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
        raise _nothing_new("cli-model-none-named", photos)
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
    wordless = {each for each in told if not heard(each)}
    known = trained if every else trained | _ending_in_known_words(told - wordless, trained)
    passed = known | wordless
    likenesses = liken(index, _by_name(index, found, index.placed(features), passed), before)
    if not likenesses:
        if every:
            raise _nothing_new("cli-model-all-known", photos, told & known, wordless)
        raise _nothing_new("cli-model-nothing-new", photos, told & known, wordless)
    asked = {each.name: each.like for each in likenesses}
    alike, stages, lessons = _taught(folder, asked, known_names(index), seed)
    if not alike:
        raise _nothing_new("cli-model-none-heard", photos, told & known, wordless | set(asked))
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
    heard_as_ever, deaf_to = (tuple(sorted(names)) for names in (told & known, left | wordless))
    return Learned(registry.describe(out), tuple(likenesses), heard_as_ever, lessons, deaf_to)


def _nothing_new(
    phrase: str, photos: Path, known: Iterable[str] = (), unheard: Iterable[str] = ()
) -> NothingNew:
    error = NothingNew.of(phrase, folder=str(photos))
    error.known, error.unheard = tuple(sorted(known)), tuple(sorted(unheard))
    return error


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
        deaf_to = unheard(lessons)
        alike = {new: like for new, like in alike.items() if new not in deaf_to}
        if not deaf_to or not alike:
            return alike, stages, lessons


def _after(then: Training, run: Mapping[str, Any]) -> Training:
    before = [each.model_dump(exclude={"before"}) for each in then.runs]
    return Training.model_validate({**run, "before": before})


def _ending_in_known_words(names: Collection[str], trained: Collection[str]) -> set[str]:
    """Names, each of some word, whose last word stands in some name that was trained on."""
    words = {token.key for name in trained for token in tokens(name)}
    return {name for name in names if heard(name)[-1].key in words}


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
