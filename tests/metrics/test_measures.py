"""The measures, each on features whose answer is known."""

import pytest
import torch
from prdc import compute_prdc
from torch import Generator, Tensor

from foodgan.metrics import copies, measures
from foodgan.metrics.features import random_features, shapes, standardised, views
from foodgan.photos.duplicates import grey


def cloud(count: int, seed: int, *, shift: float = 0.0, size: int = 16) -> Tensor:
    return torch.randn(count, size, generator=Generator().manual_seed(seed)) + shift


def gaps(pictures: Tensor, train: Tensor) -> Tensor:
    return measures.nearest(pictures, train)[0]


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_prdc_finds_the_same_precision_recall_density_and_coverage(shift: float) -> None:
    real, made = cloud(200, 0, size=4), cloud(150, 1, shift=shift, size=4)
    found = measures.manifold(real, made)
    expected = compute_prdc(real.double().numpy(), made.double().numpy(), measures.NEIGHBOURS)
    assert vars(found) == pytest.approx(expected, abs=1e-6)


def test_the_nearest_row_is_found_and_a_copy_is_at_no_distance() -> None:
    train = cloud(500, 0, size=960)
    found, places = measures.nearest(train[100:140], train)
    assert torch.equal(places, torch.arange(100, 140))
    assert float(found.max()) == 0
    near, place = measures.nearest(train[:1] + 1e-3, train)
    assert (int(place), float(near)) == (0, pytest.approx(1e-3 * 960**0.5, rel=1e-3))


def test_a_copycat_is_caught_and_a_fresh_sample_is_not() -> None:
    train, test, fresh = cloud(300, 0), cloud(200, 1), cloud(200, 2)
    held_out = gaps(test, train)
    noisy = gaps(train[:200] + 0.05 * cloud(200, 3), train)
    assert measures.copying(gaps(train[:200], train), held_out) < 0.01
    assert measures.copying(noisy, held_out) < 0.2
    assert measures.copying(gaps(fresh, train), held_out) == pytest.approx(1, abs=0.05)
    assert measures.suspicious(noisy, held_out) == 1
    assert measures.suspicious(gaps(fresh, train), held_out) < 0.04


def test_copies_among_fresh_pictures_show_in_the_share_though_not_in_the_median() -> None:
    train, test = cloud(300, 0), cloud(200, 1)
    mixed = torch.cat((train[:40], cloud(160, 2)))
    held_out = gaps(test, train)
    assert measures.copying(gaps(mixed, train), held_out) > 0.9
    assert measures.suspicious(gaps(mixed, train), held_out) == pytest.approx(0.2, abs=0.03)


def test_authenticity_is_the_definition_by_hand() -> None:
    train = torch.tensor([[0.0], [1.0], [5.0]])
    made = torch.tensor([[0.4], [-2.0], [4.0], [20.0]])  # 0.4<1 copy, 2>1, 1<4 copy, 15>4
    assert measures.authenticity(made, train) == 0.5


def test_copies_are_not_authentic_and_fresh_pictures_are_as_often_as_chance_has_it() -> None:
    train = cloud(400, 0)
    assert measures.authenticity(train[:100] + 0.01, train) == 0
    assert measures.authenticity(cloud(200, 1), train) == pytest.approx(0.6, abs=0.2)


def test_no_photo_of_thousands_is_its_own_neighbour() -> None:
    photos = cloud(measures.BLOCK + 100, 0, size=4)
    gaps = torch.cdist(photos.double(), photos.double()).fill_diagonal_(torch.inf)
    found = measures.apart(photos)
    torch.testing.assert_close(found, gaps.min(dim=1).values.float(), rtol=1e-3, atol=1e-5)


def test_spread_is_the_mean_distance_within_a_group() -> None:
    far = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    assert measures.spread([far, far / 5]) == pytest.approx(3)
    assert measures.spread([torch.zeros(4, 2)]) == 0


def test_near_identical_pictures_are_counted() -> None:
    real, fresh = cloud(200, 0), cloud(200, 1)
    twins = torch.cat((fresh[:50], fresh[:50] + 1e-3, fresh[100:]))
    assert measures.alike(fresh, real) < 0.1
    assert measures.alike(twins, real) == pytest.approx(0.5, abs=0.04)
    assert measures.alike(cloud(3000, 1), cloud(100, 0)) < 0.1  # more of them lie closer together


def test_agreement_is_one_for_the_same_table_and_none_for_another() -> None:
    table = cloud(200, 0)
    assert measures.agreement(table, 3 * table + 7) == pytest.approx(1, abs=1e-5)
    assert abs(measures.agreement(table, cloud(200, 1))) < 0.1
    columns = 10.0 * torch.arange(16)  # being alike in every column's mean is no agreement
    assert abs(measures.agreement(table + columns, cloud(200, 1) + columns)) < 0.1


def test_the_interval_of_groups_of_unlike_sizes_is_about_the_share() -> None:
    """Ten names: five of 19 pictures that are all right, five of one that is wrong."""
    groups = torch.arange(10).repeat_interleave(torch.tensor([19, 1] * 5))
    share = measures.of_groups(groups % 2 == 0, groups)
    assert share.mean == pytest.approx(0.95)
    assert 0.8 < share.low < share.mean < share.high <= 1


def test_coloured_specks_show_in_the_fine_hue_and_grey_ones_do_not() -> None:
    chance = Generator().manual_seed(0)
    plain = torch.nn.functional.interpolate(
        torch.randn(4, 3, 8, 8, generator=chance), scale_factor=8, mode="bilinear"
    )
    own = measures.fine_hue(plain)
    grey = 0.2 * torch.randn(4, 1, 64, 64, generator=chance)
    assert measures.fine_hue(plain + grey) == pytest.approx(own, rel=1e-3)
    coloured = 0.2 * torch.randn(4, 3, 64, 64, generator=chance)
    assert measures.fine_hue(plain + coloured) > 2 * own


def test_the_true_name_must_score_above_every_other_one() -> None:
    scores = torch.tensor([[3.0, 1, 2], [1, 3, 2], [2, 2, 1], [5, 4, 4]])
    assert measures.r_precision(scores) == 0.5


def test_random_features_are_the_same_every_time_and_tell_pictures_apart() -> None:
    pictures = torch.rand(3, 3, 96, 96, generator=Generator().manual_seed(0)) * 2 - 1
    once, again = random_features(pictures), random_features(pictures)
    assert once.shape == (3, 960)
    assert torch.equal(once, again)
    assert not torch.allclose(once[0], once[1], atol=1e-3)


def test_a_shape_stays_when_the_colours_change_and_is_among_the_views_when_mirrored() -> None:
    pictures = torch.rand(3, 3, 64, 64, generator=Generator().manual_seed(0)) * 2 - 1
    plain = shapes(grey(pictures))
    assert torch.allclose(shapes(grey(pictures * 0.6 + 0.2)), plain, atol=1e-5)
    seen = [shapes(view) for view in views(grey(pictures))]
    assert len(seen) == 56
    assert min(float((shapes(grey(pictures.flip(3))) - v).abs().max()) for v in seen) < 1e-6


def test_a_feature_without_spread_does_not_divide_by_zero() -> None:
    assert standardised(torch.ones(2, 3), torch.ones(4, 3)).isfinite().all()


def test_a_mirrored_copy_is_caught_by_its_texture_too() -> None:
    photos = torch.rand(40, 3, 64, 64, generator=Generator().manual_seed(0)) * 2 - 1
    train, held_out = photos[:30], photos[30:]
    found = copies.search(train[:5].flip(3), train, held_out)
    assert torch.equal(found.textures["made"].rows, torch.arange(5))
    assert found.figures["rho"] < 0.01
