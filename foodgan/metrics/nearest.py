"""Which training photos is a picture nearest to, and is it nearer than a new photo would be?

A model may ship an index of its training photos: 192 numbers of a byte each, from which no photo
can be made again, and who took it by what leave. Distances are between pooled ImageNet features,
partly whitened and of length 1: 0 is the same picture, √2 one that has nothing in common. Mirrored,
cropped and recoloured copies stay near. N pictures, M training photos, D dimensions, K held-out
photos.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional as F

from foodgan import checkpoint
from foodgan.contract.errors import ModelError, UserError
from foodgan.models.backbone import Backbone, pooled
from foodgan.registry import NEAREST, SHIPPED, describe, sha256

KIND = "nearest"
COLUMNS = ("name", "source", "licence", "credit")  # what is known of a photo
SIZE = 256  # pixels a side that a picture is brought to, as the photos were
CLOSE = 0.05  # novelty below which a picture is as near to a photo as copies are
SHOWN = 3  # photos of a picture, unless more are asked for


@dataclass(frozen=True)
class Relative:
    """A training photo near a picture.

    photo: the first 12 hexadecimal digits of its file's SHA-256; distance: 0 … 2.
    """

    name: str | None
    source: str
    licence: str
    credit: str
    photo: str
    distance: float


@dataclass(frozen=True)
class Kin:
    """The training photos nearest to a picture, nearest first.

    novelty: share of photos never seen that are nearer to their nearest training photo, 0 … 1. A
    copy has 0; among new photos any share is as likely as another; a bad picture has much, too.
    """

    photos: tuple[Relative, ...]
    novelty: float

    @property
    def close(self) -> bool:
        """Whether the picture may be a copy."""
        return self.novelty < CLOSE


class Nearest:
    """An index, opened once. tensors, about: of its file, see `foodgan.metrics.index`."""

    def __init__(self, tensors: dict[str, Tensor], about: dict[str, Any]) -> None:
        self.tables: dict[str, list[str]] = {column: about[column] for column in COLUMNS}
        self.columns, self.photos = tensors["columns"], tensors["photos"]
        self.rows = F.normalize(tensors["rows"].float(), dim=1)  # (M, D)
        self.mean, self.project = tensors["mean"].float(), tensors["project"].float()
        self.held_out = tensors["held_out"]  # (K,), rising
        self.backbone = Backbone().eval()

    @classmethod
    def open(cls, folder: Path | None = None) -> Self:
        """The index of a model's folder, the shipped one by default.

        Raises UserError `nearest-absent` where the model has none, ModelError where it is damaged.
        """
        folder = folder or SHIPPED
        path, known = folder / NEAREST, describe(folder).hashes.get(NEAREST)
        if known is None and not path.exists():
            raise UserError("nearest-absent")
        if not path.exists() or known != sha256(path):
            raise ModelError(
                f"{NEAREST} is not the file that model.json describes: `foodgan model index` makes "
                "it anew"
            )
        tensors, about = checkpoint.load(path)
        if about.get("kind") != KIND:
            raise ModelError(f"{NEAREST} is no index of photos")
        return cls(tensors, about)

    def look(self, images: Sequence[Image.Image], count: int = SHOWN) -> list[Kin]:
        """The kin of each picture, of any size, in order. count: photos of each."""
        return self.search(self.features(images), count) if images else []

    @torch.inference_mode()
    def features(self, images: Sequence[Image.Image]) -> Tensor:
        """(N, 496), all in one pass."""
        fitted = (ImageOps.fit(each.convert("RGB"), (SIZE, SIZE)) for each in images)
        pixels = np.stack([np.asarray(each, np.float32) for each in fitted])
        return pooled(self.backbone, torch.from_numpy(pixels).permute(0, 3, 1, 2) / 127.5 - 1)

    @torch.inference_mode()
    def search(self, features: Tensor, count: int = SHOWN) -> list[Kin]:
        """The kin of pictures whose features (N, 496) are known."""
        nearest = self.distances(features).topk(min(count, len(self.rows)), largest=False)
        behind = torch.searchsorted(self.held_out, nearest.values[:, :1].contiguous())
        return [
            Kin(tuple(map(self._relative, rows, gaps)), novelty)
            for rows, gaps, (novelty,) in zip(
                nearest.indices.tolist(),
                nearest.values.tolist(),
                (behind / len(self.held_out)).tolist(),
                strict=True,
            )
        ]

    def placed(self, features: Tensor) -> Tensor:
        """(N, 496) to where the index has them: (N, D), of length 1."""
        return F.normalize((features - self.mean) @ self.project, dim=1)

    def distances(self, features: Tensor) -> Tensor:
        """(N, 496) to (N, M), 0 … 2."""
        return (2 - 2 * self.placed(features) @ self.rows.T).clamp(min=0).sqrt()

    def _relative(self, row: int, gap: float) -> Relative:
        said = dict(zip(COLUMNS, self.columns[row].tolist(), strict=True))
        name, source, licence, credit = (self.tables[column][said[column]] for column in COLUMNS)
        photo = bytes(self.photos[row].tolist()).hex()
        return Relative(name or None, source, licence, credit, photo, gap)
