"""What a training step sees: photos, their names, wrong names, and names never seen.

N pictures of a batch, T tokens a name.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from foodgan.photos import tensors
from foodgan.photos.folder import (
    Photo,
    PhotosError,
    contents,
    read_folder,
    release_digest,
    trained_on,
)
from foodgan.step.batch import Draw
from foodgan.step.config import TrainConfig
from foodgan.text.encode import TokenBatch, encode
from foodgan.text.recombine import recombine, swap_one


@dataclass
class Feed:
    """Draws what steps see. pixels: (P, S, S, 3) uint8; names: tokens of the P photos' names;
    held_out: names of the photos that training does not see; unasked: names that no combination may
    be, as they are to measure.
    """

    config: TrainConfig
    photos: list[Photo]
    pixels: NDArray[np.uint8]
    names: TokenBatch
    weights: Tensor
    device: torch.device
    release: str | None = None  # the digest, where the photos are a release's
    contents: str | None = None  # a hash of which photos these are
    held_out: frozenset[str] = frozenset()
    unasked: TokenBatch | None = None

    @property
    def vector_size(self) -> int:
        return self.names.vectors.shape[2]

    @property
    def buckets(self) -> int:
        return self.names.buckets

    @property
    def about(self) -> dict[str, Any]:
        """What goes into the checkpoint, see `told_of`."""
        return told_of(self.photos, self.release, self.contents)

    def draw(self, random: Generator) -> Draw:
        """What one step sees, by a CPU generator seeded for that step."""
        config = self.config
        rows = torch.multinomial(self.weights, config.batch, replacement=True, generator=random)
        align = 4 if config.kind == "stage2" else 1
        pixels = tensors.crops(self.pixels, rows, config.size, align, random)
        names = forget(self.names[rows], config.word_dropout, config.name_dropout, random)
        invented = torch.rand(config.batch, generator=random) < config.recombined
        combined = recombine(names, random)
        if self.unasked is not None:
            invented = invented & ~combined.same(self.unasked).any(dim=1)
        asked = choose(invented, combined, names)
        if config.pair_energy:  # the second half asks for the first half's names again
            again = torch.arange(config.batch) % (config.batch // 2)
            asked, invented = asked[again], invented[again]
        others = torch.multinomial(self.weights, config.batch, replacement=True, generator=random)
        hard = torch.rand(config.batch, generator=random) < 0.5
        wrong = choose(hard, swap_one(names, random)[0], self.names[others])
        return Draw(pixels, names, wrong, asked, invented)


def open_feed(
    config: TrainConfig,
    folder: Path,
    cache: Path,
    device: torch.device,
    measured: Collection[str] = (),
) -> Feed:
    """Read, decode and tokenise the training photos of `folder`. Raises PhotosError.

    What is measured as unseen is not to be taught: where `config` has a teacher, no combination is
    a name of a held-out photo, nor one of `measured`.
    """
    listed = read_folder(folder)
    photos = trained_on(listed, config.exclude_styles)
    if not photos:
        styles = "".join(f", or of the style “{style}”" for style in config.exclude_styles)
        raise PhotosError(f"{folder} has no photo to train on: all are held out{styles}")
    photos, pixels = tensors.load(photos, config.photo_size, cache)
    names = encode([photo.name or "" for photo in photos])
    weights = tensors.name_weights([photo.name for photo in photos], config.name_cap)
    held_out = frozenset(photo.name for photo in listed if photo.split == "test" and photo.name)
    return Feed(
        config,
        photos,
        pixels,
        names,
        weights,
        device,
        release=release_digest(folder),
        contents=contents(photos),
        held_out=held_out,
        unasked=encode(sorted(held_out.union(measured))) if config.taught else None,
    )


def told_of(photos: list[Photo], release: str | None, contents: str | None) -> dict[str, Any]:
    """Which photos a run saw: how many, of which sources, licences and release, by whose leave."""
    return {
        "release": release,
        "contents": contents,
        "count": len(photos),
        "names": len({photo.name for photo in photos}),
        "sources": dict(Counter(photo.source for photo in photos)),
        "licences": dict(Counter(photo.licence for photo in photos)),
        "contributors": dict(Counter(photo.credit for photo in photos if photo.credit)),
    }


def forget(names: TokenBatch, word: float, name: float, random: Generator) -> TokenBatch:
    """Forget each word with chance `word`, and whole names with chance `name`."""
    n, t = names.mask.shape
    kept = torch.rand(n, t, generator=random) >= word
    return names.keep(kept & (torch.rand(n, 1, generator=random) >= name))


def choose(first: Tensor, a: TokenBatch, b: TokenBatch) -> TokenBatch:
    """Row by row: a's name where `first` (N,) bool says so, else b's."""
    return TokenBatch(
        **{
            field.name: torch.where(
                first.view(-1, *[1] * (getattr(a, field.name).dim() - 1)),
                getattr(a, field.name),
                getattr(b, field.name),
            )
            for field in fields(TokenBatch)
        }
    )
