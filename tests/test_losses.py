"""The adversarial losses against their formulas, and the penalties."""

import math

import pytest
import torch
from torch import Tensor, nn

from foodgan.losses import (
    LOSSES,
    energy_by_word,
    energy_distance,
    gradient_penalty,
    hinge_d,
    mode_seeking,
)

REAL = torch.tensor([0.3, -1.2, 2.0])
FAKE = torch.tensor([-0.5, 0.7, 0.1])


def softplus(x: Tensor) -> float:
    return sum(math.log1p(math.exp(v)) for v in x.tolist()) / len(x)


def relu(x: Tensor) -> float:
    return sum(max(v, 0.0) for v in x.tolist()) / len(x)


@pytest.mark.parametrize(
    ("name", "expected_d", "expected_g"),
    [
        ("bce", softplus(-REAL) + softplus(FAKE), softplus(-FAKE)),
        ("hinge", relu(1 - REAL) + relu(1 + FAKE), -FAKE.mean().item()),
        ("relativistic", softplus(FAKE - REAL), softplus(REAL - FAKE)),
    ],
)
def test_each_loss_is_its_formula(name: str, expected_d: float, expected_g: float) -> None:
    loss_d, loss_g = LOSSES[name]  # type: ignore[index]
    assert loss_d(REAL, FAKE).item() == pytest.approx(expected_d, rel=1e-5)
    assert loss_g(REAL, FAKE).item() == pytest.approx(expected_g, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_the_discriminator_lifts_real_and_the_generator_lifts_fake(name: str) -> None:
    loss_d, loss_g = LOSSES[name]  # type: ignore[index]
    real, fake = torch.zeros(4, requires_grad=True), torch.zeros(4, requires_grad=True)
    on_real, on_fake = torch.autograd.grad(loss_d(real, fake), (real, fake))
    (of_generator,) = torch.autograd.grad(loss_g(real, fake), fake)
    assert (on_real < 0).all()
    assert (on_fake > 0).all()
    assert (of_generator < 0).all()


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_stays_finite_for_huge_logits(name: str) -> None:
    loss_d, loss_g = LOSSES[name]  # type: ignore[index]
    huge = torch.full((2,), 1e4)
    for real, fake in ((huge, -huge), (-huge, huge)):
        assert loss_d(real, fake).isfinite()
        assert loss_g(real, fake).isfinite()


def test_the_hinge_is_zero_beyond_its_margin() -> None:
    real = torch.tensor([1.0, 5.0], requires_grad=True)
    loss = hinge_d(real, torch.tensor([-1.0, -3.0]))
    loss.backward()
    assert loss.item() == 0
    assert real.grad is not None
    assert not real.grad.any()


def test_the_relativistic_loss_sees_only_the_difference_and_changes_sides_with_it() -> None:
    loss_d, loss_g = LOSSES["relativistic"]
    assert loss_d(REAL, FAKE) == loss_g(FAKE, REAL)
    torch.testing.assert_close(loss_d(REAL + 3, FAKE + 3), loss_d(REAL, FAKE))
    assert loss_d(REAL, REAL).item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("count", [1, 3])
def test_the_penalty_of_a_linear_critic_is_half_its_squared_weights(count: int) -> None:
    critic = nn.Linear(3 * 4 * 4, 1)
    pictures = torch.randn(count, 3, 4, 4, requires_grad=True)
    penalty = gradient_penalty(critic(pictures.flatten(1)), (pictures,))
    torch.testing.assert_close(penalty, 0.5 * critic.weight.square().sum())


def test_the_penalty_teaches_the_critic() -> None:
    critic = nn.Linear(3 * 4 * 4, 1)
    pictures = torch.randn(2, 3, 4, 4, requires_grad=True)
    gradient_penalty(critic(pictures.flatten(1)), (pictures,)).backward()
    torch.testing.assert_close(critic.weight.grad, critic.weight.detach())


def test_mode_seeking_charges_pictures_that_do_not_follow_their_noise() -> None:
    za, zb = torch.zeros(2, 5), torch.ones(2, 5)
    alike = torch.zeros(2, 3, 8, 8)
    collapsed = mode_seeking(alike, alike, za, zb)
    varied = mode_seeking(alike, alike + 0.5, za, zb)
    assert collapsed.item() == pytest.approx(1 / 0.05)
    assert varied.item() == pytest.approx(1 / (0.5 + 0.05))


def test_mode_seeking_parts_the_pictures() -> None:
    a = torch.zeros(1, 3, 8, 8, requires_grad=True)
    b = torch.full((1, 3, 8, 8), 0.1)
    mode_seeking(a, b, torch.zeros(1, 5), torch.ones(1, 5)).backward()
    assert a.grad is not None
    assert (a.grad > 0).all()  # descending moves a away from b


def _cloud(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))


def test_the_energy_distance_is_least_where_the_two_are_alike() -> None:
    real = _cloud(1000, 0)
    alike = energy_distance(real, _cloud(1000, 1))
    moved = energy_distance(real, _cloud(1000, 1) + 0.5)
    narrow = energy_distance(real, 0.5 * _cloud(1000, 1))
    flat = energy_distance(real, _cloud(1000, 1)[:, :1].expand(-1, 8))  # the same spread, one way
    assert alike < min(moved, narrow, flat) - 0.02


def test_a_collapsed_batch_is_pulled_apart_without_a_nan() -> None:
    fake = torch.zeros(64, 8).index_fill(0, torch.tensor([0]), 1e-2).requires_grad_()
    loss = energy_distance(_cloud(64, 0), fake)
    loss.backward()
    assert fake.grad is not None
    assert fake.grad.isfinite().all()
    assert (fake.grad[0] < fake.grad[1:].mean(dim=0)).all()  # it goes on away from the others


def test_the_energy_by_word_is_least_where_each_word_has_its_own_pictures() -> None:
    chance = torch.Generator().manual_seed(0)
    word = torch.arange(60) % 2  # two words, whose photos lie far apart
    photos = 5.0 * word[:, None] + torch.randn(60, 4, generator=chance)
    again = 5.0 * word[:, None] + torch.randn(60, 4, generator=chance)
    same = (word[:, None] == word[None]).float()
    right = energy_by_word(photos, again, same, same)
    swapped = energy_by_word(photos, again.roll(1, 0), same, same)
    alike = energy_by_word(photos, photos.mean(dim=0).expand(60, 4), same, same)
    assert right < alike < swapped
    assert energy_by_word(photos, again, 0 * same, 0 * same) == 0


def test_a_row_and_its_own_photo_are_no_independent_pair() -> None:
    photos = torch.tensor([[0.0], [9.0]])
    only_itself = torch.eye(2)
    assert energy_by_word(photos, photos + 1, only_itself, only_itself) == 0
