"""The photos that a model is held against: for training, held out, or the judge's own.

N photos; rows are indices into them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from foodgan.machine.progress import track
from foodgan.metrics import shelf
from foodgan.metrics.features import random_features, small
from foodgan.metrics.shelf import Shelf
from foodgan.photos import duplicates, tensors
from foodgan.photos.folder import Photo, PhotosError, read_folder, trained_on
from foodgan.registry import sha256
from foodgan.step.batch import as_photos
from foodgan.step.config import LEFT_OUT

PHOTO_SIZE = 256
STYLE = "photo"  # of the held-out photos that measure
HELD_OUT_MIN = 4  # photos of a part, below which no figure means anything
BATCH = 256


@dataclass(frozen=True)
class Exam:
    """Photos and their roles.

    pixels (N, 256, 256, 3) uint8; small (N, 3, 64, 64) in [-1, 1]; train, test: rows, those of
    test without near-duplicates in train; groups (N,): equal for near-duplicates; skipped: photos
    that could not be decoded; left_out: held-out photos that have a near-duplicate in train.
    digests: SHA-256 of each file; known: a short hash of all of this; shelf: what is kept of them.
    """

    photos: list[Photo]
    digests: list[str]
    known: str
    shelf: Shelf
    pixels: NDArray[np.uint8]
    small: Tensor
    groups: Tensor
    train: Tensor
    test: Tensor
    skipped: int
    left_out: int

    def names(self, rows: Tensor | None = None) -> list[str]:
        """The distinct names of the photos, or of some of them, in order."""
        chosen = range(len(self.photos)) if rows is None else rows.tolist()
        return sorted({name for row in chosen if (name := self.photos[row].name)})

    def pictures(self, rows: Tensor, size: int) -> Tensor:
        """(M, 3, size, size) in [-1, 1], by area."""
        bytes_ = torch.from_numpy(self.pixels[rows.numpy()])
        whole = as_photos(bytes_)
        return torch.nn.functional.interpolate(whole, (size, size), mode="area")

    def of_names(self, wanted: list[str], seed: int = 0) -> Tensor:
        """Rows of training photos, one a wanted name where it has any; all drawn without repeats.

        A name that has run out of photos, or has none, gets no row.
        """
        chance = Generator().manual_seed(seed)
        waiting: defaultdict[str | None, list[int]] = defaultdict(list)
        for row in self.train[torch.randperm(len(self.train), generator=chance)].tolist():
            waiting[self.photos[row].name].append(row)
        return torch.tensor([waiting[n].pop() for n in wanted if waiting[n]], dtype=torch.int64)

    def like(self, wanted: list[str]) -> Tensor:
        """Rows of training photos that a floor is of: those of the wanted names.

        All of them where hardly a name is in both splits.
        """
        rows = self.of_names(wanted)
        return rows if len(rows) >= HELD_OUT_MIN else self.train

    def random(self) -> Tensor:
        """What random convolutions see of every photo, (N, 960)."""
        return self.shelf.keep_one("random", lambda: random_features(self.small))

    def for_judge(self) -> Tensor:
        """Rows of the half of the held-out photos that the judge may learn from."""
        return self.test[self._half("judge")]

    def for_choice(self) -> Tensor:
        """Rows of the half of the held-out photos that `foodgan model choose` looks at."""
        return self.test[self._half("choice")]

    def not_for_choice(self) -> Tensor:
        """Rows of the other half, which `foodgan model choose` does not look at."""
        return self.test[~self._half("choice")]

    def _half(self, salt: str) -> Tensor:
        """Which held-out photos are of one half, near-duplicates together.

        By a hash of the file, salted: the splits themselves may come from its first digits.
        """
        leaders = [self.digests[int(self.groups[row])] for row in self.test.tolist()]
        return torch.tensor([_falls(salt, digest) for digest in leaders], dtype=torch.bool)

    def not_seen(self, identities: frozenset[str]) -> Tensor:
        """Held-out rows that are none of these photos, nor near-duplicates of one.

        Raises PhotosError when too few are left.
        """
        test = self.test.tolist()
        seen = {int(self.groups[row]) for row in test if self.digests[row] in identities}
        rows = [row for row in test if int(self.groups[row]) not in seen]
        if len(rows) < HELD_OUT_MIN:
            raise PhotosError(
                f"the networks that judge have seen all but {len(rows)} of the held-out photos"
            )
        return torch.tensor(rows)

    @property
    def about(self) -> dict[str, Any]:
        """How many of each kind, for the figures."""
        return {
            "train": len(self.train),
            "test": len(self.test),
            "left_out_as_near_duplicates": self.left_out,
            "skipped_as_broken": self.skipped,
        }


def identity(photo: Photo) -> str:
    """SHA-256 of the file: the same photo in another folder is the same photo."""
    return sha256(photo.path)


def _falls(salt: str, digest: str) -> bool:
    return hashlib.sha256(f"{salt} {digest}".encode()).digest()[0] < 128


def open_exam(folder: Path, cache: Path, left_out: Collection[str] = LEFT_OUT) -> Exam:
    """Read and decode every photo of `folder` that is trained on, and held-out ones of style STYLE.

    left_out: the styles that training left out. Finds near-duplicates. Raises PhotosError when a
    split has too few photos, or the held-out ones carry no name.
    """
    everything = read_folder(folder)
    listed = trained_on(everything, left_out)
    listed += [photo for photo in everything if photo.split == "test" and photo.style == STYLE]
    listed.sort(key=lambda photo: str(photo.path))
    if not listed:
        raise PhotosError(f"{folder} holds no photo that is trained on, and none held out")
    photos, pixels = tensors.load(listed, PHOTO_SIZE, cache)
    held_out = torch.tensor([photo.split == "test" for photo in photos])
    counts = {"train": int((~held_out).sum()), "test": int(held_out.sum())}
    if min(counts.values()) < HELD_OUT_MIN:
        raise PhotosError(
            f"{folder} needs photos of both splits, at least {HELD_OUT_MIN} each: it has "
            f"{counts['train']} of train and {counts['test']} of test (the key “split” in "
            f"metadata.jsonl; held-out photos count where their “style” is “{STYLE}”)"
        )
    if not any(photo.name for photo in photos if photo.split == "test"):
        raise PhotosError(f"no held-out photo in {folder} has a name: there is nothing to paint")
    digests = [identity(photo) for photo in photos]
    content = shelf.content(photos, digests)
    kept = shelf.open_shelf(cache, content)
    shrunk = kept.keep_one("small", lambda: _shrink(pixels))
    groups = kept.keep_one("groups", lambda: duplicates.group(shrunk))
    known = torch.isin(groups, groups[~held_out])
    test = (held_out & ~known).nonzero().flatten()
    if len(test) < HELD_OUT_MIN:
        raise PhotosError(f"all but {len(test)} held-out photos are near-duplicates of others")
    return Exam(
        photos=photos,
        digests=digests,
        known=content,
        shelf=kept,
        pixels=pixels,
        small=shrunk,
        groups=groups,
        train=(~held_out).nonzero().flatten(),
        test=test,
        skipped=len(listed) - len(photos),
        left_out=counts["test"] - len(test),
    )


def _shrink(pixels: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) bytes to (N, 3, 64, 64) in [-1, 1], in parts that fit in memory."""
    parts = [
        small(torch.from_numpy(pixels[at : at + BATCH].copy()).permute(0, 3, 1, 2).float())
        for at in track(range(0, len(pixels), BATCH), "shrinking photos")
    ]
    return torch.cat(parts) / 127.5 - 1
