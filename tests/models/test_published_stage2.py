"""Stage-II's generator as published: its sizes, from a sketch and a name to a picture."""

import torch
from torch import Generator

from foodgan.models.published_stage2 import PublishedStage2Config, PublishedStage2Generator
from foodgan.text.encode import encode
from foodgan.text.vectors import DIMENSIONS


def test_it_paints_four_times_the_sketch_in_range_and_hears_the_name() -> None:
    torch.manual_seed(0)
    config = PublishedStage2Config(vector_size=DIMENSIONS, condition=8, generator=8)
    generator = PublishedStage2Generator(config).eval()
    chance = Generator().manual_seed(0)
    sketch, noise = torch.randn(1, 3, 64, 64, generator=chance), torch.randn(1, 8, generator=chance)
    with torch.no_grad():
        one, other = (generator(encode([n]), sketch, noise) for n in ("カレーうどん", "鮭丼"))
    assert one.shape == (1, 3, 256, 256)
    assert one.abs().max() <= 1
    assert not torch.equal(one, other)


def test_it_is_as_large_as_the_coco_configuration_makes_it() -> None:
    with torch.device("meta"):
        generator = PublishedStage2Generator(PublishedStage2Config(vector_size=DIMENSIONS))
    assert 25_000_000 < sum(p.numel() for p in generator.parameters()) < 45_000_000
