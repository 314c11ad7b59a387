"""The networks that measure: judges of quality, two readers of names, one of looks.

The judges ship with the code, unless a folder holds its own; the others learn a folder's names. No
training ever uses what the readers see. One sees fixed random convolutions. The other sees
ImageNet features and reads far better, but these are relatives of those that teach generators
(`foodgan/metrics/sight.py`): its figure is named for it and stands beside the other's, never
alone. A classifier of base dishes sees those ImageNet features too. N pictures.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Generator, Tensor

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.machine.progress import track
from foodgan.metrics import judge, looks, sight
from foodgan.metrics.exam import PHOTO_SIZE, Exam
from foodgan.metrics.judge import Judges
from foodgan.metrics.looks import Looks
from foodgan.models import reader
from foodgan.models.backbone import Backbone
from foodgan.models.reader import Reader
from foodgan.photos.folder import PhotosError
from foodgan.photos.tensors import name_weights
from foodgan.registry import sha256
from foodgan.text.encode import encode
from foodgan.text.kinds import kind_of

JUDGES, READERS, LOOKS = "judges.safetensors", "readers.safetensors", "looks.safetensors"
WHAT = "readers"  # what their file says that it holds
IMAGENET = "imagenet"
KINDS = ("random", IMAGENET)  # what a reader sees through
NAME_CAP = 20  # photos that a name counts as at most when a reader learns
PER_NAME = 60  # photos of a name that a reader learns from at most
READABLE_MIN = 8  # labelled training photos
BATCH = 8  # photos looked at in one pass: more no longer fit in a CPU's cache


@dataclass(frozen=True)
class Panel:
    """readers: by KINDS; read: photos that they learned from (SHA-256 of each file).

    weights: a hash of the readers' file.
    """

    judges: Judges
    readers: dict[str, Reader]
    read: frozenset[str]
    weights: str
    looks: Looks
    _eyes: Backbone

    @property
    def named(self) -> frozenset[str]:
        """Photos whose names somebody here has learned: they measure no reading and no looks."""
        return self.read | self.looks.photos

    def see(self, pictures: Tensor) -> Tensor:
        """What ImageNet's eyes see of pictures at their full size, (N, 3, S, S) to (N, F)."""
        return sight.see(self._eyes, pictures)

    def see_whole(self, pictures: Tensor) -> Tensor:
        """The same of edges and textures, then of what is larger, for quality; see `sight`."""
        return sight.see_whole(self._eyes, pictures)

    def seen_of(self, exam: Exam, rows: Tensor, what: str) -> Tensor:
        """The same of photos, kept under a name."""
        return exam.shelf.keep_one(f"{what}-{IMAGENET}", partial(_looked, exam, self._eyes, rows))

    @property
    def about(self) -> dict[str, str]:
        return {
            "random": "random convolutions, seed 20170, at 64×64; no FID, no trained network",
            IMAGENET: sight.TITLE,
            "judge": self.judges.name,
            "readers": f"readers {self.weights[:12]}, trained on training photos",
            "looks": f"base dishes of {len(self.looks.photos)} training photos, "
            f"{self.looks.names} names",
        }


def seat(exam: Exam, folder: Path, *, anew: bool = False, steps: int | None = None) -> Panel:
    """The networks in `folder`; those that are missing are trained on the exam's photos first.

    So are those of another build, which see or learn otherwise. The judges that ship stand in for
    missing ones.
    anew: train all of them whether missing or not; steps: of each training, else their own.
    Raises ModelError and PhotosError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first, second, third = folder / JUDGES, folder / READERS, folder / LOOKS
    eyes = sight.open_eyes()
    if anew or (first.exists() and not judge.readable(first)):
        judge.train(exam, first, steps=steps or judge.STEPS)
    if anew or not _readable(second):
        rows = _to_read(exam, PER_NAME)
        _train_readers(exam, rows, _looked(exam, eyes, rows), second, steps or reader.STEPS)
    if anew or not looks.readable(third):
        looks.save(_learn_looks(exam, eyes), third)
    judges = judge.load(first if first.exists() else judge.SHIPPED)
    return Panel(judges, *_load_readers(second), sha256(second), looks.load(third), eyes)


def _readable(path: Path) -> bool:
    """Whether a file holds readers that see as this build does, or none: loading says so."""
    if not path.exists():
        return False
    about = checkpoint.description(path)
    return about.get("kind") != WHAT or about.get("version") == reader.VERSION


def _load_readers(path: Path) -> tuple[dict[str, Reader], frozenset[str]]:
    tensors, about = checkpoint.load(path)
    if about.get("kind") != WHAT:
        raise ModelError(f"{path.name} holds no readers")
    readers = {}
    for kind in KINDS:
        own = checkpoint.part(kind, tensors)
        try:
            readers[kind] = Reader.sized(own)
        except KeyError as error:
            raise ModelError(f"{path.name} holds no reader of {kind}") from error
        checkpoint.fill(readers[kind], own, path.name)
        readers[kind].eval().requires_grad_(False)
    return readers, frozenset(about["photos"])


def _train_readers(exam: Exam, rows: Tensor, imagenet: Tensor, path: Path, steps: int) -> None:
    photos = [exam.photos[row] for row in rows.tolist()]
    known = {name: i for i, name in enumerate(exam.names())}
    labels = torch.tensor([known[photo.name or ""] for photo in photos])
    weights = name_weights([photo.name for photo in photos], NAME_CAP)
    names = encode([photo.name or "" for photo in photos])
    seen = {"random": exam.random()[rows], IMAGENET: imagenet}
    tensors: dict[str, Tensor] = {}
    for kind in KINDS:
        trained = reader.train(
            seen[kind], names, labels, weights, what=f"{kind} reader", steps=steps
        )
        tensors |= checkpoint.prefixed(kind, trained.state_dict())
    learned = sorted(exam.digests[row] for row in rows.tolist())
    about = {"kind": WHAT, "version": reader.VERSION, "steps": steps, "photos": learned}
    checkpoint.save(path, tensors, about)


def _learn_looks(exam: Exam, eyes: Backbone) -> Looks:
    def name_of(row: int) -> str:
        return exam.photos[row].name or ""

    rows = [row for row in _to_read(exam, looks.PER_NAME).tolist() if kind_of(name_of(row))]
    if not rows:
        return looks.learn(torch.empty(0, eyes.features), [], [])
    seen = _looked(exam, eyes, torch.tensor(rows))
    return looks.learn(seen, [name_of(row) for row in rows], [exam.digests[row] for row in rows])


def _to_read(exam: Exam, each: int) -> Tensor:
    """Rows of labelled training photos, at most `each` of a name."""
    chance = Generator().manual_seed(0)
    counts: defaultdict[str, int] = defaultdict(int)
    rows = []
    for row in exam.train[torch.randperm(len(exam.train), generator=chance)].tolist():
        name = exam.photos[row].name
        if name and counts[name] < each:
            counts[name] += 1
            rows.append(row)
    if len(rows) < READABLE_MIN or len(counts) < 2:
        raise PhotosError(
            f"{len(rows)} labelled training photos of {len(counts)} names are too few to learn "
            "reading from"
        )
    return torch.tensor(sorted(rows))


def _looked(exam: Exam, eyes: Backbone, rows: Tensor) -> Tensor:
    return torch.cat([sight.see(eyes, photos) for photos in at_full_size(exam, rows)])


def at_full_size(exam: Exam, rows: Tensor) -> Iterator[Tensor]:
    """Photos (n, 3, S, S) as few at a time as fit in a cache, with a bar."""
    for part in track(rows.split(BATCH), "looking at photos"):
        yield exam.pictures(part, PHOTO_SIZE)
