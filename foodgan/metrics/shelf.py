"""What measuring makes of photos alone, kept: tensors that are slow to make and never change.

A shelf is a folder of one set of photos, told by what is in the files and not by where they lie.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.photos.folder import Photo

Tensors = dict[str, Tensor]

PACKAGE = Path(__file__).parent.parent
# Another text of these may make other tensors: it gets another shelf.
MAKERS = tuple(
    PACKAGE / f"{name}.py"
    for name in (
        "metrics/copies",
        "metrics/exam",
        "metrics/eyes",
        "metrics/features",
        "metrics/measures",
        "metrics/shelf",
        "metrics/sight",
        "evaluate/yardstick",
        "models/backbone",
        "photos/duplicates",
        "photos/picture",
        "photos/tensors",
    )
)


@dataclass(frozen=True)
class Shelf:
    """Kept tensors in a folder, a file a name."""

    folder: Path

    def keep(self, name: str, make: Callable[[], Tensors]) -> Tensors:
        """What was made under this name, or is made now: in every case what the file says."""
        path = self.folder / f"{name}.safetensors"
        if not path.exists():
            return self._made(path, make)
        try:
            return checkpoint.load(path)[0]
        except ModelError:  # cut short by a loss of power
            return self._made(path, make)

    def keep_one(self, name: str, make: Callable[[], Tensor]) -> Tensor:
        """The same for a single tensor."""
        return self.keep(name, lambda: {"it": make()})["it"]

    @staticmethod
    def _made(path: Path, make: Callable[[], Tensors]) -> Tensors:
        tensors = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.save(path, tensors, {"kind": "shelf"})
        return tensors


def content(photos: Sequence[Photo], digests: Sequence[str]) -> str:
    """A short hash of which photos these are, their names and splits. digests: of their files."""
    told = hashlib.sha256()
    for photo, digest in zip(photos, digests, strict=True):
        told.update(f"{digest}|{photo.split}|{photo.name}\n".encode())
    return told.hexdigest()[:16]


def open_shelf(cache: Path, known: str) -> Shelf:
    """The shelf of photos of this content, as this build makes things."""
    made_by = hashlib.sha256(b"".join(path.read_bytes() for path in MAKERS)).hexdigest()[:8]
    return Shelf(cache / f"measured-{known}-{made_by}")
