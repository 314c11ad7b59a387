"""KID against the formula, against torchmetrics, and its interval against the truth."""

from collections.abc import Sequence

import pytest
import torch
from torch import Generator, Tensor
from torchmetrics.image.kid import poly_mmd

from foodgan.metrics.kid import by_networks, kid


def cloud(count: int, seed: int, *, shift: float = 0.0, size: int = 16) -> Tensor:
    return torch.randn(count, size, generator=Generator().manual_seed(seed)) + shift


def test_two_samples_of_one_cloud_have_no_distance() -> None:
    found = kid(cloud(300, 0), cloud(300, 1))
    assert found.low < 0 < found.high
    assert abs(found.mean) < 0.05


def test_the_distance_grows_with_the_gap() -> None:
    near, far = (kid(cloud(200, 0), cloud(200, 1, shift=s)).mean for s in (0.3, 1.0))
    assert 0.02 < near < far


def test_the_distance_is_unbiased_for_few_pictures() -> None:
    few = [kid(cloud(20, s), cloud(20, 100 + s)).mean for s in range(30)]
    assert abs(torch.tensor(few).mean()) < 0.05


def test_subsets_are_drawn_from_all_pictures_of_both_sides() -> None:
    """Both sides are of two kinds of pictures, one kind after the other."""
    x, y = (torch.cat((cloud(200, s), cloud(200, 10 + s, shift=2))) for s in range(2))
    assert abs(kid(x, y).mean) < 0.1 * abs(kid(x, y[:200]).mean)
    assert abs(kid(x, y).mean) < 0.1 * abs(kid(x[:200], y).mean)


def test_the_distance_of_a_handful_is_the_formula_by_hand() -> None:
    x, y = cloud(3, 0, size=2), cloud(3, 1, size=2)

    def kernel(a: Tensor, b: Tensor) -> float:
        return float((a @ b / 2 + 1) ** 3)

    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    within = sum(kernel(x[i], x[j]) + kernel(y[i], y[j]) for i, j in pairs) / 6
    between = sum(kernel(a, b) for a in x for b in y) / 9
    assert kid(x, y).mean == pytest.approx(within - 2 * between, rel=1e-4)


def test_torchmetrics_finds_the_same_distance() -> None:
    x, y = cloud(150, 0), cloud(150, 1, shift=0.5)
    assert kid(x, y).mean == pytest.approx(float(poly_mmd(x.double(), y.double())), rel=1e-6)


def exact_distance(shift: float, size: int = 16) -> float:
    """E k(x, y) for normal clouds has a closed form: x·y is of known mean and second moments.

    With gap m = shift² size: E (x·y / size + 1)³ summed over both clouds and both sides.
    """
    d, m = size, shift**2 * size
    within_plain = 1 + 3 / d
    within_moved = _cube(m / d, (2 * m + d) / d**2, 6 * m / d**3)
    between = _cube(0.0, (m + d) / d**2, 0.0)
    return within_plain + within_moved - 2 * between


def _cube(mean: float, variance: float, third: float) -> float:
    """E (1 + v)³ from the mean, variance and third central moment of v."""
    base = 1 + mean
    return base**3 + 3 * base * variance + third


@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_the_interval_holds_the_truth_as_often_as_it_says(shift: float) -> None:
    true = exact_distance(shift) if shift else 0.0
    found = [kid(cloud(40, s), cloud(40, 500 + s, shift=shift)) for s in range(40)]
    assert sum(e.low <= true <= e.high for e in found) >= 34  # 38 of 40 are expected


def test_the_interval_is_no_wider_than_it_need_be() -> None:
    found = [kid(cloud(40, s), cloud(40, 500 + s, shift=0.5)) for s in range(30)]
    means = torch.tensor([e.mean for e in found])
    width = torch.tensor([e.high - e.low for e in found]).mean()
    assert float(width) == pytest.approx(float(4 * means.std()), rel=0.5)


def seen_by_all(distances: Sequence[float], count: int) -> tuple[Tensor, Tensor]:
    """Pictures and photos as networks see them that find just these distances, whoever is drawn.

    All pictures are in one place and all photos in another: (1 + a²)³ - 1 is the distance.
    """
    gaps = [(((1 + d) ** (1 / 3)) - 1) ** 0.5 for d in distances]
    pictures = torch.stack([torch.full((count, 16), gap) for gap in gaps])
    return pictures, torch.zeros_like(pictures)


def test_several_networks_are_told_as_their_mean_and_each() -> None:
    x, y = seen_by_all([0.1, 0.2, 0.3, 0.4, 0.5], 40)
    assert kid(x, y).mean == pytest.approx(0.3)
    assert by_networks(x, y)[1] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5], rel=1e-5)


def test_the_interval_of_several_networks_holds_what_others_would_have_told() -> None:
    """The pictures do not vary at all, only who looks at them."""
    found = kid(*seen_by_all([0.1, 0.2, 0.3, 0.4, 0.5], 40))
    expected = 1.96 * 0.158 / 5**0.5  # a standard error of the mean of five
    assert found.mean - found.low == pytest.approx(expected, rel=0.15)
    assert found.high - found.mean == pytest.approx(expected, rel=0.15)


def test_one_network_looking_five_times_tells_what_it_tells_alone() -> None:
    x, y = cloud(60, 0), cloud(50, 1, shift=0.4)
    alone, often = kid(x, y), kid(x.expand(5, -1, -1), y.expand(5, -1, -1))
    assert vars(often) == pytest.approx(vars(alone))
    x, y = cloud(60, 2), cloud(50, 3)
    _, each = by_networks(torch.stack([x, x]), torch.stack([y, y]))
    assert each == pytest.approx([kid(x, y).mean] * 2)
