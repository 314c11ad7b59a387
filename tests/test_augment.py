"""DiffAugment: seeded, differentiable, and no stronger than it says."""

import pytest
import torch
from torch import Generator, Tensor

from foodgan.augment import (
    POLICIES,
    Augment,
    Chance,
    Policy,
    brightness,
    contrast,
    cutout,
    diff_augment,
    saturation,
    tint,
    translation,
)

EVERY: tuple[Policy, ...] = tuple(POLICIES)
SIZE = 32


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def pictures(count: int = 8) -> Tensor:
    """In [-1, 1] and nowhere 0, so that what is blank was blanked."""
    return torch.rand(count, 3, SIZE, SIZE, generator=seeded(9)) * 0.9 + 0.1


@pytest.mark.parametrize("policy", EVERY)
def test_the_same_seed_changes_the_same(policy: Policy) -> None:
    x = pictures()
    once = diff_augment(x, [policy], seeded(3))
    assert torch.equal(once, diff_augment(x, [policy], seeded(3)))
    assert not torch.equal(once, diff_augment(x, [policy], seeded(4)))
    assert once.shape == x.shape


def test_every_picture_of_a_batch_is_changed_in_its_own_way() -> None:
    same = pictures(1).expand(8, -1, -1, -1)
    changed = diff_augment(same, EVERY, seeded())
    assert len({row.numpy().tobytes() for row in changed}) == 8


@pytest.mark.parametrize("policy", EVERY)
def test_gradients_flow_through_every_change(policy: Policy) -> None:
    x = pictures().requires_grad_()
    diff_augment(x, [policy], seeded()).square().sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()
    assert x.grad.flatten(1).any(dim=1).all()


def test_no_policy_leaves_the_pictures_as_they_are() -> None:
    x = pictures()
    assert diff_augment(x, [], seeded()) is x


def test_translation_moves_by_an_eighth_at_most_and_zeros_move_in() -> None:
    dot = torch.zeros(200, 3, SIZE, SIZE)
    dot[:, :, SIZE // 2, SIZE // 2] = 1
    moved = translation(dot, Chance(seeded()))
    assert moved.shape == dot.shape
    assert moved.sum() == dot.sum()
    way = moved[:, 0].nonzero()[:, 1:] - SIZE // 2
    assert way.abs().max() == SIZE // 8
    assert way.unique(dim=0).shape[0] > 30
    assert moved.unique().tolist() == [0, 1]


def test_translation_keeps_what_stays_inside() -> None:
    x = pictures(50)
    moved = translation(x, Chance(seeded(1)))
    least = (1 - 1 / 8) ** 2 * x[0, 0].numel()
    assert ((moved != 0).sum(dim=(2, 3)) >= least).all()


def test_cutout_blanks_a_quarter_at_most_and_touches_nothing_else() -> None:
    x = pictures(200)
    cut = cutout(x, Chance(seeded()))
    blank = (cut == 0).all(dim=1)
    assert blank.flatten(1).any(dim=1).all()
    assert blank.sum(dim=(1, 2)).max() == SIZE * SIZE // 4
    kept = ~blank[:, None].expand_as(x)
    assert torch.equal(cut[kept], x[kept])


@pytest.mark.parametrize(
    ("change", "low", "high"), [(brightness, -0.5, 0.5), (saturation, 0, 2), (contrast, 0.5, 1.5)]
)
def test_a_colour_is_changed_both_ways_and_no_further_than_is_said(
    change: Augment, low: float, high: float
) -> None:
    x = pictures(400)
    changed = change(x, Chance(seeded()))
    if change is brightness:
        by = (changed - x).mean(dim=(1, 2, 3))
    else:
        middle = x.mean(dim=1 if change is saturation else (1, 2, 3), keepdim=True)
        by = (changed - middle).flatten(1).norm(dim=1) / (x - middle).flatten(1).norm(dim=1)
    assert low - 1e-4 <= by.min() < low + 0.1 * (high - low)
    assert high - 0.1 * (high - low) < by.max() <= high + 1e-4


def test_a_tint_stays_near() -> None:
    x = pictures(200) * 2 - 1
    change = (tint(x, Chance(seeded())) - x).abs()
    colour = (x - x.mean(dim=1, keepdim=True)).abs()
    assert (change <= 0.15 + 0.3 * colour + 1e-6).all()


def test_a_tint_of_grey_stays_grey() -> None:
    grey = torch.rand(4, 1, SIZE, SIZE).expand(-1, 3, -1, -1)
    tinted = tint(grey, Chance(seeded()))
    torch.testing.assert_close(tinted[:, 0], tinted[:, 2])


def test_blocks_that_belong_together_change_alike() -> None:
    block = pictures(4)
    first, second = diff_augment(block.repeat(2, 1, 1, 1), EVERY, seeded(), alike=2).split(4)
    assert torch.equal(first, second)
    assert not torch.equal(first, diff_augment(block, EVERY, seeded(1)))
