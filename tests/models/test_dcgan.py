"""DCGAN: the unconditional baseline."""

import pytest
import torch

from foodgan.models.dcgan import DcganConfig, DcganDiscriminator, DcganGenerator
from foodgan.text.encode import encode

NAMES = ("カレー", "鮭丼")


def test_it_paints_in_range_and_hears_no_name() -> None:
    torch.manual_seed(0)
    generator = DcganGenerator(DcganConfig(noise=8, width=4)).eval()
    z, noise = torch.randn(2, 8), torch.zeros(2, 1)
    painted = generator(encode(NAMES), z, noise)
    assert painted.pictures.shape == (2, 3, 64, 64)
    assert painted.pictures.abs().max() <= 1
    assert torch.equal(painted.pictures, generator(encode(NAMES[::-1]), z, noise).pictures)
    assert painted.kl.item() == 0


@pytest.mark.parametrize("sigmoid", [False, True])
def test_it_judges_the_picture_alone(sigmoid: bool) -> None:
    torch.manual_seed(0)
    judge = DcganDiscriminator(DcganConfig(noise=8, width=4, sigmoid=sigmoid))
    maps = judge.features(judge.look(5 * torch.randn(2, 3, 64, 64)))
    verdict = judge.judge(maps, judge.names(encode(NAMES)))
    assert verdict.picture.shape == (2, 1)
    assert not verdict.name.any()
    assert not verdict.words.any()
    if sigmoid:
        assert ((verdict.picture > 0) & (verdict.picture < 1)).all()
