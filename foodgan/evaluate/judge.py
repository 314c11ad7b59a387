"""The judge of quality: a network of our own, trained on photos that no generator trains on.

Supervised contrastive learning (Khosla et al. 2020, arXiv:2004.11362): two views of a photo, and
photos of one name, belong together. The discriminator of the shipped generator sees through
ImageNet features (`foodgan/models/backbone.py`), so those may not judge: what it was trained to
please would give it its marks. N pictures (N, 3, 64, 64) in [-1, 1].
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.evaluate.exam import HELD_OUT_MIN, Exam, identity
from foodgan.evaluate.eyes import FEATURES, Eyes, disturbed, look
from foodgan.machine.progress import track
from foodgan.photos.folder import PhotosError
from foodgan.registry import sha256

STEPS = 250
BATCH = 64  # photos, two views each
PROJECTED = 64
TEMPERATURE = 0.2
RATE, DECAY = 3e-3, 0.05
KIND = "judge"


@dataclass(frozen=True)
class Judge:
    """Eyes, the photos that they learned from (SHA-256 of each file), and a hash of the weights."""

    eyes: Eyes
    photos: frozenset[str]
    weights: str

    @property
    def name(self) -> str:
        return f"judge {self.weights[:12]}, trained on {len(self.photos)} held-out photos"

    def features(self, pictures: Tensor) -> Tensor:
        """(N, 3, 64, 64) -> (N, 192)."""
        return look(self.eyes, pictures)


def train(exam: Exam, path: Path, *, steps: int = STEPS, seed: int = 0) -> Judge:
    """Train a judge on its half of the held-out photos and write it to `path`."""
    rows = exam.for_judge()
    if len(rows) < HELD_OUT_MIN:
        raise PhotosError(f"{len(rows)} held-out photos are too few to train a judge on")
    known = {name: i for i, name in enumerate(exam.names())}
    labels = [known.get(exam.photos[row].name or "", -1 - row) for row in rows.tolist()]
    eyes = _learn(exam.small[rows], torch.tensor(labels), steps, seed)
    seen = sorted(identity(exam.photos[row]) for row in rows.tolist())
    checkpoint.save(path, eyes.state_dict(), {"kind": KIND, "steps": steps, "photos": seen})
    return load(path)


def load(path: Path) -> Judge:
    """Read what `train` wrote. Raises ModelError."""
    tensors, about = checkpoint.load(path)
    if about.get("kind") != KIND:
        raise ModelError(f"{path.name} is no judge")
    eyes = Eyes()
    checkpoint.fill(eyes, tensors, path.name)
    return Judge(eyes.eval().requires_grad_(False), frozenset(about["photos"]), sha256(path))


def _learn(pictures: Tensor, labels: Tensor, steps: int, seed: int) -> Eyes:
    chance = Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        eyes, project = Eyes(), nn.Linear(FEATURES, PROJECTED)
    weights = [*eyes.parameters(), *project.parameters()]
    optimiser = optim.AdamW(weights, weight_decay=DECAY)
    plan = optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1)
    for _ in track(range(steps), "training the judge"):
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
