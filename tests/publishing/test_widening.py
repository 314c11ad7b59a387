"""A model of which seeds and names lie further apart, without training."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from foodgan.models.stackgan import Stage1Generator
from foodgan.painting.painter import Dish, Painter
from foodgan.photos.folder import PhotosError, read_folder
from foodgan.publishing import card
from foodgan.publishing.widening import WIDENED, Widths, widen, wider
from foodgan.registry import open_model
from foodgan.text.encode import encode

WIDTHS = Widths(layout=1.5, names=1.25, around=2.0)


@pytest.fixture(scope="module")
def names(drawn_photos: Path) -> list[str]:
    photos = read_folder(drawn_photos)
    return sorted({photo.name for photo in photos if photo.name and photo.split == "train"})


@pytest.fixture(scope="module")
def wide(tiny_model: Path, drawn_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wide") / "model"
    widen(tiny_model, drawn_photos, WIDTHS, folder, "wide")
    return folder


def stage1(folder: Path) -> Stage1Generator:
    return open_model(folder)[1]


@torch.no_grad()
def conditions(network: Stage1Generator, names: list[str]) -> tuple[Tensor, Tensor]:
    """The mean of each name (N, C), and how far around it another picture of it lies (N, C)."""
    asked = encode(names)
    nothing = torch.zeros(len(names), network.config.condition)
    mean, _, _ = network.condition_of(asked, nothing)
    beside, _, _ = network.condition_of(asked, nothing + 1)
    return mean, beside - mean


def test_names_lie_further_apart_around_the_same_middle(
    tiny_model: Path, wide: Path, names: list[str]
) -> None:
    before, _ = conditions(stage1(tiny_model), names)
    after, _ = conditions(stage1(wide), names)
    assert torch.allclose(after.mean(dim=0), before.mean(dim=0), atol=2e-3)
    assert torch.allclose(torch.pdist(after), WIDTHS.names * torch.pdist(before), rtol=2e-2)


def test_pictures_of_a_name_lie_further_around_it(
    tiny_model: Path, wide: Path, names: list[str]
) -> None:
    _, before = conditions(stage1(tiny_model), names)
    _, after = conditions(stage1(wide), names)
    assert torch.allclose(after, WIDTHS.around * before, rtol=2e-2)


def test_a_seed_lays_out_what_the_same_noise_further_out_did(tiny_model: Path, wide: Path) -> None:
    """Its grain stays as it was: more of it is more specks."""
    before, after = stage1(tiny_model), stage1(wide)
    z = torch.randn(3, before.noise, generator=torch.Generator().manual_seed(0))
    further = z.clone()
    further[:, : before.config.noise] *= WIDTHS.layout
    condition = torch.zeros(3, before.config.condition)
    with torch.no_grad():
        expected = before.paint(condition, condition, further)
        found = after.paint(condition, condition, z)
    assert torch.allclose(found, expected, atol=2e-2)


def test_a_named_seed_hears_the_name_as_before(tiny_model: Path) -> None:
    """Where the layout hears the name too, that part of its weights is no noise."""
    config = stage1(tiny_model).config.model_copy(update={"named_seed": True})
    network = Stage1Generator(config)
    weight = wider(network, Widths(layout=2.0), ["鮭丼"])["seed.weight"]
    noise = config.noise
    assert torch.equal(weight[:, :noise], 2 * network.seed.weight[:, :noise])
    assert torch.equal(weight[:, noise:], network.seed.weight[:, noise:])


def test_it_is_another_model_that_says_what_was_done(
    tiny_model: Path, wide: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    before, after = open_model(tiny_model)[0], open_model(wide)[0]
    assert (after.name, after.model_id == before.model_id) == ("wide", False)
    told = {"layout": 1.5, "names": 1.25, "around": 2.0}
    assert after.training["stage1"].config[WIDENED] == told
    assert after.hashes["stage2.safetensors"] == before.hashes["stage2.safetensors"]
    again = widen(wide, drawn_photos, Widths(around=0.5), tmp_path / "again")
    assert again.name == "wide"
    assert again.training["stage1"].config[WIDENED] == told | {"around": 1.0}


def test_its_card_says_so_whatever_it_learns_afterwards(tiny_model: Path, wide: Path) -> None:
    row = "| given wider: layout, names, around | {} | — |"
    before, after = open_model(tiny_model)[0], open_model(wide)[0]
    assert row.format("—") in card.render(before, None)
    assert row.format("1.5, 1.25, 2") in card.render(after, None)
    last = after.training["stage1"]
    config = {key: value for key, value in last.config.items() if key != WIDENED}
    lesson = last.model_copy(update={"before": last.runs, "config": config})
    taught = after.model_copy(update={"training": after.training | {"stage1": lesson}})
    assert row.format("1.5, 1.25, 2") in card.render(taught, None)


def test_it_paints_dishes_that_differ_more(tiny_model: Path, wide: Path) -> None:
    def spread(folder: Path) -> float:
        dishes = [Dish("鮭丼", seed) for seed in range(8)]
        painted = Painter.load(folder, device="cpu", threads=1).sketch_tensor(dishes)
        return float(torch.pdist(painted.flatten(1)).mean())

    assert spread(wide) > 1.05 * spread(tiny_model)


def test_photos_without_a_name_have_no_middle(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    photo = next(iter(read_folder(drawn_photos))).path
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / photo.name).write_bytes(photo.read_bytes())
    with pytest.raises(PhotosError, match="no photo with a name"):
        widen(tiny_model, tmp_path / "photos", Widths(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_widths_of_one_leave_the_weights_as_they_are(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    widen(tiny_model, drawn_photos, Widths(), tmp_path / "same")
    before, after = (stage1(folder).state_dict() for folder in (tiny_model, tmp_path / "same"))
    assert all(torch.allclose(after[name], before[name], atol=1e-3) for name in before)
