"""Which logits a training step lifts and which it lowers, under which names, and by how much."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from foodgan.models.projected import ProjectedDiscriminator
from foodgan.models.stackgan import Maps, Painted, Stage1Discriminator, Verdict
from foodgan.step.batch import Batch
from foodgan.step.fakes import Figures
from foodgan.step.objectives import Objective
from foodgan.text.encode import TokenBatch, encode
from tests.generator_fixtures import stage1_config, tiny_config

N, SIDE = 4, 8
NUMBERS = 3 * SIDE * SIDE  # of a picture
NAMES = {
    "right": encode(["カレー", "鮭丼", "親子丼", ""]),
    "wrong": encode(["うどん", "抹茶パフェ", "寿司", "ラーメン"]),
    "asked": encode(["サラダ", "ピザ", "苺のワッフル", "海老天うどん"]),
}
INVENTED = torch.tensor([True, False, False, True])
SLOPES = {"photo": 3e-3, "picture": 2e-3}  # of every logit, by each number of what is seen


def called(names: TokenBatch) -> str:
    """Which of NAMES the first N are."""
    return next(key for key, known in NAMES.items() if torch.equal(names.ids[:N], known.ids))


def whose(seen: Tensor) -> str:
    """Photos are bright here, and pictures dark."""
    return "photo" if seen.mean() > 0 else "picture"


class Told(nn.Module):
    """A part of a discriminator that is a plain function."""

    def __init__(self, tell: Callable[..., Tensor]) -> None:
        super().__init__()
        self.tell = tell

    def forward(self, *asked: Any) -> Tensor:
        return self.tell(*asked)


class Ballot(ProjectedDiscriminator):
    """Its logits are leaves about nought, kept by what they are about: they tell who is lifted."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.votes: dict[str, Verdict] = {}
        self.matches: dict[str, Tensor] = {}
        self.by_patch: list[Tensor] = []
        self.matcher: Any = Told(self._match)
        self.patches: Any = Told(self._patches)

    def look(self, pictures: Tensor) -> Maps:
        return (0.5 * pictures,)

    def features(self, seen: Maps) -> Maps:
        return seen

    def names(self, names: TokenBatch) -> Any:
        return names

    def judge(self, maps: Maps, names: Any) -> Verdict:
        who, leaves = whose(maps[0]), [leaf(N, 1), leaf(N), leaf(N)]
        self.votes[f"{who}, {called(names)} name"] = Verdict(*leaves)
        seen = SLOPES[who] * maps[0].flatten(1).sum(dim=1)
        return Verdict(leaves[0] + seen[:, None], leaves[1] + seen, leaves[2] + seen)

    def _match(self, seen: Maps, among: TokenBatch) -> Tensor:
        looked = "pixels" if seen[0].abs().max() > 0.9 else "maps"
        key = f"{whose(seen[0])}'s {looked}, {called(among)} name"
        self.matches[key] = leaf(N, len(among))
        return self.matches[key]

    def _patches(self, pictures: Tensor) -> Tensor:
        assert [whose(part) for part in pictures.chunk(2)] == ["photo", "picture"]
        self.by_patch.append(leaf(len(pictures), 2))
        return self.by_patch[-1] + SLOPES["photo"] * pictures.sum(dim=(2, 3))[:, :2]


def leaf(*shape: int) -> Tensor:
    return torch.zeros(shape, requires_grad=True)


class Unpainted:
    """A way of painting whose own loss is ½."""

    def __init__(self, paired: Tensor | None) -> None:
        self.paired = paired

    def extra_loss(self, batch: Batch, fake: Painted) -> tuple[Tensor, Figures]:
        return torch.tensor(0.5), {}


PHOTOS, PICTURES = torch.ones(N, 3, SIDE, SIDE), -torch.ones(N, 3, SIDE, SIDE)
FAKE = Painted(PICTURES, torch.zeros(N, 1), torch.tensor(0.0))


def batch_of(*, conditional: float = 1.0, penalise: bool = False) -> Batch:
    ramp = torch.tensor(conditional)
    return Batch(PHOTOS, *NAMES.values(), INVENTED, Generator(), ramp, penalise)


def objective(paired: Tensor | None = None, **recipe: Any) -> tuple[Objective, Ballot]:
    """An objective that sees a batch of bright photos and dark pictures."""
    defaults = {"loss": "hinge", "augment": (), "r1": 0.0, "frozen_features": 8}
    config, ballot = tiny_config("stage1", **{**defaults, **recipe}), Ballot()
    made = Objective(config, nn.Identity(), ballot, Unpainted(paired))  # type: ignore[arg-type]
    made.see(batch_of(), FAKE)
    return made, ballot


def pushed(verdict: Verdict) -> list[Any]:
    """N times the gradients of a verdict's logits; None for logits of which nothing is asked."""
    slopes = (logits.grad for logits in (verdict.picture, verdict.name, verdict.words))
    return [None if slope is None else (slope * N).flatten().tolist() for slope in slopes]


WEIGHTS = {"by_picture": 0.5, "by_name": 2.0, "by_words": 4.0}


def test_photos_are_lifted_under_their_names_and_lowered_under_wrong_ones() -> None:
    made, ballot = objective(**WEIGHTS)
    made.discriminator_loss(batch_of(conditional=0.25))[0].backward()
    # By name against the two pictures whose names are known, ½ each; and ½ against a wrong name.
    assert pushed(ballot.votes["photo, right name"]) == [
        [-0.5] * N,
        [-0.25, -1.25, -1.25, -0.25],
        [-1.5] * N,
    ]
    assert pushed(ballot.votes["photo, wrong name"]) == [None, [0.25] * N, [0.5] * N]
    assert pushed(ballot.votes["picture, asked name"]) == [[0.5] * N, [0, 1, 1, 0], [1] * N]
    assert len(ballot.votes) == 3


def test_the_generator_lifts_its_pictures_under_the_names_that_it_was_asked_by() -> None:
    made, ballot = objective(**WEIGHTS, adversarial=8.0)
    batch = batch_of(conditional=0.25)
    made.discriminator_loss(batch)
    ballot.votes.clear()
    made.generator_loss(batch, FAKE)[0].backward()
    assert ballot.votes.keys() == {"picture, asked name"}
    found = pushed(ballot.votes["picture, asked name"])
    assert found == [[-4] * N, [0, -8, -8, 0], [-8] * N]


@pytest.mark.parametrize("own_sight", [False, True])
def test_the_matcher_learns_from_photos_by_their_names_and_teaches_pictures_those_asked(
    own_sight: bool,
) -> None:
    made, ballot = objective(match=2.0, own_sight=own_sight)
    seen = "pixels" if own_sight else "maps"
    taught, used = f"photo's {seen}, right name", f"picture's {seen}, asked name"
    made.discriminator_loss(batch_of())[0].backward()
    assert ballot.matches.keys() == {taught}
    made.generator_loss(batch_of(), FAKE)[0].backward()
    assert ballot.matches.keys() == {taught, used}
    for key, labelled in ((taught, [True, True, True, False]), (used, [True] * N)):
        push = ballot.matches[key].grad
        assert push is not None
        assert (push.diagonal() < 0).tolist() == labelled
        assert push.any(dim=1).tolist() == labelled


def test_the_judge_of_patches_lifts_photos_and_the_generator_its_pictures() -> None:
    made, ballot = objective(patches=2.0, loss="bce")
    made.discriminator_loss(batch_of())[0].backward()
    made.generator_loss(batch_of(), FAKE)[0].backward()
    judged, painted = (logits.grad for logits in ballot.by_patch)
    assert judged is not None
    assert painted is not None
    assert (judged[:N] < 0).all()
    assert (judged[N:] > 0).all()
    assert not painted[:N].any()
    assert (painted[N:] < 0).all()


def test_a_discriminator_of_its_own_redraws_photos_and_no_pictures() -> None:
    config = tiny_config("stage1", reconstruct=2.0, augment=())
    judge = Stage1Discriminator(stage1_config())
    redrawn, photos = leaf(N, 3, 32, 32), torch.ones(N, 3, 64, 64)
    judge.decoder = Told(lambda _: redrawn)  # type: ignore[assignment]
    made = Objective(config, nn.Identity(), judge, Unpainted(None))  # type: ignore[arg-type]
    batch = replace(batch_of(), photos=photos)
    made.see(batch, replace(FAKE, pictures=-photos))
    made.discriminator_loss(batch)[0].backward()
    torch.testing.assert_close(redrawn.grad, torch.full_like(redrawn, -2.0 / redrawn.numel()))


def test_a_lazy_penalty_weighs_as_much_as_one_of_every_step() -> None:
    made, _ = objective(r1=5.0, r2=7.0, penalty_every=3)
    plain, _ = made.discriminator_loss(batch_of())
    loss, figures = made.discriminator_loss(batch_of(penalise=True))
    # Of three logits in one, each of which rises by its slope with every number that is seen.
    by_hand = 0.5 * NUMBERS * 9 * (5 * SLOPES["photo"] ** 2 + 7 * SLOPES["picture"] ** 2)
    assert figures["penalty"].item() == pytest.approx(by_hand, rel=1e-4)
    assert (loss - plain).item() == pytest.approx(3 * by_hand, rel=1e-3)


def test_a_lazy_penalty_of_patches_weighs_as_much_as_one_of_every_step() -> None:
    made, _ = objective(patches=1.0, patch_r1=500.0, penalty_every=3)
    plain, _ = made.discriminator_loss(batch_of())
    loss, _ = made.discriminator_loss(batch_of(penalise=True))
    # Two patches, each of a colour of its own; R1 and R2, a mean patch.
    by_hand = 500 * SIDE * SIDE * SLOPES["photo"] ** 2
    assert (loss - plain).item() == pytest.approx(3 * by_hand, rel=1e-3)


def test_a_penalty_of_patches_that_see_the_same_is_on_average_that_of_one() -> None:
    made, ballot = objective(patches=1.0, patch_r1=500.0)

    def alike(pictures: Tensor) -> Tensor:
        return SLOPES["photo"] * pictures.flatten(1).sum(dim=1, keepdim=True).expand(-1, 16)

    ballot.patches = Told(alike)
    batch = replace(batch_of(), random=Generator().manual_seed(0))
    drawn = [float(made._patch_penalty(ballot, batch)) for _ in range(100)]
    assert sum(drawn) / 100 == pytest.approx(500 * NUMBERS * SLOPES["photo"] ** 2, rel=0.2)


def test_the_generators_loss_is_its_parts_by_their_weights() -> None:
    weights = {"match": 2.0, "patches": 3.0, "picture_features": 5.0, "energy": 7.0}
    weights |= {"pair_energy": 11.0, "adversarial": 13.0}
    made, _ = objective(torch.tensor([True] * N), **weights, loss="bce")
    batch = batch_of(conditional=0.25)
    made.discriminator_loss(batch)
    loss, figures = made.generator_loss(batch, FAKE)
    shares = {
        "loss_g": 13.0,
        "match_g": 0.25 * 2.0,
        "patches_g": 3.0,
        "picture_features": 5.0,
        "energy": 7.0,
        "pair_energy": 11.0,
    }
    assert figures.keys() == shares.keys()
    assert all(figure != 0 for figure in figures.values())
    parts = sum(share * figures[key] for key, share in shares.items())
    torch.testing.assert_close(loss, 0.5 + parts)


def test_only_pictures_that_were_made_of_a_photo_must_be_like_it() -> None:
    recipe = {"picture_features": 1.0, "adversarial": 0.0}
    every, half, none = (torch.arange(N) < count for count in (N, N // 2, 0))
    told = []
    for paired in (every, half, none):
        made, _ = objective(paired, **recipe)
        made.discriminator_loss(batch_of())
        told.append(float(made.generator_loss(batch_of(), FAKE)[1]["picture_features"]))
    assert told == [1, 0.5, 0]


def in_pairs(photos: Tensor, pictures: Tensor, **changes: Any) -> float:
    """The score of pairs of pictures (N) of the first N / 2 photos (N)."""
    made, _ = objective(pair_energy=1.0)
    batch = replace(batch_of(), photos=photos, **changes)
    fake = Painted(pictures, FAKE.mu, FAKE.kl)
    made.see(batch, fake)
    return float(made._pair_energy(batch, fake))


def test_a_pair_of_pictures_scores_by_being_near_its_photo_and_apart() -> None:
    known = torch.zeros(N, dtype=torch.bool)
    step = 0.3 * torch.randn(N // 2, 3, SIDE, SIDE, generator=Generator().manual_seed(0))
    photos = torch.cat((PHOTOS[:2], -PHOTOS[:2]))  # the second half's are nobody's
    apart = in_pairs(photos, torch.cat((1 + step, 1 - step)), invented=known)
    alike = in_pairs(photos, torch.cat((1 + step, 1 + step)), invented=known)
    assert apart == pytest.approx(0, abs=1e-3)  # as far from each other as both are from it
    assert alike > 0.1


def test_a_pair_of_an_invented_name_has_no_photo_to_be_near() -> None:
    first = torch.tensor([True, False, True, False])
    unlike_at_first = PHOTOS.index_fill(0, torch.tensor([0, 2]), -1)
    assert in_pairs(PHOTOS, unlike_at_first, invented=first) == pytest.approx(0, abs=1e-3)
    assert in_pairs(PHOTOS, unlike_at_first, invented=~first) > 0.1


def test_both_pictures_of_a_pair_change_as_their_photo_does() -> None:
    made, _ = objective(pair_energy=1.0, augment=("tint", "translation"))
    photos = torch.rand(N, 3, SIDE, SIDE, generator=Generator().manual_seed(0))
    twice = photos[: N // 2].repeat(2, 1, 1, 1)
    made.see(replace(batch_of(), photos=photos), Painted(twice, FAKE.mu, FAKE.kl))
    assert not torch.equal(made.photos, photos)
    for painted in made.painted.chunk(2):
        assert torch.equal(painted, made.photos[: N // 2])
