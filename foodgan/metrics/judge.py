"""The judges of quality: networks of our own, trained on photos that no generator trains on.

Supervised contrastive learning (Khosla et al. 2020, arXiv:2004.11362): two views of a photo, and
photos of one name, belong together. The discriminator of the shipped generator sees through
ImageNet features (`foodgan/models/backbone.py`), so those may not judge: what it was trained to
please would give it its marks. N pictures (N, 3, 64, 64) in [-1, 1], J judges.

Each training makes another judge, of another scale: there are several, and their spread is part of
every interval. Those that ship look alike on every machine, where a training would differ by its
threads and its CPU. Photos of theirs may be for non-commercial use alone, as those of the shipped
model: their file names sources and licences.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.machine.progress import track
from foodgan.metrics.exam import HELD_OUT_MIN, Exam, identity
from foodgan.metrics.eyes import FEATURES, Eyes, disturbed, look
from foodgan.photos.folder import PhotosError
from foodgan.registry import sha256

SHIPPED = Path(__file__).with_name("judges.safetensors")
JUDGES = 5
VERSION = 1  # of how they see and learn, and of how many they are
STEPS = 250
BATCH = 64  # photos, two views each
PROJECTED = 64
TEMPERATURE = 0.2
RATE, DECAY = 3e-3, 0.05
KIND = "judges"


@dataclass(frozen=True)
class Judges:
    """Eyes of each, the photos that they learned from (SHA-256 of each file), and a hash of them.

    All learned from the same photos, each by another seed.
    """

    eyes: tuple[Eyes, ...]
    photos: frozenset[str]
    weights: str

    @property
    def name(self) -> str:
        trained = f"trained on {len(self.photos)} held-out photos"
        return f"{len(self.eyes)} judges {self.weights[:12]}, {trained}"

    def features(self, pictures: Tensor) -> Tensor:
        """(N, 3, 64, 64) -> (J, N, 192)."""
        return torch.stack([look(eyes, pictures) for eyes in self.eyes])


def train(exam: Exam, path: Path, *, steps: int = STEPS) -> Judges:
    """Train judges on their half of the held-out photos and write them to `path`."""
    rows = exam.for_judge()
    if len(rows) < HELD_OUT_MIN:
        raise PhotosError(f"{len(rows)} held-out photos are too few to train a judge on")
    known = {name: i for i, name in enumerate(exam.names())}
    labels = [known.get(exam.photos[row].name or "", -1 - row) for row in rows.tolist()]
    tensors: dict[str, Tensor] = {}
    for seed in range(JUDGES):
        eyes = _learn(exam.small[rows], torch.tensor(labels), steps, seed)
        tensors |= checkpoint.prefixed(str(seed), eyes.half().state_dict())
    photos = [exam.photos[row] for row in rows.tolist()]
    about = {
        "kind": KIND,
        "version": VERSION,
        "steps": steps,
        "sources": dict(Counter(photo.source for photo in photos)),
        "licences": dict(Counter(photo.licence for photo in photos)),
        "photos": sorted(map(identity, photos)),
    }
    checkpoint.save(path, tensors, about)
    return load(path)


def readable(path: Path) -> bool:
    """Whether a file holds judges as this build trains them, or none: loading says so."""
    about = checkpoint.description(path)
    return about.get("kind") != KIND or about.get("version") == VERSION


def load(path: Path = SHIPPED) -> Judges:
    """Read what `train` wrote. Raises ModelError."""
    tensors, about = checkpoint.load(path)
    if about.get("kind") != KIND:
        raise ModelError(f"{path.name} holds no judges")
    every = []
    for seed in range(JUDGES):
        eyes = Eyes().half()
        checkpoint.fill(eyes, checkpoint.part(str(seed), tensors), path.name)
        every.append(eyes.float().eval().requires_grad_(False))
    return Judges(tuple(every), frozenset(about["photos"]), sha256(path))


def _learn(pictures: Tensor, labels: Tensor, steps: int, seed: int) -> Eyes:
    chance = Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        eyes, project = Eyes(), nn.Linear(FEATURES, PROJECTED)
    weights = [*eyes.parameters(), *project.parameters()]
    optimiser = optim.AdamW(weights, weight_decay=DECAY)
    plan = optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1)
    for _ in track(range(steps), f"training judge {seed + 1} of {JUDGES}"):
        rows = torch.randperm(len(pictures), generator=chance)[:BATCH]
        both = torch.cat([disturbed(pictures[rows], chance) for _ in range(2)])
        loss = contrast(project(eyes(both)), labels[rows].repeat(2))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        plan.step()
    return eyes


def contrast(projected: Tensor, labels: Tensor) -> Tensor:
    """Supervised contrastive loss: each row of (N, P) picks out the others of its label (N,)."""
    z = F.normalize(projected, dim=1)
    own = torch.eye(len(z), dtype=torch.bool)
    likely = (z @ z.T / TEMPERATURE).masked_fill(own, -1e4).log_softmax(dim=1)
    same = (labels[:, None] == labels[None]) & ~own
    return -((likely * same).sum(dim=1) / same.sum(dim=1)).mean()
