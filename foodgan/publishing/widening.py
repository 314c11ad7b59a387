"""A model of which seeds and names lie further apart, without training.

What a generator paints lies nearer together than the photos that it learned from: variety is what
adversarial training loses first. What it is given may lie further apart than in training. Of noise
that is the truncation trick turned round (Brock et al. 2019, arXiv:1809.11096); of names it is what
guidance does (Ho & Salimans 2022, arXiv:2207.12598), away from the mean name instead of no name.
See docs/decisions/015. All of it is folded into Stage-I's weights: a painter knows nothing of it.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from pathlib import Path

import torch
from torch import Tensor

from foodgan.models.stackgan import Stage1Generator
from foodgan.photos.folder import PhotosError
from foodgan.publishing.reworked import learned_from, save_reworked
from foodgan.registry import STAGES, ModelFile, Run, Training, open_model
from foodgan.text.encode import encode

WIDENED = "widened"  # in the configuration of the last run of Stage-I
BATCH = 64


@dataclass(frozen=True)
class Widths:
    """How many times as far apart as in training; 1 leaves all as it was.

    layout: the noise that lays a dish out; names: their conditions, from the mean name; around: the
    noise around the condition of a name.
    """

    layout: float = 1.0
    names: float = 1.0
    around: float = 1.0

    def then(self, other: "Widths") -> "Widths":
        """Both, one after the other."""
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return Widths(*(a * b for a, b in pairs))


def widths_of(training: Training) -> Widths:
    """What has been done to a stage, whatever it learned afterwards."""
    return reduce(Widths.then, map(_noted, training.runs))


def _noted(run: Run) -> Widths:
    """What was done to its weights after a run, before any other one."""
    return Widths(**run.config.get(WIDENED, {}))


def widen(
    before: Path | None, photos: Path, widths: Widths, folder: Path, name: str = ""
) -> ModelFile:
    """Make a model like another one (None: the shipped one), but for how far apart all lies.

    photos: a folder of those that it learned from, the mean of whose names stays where it is. name:
    of the new model, if not the same. Raises ModelError, PhotosError.
    """
    model, first, second = open_model(before)
    names = sorted({photo.name for photo in learned_from(model, photos) if photo.name})
    if not names:
        raise PhotosError(f"{photos} holds no photo with a name that is trained on")
    widened = _noted(model.training[STAGES[0]]).then(widths)
    noted = {WIDENED: asdict(widened)}
    return save_reworked(model, wider(first, widths, names), second, noted, folder, name)


@torch.no_grad()
def wider(first: Stage1Generator, widths: Widths, names: Sequence[str]) -> dict[str, Tensor]:
    """The tensors of a Stage-I with these widths."""
    tensors = {name: tensor.clone() for name, tensor in first.state_dict().items()}
    tensors["seed.weight"][:, : first.config.noise] *= widths.layout
    tensors["augment.to_log_var.bias"] += 2 * math.log(widths.around)
    mean = _mean(first, names)
    tensors["augment.to_mu.weight"] *= widths.names
    bias = tensors["augment.to_mu.bias"]
    tensors["augment.to_mu.bias"] = mean + widths.names * (bias - mean)
    return tensors


def _mean(first: Stage1Generator, names: Sequence[str]) -> Tensor:
    """Of the conditions of these names, (C,)."""
    parts = [names[at : at + BATCH] for at in range(0, len(names), BATCH)]
    pooled = torch.cat([first.names(encode(part)).pooled for part in parts])
    mean: Tensor = first.augment.to_mu(pooled).mean(dim=0)
    return mean
