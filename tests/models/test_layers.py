"""The layers that all networks share."""

import pytest
import torch

from foodgan.models.layers import ResBlock, TextAffine, UpBlock, minibatch_std, upsample


def test_an_affine_starts_near_the_identity_and_follows_its_style() -> None:
    torch.manual_seed(0)
    affine = TextAffine(8, 4)
    x = torch.randn(2, 4, 5, 5)
    assert torch.equal(affine(x, torch.zeros(2, 8)), x)
    one, other = affine(x[:1], torch.ones(1, 8)), affine(x[:1], -torch.ones(1, 8))
    assert not torch.allclose(one, other)


def test_a_trained_norm_is_part_of_the_affine() -> None:
    torch.manual_seed(0)
    affine = TextAffine(8, 4, norm=True)
    assert affine.norm is not None
    style = torch.randn(64, 8)
    for _ in range(50):
        affine(3 * torch.randn(64, 4, 5, 5) + 2, style)
    x = 3 * torch.randn(2, 4, 5, 5) + 2
    affine.eval()
    plain = TextAffine(8, 4)
    plain.load_state_dict(affine.to_affine.state_dict(prefix="to_affine."))
    torch.testing.assert_close(affine(x, style[:2]), plain(affine.norm(x), style[:2]))


def test_upsampling_keeps_a_flat_picture_flat_and_leaves_no_checker_pattern() -> None:
    torch.testing.assert_close(
        upsample(torch.full((1, 1, 4, 4), 0.3)), torch.full((1, 1, 8, 8), 0.3)
    )
    steps = upsample(torch.arange(8.0).expand(1, 1, 8, 8))[0, 0, 0].diff()
    assert (steps >= 0).all()


@pytest.fixture
def block() -> UpBlock:
    torch.manual_seed(0)
    return UpBlock(6, 4, 8)


def test_an_upblock_doubles_the_size(block: UpBlock) -> None:
    assert block(torch.randn(2, 6, 4, 4), torch.randn(2, 8)).shape == (2, 4, 8, 8)


def test_grain_changes_the_picture_where_it_lies(block: UpBlock) -> None:
    x, style = torch.randn(1, 6, 8, 8), torch.randn(1, 8)
    grain = torch.zeros(1, 1, 16, 16)
    plain = block(x, style)
    torch.testing.assert_close(block(x, style, grain), plain)
    grain[0, 0, 4, 4] = 1
    changed = (block(x, style, grain) - plain).abs().amax(dim=(0, 1)) > 1e-6
    assert changed[3:6, 3:6].any()
    changed[3:6, 3:6] = False
    assert not changed.any()


def test_the_weight_of_the_grain_is_learned(block: UpBlock) -> None:
    grain = torch.randn(2, 1, 8, 8)
    block(torch.randn(2, 6, 4, 4), torch.randn(2, 8), grain).square().sum().backward()
    assert block.grain.grad is not None
    assert block.grain.grad.all()


def test_a_resblock_keeps_the_shape_and_begins_as_its_shortcut() -> None:
    block = ResBlock(4, 8)
    x = torch.randn(2, 4, 8, 8)
    torch.nn.init.zeros_(block.conv2.weight)
    torch.nn.init.zeros_(block.conv2.bias)
    torch.testing.assert_close(block(x, torch.randn(2, 8)), x)


def test_the_minibatch_std_shows_collapse() -> None:
    varied = torch.randn(8, 4, 4, 4)
    collapsed = varied[:1].expand(8, -1, -1, -1)
    assert minibatch_std(varied).shape == (8, 5, 4, 4)
    assert torch.equal(minibatch_std(varied)[:, :4], varied)
    assert minibatch_std(varied)[:, 4].min() > 0.5
    assert minibatch_std(collapsed)[:, 4].max() < 1e-3


def test_each_group_of_a_batch_has_a_spread_of_its_own() -> None:
    pictures = torch.randn(16, 4, 4, 4)
    pictures[::2] = pictures[:1]  # a group takes every second picture of sixteen
    spread = minibatch_std(pictures)[:, 4]
    assert spread[::2].max() < 1e-3
    assert spread[1::2].min() > 0.5


@pytest.mark.parametrize("count", [1, 2, 7, 9, 12])
def test_the_minibatch_std_takes_any_count(count: int) -> None:
    x = torch.randn(count, 3, 4, 4)
    result = minibatch_std(x)
    assert result.shape == (count, 4, 4, 4)
    assert result.isfinite().all()


def test_the_minibatch_std_has_a_finite_gradient_at_collapse() -> None:
    x = torch.ones(4, 3, 4, 4, requires_grad=True)
    minibatch_std(x).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()
