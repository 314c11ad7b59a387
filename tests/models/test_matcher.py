"""The matcher: how well pictures fit names."""

import pytest
import torch
from torch import Generator, Tensor

from foodgan.models.matcher import FrozenSight, Matcher, OwnSight, means_and_maxima
from foodgan.text.encode import encode
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS

CHANNELS = 8


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=Generator().manual_seed(0))


@pytest.fixture(params=["frozen", "own"])
def matcher(request: pytest.FixtureRequest) -> Matcher:
    torch.manual_seed(0)
    sight = OwnSight() if request.param == "own" else FrozenSight(CHANNELS)
    return Matcher(DIMENSIONS, BUCKETS, 16, sight)


def seen(matcher: Matcher, count: int) -> Tensor:
    return normal(count, 3 if isinstance(matcher.sees, OwnSight) else CHANNELS, 32, 32)


def test_no_name_and_no_picture_is_louder_than_another(matcher: Matcher) -> None:
    with torch.no_grad():
        matcher.log_scale.fill_(10)
        matcher.names.null.fill_(100)
    fit = matcher((seen(matcher, 3) * 100,), encode(["カレー", ""]))
    assert fit.shape == (3, 2)
    assert 1 < fit.abs().max() <= 50.001


def test_how_a_picture_fits_is_the_same_in_any_company(matcher: Matcher) -> None:
    """Photos and paintings come in batches of their own."""
    pictures, names = seen(matcher.train(), 4), encode(["カレー", "鮭丼"])
    torch.testing.assert_close(
        matcher((pictures,), names)[:1], matcher((pictures[:1],), names), rtol=1e-3, atol=1e-4
    )


def test_what_shows_in_one_place_alone_is_seen() -> None:
    flat, dot = torch.full((1, 1, 4, 4), 0.25), torch.zeros(1, 1, 4, 4)
    dot[:, :, 1, 2] = 4
    assert means_and_maxima(flat).tolist() == [[0.25, 0.25]]
    assert means_and_maxima(dot).tolist() == [[0.25, 4]]
