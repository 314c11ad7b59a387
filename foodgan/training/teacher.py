"""What photos have to say of pictures that no photo shows: which kind of dish, and which name.

Two judges that learn from photos alone and then stay as they are: an auxiliary classifier of kinds
(Odena et al. 2017, AC-GAN, arXiv:1610.09585) and a reader of names, both on frozen features. A
generator that is asked for an invented name learns from them where no discriminator can teach it.
N pictures (N, 3, 64, 64) in [-1, 1], F features, R names to tell one from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from foodgan.machine.progress import track
from foodgan.models import reader
from foodgan.models.backbone import LITE0, SEEN_SIZE, Backbone, pooled
from foodgan.models.classifier import Classifier, fit, numbered
from foodgan.models.reader import Reader
from foodgan.photos.folder import Photo, PhotosError
from foodgan.photos.tensors import name_weights
from foodgan.step.batch import as_photos
from foodgan.text.encode import TokenBatch, encode
from foodgan.text.kinds import KINDS, kind_labels, kind_of

NAME_CAP = 8  # photos that a name counts as for its kind: invented names are not the few big ones
READ_CAP = 20  # photos that a name counts as where names are read
READ_STEPS = reader.STEPS  # in which it learns to read
SURE = 2.0  # what a standard deviation between two names' scores counts for
BATCH = 64


@dataclass(frozen=True)
class Teacher:
    """eyes: frozen; kinds: a classifier of KINDS, those of which there are photos; reader: of
    names.
    """

    eyes: Backbone
    kinds: Classifier
    known: tuple[str, ...]
    reader: Reader

    @classmethod
    def of(cls, photos: Sequence[Photo], pixels: NDArray[np.uint8], device: torch.device) -> Self:
        """Learn from photos (N) and their pixels (N, 64, 64, 3).

        Raises PhotosError where they are of fewer than two kinds.
        """
        eyes = Backbone(LITE0, head=True).eval().to(device)
        tensors = torch.from_numpy(np.array(pixels)).split(BATCH)
        with torch.no_grad():
            parts = track(tensors, "looking at the photos")
            seen = torch.cat([look(eyes, as_photos(part.to(device))).cpu() for part in parts])
        kinds, known = _learn_kinds(seen, photos)
        return cls(eyes, kinds.to(device), known, _learn_names(seen, photos).to(device))

    def see(self, pictures: Tensor) -> Tensor:
        """Features (N, F) of pictures, with the graph kept."""
        return look(self.eyes, pictures)

    def kind_loss(self, seen: Tensor, names: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Cross-entropy of the kinds that names end in, and the share that is told right.

        seen (N, F); names (N), each of a kind. One of a kind that no photo has teaches nothing.
        """
        rows, wanted = (part.to(seen.device) for part in kind_labels(names, self.known))
        if not len(rows):
            return seen.new_zeros(()), seen.new_zeros(())
        logits = self.kinds.logits(seen[rows])
        return F.cross_entropy(logits, wanted), (logits.argmax(dim=1) == wanted).float().mean()

    def name_loss(self, seen: Tensor, names: TokenBatch) -> Tensor:
        """How hard it is to tell each picture's name from its rivals.

        seen (N, F); names (N · R), each picture's own first.
        """
        apart = self.reader.rivalled(seen, names)
        own = torch.zeros(len(seen), dtype=torch.int64, device=seen.device)
        return F.cross_entropy(SURE * apart, own)


def look(eyes: Backbone, pictures: Tensor) -> Tensor:
    """The mean of each channel of each map: (N, 3, 64, 64) -> (N, F)."""
    size = (SEEN_SIZE, SEEN_SIZE)
    larger = F.interpolate(pictures, size, mode="bilinear", align_corners=False)
    return pooled(eyes, larger)


def _learn_kinds(seen: Tensor, photos: Sequence[Photo]) -> tuple[Classifier, tuple[str, ...]]:
    names = [photo.name or "" for photo in photos]
    present = set(map(kind_of, names))
    known = tuple(kind for kind in KINDS if kind in present)
    if len(known) < 2:
        raise PhotosError("a lesson needs photos of two kinds of dishes at least")
    rows, labels = kind_labels(names, known)
    weights = name_weights([names[row] for row in rows.tolist()], NAME_CAP)
    return fit(seen[rows], labels, len(known), weights), known


def _learn_names(seen: Tensor, photos: Sequence[Photo]) -> Reader:
    named = {row: photo.name for row, photo in enumerate(photos) if photo.name}
    rows, names = list(named), list(named.values())
    weights = name_weights(names, READ_CAP)
    return reader.train(
        seen[rows], encode(names), numbered(names), weights, what="teacher", steps=READ_STEPS
    )
