"""The discriminator on frozen features, and the features themselves."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.losses import relativistic_d
from foodgan.metrics import sight
from foodgan.models.backbone import HEAD, LITE0, LITE2, Backbone, Variant, pooled, weights_file
from foodgan.models.layers import upsample
from foodgan.models.projected import PatchDiscriminator, ProjectedDiscriminator, Projection
from foodgan.models.stackgan import Discriminator, Stage1Discriminator
from foodgan.text.encode import encode
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS
from foodgan.training.train import train
from tests.generator_fixtures import stage1_config, tiny_config, tiny_trainer

NAMES = ("チーズ味噌カツ丼", "カレーうどん")


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def judge() -> ProjectedDiscriminator:
    torch.manual_seed(0)
    return ProjectedDiscriminator(DIMENSIONS, BUCKETS, 16, 8, 128)


@pytest.fixture(params=[LITE0, LITE2], ids=lambda variant: variant.title)
def variant(request: pytest.FixtureRequest) -> Variant:
    one: Variant = request.param
    return one


def test_the_features_are_maps_at_four_depths_spread_about_one(variant: Variant) -> None:
    maps = Backbone(variant)(normal(2, 3, 128, 128).clamp(-1, 1))
    assert [m.shape[1:] for m in maps] == [
        (tap.channels, 32 >> i, 32 >> i) for i, tap in enumerate(variant.taps)
    ]
    for m in maps:
        assert 0.2 < m.std() < 5


def test_the_head_is_a_fifth_map_and_changes_none_of_the_others(variant: Variant) -> None:
    pictures = normal(2, 3, 64, 64).clamp(-1, 1)
    without, with_head = Backbone(variant), Backbone(variant, head=True)
    *maps, head = with_head(pictures)
    assert all(map(torch.equal, maps, without(pictures)))
    assert head.shape == (2, HEAD, 2, 2)
    for eyes in (without, with_head):
        assert pooled(eyes, pictures, 64).shape == (2, eyes.features)


def test_the_network_is_the_one_that_the_weights_belong_to(variant: Variant) -> None:
    """A layer too many, a stride in another place or a wrong padding would spoil its last word."""
    loaded = torch.load(weights_file(variant), map_location="cpu", weights_only=True)
    # A lit orange ball on pale grey. ImageNet's class 522 is the croquet, 722 the ping-pong ball.
    y, x = torch.meshgrid(torch.linspace(-1, 1, 224), torch.linspace(-1, 1, 224), indexing="ij")
    inside = (x.square() + y.square() < 0.45)[None]
    light = (1 - ((x + 0.3).square() + (y + 0.3).square()))[None].clamp(0.3, 1)
    orange = torch.tensor([1.0, 0.35, -0.9])[:, None, None]
    picture = torch.where(inside, (orange + 1) * light - 1, torch.tensor(0.8))[None]
    head = Backbone(variant, head=True)(picture)[-1].mean(dim=(2, 3))
    logits = head @ loaded["_fc.weight"].T + loaded["_fc.bias"]
    assert logits.argmax() in (522, 722)


def test_it_gives_a_logit_a_patch_and_two_for_the_name(judge: ProjectedDiscriminator) -> None:
    verdict = judge(normal(2, 3, 64, 64).tanh(), encode(NAMES))
    assert verdict.picture.shape == (2, 4 * 16)
    assert verdict.name.shape == verdict.words.shape == (2,)


def test_the_finest_map_sees_the_coarsest_features_too() -> None:
    chance = Generator().manual_seed(0)
    maps = [
        torch.randn(1, t.channels, 32 >> i, 32 >> i, generator=chance)
        for i, t in enumerate(LITE0.taps)
    ]
    finest, *_, coarsest = Projection()(tuple(maps))
    maps[-1] = maps[-1] + 1
    other, *_, changed = Projection()(tuple(maps))
    assert (other - finest).abs().mean() > 0.01
    assert (changed - coarsest).abs().mean() > 0.01
    assert torch.equal(Projection()(tuple(maps))[0], other)  # the same convolutions every time


@pytest.mark.parametrize("own", [False, True])
def test_a_picture_among_its_likes_is_judged_otherwise_than_among_others(
    judge: ProjectedDiscriminator, own: bool
) -> None:
    critic: Discriminator = Stage1Discriminator(stage1_config()) if own else judge
    one, other = normal(2, 1, 3, 64, 64).tanh()
    names = encode(NAMES[:1] * 2)
    alike, apart = (
        critic(torch.cat(pair), names).picture[0] for pair in ((one, one), (one, other))
    )
    assert (alike - apart).abs().max() > 1e-3


def test_only_its_own_convolutions_learn(judge: ProjectedDiscriminator) -> None:
    pictures = normal(2, 3, 64, 64).tanh().requires_grad_()
    verdict = judge(pictures, encode(NAMES))
    (verdict.picture.mean() + verdict.name.mean() + verdict.words.mean()).backward()
    assert pictures.grad is not None
    assert pictures.grad.any()
    names = [name for name, _ in judge.named_parameters()]
    assert not any(name.startswith(("backbone", "projection")) for name in names)


def test_the_eyes_that_measure_are_none_that_teach(judge: ProjectedDiscriminator) -> None:
    measuring, teaching = sight.open_eyes(), dict(judge.backbone.named_buffers())
    assert not torch.equal(measuring.stem_weight, teaching["stem_weight"])
    assert "head_weight" not in teaching


def test_a_judge_of_patches_learns_to_see_a_pattern_of_two_pixels() -> None:
    torch.manual_seed(0)
    judge = PatchDiscriminator()
    adam = torch.optim.Adam(judge.parameters(), 1e-3)
    checks = 1.0 - 2 * (torch.arange(64)[:, None] + torch.arange(64)).remainder(2)
    for step in range(40):
        photos = upsample(normal(4, 3, 16, 16, seed=step).tanh(), 4)
        loss = relativistic_d(judge(photos), judge(photos + 0.1 * checks)).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    unseen = upsample(normal(4, 3, 16, 16, seed=-1).tanh(), 4)
    real, hatched = judge(unseen), judge(unseen + 0.1 * checks)
    assert real.shape == (4, 8 * 8)
    assert (real > hatched).float().mean() > 0.95


def test_a_patch_is_forty_pixels_wide() -> None:
    pictures = normal(1, 3, 96, 96).requires_grad_()
    PatchDiscriminator()(pictures)[0, 6 * 12 + 6].backward()
    assert pictures.grad is not None
    seen = pictures.grad[0].any(dim=0).nonzero()
    assert (seen.max(dim=0).values - seen.min(dim=0).values + 1).tolist() == [40, 40]


def test_a_checkpoint_does_not_carry_the_frozen_features(
    drawn_photos: Path, tmp_path: Path
) -> None:
    config = tiny_config("stage1", frozen_features=8, r1=0.0, loss="hinge")
    trainer = tiny_trainer(config, drawn_photos, tmp_path)
    train(trainer)
    tensors, _ = checkpoint.load(tmp_path / "last.safetensors")
    assert any(name.startswith("discriminator.scales") for name in tensors)
    assert not any("backbone" in name or "projection" in name for name in tensors)


def test_a_missing_package_is_named(variant: Variant) -> None:
    with pytest.raises(ModelError, match="no_such_package_at_all"):
        weights_file(replace(variant, package="no_such_package_at_all"))


def test_other_weights_than_the_known_ones_are_refused(variant: Variant) -> None:
    with pytest.raises(ModelError, match="not the file"):
        weights_file(replace(variant, sha256="0" * 64))
