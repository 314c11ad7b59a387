"""Shapes, ranges and heads of StackGAN's networks."""

from dataclasses import replace

import pytest
import torch
from torch import Generator, Tensor

from foodgan.models.layers import upsample
from foodgan.models.stackgan import (
    Painted,
    Stage1Discriminator,
    Stage1Generator,
    Stage2Discriminator,
    Stage2Generator,
    TextHeads,
    Verdict,
)
from foodgan.models.text import EncodedNames
from foodgan.step.config import load_config
from foodgan.step.objectives import build_objective
from foodgan.text.encode import TokenBatch, encode
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS
from tests.generator_fixtures import stage1_config, stage2_config

NAMES = ("チーズ味噌カツ丼", "カレー", "")
COUNT = len(NAMES)


@pytest.fixture
def first() -> Stage1Generator:
    torch.manual_seed(0)
    return Stage1Generator(stage1_config())


@pytest.fixture
def second() -> Stage2Generator:
    torch.manual_seed(0)
    return Stage2Generator(stage2_config())


@pytest.fixture
def judge() -> Stage1Discriminator:
    torch.manual_seed(0)
    return Stage1Discriminator(stage1_config())


@pytest.fixture
def patches() -> Stage2Discriminator:
    torch.manual_seed(0)
    return Stage2Discriminator(stage2_config())


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=Generator().manual_seed(seed))


def sketched(first: Stage1Generator, names: TokenBatch, seed: int = 0) -> Painted:
    n = len(names)
    condition = first.config.condition
    painted: Painted = first(names, normal(n, first.noise, seed=seed), normal(n, condition))
    return painted


def painted(second: Stage2Generator, names: TokenBatch, sketch: Tensor, seed: int = 0) -> Tensor:
    n, side = len(names), sketch.shape[-1] // 2
    z = normal(n, second.noise, side, side, seed=seed)
    pictures: Tensor = second(names, sketch, z, normal(n, second.config.condition)).pictures
    return pictures


def test_stage_one_sketches_in_range(first: Stage1Generator) -> None:
    result = sketched(first.eval(), encode(NAMES))
    assert result.pictures.shape == (COUNT, 3, 64, 64)
    assert result.pictures.abs().max() == 1
    assert result.mu.shape == (COUNT, first.config.condition)
    assert result.kl.shape == ()


def test_a_sketch_out_of_range_is_pulled_back_while_stage_one_learns(
    first: Stage1Generator,
) -> None:
    pictures = sketched(first.train(), encode(NAMES)).pictures
    pictures.retain_grad()
    pictures.square().sum().backward()
    outside = pictures.abs() > 1
    assert outside.any()
    assert pictures.grad is not None
    assert (pictures.grad[outside] != 0).all()
    assert first.to_rgb.weight.grad is not None


def test_the_noise_holds_the_shape_of_the_dish_and_a_grain_a_pixel(first: Stage1Generator) -> None:
    assert first.noise == first.config.noise + 8 * 8 + 16 * 16 + 32 * 32 + 64 * 64
    z = normal(1, first.noise)
    grain = z.clone()
    grain[:, -1] += 5  # of the last pixel
    names, noise = encode(["カレー"]), normal(1, first.config.condition)
    changed = (first(names, z, noise).pictures - first(names, grain, noise).pictures)[0].any(dim=0)
    assert changed[-1, -1]
    assert not changed[:-4, :-4].any()


def test_name_and_noise_both_change_the_sketch(first: Stage1Generator) -> None:
    plain = sketched(first, encode(["カレー"])).pictures
    assert not torch.allclose(sketched(first, encode(["鮭丼"])).pictures, plain, atol=1e-3)
    assert not torch.allclose(
        sketched(first, encode(["カレー"]), seed=1).pictures, plain, atol=1e-3
    )


def test_the_last_block_alone_hears_the_colours(first: Stage1Generator) -> None:
    heard: list[Tensor] = []
    for block in first.blocks:
        block.register_forward_pre_hook(lambda _, given: heard.append(given[1]))
    shape, colours = normal(2, 1, first.config.condition)
    first.paint(shape, colours, normal(1, first.noise))
    assert [style is colours for style in heard] == [False, False, False, True]
    assert all(style is shape for style in heard[:3])


@pytest.mark.parametrize("named", [False, True])
def test_the_layout_is_the_noises_alone_unless_the_seed_is_named(named: bool) -> None:
    first = Stage1Generator(stage1_config().model_copy(update={"named_seed": named}))
    laid: list[Tensor] = []
    first.blocks[0].register_forward_pre_hook(lambda _, given: laid.append(given[0]))
    z = normal(1, first.noise)
    for shape in normal(2, 1, first.config.condition):
        first.paint(shape, shape, z)
    assert torch.equal(*laid) is not named
    assert (first.seed.bias is not None) is named


def test_every_weight_of_stage_one_learns(first: Stage1Generator) -> None:
    result = sketched(first, encode(NAMES))
    (result.pictures.square().mean() + result.kl).backward()
    asleep = [name for name, p in first.named_parameters() if p.grad is None or not p.grad.any()]
    assert [name for name in asleep if name != "names.score.2.bias"] == []  # a softmax ignores it


@pytest.mark.parametrize("side", [16, 32, 64])
def test_stage_two_paints_four_times_the_size(second: Stage2Generator, side: int) -> None:
    pictures = painted(second, encode(NAMES), normal(COUNT, 3, side, side).tanh())
    assert pictures.shape == (COUNT, 3, 4 * side, 4 * side)
    assert pictures.abs().max() <= 1.2


def test_stage_two_adds_to_the_enlarged_sketch(second: Stage2Generator) -> None:
    sketch = normal(COUNT, 3, 16, 16).tanh()
    torch.nn.init.zeros_(second.to_rgb.weight)
    torch.nn.init.zeros_(second.to_rgb.bias)
    torch.testing.assert_close(painted(second, encode(NAMES), sketch), upsample(sketch, 4))


def test_name_and_noise_both_change_the_picture(second: Stage2Generator) -> None:
    sketch = torch.zeros(1, 3, 16, 16)
    plain = painted(second, encode(["カレー"]), sketch)
    assert not torch.equal(painted(second, encode(["鮭丼"]), sketch), plain)
    assert not torch.equal(painted(second, encode(["カレー"]), sketch, seed=1), plain)


def test_the_noise_holds_a_grain_for_each_pixel_of_the_picture(second: Stage2Generator) -> None:
    assert second.noise == second.config.noise + 2 * 2 + 4 * 4 + 8 * 8
    names, sketch = encode(["カレー"]), normal(1, 3, 16, 16).tanh()
    z, noise = normal(1, second.noise, 8, 8), normal(1, second.config.condition)
    grain = z.clone()
    grain[:, -1, -1, -1] += 5  # of the last pixel
    plain, other = (second(names, sketch, part, noise).pictures for part in (z, grain))
    changed = (plain - other)[0].any(dim=0)
    assert changed[-1, -1]
    assert not changed[:-4, :-4].any()


def test_a_stage_two_without_grain_takes_less_noise() -> None:
    plain = Stage2Generator(stage2_config(grain=False))
    assert plain.noise == plain.config.noise
    assert painted(plain, encode(NAMES), torch.zeros(COUNT, 3, 16, 16)).shape[-1] == 64


def test_every_weight_of_stage_two_learns(second: Stage2Generator) -> None:
    names, sketch = encode(NAMES), normal(COUNT, 3, 16, 16).tanh()
    z, noise = normal(COUNT, second.noise, 8, 8), normal(COUNT, second.config.condition)
    result = second(names, sketch, z, noise)
    (result.pictures.square().mean() + result.kl).backward()
    asleep = [name for name, p in second.named_parameters() if p.grad is None or not p.grad.any()]
    assert [name for name in asleep if name != "names.score.2.bias"] == []  # a softmax ignores it


def test_stage_one_gives_three_logits_a_picture(judge: Stage1Discriminator) -> None:
    verdict = judge(normal(COUNT, 3, 64, 64), encode(NAMES))
    assert verdict.picture.shape == (COUNT, 1)
    assert verdict.name.shape == verdict.words.shape == (COUNT,)


def test_stage_one_looks_at_small_features_to_redraw_a_quarter(judge: Stage1Discriminator) -> None:
    maps, before = judge.features(judge.look(normal(COUNT, 3, 64, 64)))
    assert maps.shape[-2:] == (4, 4)
    redrawn = judge.decoder(before)
    assert redrawn.shape == (COUNT, 3, 32, 32)
    assert redrawn.abs().max() <= 1


@pytest.mark.parametrize("side", [64, 128])
def test_stage_two_gives_a_logit_a_patch(patches: Stage2Discriminator, side: int) -> None:
    verdict = patches(normal(COUNT, 3, side, side), encode(NAMES))
    assert verdict.picture.shape == (COUNT, (side // 16) ** 2)
    assert verdict.name.shape == verdict.words.shape == (COUNT,)


def test_the_first_logit_does_not_hear_the_name_and_the_others_do(
    judge: Stage1Discriminator,
) -> None:
    pictures = normal(1, 3, 64, 64)
    one: Verdict = judge(pictures, encode(["カレー"]))
    other: Verdict = judge(pictures, encode(["抹茶パフェ"]))
    assert torch.equal(one.picture, other.picture)
    assert not torch.allclose(one.name, other.name)
    assert not torch.allclose(one.words, other.words)


def test_a_name_without_words_has_no_word_to_fit(judge: Stage1Discriminator) -> None:
    assert judge(normal(1, 3, 64, 64), encode([""])).words.item() == 0


def test_a_word_fits_by_the_place_that_shows_it_best_and_a_name_by_the_mean_of_its_words() -> None:
    torch.manual_seed(0)
    heads = TextHeads(4, 8, patch=1)
    everywhere = normal(1, 4, 1, 1).expand(3, 4, 2, 2).clone()
    somewhere = torch.zeros_like(everywhere)
    somewhere[:, :, 0, 1] = 4 * everywhere[:, :, 0, 1]
    mask = torch.arange(3) <= torch.arange(3)[:, None]  # one word, two, and three
    names = EncodedNames(normal(3, 8), normal(8).expand(3, 3, 8), mask)
    best, even = heads(somewhere, names).words, heads(everywhere, names).words
    assert (best > even + 0.01).all()
    torch.testing.assert_close(best, best[:1].expand(3))


@pytest.mark.parametrize("which", ["judge", "patches"])
def test_what_stands_in_the_padding_does_not_count(
    which: str, request: pytest.FixtureRequest
) -> None:
    network: Stage1Discriminator | Stage2Discriminator = request.getfixturevalue(which)
    names = encode(NAMES[:2])
    rubbish = torch.where(names.mask[..., None], names.vectors, torch.tensor(7.0))
    pictures = normal(2, 3, 64, 64)
    clean, dirty = network(pictures, names), network(pictures, replace(names, vectors=rubbish))
    torch.testing.assert_close(clean.name, dirty.name)
    torch.testing.assert_close(clean.words, dirty.words)


def test_both_shipped_generators_have_twelve_million_parameters_at_most() -> None:
    networks = [
        build_objective(load_config(stage), DIMENSIONS, BUCKETS).generator
        for stage in ("stage1", "stage2")
    ]
    count = sum(p.numel() for network in networks for p in network.parameters())
    assert 1_000_000 < count <= 12_000_000
