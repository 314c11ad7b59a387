"""Holds a model against a folder of photos: every figure beside its floor and its controls."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from foodgan.evaluate import measures
from foodgan.evaluate.features import random_features, standardised
from foodgan.painter import Dish, Painter
from foodgan.photos import tensors
from foodgan.photos.folder import Photo, PhotosError, read_folder
from foodgan.progress import track

PHOTO_SIZE = 256
SEEDS = 8  # pictures of a name when its spread is measured
COMMON = 20  # photos that a name needs for its colours to be known
BATCH = 8


def evaluate(painter: Painter, folder: Path, cache: Path, pictures: int) -> dict[str, Any]:
    """Every figure that `foodgan evaluate` prints. pictures: how many are painted for the KID.

    Raises PhotosError when the folder lacks photos of one of the splits.
    """
    photos = [photo for photo in read_folder(folder) if photo.style == "photo"]
    photos, pixels = tensors.load(photos, PHOTO_SIZE, cache)
    everything = random_features(_pictures(torch.from_numpy(pixels.copy())))
    in_test = torch.tensor([photo.split == "test" for photo in photos])
    if in_test.sum() < 2 or (~in_test).sum() < 2:
        raise PhotosError(f"{folder} needs photos of both splits, train and test")
    reference = everything[~in_test]
    real = standardised(everything, reference)
    train, test = real[~in_test], real[in_test]
    made = standardised(random_features(_paint(painter, _asked(photos, pictures))), reference)
    flat = standardised(random_features(_flattened(pixels, in_test)), reference)
    copies = train[torch.randperm(len(train), generator=Generator().manual_seed(0))[: len(made)]]
    return {
        "model": painter.model_id,
        "photos": {"train": len(train), "test": len(test)},
        "pictures": len(made),
        "features": "random convolutions, seed 20170, at 64×64; no FID, no trained network",
        "kid": asdict(measures.kid(made, test)),
        "kid_floor_train_to_test": asdict(measures.kid(train, test)),
        "kid_control_flat_colours": asdict(measures.kid(flat, test)),
        "rho": measures.copying(made, train, test),
        "rho_control_copycat": measures.copying(copies, train, test),
        "spread_within_name": _spread(painter, photos, real, reference),
        **_colours(painter, photos, pixels),
    }


def _asked(photos: list[Photo], count: int) -> list[Dish]:
    """Names of held-out photos, over and over, each time with another seed."""
    names = [photo.name for photo in photos if photo.split == "test" and photo.name]
    return [Dish(names[i % len(names)], i) for i in range(count)]


def _paint(painter: Painter, dishes: list[Dish]) -> Tensor:
    """(N, 3, 256, 256) in [-1, 1]."""
    painted = [
        painter.paint_tensor(dishes[at : at + BATCH])
        for at in track(range(0, len(dishes), BATCH), "painting")
    ]
    return torch.cat(painted)


def _pictures(pixels: Tensor) -> Tensor:
    """(N, H, W, 3) bytes to (N, 3, 64, 64) in [-1, 1], in parts that fit in memory."""
    parts = [
        F.interpolate(part.permute(0, 3, 1, 2).float() / 127.5 - 1, (64, 64), mode="area")
        for part in pixels.split(256)
    ]
    return torch.cat(parts)


def _flattened(pixels: Any, rows: Tensor) -> Tensor:
    """Held-out photos as one flat colour each: right colours, nothing else."""
    photos = _pictures(torch.from_numpy(pixels[rows.numpy()]))
    return photos.mean(dim=(2, 3), keepdim=True).expand_as(photos).contiguous()


def _spread(
    painter: Painter, photos: list[Photo], real: Tensor, reference: Tensor
) -> dict[str, float]:
    """How unlike each other pictures of one name are, made over real."""
    names = _common(photos)
    dishes = [Dish(name, seed) for name in names for seed in range(SEEDS)]
    made = standardised(random_features(_paint(painter, dishes)), reference)
    rows = [[i for i, p in enumerate(photos) if p.name == name][:SEEDS] for name in names]
    ours = measures.spread(list(made.split(SEEDS)))
    theirs = measures.spread([real[row] for row in rows])
    return {"made": ours, "real": theirs, "ratio": ours / theirs}


def _colours(painter: Painter, photos: list[Photo], pixels: Any) -> dict[str, float]:
    """Does the mean colour of a name's pictures follow that of its photos? Shuffled names: no."""
    names = _common(photos)
    dishes = [Dish(name, 100 + seed) for name in names for seed in range(SEEDS)]
    made = _paint(painter, dishes).mean(dim=(2, 3)).unflatten(0, (-1, SEEDS)).mean(dim=1)
    real = torch.stack(
        [
            _pictures(
                torch.from_numpy(pixels[[i for i, p in enumerate(photos) if p.name == name]])
            ).mean(dim=(0, 2, 3))
            for name in names
        ]
    )
    chance = Generator().manual_seed(0)
    shuffled = [
        measures.agreement(made[torch.randperm(len(names), generator=chance)], real)
        for _ in range(200)
    ]
    return {
        "colour_agreement": measures.agreement(made, real),
        "colour_agreement_shuffled_95": sorted(shuffled)[189],
        "colour_names": len(names),
    }


def _common(photos: list[Photo]) -> list[str]:
    counts = Counter(photo.name for photo in photos if photo.name)
    return sorted(name for name, count in counts.items() if count >= COMMON)
