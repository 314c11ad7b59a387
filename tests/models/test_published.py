"""Stage-I as published: what it does, and what is wrong with it."""

import pytest
import torch
from torch import Generator, Tensor

from foodgan.models.published import (
    PublishedConfig,
    PublishedDiscriminator,
    PublishedGenerator,
    mean_vector,
)
from foodgan.step.config import load_config
from foodgan.step.objectives import build_objective
from foodgan.text.encode import encode
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS

NAMES = ("チーズ味噌カツ丼", "カレーうどん")


def config(**changes: bool) -> PublishedConfig:
    widths = {"condition": 8, "noise": 8, "generator": 4, "discriminator": 4}
    return PublishedConfig(vector_size=DIMENSIONS, **widths, **changes)


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=Generator().manual_seed(0))


def test_it_sketches_in_range_from_a_name_and_noise() -> None:
    torch.manual_seed(0)
    generator = PublishedGenerator(config())
    painted = generator(encode(NAMES), normal(2, 8), normal(2, 8))
    assert painted.pictures.shape == (2, 3, 64, 64)
    assert painted.pictures.abs().max() <= 1


def test_its_relu_keeps_mu_from_being_negative_and_sigma_from_being_small() -> None:
    torch.manual_seed(0)
    text = mean_vector(encode(NAMES))
    mu, log_var = PublishedGenerator(config()).augment(text)
    assert (mu >= 0).all()
    assert (log_var.exp() >= 1).all()
    mu, log_var = PublishedGenerator(config(relu=False)).augment(text)
    assert (mu < 0).any()
    assert (log_var < 0).any()


def test_its_one_logit_hears_the_name_through_mu_alone() -> None:
    torch.manual_seed(0)
    generator = PublishedGenerator(config())
    judge = PublishedDiscriminator(config(), generator.augment)
    maps = judge.features(judge.look(normal(2, 3, 64, 64)))
    right, wrong = (judge.judge(maps, judge.names(encode(n))) for n in (NAMES, NAMES[::-1]))
    assert not torch.allclose(right.name, wrong.name)
    assert not right.picture.any()
    assert not right.words.any()
    right.name.sum().backward()
    assert all(p.grad is None for p in generator.augment.parameters())
    assert not any("augment" in name for name, _ in judge.named_parameters())


@pytest.mark.parametrize("sigmoid", [False, True])
def test_a_sigmoid_squashes_its_logit(sigmoid: bool) -> None:
    torch.manual_seed(0)
    judge = PublishedDiscriminator(config(sigmoid=sigmoid), PublishedGenerator(config()).augment)
    logits = judge.judge(
        judge.features(judge.look(20 * normal(2, 3, 64, 64))), judge.names(encode(NAMES))
    ).name
    assert bool(((logits > 0) & (logits < 1)).all()) is sigmoid


def test_a_name_without_words_is_a_zero_vector() -> None:
    assert not mean_vector(encode([""])).any()


def test_the_shipped_configuration_builds_the_networks_of_the_coco_configuration() -> None:
    generator = build_objective(load_config("published"), DIMENSIONS, BUCKETS).generator
    assert isinstance(generator, PublishedGenerator)
    assert 10_000_000 < sum(p.numel() for p in generator.parameters()) < 30_000_000
