"""Names as tensors: what the learned text encoder reads.

N names, T = 12 tokens, V = 128 dimensions, G = 20 n-grams.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foodgan.text.ngrams import BUCKETS, NGRAMS_MAX, buckets
from foodgan.text.tokens import Token, tokens
from foodgan.text.vectors import DIMENSIONS, Floats, table

TOKENS_MAX = 12  # later tokens of a longer name are left out, but its last, the dish itself, stays


@dataclass(frozen=True)
class TokenBatch:
    """Names as padded tensors; padding is zero everywhere.

    vectors (N, T, V) float32: entries of RMS 1, zero for a word of which nothing is known; ngrams
    (N, T, G) int64: buckets, 0 is padding; mask (N, T) bool: where a token stands; known (N, T)
    bool: whether the table holds it; ids (N, T) int64: equal where the key is equal, else distinct.
    """

    vectors: Tensor
    ngrams: Tensor
    mask: Tensor
    known: Tensor
    ids: Tensor

    @property
    def buckets(self) -> int:
        """The largest bucket that an n-gram can have."""
        return BUCKETS

    def __len__(self) -> int:
        return len(self.mask)

    def __getitem__(self, rows: Tensor | slice | list[int]) -> "TokenBatch":
        """The names at `rows`: indices (M,), a mask (N,), or a slice."""
        return self._each(lambda tensor: tensor[rows])

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> "TokenBatch":
        """The same on another device."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self) -> "TokenBatch":
        """The same in pinned memory; data loaders call this."""
        return self._each(lambda tensor: tensor.pin_memory())

    def common(self, other: "TokenBatch") -> Tensor:
        """How many different words each name has in common with each of `other`, (N, M) float."""
        shared = torch.zeros(len(self), len(other), device=self.ids.device)
        for ids, first in zip(self.ids.T, self._firsts().T, strict=True):
            shared += (ids[:, None, None] == other.ids).any(dim=2) & first[:, None]
        return shared

    def same(self, other: "TokenBatch") -> Tensor:
        """Which names have the very same words as which of `other`, (N, M) bool."""
        return self.within(other) & other.within(self).T

    def within(self, other: "TokenBatch") -> Tensor:
        """Which names have all of their words in which of `other`, (N, M) bool."""
        return self.common(other) == self._firsts().sum(dim=1)[:, None]

    def _firsts(self) -> Tensor:
        """Where a word stands that does not stand before it in the same name, (N, T) bool."""
        again = (self.ids[:, :, None] == self.ids[:, None, :]).tril(-1).any(dim=2)
        return self.mask & ~again

    def keep(self, kept: Tensor) -> "TokenBatch":
        """Only the tokens where `kept` (N, T) or (N, 1) bool is true, for word and name dropout."""
        mask = self.mask & kept
        return TokenBatch(
            vectors=self.vectors * mask[..., None],
            ngrams=self.ngrams * mask[..., None],
            mask=mask,
            known=self.known & mask,
            ids=self.ids * mask,
        )

    def gather(self, rows: Tensor, slots: Tensor) -> "TokenBatch":
        """Names put together from tokens: rows, slots (M, T) say where each token comes from."""
        return self._each(lambda tensor: tensor[rows, slots])

    def trimmed(self) -> "TokenBatch":
        """Without the slots after the last token of the longest name; one stays."""
        taken = self.mask.any(dim=0).nonzero()
        slots = int(taken.max()) + 1 if len(taken) else 1
        return self._each(lambda tensor: tensor[:, :slots])

    def _each(self, change: Callable[[Tensor], Tensor]) -> "TokenBatch":
        return TokenBatch(*(change(getattr(self, field.name)) for field in fields(self)))


def encode(names: Sequence[str]) -> TokenBatch:
    """Names, as `dishname.normalise` gives them, as a batch; "" is the null name."""
    vectors = np.zeros((len(names), TOKENS_MAX, DIMENSIONS), np.float32)
    ngrams = np.zeros((len(names), TOKENS_MAX, NGRAMS_MAX), np.int64)
    known = np.zeros((len(names), TOKENS_MAX), np.bool_)
    ids = np.zeros((len(names), TOKENS_MAX), np.int64)
    for row, name in enumerate(names):
        for slot, token in enumerate(heard(name)):
            key = _spelling(token)
            vectors[row, slot], ngrams[row, slot], known[row, slot], ids[row, slot] = _entry(key)
    return TokenBatch(
        vectors=torch.from_numpy(vectors),
        ngrams=torch.from_numpy(ngrams),
        mask=torch.from_numpy(ids != 0),
        known=torch.from_numpy(known),
        ids=torch.from_numpy(ids),
    )


def null(count: int) -> TokenBatch:
    """`count` names without a token: for photos without a label, and for dropout."""
    return encode([""] * count)


def collate(batches: Sequence[TokenBatch]) -> TokenBatch:
    """Batches end to end."""
    return TokenBatch(
        *(
            torch.cat([getattr(batch, field.name) for batch in batches])
            for field in fields(TokenBatch)
        )
    )


def last_words(mask: Tensor) -> Tensor:
    """Where the last token of each name stands, (N, T) bool; nowhere in a name without any.

    Word dropout leaves holes in a mask, so that a name's last slot is not the count of its words.
    """
    at = torch.arange(mask.shape[1], device=mask.device)
    return mask & (at == (at * mask).amax(dim=1, keepdim=True))


@lru_cache(maxsize=4096)
def heard(name: str) -> tuple[Token, ...]:
    """The tokens of a name that `encode` keeps, at most TOKENS_MAX, in the order of their slots."""
    found = tokens(name)
    return found if len(found) <= TOKENS_MAX else (*found[: TOKENS_MAX - 1], found[-1])


def _spelling(token: Token) -> str:
    """The key of a token, or how it is written where only that stands in the table.

    A newer dictionary may normalise a word in another way than the one that the table was made by.
    """
    return token.surface if token.key not in table() and token.surface in table() else token.key


@lru_cache(maxsize=16384)
def _entry(key: str) -> tuple[Floats, NDArray[np.int64], bool, int]:
    """A key's vector (V,), n-gram buckets (G,), whether the table holds it, and its id, not 0."""
    known = table().vector(key)
    padded = np.zeros(NGRAMS_MAX, np.int64)
    grams = buckets(key)
    padded[: len(grams)] = grams
    digest = blake2b(key.encode(), digest_size=8).digest()
    identity = int.from_bytes(digest, "big") % (2**63 - 1) + 1
    unit = table().compose(key) if known is None else known
    return unit * np.float32(DIMENSIONS**0.5), padded, known is not None, identity
