"""A model whose seeds also say in what light a dish stands, without training.

Photos of one dish differ in light more than what a generator paints of it: in exposure and white
balance, which are the camera's and no dish's. How much is missing is a covariance of mean colours,
photos' within a name less sketches', and that is drawn from the first numbers of a seed's noise
and laid over the sketch (`foodgan.models.layers.lit`). See docs/decisions/016. N pictures.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Generator, Tensor

from foodgan.machine.progress import track
from foodgan.models.stackgan import LIGHT, SKETCH_SIZE, Stage1Generator
from foodgan.photos.folder import Photo, PhotosError
from foodgan.photos.tensors import load
from foodgan.publishing.reworked import learned_from, save_reworked
from foodgan.registry import ModelFile, Training, open_model
from foodgan.step.batch import as_photos
from foodgan.text.encode import encode

LIT = "lit"  # in the configuration of the last run of Stage-I: its share
PHOTOS_MIN, PHOTOS_MAX = 20, 60  # of a name that tell how light differs within it
SKETCHES = 40  # of each of these names
CHANNELS = 3
_WEIGHT = f"{LIGHT}.weight"


def share_lit(training: Training) -> float:
    """The share that was drawn when a stage was lit for the last time; 0 if it never was."""
    return next((run.config[LIT] for run in reversed(training.runs) if LIT in run.config), 0.0)


def light(
    before: Path | None, photos: Path, cache: Path, share: float, folder: Path, name: str = ""
) -> ModelFile:
    """Make a model like another one (None: the shipped one), but for the light that seeds say.

    photos: a folder of those that it learned from; cache: where they are kept decoded; share: how
    much of what is missing is drawn, 0 … 1; name: of the new model, if not the same.
    Raises ModelError, PhotosError.
    """
    model, first, second = open_model(before)
    groups = _by_name(learned_from(model, photos), cache)
    if not groups:
        raise PhotosError(
            f"{photos} holds no name with {PHOTOS_MIN} photos that are trained on: fewer do not "
            "tell how light differs"
        )
    network = model.stage1.model_copy(update={LIGHT: True})
    tensors = relit(first, groups, share)
    return save_reworked(model, tensors, second, {LIT: share}, folder, name, network)


def _by_name(listed: list[Photo], cache: Path) -> dict[str, Tensor]:
    """Photos (N, 3, 64, 64) of each name that has enough of them, at most PHOTOS_MAX."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    photos, pixels = load(listed, SKETCH_SIZE, cache)
    for row, photo in enumerate(photos):
        if photo.name and len(rows[photo.name]) < PHOTOS_MAX:
            rows[photo.name].append(row)
    enough = {name: found for name, found in sorted(rows.items()) if len(found) >= PHOTOS_MIN}
    return {name: as_photos(torch.from_numpy(pixels[found])) for name, found in enough.items()}


@torch.no_grad()
def relit(first: Stage1Generator, photos: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """The tensors of a Stage-I lit so. photos: (N, 3, 64, 64) of each of some names.

    The light that it has is taken away first.
    """
    unlit = {name: tensor.clone() for name, tensor in first.state_dict().items()}
    unlit.pop(_WEIGHT, None)
    plain = Stage1Generator(first.config.model_copy(update={LIGHT: False})).eval()
    plain.load_state_dict(unlit)
    chance = Generator().manual_seed(0)
    sketches = [_sketches(plain, name, chance) for name in track(photos, "sketching")]
    missing = _within(list(photos.values())) - _within(sketches)
    # To first order: a tone curve moves the mean of a channel by the mean of 1 - x².
    felt = 1 - torch.cat(sketches).square().mean(dim=(0, 2, 3))
    weight = torch.zeros(CHANNELS, first.config.noise)
    weight[:, :CHANNELS] = share * _root(missing / (felt[:, None] * felt))
    return unlit | {_WEIGHT: weight}


def _sketches(first: Stage1Generator, name: str, chance: Generator) -> Tensor:
    """SKETCHES of a name, (SKETCHES, 3, 64, 64)."""
    noise = torch.randn(SKETCHES, first.config.condition, generator=chance)
    condition, _, _ = first.condition_of(encode([name] * SKETCHES), noise)
    return first.paint(condition, condition, torch.randn(SKETCHES, first.noise, generator=chance))


def _within(groups: Sequence[Tensor]) -> Tensor:
    """How mean colours of pictures of one name differ, over all names: a covariance (3, 3)."""
    colours = [pictures.mean(dim=(2, 3)) for pictures in groups]
    apart = torch.cat([each - each.mean(dim=0) for each in colours])
    return apart.T @ apart / (len(apart) - len(colours))


def _root(covariance: Tensor) -> Tensor:
    """The symmetric root of a covariance, without what is negative of it."""
    values, vectors = torch.linalg.eigh((covariance + covariance.T) / 2)
    root: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return root
