"""New names from old ones, on tokens: for pictures that no photo shows, and for hard negatives.

A Japanese dish name ends in the dish itself (its head: 丼, カレー); what stands before it modifies.
N names, T tokens. Chance comes from a CPU generator, so that every device draws the same.
"""

import torch
from torch import Generator, Tensor

from foodgan.text.encode import TokenBatch, collate


def recombine(batch: TokenBatch, generator: Generator) -> TokenBatch:
    """As many names (N), each with one name's head under another's modifiers.

    A partner of a single word lends it as the modifier: カレー and うどん give カレーうどん. A name
    whose partner is the null name stays as it is, and so does the null name.
    """
    count, slots = batch.mask.shape
    partner = torch.randperm(count, generator=generator).to(batch.mask.device)
    lender = batch[partner]
    head = _head(batch.mask)
    single = lender.mask.sum(dim=1) == 1
    place = (_head(lender.mask) + single).clamp(max=slots - 1)
    joined = batch.mask.any(dim=1) & lender.mask.any(dim=1)

    own = torch.arange(count, device=batch.mask.device)
    at = torch.arange(slots, device=batch.mask.device)
    takes_head = at == place[:, None]
    row = torch.where(joined[:, None] & ~takes_head, partner[:, None], own[:, None])
    slot = torch.where(joined[:, None] & takes_head, head[:, None], at[None, :])
    return batch.gather(row, slot)


def swap_one(
    batch: TokenBatch, generator: Generator, pool: TokenBatch | None = None
) -> tuple[TokenBatch, Tensor]:
    """The names with one word each swapped for another of its kind: head for head, else modifier.

    Words come from `pool`, by default the batch itself. Also returns swapped (N,) bool: False
    where the name has no word or the pool no other one of its kind.
    """
    pool = batch if pool is None else pool
    count, slots = batch.mask.shape
    mask, ids, pool_mask = batch.mask.cpu(), batch.ids.cpu(), pool.mask.cpu()
    has_words = mask.any(dim=1)
    slot = _draw(mask | ~has_words[:, None], generator)

    pool_row, pool_slot = pool_mask.nonzero(as_tuple=True)
    pool_ids = pool.ids.cpu()[pool_row, pool_slot]
    heads = pool_slot == _head(pool_mask)[pool_row]
    candidates = heads == (slot == _head(mask))[:, None]
    for word in ids.T:  # one that the name already has changes nothing
        candidates &= pool_ids != word[:, None]
    swapped = has_words & candidates.any(dim=1)
    if not swapped.any():
        return batch, swapped.to(batch.mask.device)
    chosen = _draw(candidates[swapped], generator)

    rows = torch.arange(count)[:, None].repeat(1, slots)
    columns = torch.arange(slots).repeat(count, 1)
    rows[swapped, slot[swapped]] = count + pool_row[chosen]
    columns[swapped, slot[swapped]] = pool_slot[chosen]
    device = batch.mask.device
    changed = collate([batch, pool]).gather(rows.to(device), columns.to(device))
    return changed, swapped.to(device)


def _head(mask: Tensor) -> Tensor:
    """The slot (N,) of each name's last token; 0 for a name without any."""
    slots = torch.arange(mask.shape[1], device=mask.device)
    return (slots * mask).amax(dim=1)


def _draw(allowed: Tensor, generator: Generator) -> Tensor:
    """One column (N,) of each row of `allowed` (N, M) where it is true, all equally likely."""
    return (torch.rand(allowed.shape, generator=generator) + allowed.float()).argmax(dim=1)
