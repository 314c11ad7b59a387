"""Words of a name that are to be heard more, or less: their weights as a tensor.

N names, T tokens. A weight is 0 … WEIGHT_MAX; 1 is as ever, see `foodgan.models.text.NameEncoder`.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from foodgan.contract.errors import UserError
from foodgan.contract.limits import WEIGHT_MAX
from foodgan.text.encode import TOKENS_MAX, heard, last_words
from foodgan.text.tokens import Token, tokens

Weights = Sequence[tuple[str, float]]  # words, as `dishname.normalise` spells them, and weights


def emphasis(names: Sequence[str], weights: Weights) -> Tensor:
    """The weight of each token (N, T) of the names that one dish is made of; 1 where none is given.

    A word that is not in every one of the names weighs in those that have it. Raises UserError:
    `weight-unknown-word` (word, words) for one in none of them, `weight-none` where there is no
    word at all, `weight-out-of-range` (max).
    """
    table = torch.ones(len(names), TOKENS_MAX)
    for word, weight in weights:
        if not 0 <= weight <= WEIGHT_MAX:
            raise UserError("weight-out-of-range", max=WEIGHT_MAX)
        slots = [(row, slot) for row, name in enumerate(names) for slot in slots_of(name, word)]
        if not slots:
            raise _unknown(names, word)
        for row, slot in slots:
            table[row, slot] = weight
    return table


def led(weights: Tensor, mask: Tensor, share: float) -> Tensor:
    """The weights (N, T) with each name's last word, the dish itself, heard that much more.

    mask (N, T): where tokens stand. share: of all attention, 0 … 1, what the last word takes where
    nobody has asked for any word. Where somebody asks for another it takes less, and nothing where
    that one is to be heard alone; a last word that is to be heard less leads nothing.
    """
    last = last_words(mask)
    asked = (weights - 1).clamp(min=0) / (WEIGHT_MAX - 1)
    others = asked.masked_fill(last, 0).amax(dim=1, keepdim=True)
    leading = asked + (1 - asked) * (1 - others) * share
    return torch.where(last & (weights >= 1), 1 + (WEIGHT_MAX - 1) * leading, weights)


def words(names: Sequence[str]) -> list[str]:
    """The words of the names that can be given a weight, as they are written there, each once."""
    return list(dict.fromkeys(token.surface for name in names for token in heard(name)))


def slots_of(name: str, word: str) -> list[int]:
    """Which tokens of a name a word means; none where the name does not have it.

    By meaning first (鮪 finds マグロ), word for word where it has several; else by the letters: all
    tokens that have any of it.
    """
    found, keys = heard(name), {token.key for token in tokens(word)}
    if keys and keys <= {token.key for token in found}:
        return [slot for slot, token in enumerate(found) if token.key in keys]
    return [slot for slot, token in enumerate(found) if _written(name, word, token)]


def _written(name: str, word: str, token: Token) -> bool:
    """Whether the word stands in the name where the token does."""
    at = name.find(word) if word else -1
    while at >= 0:
        if token.start < at + len(word) and at < token.end:
            return True
        at = name.find(word, at + 1)
    return False


def _unknown(names: Sequence[str], word: str) -> UserError:
    known = words(names)
    if not known:
        return UserError("weight-none")
    return UserError("weight-unknown-word", word=word, words=" · ".join(known))
