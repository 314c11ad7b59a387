"""A dish's noise."""

import pytest
import torch

from foodgan.painting.latents import draw, spherical


def test_a_seed_is_always_the_same_noise_and_another_seed_is_other_noise() -> None:
    one, again, other = (draw(seed, [(64,), (3, 4)]) for seed in (7, 7, 8))
    assert torch.equal(one[0], again[0])
    assert torch.equal(one[1], again[1])
    assert not torch.equal(one[0], other[0])
    assert (one[0].shape, one[1].shape) == ((64,), (3, 4))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_between_two_noises_the_norm_goes_evenly_from_one_to_the_other(share: float) -> None:
    (a,), (b,) = draw(1, [(256,)]), draw(2, [(256,)])
    wanted = (1 - share) * a.norm() + share * b.norm()
    torch.testing.assert_close(spherical(a, 2 * b, share).norm(), wanted + share * b.norm())


def test_the_ends_are_the_two_noises_themselves() -> None:
    (a,), (b,) = draw(1, [(256,)]), draw(2, [(256,)])
    torch.testing.assert_close(spherical(a, b, 0.0), a)
    torch.testing.assert_close(spherical(a, b, 1.0), b)


def test_between_a_noise_and_itself_is_itself() -> None:
    (a,) = draw(1, [(256,)])
    torch.testing.assert_close(spherical(a, a, 0.4), a)
