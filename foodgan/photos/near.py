"""Groups of near-duplicates among many photos, from their hashes. N and M photos."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from foodgan.contract.lookalikes import NEAR, mirrored, number
from foodgan.machine.progress import Track, untracked

_BLOCK = 512  # hashes compared at once against all

Confirm = Callable[[int, int, bool], bool]  # photos i < j, and whether j is seen mirrored


def distances(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Bits (N, M) by which each hash of a (N,) differs from each of b (M,): 0 … 64."""
    return np.asarray(np.bitwise_count(a[:, None] ^ b[None, :]), np.uint8)


def groups(hashes: Sequence[str], confirm: Confirm, *, track: Track = untracked) -> list[int]:
    """A group's number for each photo: equal for near-duplicates, the index of its first photo.

    hashes: perceptual hashes; they propose pairs, mirrored ones too, and `confirm` decides.
    """
    parents = list(range(len(hashes)))
    for i, j, turned in _proposed(hashes, track):
        first, second = sorted((root(parents, i), root(parents, j)))
        if first != second and confirm(i, j, turned):
            parents[second] = first
    return [root(parents, i) for i in range(len(parents))]


def _proposed(hashes: Sequence[str], track: Track) -> Iterator[tuple[int, int, bool]]:
    plain = np.array([number(each) for each in hashes], np.uint64)
    turned = np.array([mirrored(number(each)) for each in hashes], np.uint64)
    for view, is_turned in ((plain, False), (turned, True)):
        for start in track(range(0, len(plain), _BLOCK), "Looking for near-duplicates"):
            rows, columns = np.nonzero(distances(plain[start : start + _BLOCK], view) <= NEAR)
            for i, j in zip((rows + start).tolist(), columns.tolist(), strict=True):
                if i < j:
                    yield i, j, is_turned


def root(parents: list[int], i: int) -> int:
    """The first photo of i's group."""
    while parents[i] != i:
        i = parents[i]
    return i
