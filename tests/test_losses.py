"""The adversarial losses against their formulas, and the penalties."""

import math

import pytest
import torch
from torch import Tensor, nn

from foodgan.losses import (
    LOSSES,
    contrast,
    energy_distance,
    energy_score,
    gradient_penalty,
    hinge_d,
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
    assert loss_d(REAL, FAKE).mean().item() == pytest.approx(expected_d, rel=1e-5)
    assert loss_g(REAL, FAKE).mean().item() == pytest.approx(expected_g, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_the_discriminator_lifts_real_and_the_generator_lifts_fake(name: str) -> None:
    loss_d, loss_g = LOSSES[name]  # type: ignore[index]
    real, fake = torch.zeros(4, requires_grad=True), torch.zeros(4, requires_grad=True)
    on_real, on_fake = torch.autograd.grad(loss_d(real, fake).sum(), (real, fake))
    (of_generator,) = torch.autograd.grad(loss_g(real, fake).sum(), fake)
    assert (on_real < 0).all()
    assert (on_fake > 0).all()
    assert (of_generator < 0).all()


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_stays_finite_for_huge_logits(name: str) -> None:
    loss_d, loss_g = LOSSES[name]  # type: ignore[index]
    huge = torch.full((2,), 1e4)
    for real, fake in ((huge, -huge), (-huge, huge)):
        assert loss_d(real, fake).isfinite().all()
        assert loss_g(real, fake).isfinite().all()


def test_the_hinge_is_zero_beyond_its_margin() -> None:
    real = torch.tensor([1.0, 5.0], requires_grad=True)
    loss = hinge_d(real, torch.tensor([-1.0, -3.0])).mean()
    loss.backward()
    assert loss.item() == 0
    assert real.grad is not None
    assert not real.grad.any()


def test_the_relativistic_loss_sees_only_the_difference_and_changes_sides_with_it() -> None:
    loss_d, loss_g = LOSSES["relativistic"]
    assert torch.equal(loss_d(REAL, FAKE), loss_g(FAKE, REAL))
    torch.testing.assert_close(loss_d(REAL + 3, FAKE + 3), loss_d(REAL, FAKE))
    assert loss_d(REAL, REAL).mean().item() == pytest.approx(math.log(2))


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


def _cloud(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))


def test_the_energy_distance_is_least_where_the_two_are_alike() -> None:
    real = _cloud(1000, 0)
    alike = energy_distance(real, _cloud(1000, 1))
    moved = energy_distance(real, _cloud(1000, 1) + 0.5)
    narrow = energy_distance(real, 0.5 * _cloud(1000, 1))
    flat = energy_distance(real, _cloud(1000, 1)[:, :1].expand(-1, 8))  # the same spread, one way
    assert alike < min(moved, narrow, flat) - 0.02


def test_the_energy_distance_of_few_pictures_is_on_average_that_of_many() -> None:
    real, fake = _cloud(400, 0), 0.5 * _cloud(400, 1)
    few = torch.stack([energy_distance(real, part) for part in fake.split(4)])
    assert few.mean().item() == pytest.approx(energy_distance(real, fake).item(), abs=0.02)


def test_a_collapsed_batch_is_pulled_apart_without_a_nan() -> None:
    fake = torch.zeros(64, 8).index_fill(0, torch.tensor([0]), 1e-2).requires_grad_()
    loss = energy_distance(_cloud(64, 0), fake)
    loss.backward()
    assert fake.grad is not None
    assert fake.grad.isfinite().all()
    assert (fake.grad[0] < fake.grad[1:].mean(dim=0)).all()  # it goes on away from the others


def test_the_energy_score_is_least_where_pictures_vary_as_their_photos_do() -> None:
    photos = _cloud(2000, 0)  # of one name each, all of one distribution

    def score(spread: float, moved: float = 0.0) -> float:
        first, second = spread * _cloud(2000, 1) + moved, spread * _cloud(2000, 2) + moved
        return energy_score(photos, first, second).mean().item()

    assert score(1.0) < min(score(0.0), score(0.5), score(2.0), score(1.0, 0.5)) - 0.02


def test_the_energy_score_of_each_place_is_its_own_and_both_pictures_count_alike() -> None:
    real, first, second = (_cloud(4, seed)[:, :, None].expand(-1, -1, 5) for seed in range(3))
    at_one = energy_score(real[..., 0], first[..., 0], second[..., 0])
    torch.testing.assert_close(energy_score(real, first, second), at_one[:, None].expand(-1, 5))
    torch.testing.assert_close(at_one, energy_score(real[..., 0], second[..., 0], first[..., 0]))


def test_two_pictures_that_are_equal_still_pass_a_gradient() -> None:
    picture = torch.zeros(3, 8, requires_grad=True)
    energy_score(_cloud(3, 0), picture, picture).sum().backward()
    assert picture.grad is not None
    assert picture.grad.isfinite().all()
    assert picture.grad.abs().sum() > 0


def test_contrast_asks_for_the_own_name_among_others_that_differ() -> None:
    sure = 20.0 * torch.eye(3, 6)
    none_same, all_named = torch.zeros(3, 6, dtype=torch.bool), torch.ones(3, dtype=torch.bool)
    assert contrast(sure, none_same, all_named) < 1e-6
    guess = contrast(torch.zeros(3, 6), none_same, all_named)
    assert guess.item() == pytest.approx(math.log(6))
    twice = sure.roll(3, dims=1) + sure  # candidates 3 to 5 are the same names again
    same = torch.eye(3, dtype=torch.bool).repeat(1, 2)
    assert contrast(twice, same, all_named) < 1e-6


def test_contrast_asks_nothing_of_pictures_without_a_name() -> None:
    same = torch.zeros(2, 2, dtype=torch.bool)
    wrong = torch.tensor([[0.0, 9.0], [0.0, 9.0]])
    assert contrast(wrong, same, torch.tensor([False, True])) < 1e-3
    assert contrast(wrong, same, torch.tensor([False, False])) == 0


def test_the_energy_distance_goes_by_differences_alone() -> None:
    real, fake = _cloud(32, 0), 0.5 * _cloud(32, 1)
    far = energy_distance(real + 300, fake + 300)
    assert far.item() == pytest.approx(energy_distance(real, fake).item(), abs=1e-4)


def test_the_energy_distance_is_taken_in_single_precision_also_where_the_step_is_not() -> None:
    common = 3 * _cloud(1, 2).repeat(1, 64)  # maps of pictures have most in common
    real, fake = (common + 0.3 * _cloud(32 * 64, seed).reshape(32, -1) for seed in range(2))
    fake.requires_grad_()
    plain = energy_distance(real, fake)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = energy_distance(real, fake)
    torch.testing.assert_close(mixed, plain, rtol=1e-6, atol=0)
    (of_plain,), (of_mixed,) = (torch.autograd.grad(x, fake) for x in (plain, mixed))
    torch.testing.assert_close(of_mixed, of_plain, rtol=1e-6, atol=0)


def test_a_picture_is_not_apart_from_itself() -> None:
    real, fake = _cloud(64, 0), torch.full((64, 8), 0.7)
    assert energy_distance(real, fake).item() == pytest.approx(
        2 * (real - fake).norm(dim=1).mean().item() * 8**-0.5 - 1e-3 * 8**-0.5, abs=1e-6
    )
