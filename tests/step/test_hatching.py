"""Detail that repeats on a grid is told from detail that does not."""

import pytest
import torch
from torch import Generator, Tensor

from foodgan.models.layers import upsample
from foodgan.step.hatching import hatching


def textures(size: int, *, rough: float = 0.1) -> Tensor:
    """Blotches with some noise, (8, 3, S, S)."""
    chance = Generator().manual_seed(0)
    blotches = upsample(torch.randn(8, 3, size // 16, size // 16, generator=chance), 16)
    return blotches + rough * torch.randn(8, 3, size, size, generator=chance)


@pytest.mark.parametrize("size", [64, 256])
def test_what_does_not_repeat_is_near_one(size: int) -> None:
    assert 0.5 < hatching(textures(size)) < 2


@pytest.mark.parametrize("size", [64, 256])
@pytest.mark.parametrize("period", [2, 4, 8])
def test_a_faint_pattern_stands_out(size: int, period: int) -> None:
    lines = (torch.arange(size).remainder(period) == 0).float() - 1 / period
    plain = textures(size)
    assert hatching(plain + 0.2 * lines) > 1.5 * hatching(plain)


def test_a_pattern_of_another_period_is_no_grid() -> None:
    waves = torch.sin(2 * torch.pi * 21.5 / 256 * torch.arange(256))
    plain = textures(256)
    assert hatching(plain + 0.2 * waves) < 1.1 * hatching(plain)
