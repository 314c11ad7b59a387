"""Energy scores hold pictures to photos: neither means, nor blurs, nor one for all score best."""

from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

from foodgan.models.backbone import LITE0, Backbone
from foodgan.models.stackgan import SKETCH_SIZE
from foodgan.training.energy import PhotoEnergy
from tests.generator_fixtures import tiny_config, tiny_feed


@pytest.fixture(scope="module")
def photos(drawn_photos: Path) -> PhotoEnergy:
    feed = tiny_feed(tiny_config("stage1", photo_size=SKETCH_SIZE), drawn_photos)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("foodgan.training.energy.STOOD", 64)
        return PhotoEnergy.of(feed, Backbone(LITE0, head=True).eval())


@pytest.fixture
def drawn(photos: PhotoEnergy) -> Tensor:
    return photos.draw(8, Generator().manual_seed(1))[0]


def twice(pictures: Tensor) -> Tensor:
    return torch.cat((pictures, pictures))


def others(photos: PhotoEnergy) -> Tensor:
    """Sixteen photos, of whatever names."""
    return photos.draw(16, Generator().manual_seed(2))[0]


def test_photos_come_with_their_own_names(photos: PhotoEnergy) -> None:
    pictures, names = photos.draw(5, Generator().manual_seed(3))
    assert pictures.shape == (5, 3, SKETCH_SIZE, SKETCH_SIZE)
    known = photos.named.feed.names
    alike = [(known.same(names)[:, i]).nonzero().flatten().tolist() for i in range(5)]
    own = torch.tensor(photos.named.feed.pixels).permute(0, 3, 1, 2) / 127.5 - 1
    for picture, rows in zip(pictures, alike, strict=True):
        gaps = [
            (own[row] - side).abs().max() for row in rows for side in (picture, picture.flip(2))
        ]
        assert min(gaps) < 1e-5


def test_the_dish_that_was_asked_for_scores_better_than_another(
    photos: PhotoEnergy, drawn: Tensor
) -> None:
    right, _ = photos.losses(drawn, twice(drawn))
    wrong, _ = photos.losses(drawn, twice(drawn.roll(1, dims=0)))
    assert right < 0.2 * wrong


def test_two_servings_that_differ_score_better_than_one_of_them_twice(
    photos: PhotoEnergy, drawn: Tensor
) -> None:
    noise = torch.randn(2, *drawn.shape, generator=Generator().manual_seed(4)) * 0.1
    differing, _ = photos.losses(drawn, torch.cat((drawn + noise[0], drawn + noise[1])))
    same, _ = photos.losses(drawn, twice(drawn + noise[0]))
    assert differing < same


def test_photos_are_nearer_to_photos_than_their_mean_a_blur_or_one_of_them(
    photos: PhotoEnergy, drawn: Tensor
) -> None:
    near = photos.losses(drawn, others(photos))[1]
    blurred = torch.nn.functional.avg_pool2d(others(photos), 9, 1, 4)
    mean = others(photos).mean(dim=0, keepdim=True).expand(16, -1, -1, -1)
    one = others(photos)[:1].expand(16, -1, -1, -1)
    for worse in (blurred, mean, one):
        assert near < photos.losses(drawn, worse)[1]


def test_every_pixel_hears_of_both_losses(photos: PhotoEnergy, drawn: Tensor) -> None:
    noise = torch.randn(16, *drawn.shape[1:], generator=Generator().manual_seed(5)) * 0.1
    painted = (others(photos) + noise).requires_grad_()
    for loss in photos.losses(drawn, painted):
        (gradient,) = torch.autograd.grad(loss, painted, retain_graph=True)
        assert gradient.isfinite().all()
        assert (gradient.abs().amax(dim=(1, 2, 3)) > 0).all()


def test_identical_pictures_pass_finite_gradients(photos: PhotoEnergy, drawn: Tensor) -> None:
    painted = drawn[:1].repeat(16, 1, 1, 1).requires_grad_()
    score, distance = photos.losses(drawn, painted)
    (gradient,) = torch.autograd.grad(score + distance, painted)
    assert gradient.isfinite().all()
