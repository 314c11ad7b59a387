"""Makes the index in which `nearest` looks: what is kept of training photos, not of pixels.

M training photos, K held-out ones without near-duplicates among them, F = 496 features, D numbers
a photo. Of the ways tried to keep 200 bytes a photo, partly whitened principal components told
copies from new photos best. Of 300 training photos that were mirrored, cropped to 80 % or
recoloured, all but one fell below CLOSE; mirrored and cropped to 65 %, 55 % did.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from foodgan import checkpoint
from foodgan.machine.progress import track
from foodgan.metrics.exam import Exam, identity
from foodgan.metrics.nearest import COLUMNS, KIND, SIZE, Nearest
from foodgan.models.backbone import LITE0, Backbone, pooled
from foodgan.photos.folder import Photo
from foodgan.registry import NEAREST, vouch

DIMENSIONS = 192
WHITENING = 0.25  # power of the variance that a component is divided by; .5 whitens fully
DIGITS = 6  # bytes of a photo's SHA-256 that are kept
BATCH = 64


def write(exam: Exam, folder: Path) -> Path:
    """Index the training photos of an exam beside a model, which from then on vouches for it.

    Raises ModelError where there is no model, or no backbone.
    """
    tensors, about = build(exam, Backbone().eval())
    path = folder / NEAREST
    checkpoint.save(path, tensors, about)
    vouch(folder, path)
    return path


def extend(index: Nearest, photos: Sequence[Photo], features: Tensor, folder: Path) -> Path:
    """Write an index with more photos beside a model, which from then on vouches for it.

    features (N, F) of the photos (N); those that it has already are left out. How far new photos
    are from all of them stays as it was measured. Raises ModelError where there is no model.
    """
    there = {bytes(digest) for digest in index.photos.tolist()}
    found = digests(photos)
    more = [row for row, digest in enumerate(found.tolist()) if bytes(digest) not in there]
    places = [{value: at for at, value in enumerate(index.tables[column])} for column in COLUMNS]
    columns = [
        [place.setdefault(value, len(place)) for place, value in zip(places, row, strict=True)]
        for row in map(_said, (photos[row] for row in more))
    ]
    tables = {column: list(place) for column, place in zip(COLUMNS, places, strict=True)}
    tensors = {
        "rows": torch.cat([_bytes(index.rows), _bytes(index.placed(features[more]))]),
        "mean": index.mean.half(),
        "project": index.project.half(),
        "held_out": index.held_out,
        "columns": torch.cat([index.columns.int(), _ints(columns)]),
        "photos": torch.cat([index.photos, found[more]]),
    }
    about = {"kind": KIND, "features": f"{LITE0.title} {LITE0.sha256[:12]}", **tables}
    path = folder / NEAREST
    checkpoint.save(path, tensors, about)
    vouch(folder, path)
    return path


def digests(photos: Sequence[Photo]) -> Tensor:
    """What an index knows photos by: the first bytes of each file's SHA-256, (N, DIGITS)."""
    known = [list(bytes.fromhex(identity(photo))[:DIGITS]) for photo in photos]
    return torch.tensor(known, dtype=torch.uint8).reshape(-1, DIGITS)


def build(exam: Exam, backbone: Backbone) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and description of an index.

    rows (M, D) int8, to be brought to length 1; mean (F,) and project (F, D) lead there; held_out
    (K,), rising: each new photo's distance to its nearest training photo; columns (M, 4): rows of
    the description's tables, photos (M, 6): bytes of each file's SHA-256.
    """
    train, held_out = (_seen(exam, backbone, rows) for rows in (exam.train, exam.test))
    photos = [exam.photos[row] for row in exam.train.tolist()]
    mean, project = _space(train)
    placed = F.normalize((train - mean.float()) @ project.float(), dim=1)
    tables, columns = _columns(photos)
    tensors = {
        "rows": _bytes(placed),
        "mean": mean,
        "project": project,
        "held_out": torch.empty(0),
        "columns": columns,
        "photos": digests(photos),
    }
    about = {"kind": KIND, "features": f"{LITE0.title} {LITE0.sha256[:12]}", **tables}
    tensors["held_out"] = Nearest(tensors, about).distances(held_out).amin(dim=1).sort().values
    return tensors, about


def _bytes(placed: Tensor) -> Tensor:
    """Rows (N, D) as a byte a number; whoever reads them brings each to length 1."""
    largest = placed.abs().amax(dim=1, keepdim=True).clamp(min=1e-6)
    return (placed * (127 / largest)).round().to(torch.int8)


def _space(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (F,) and projection (F, D) of features (M, F), in half precision."""
    mean, deviation = features.mean(dim=0), features.std(dim=0).clamp(min=1e-6)
    units = (features - mean) / deviation
    variance, axes = torch.linalg.eigh(units.T @ units / len(units))  # rising
    count = min(DIMENSIONS, len(features) - 1)
    variance, axes = variance[-count:].clamp(min=1e-6), axes[:, -count:]
    return mean.half(), (axes / variance**WHITENING / deviation[:, None]).half()


def _said(photo: Photo) -> tuple[str, ...]:
    """Of a photo, a value for each of COLUMNS."""
    return photo.name or "", photo.source, photo.licence, photo.credit


def _columns(photos: list[Photo]) -> tuple[dict[str, list[str]], Tensor]:
    """Each different value of COLUMNS once, and which of them a photo has: (M, 4) int32."""
    said = [_said(photo) for photo in photos]
    tables = [sorted(set(values)) for values in zip(*said, strict=True)]
    places = [{value: place for place, value in enumerate(table)} for table in tables]
    columns = [[place[value] for place, value in zip(places, row, strict=True)] for row in said]
    return dict(zip(COLUMNS, tables, strict=True)), _ints(columns)


def _ints(columns: Sequence[Sequence[int]]) -> Tensor:
    """Rows of tables (M, 4): a club's photos may have more sources than int16 counts."""
    return torch.tensor(columns, dtype=torch.int32).reshape(-1, len(COLUMNS))


@torch.inference_mode()
def _seen(exam: Exam, backbone: Backbone, rows: Tensor) -> Tensor:
    """Features (N, F) of photos."""
    parts = track(rows.split(BATCH), "looking at photos", total=-(-len(rows) // BATCH))
    return torch.cat([pooled(backbone, exam.pictures(part, SIZE)) for part in parts])
