"""Near-duplicates: photos of one dish from one place, resized, recompressed or shot twice.

A difference hash keeps the sign of 64 brightness steps of a 9×8 thumbnail (Krawetz 2013, "Kind of
like that"). It proposes pairs; a colour thumbnail of 16×16 confirms them, for at NEAR bits most
pairs of a thousand plates are strangers. N photos, S pixels a side.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from foodgan.photos.looks import COLUMNS, ROWS, THUMB, UNLIKE
from foodgan.photos.near import distances, root

NEAR = 16  # bits that two hashes of one dish may differ by
BLOCK = 512  # hashes compared at once against all


def grey(pictures: Tensor) -> Tensor:
    """Brightness: (N, 3, H, W) -> (N, 1, H, W)."""
    weights = torch.tensor([0.299, 0.587, 0.114])  # ITU-R BT.601
    return (pictures * weights[:, None, None]).sum(dim=1, keepdim=True)


def dhash(pictures: Tensor) -> NDArray[np.uint64]:
    """Difference hashes (N,) of pictures (N, 3, S, S) in [-1, 1].

    A bit is set where brightness rises from left to right.
    """
    thumbs = F.interpolate(grey(pictures), (ROWS, COLUMNS + 1), mode="area").squeeze(1)
    rises = thumbs[:, :, 1:] > thumbs[:, :, :-1]
    packed = np.packbits(rises.flatten(1).numpy(), axis=1)
    return np.asarray(packed.view(np.uint64).ravel())


def pairs(pictures: Tensor) -> list[tuple[int, int]]:
    """Every two near-duplicates i < j among pictures (N, 3, S, S) in [-1, 1], mirrored ones too."""
    hashes, thumbs = dhash(pictures), _thumbs(pictures)
    contrast = thumbs.norm(dim=1)
    found: set[tuple[int, int]] = set()
    for view in (pictures, pictures.flip(3)):
        seen_hashes, seen = dhash(view), _thumbs(view)
        for start in range(0, len(hashes), BLOCK):
            close = distances(hashes[start : start + BLOCK], seen_hashes) <= NEAR
            i, j = (torch.from_numpy(part) for part in np.nonzero(close))
            i, j = i[i + start < j] + start, j[i + start < j]
            gap = (thumbs[i] - seen[j]).norm(dim=1)
            same = gap <= UNLIKE * torch.minimum(contrast[i], contrast[j])
            found.update(zip(i[same].tolist(), j[same].tolist(), strict=True))
    return sorted(found)


def group(pictures: Tensor) -> Tensor:
    """A group's number (N,) for each picture (N, 3, S, S): equal for near-duplicates.

    A group has the index of its first picture, so a picture like no other has its own.
    """
    parents = list(range(len(pictures)))
    for i, j in pairs(pictures):
        first, second = sorted((root(parents, i), root(parents, j)))
        parents[second] = first
    return torch.tensor([root(parents, i) for i in range(len(parents))], dtype=torch.int64)


def _thumbs(pictures: Tensor) -> Tensor:
    """(N, 3, S, S) -> (N, 768), each without its mean."""
    thumbs = F.interpolate(pictures, (THUMB, THUMB), mode="area").flatten(1)
    return thumbs - thumbs.mean(dim=1, keepdim=True)
