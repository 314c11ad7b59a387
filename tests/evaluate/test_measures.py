"""The measures, each on features whose answer is known."""

import pytest
import torch
from torch import Generator, Tensor

from foodgan.evaluate import measures
from foodgan.evaluate.features import random_features, standardised


def cloud(count: int, seed: int, *, shift: float = 0.0, size: int = 16) -> Tensor:
    return torch.randn(count, size, generator=Generator().manual_seed(seed)) + shift


def test_two_samples_of_one_cloud_have_no_distance() -> None:
    found = measures.kid(cloud(600, 0), cloud(600, 1))
    assert found.low < 0.005
    assert abs(found.mean) < 0.02


def test_the_distance_grows_with_the_gap() -> None:
    near, far = (measures.kid(cloud(600, 0), cloud(600, 1, shift=s)).mean for s in (0.3, 1.0))
    assert 0.02 < near < far


def test_the_distance_is_unbiased_for_few_pictures() -> None:
    few = [measures.kid(cloud(20, s), cloud(20, 100 + s)).mean for s in range(30)]
    assert abs(torch.tensor(few).mean()) < 0.05


def test_the_distance_of_a_handful_is_the_formula_by_hand() -> None:
    x, y = cloud(3, 0, size=2), cloud(3, 1, size=2)

    def kernel(a: Tensor, b: Tensor) -> float:
        return float((a @ b / 2 + 1) ** 3)

    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    within = sum(kernel(x[i], x[j]) + kernel(y[i], y[j]) for i, j in pairs) / 6
    between = sum(kernel(a, b) for a in x for b in y) / 9
    assert measures.kid(x, y).mean == pytest.approx(within - 2 * between, rel=1e-4)


def test_a_copycat_is_caught_and_a_fresh_sample_is_not() -> None:
    train, test, fresh = cloud(300, 0), cloud(200, 1), cloud(200, 2)
    assert measures.copying(train[:200], train, test) < 0.01
    assert measures.copying(train[:200] + 0.05 * cloud(200, 3), train, test) < 0.2
    assert measures.copying(fresh, train, test) == pytest.approx(1, abs=0.05)


def test_spread_is_the_mean_distance_within_a_group() -> None:
    far = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    assert measures.spread([far, far / 5]) == pytest.approx(3)
    assert measures.spread([torch.zeros(4, 2)]) == 0


def test_agreement_is_one_for_the_same_table_and_none_for_another() -> None:
    table = cloud(200, 0)
    assert measures.agreement(table, 3 * table + 7) == pytest.approx(1, abs=1e-5)
    assert abs(measures.agreement(table, cloud(200, 1))) < 0.1


def test_random_features_are_the_same_every_time_and_tell_pictures_apart() -> None:
    pictures = torch.rand(3, 3, 96, 96, generator=Generator().manual_seed(0)) * 2 - 1
    once, again = random_features(pictures), random_features(pictures)
    assert once.shape == (3, 960)
    assert torch.equal(once, again)
    assert not torch.allclose(once[0], once[1], atol=1e-3)


def test_a_feature_without_spread_does_not_divide_by_zero() -> None:
    assert standardised(torch.ones(2, 3), torch.ones(4, 3)).isfinite().all()
