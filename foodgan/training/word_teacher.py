"""A teacher of words: what training photos and their names say of any picture.

Stands beside a discriminator, which tells whether a picture fits its name where photos have that
name; this one knows each word by itself, and so has something to say of new combinations. It learns
from photos alone and then stays as it is, through frozen features (as Odena et al. 2017, AC-GAN,
arXiv:1610.09585, but never from a painting).
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from foodgan.augment import Policy, diff_augment
from foodgan.machine.progress import track
from foodgan.models import word_reader
from foodgan.models.backbone import LITE0, Backbone
from foodgan.models.word_reader import WordReader
from foodgan.step.batch import as_photos
from foodgan.text.encode import TokenBatch
from foodgan.training.teacher import look

LOOKS = 2_000  # at photos, in all, where there are few …
LOOKS_MIN, LOOKS_MAX = 4, 16  # … and at each
CHANGED: tuple[tuple[Policy, ...], ...] = (  # in turn, as pictures are that it is to judge
    ("tint", "translation"),
    ("tint", "translation", "cutout"),
)
BATCH = 64


@dataclass(frozen=True)
class WordTeacher:
    """eyes: frozen; reader: of words."""

    eyes: Backbone
    reader: WordReader

    @classmethod
    def of(cls, pixels: NDArray[np.uint8], names: TokenBatch, device: torch.device) -> Self:
        """Learn from photos (N, S, S, 3) and their names (N). Always the same."""
        eyes = Backbone(LITE0, head=True).eval().to(device)
        count = min(max(math.ceil(LOOKS / len(pixels)), LOOKS_MIN), LOOKS_MAX)
        chance = Generator(device).manual_seed(0)
        looks = [_looks(eyes, pixels, _policies(number), chance) for number in range(count)]
        return cls(eyes, word_reader.train(torch.stack(looks), names).to(device))

    def loss(self, pictures: Tensor, names: TokenBatch) -> Tensor:
        """How hard it is to see in pictures (N, 3, 64, 64) what their names say."""
        return self.reader.loss(look(self.eyes, pictures), names)


def _policies(number: int) -> tuple[Policy, ...]:
    """Of the first look, none: each photo as it is."""
    return CHANGED[number % len(CHANGED)] if number else ()


@torch.no_grad()
def _looks(
    eyes: Backbone, pixels: NDArray[np.uint8], policies: tuple[Policy, ...], chance: Generator
) -> Tensor:
    parts = []
    for part in track(torch.from_numpy(np.array(pixels)).split(BATCH), "looking at the photos"):
        photos = as_photos(part.to(chance.device))
        parts.append(look(eyes, diff_augment(photos, policies, chance)).cpu())
    return torch.cat(parts)
