"""Does a model copy? Pictures against all training photos, beside copycats that must be caught.

N pictures, M training, K held-out photos, each (…, 3, 64, 64) in [-1, 1].
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from foodgan.evaluate import measures
from foodgan.evaluate.eyes import disturbed
from foodgan.evaluate.features import random_features, shapes, standardised, views
from foodgan.photos.duplicates import grey
from foodgan.progress import track

FRAME_MIN = 0.75  # of the side, in the pictures of the augmented copycat
VIEWS = 56


@dataclass(frozen=True)
class Near:
    """Distance (N,) to the nearest training photo, and its row (N,) among them."""

    gaps: Tensor
    rows: Tensor


@dataclass(frozen=True)
class Copies:
    """figures: of `foodgan evaluate`; textures, shapes: for each set of pictures by its name."""

    figures: dict[str, Any]
    textures: dict[str, Near]
    shapes: dict[str, Near]


def search(
    made: Tensor, train: Tensor, held_out: Tensor, device: torch.device | None = None
) -> Copies:
    """Hold made (N), held-out photos (K) and both copycats against the training photos (M).

    device: where features are computed, if elsewhere.
    """
    chance = Generator().manual_seed(0)
    count = min(len(made), len(train))
    copied = train[torch.randperm(len(train), generator=chance)[:count]]
    sets = {
        "made": made,
        "held_out": held_out,
        "copycat": copied,
        "augmented": disturbed(copied, chance, FRAME_MIN),
    }
    textures, authentic = _textures(sets, train, device)
    shaped = _shapes(sets, train)
    figures = {
        "rho": _rho(textures, "made"),
        "rho_control_copycat": _rho(textures, "copycat"),
        "rho_control_augmented": _rho(textures, "augmented"),
        "rho_shapes": _rho(shaped, "made"),
        "rho_shapes_control_copycat": _rho(shaped, "copycat"),
        "rho_shapes_control_augmented": _rho(shaped, "augmented"),
        "suspicious_share": _suspicious(shaped, "made"),
        "suspicious_control_copycat": _suspicious(shaped, "copycat"),
        "suspicious_control_augmented": _suspicious(shaped, "augmented"),
        "authenticity": authentic["made"],
        "authenticity_held_out_photos": authentic["held_out"],
        "authenticity_control_copycat": authentic["copycat"],
    }
    return Copies(figures, textures, shaped)


def _rho(near: dict[str, Near], which: str) -> float:
    return measures.copying(near[which].gaps, near["held_out"].gaps)


def _suspicious(near: dict[str, Near], which: str) -> float:
    return measures.suspicious(near[which].gaps, near["held_out"].gaps)


def _textures(
    sets: dict[str, Tensor], photos: Tensor, device: torch.device | None
) -> tuple[dict[str, Near], dict[str, float]]:
    """By random convolutions, each picture also mirrored; and the authentic share of each set."""
    reference = random_features(photos, device)
    train = standardised(reference, reference)
    found, authentic = {}, {}
    for name, pictures in track(sets.items(), "seeking copies by texture"):
        both = [
            standardised(random_features(view, device), reference)
            for view in (pictures, pictures.flip(3))
        ]
        authentic[name] = measures.authenticity(both[0], train)
        found[name] = _nearer(*(Near(*measures.nearest(view, train)) for view in both))
    return found, authentic


def _shapes(sets: dict[str, Tensor], photos: Tensor) -> dict[str, Near]:
    """By brightness alone, training photos also mirrored and cropped."""
    asked = shapes(grey(torch.cat(list(sets.values()))))
    best = Near(torch.full((len(asked),), torch.inf), torch.zeros(len(asked), dtype=torch.int64))
    brightness = grey(photos)
    for view in track(views(brightness), "seeking copies by shape", total=VIEWS):
        best = _nearer(best, Near(*measures.nearest(asked, shapes(view))))
    sizes = [len(pictures) for pictures in sets.values()]
    parts = zip(best.gaps.split(sizes), best.rows.split(sizes), strict=True)
    return {name: Near(gaps, rows) for name, (gaps, rows) in zip(sets, parts, strict=True)}


def _nearer(a: Near, b: Near) -> Near:
    closer = a.gaps <= b.gaps
    return Near(torch.where(closer, a.gaps, b.gaps), torch.where(closer, a.rows, b.rows))
