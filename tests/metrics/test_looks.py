"""A classifier of photos says whether pictures look like the base dish of their names."""

from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.metrics import looks, sight
from foodgan.metrics.exam import PHOTO_SIZE, Exam, open_exam
from foodgan.metrics.invented import invented
from foodgan.metrics.looks import Looks
from foodgan.models.classifier import fit
from foodgan.text.kinds import KINDS, kind_of
from tests.metrics.drawn import draw_exam

WIDTH = 24
SEEDS = 4


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    folder = tmp_path_factory.mktemp("exam")
    return open_exam(draw_exam(folder), folder / "cache")


def named(exam: Exam, rows: Tensor) -> list[str]:
    return [exam.photos[row].name or "" for row in rows.tolist()]


def oracle(names: list[str], seed: int) -> Tensor:
    """Features (N, WIDTH) that say the kind of each name, through noise."""
    mix = torch.randn(len(KINDS), WIDTH, generator=Generator().manual_seed(0))
    kinds = [KINDS.index(kind) for name in names if (kind := kind_of(name))]
    return mix[kinds] + 0.5 * torch.randn(
        len(names), WIDTH, generator=Generator().manual_seed(seed)
    )


@pytest.fixture(scope="module")
def taught() -> Looks:
    names = list(invented()) * 3
    return looks.learn(oracle(names, 1), names, names)


def asked() -> list[str]:
    return [name for name in invented() for _ in range(SEEDS)]


def test_photos_are_told_apart_and_wrong_names_are_worth_no_more_than_chance(exam: Exam) -> None:
    eyes = sight.open_eyes()
    seen = {
        part: sight.see(eyes, exam.pictures(rows, PHOTO_SIZE))
        for part, rows in (("train", exam.train), ("test", exam.test))
    }
    digests = [exam.digests[row] for row in exam.train.tolist()]
    learnt = looks.learn(seen["train"], named(exam, exam.train), digests)
    assert learnt.kinds == ("rice", "soup")
    assert (learnt.photos, learnt.names) == (set(digests), 2)
    held_out = named(exam, exam.test)
    figures = looks.figures(learnt, seen["test"], held_out, seen["test"], held_out)
    assert figures["base_dish"]["mean"] == figures["base_dish_held_out_photos"]["mean"] > 0.9
    assert figures["base_dish_control_shuffled"] == pytest.approx(0.5, abs=0.05)
    assert figures["base_dish_chance"] == 0.5


def test_the_eyes_see_the_middle_of_a_picture_and_nothing_of_its_frame() -> None:
    eyes = sight.open_eyes()
    plain = torch.rand(1, 3, 64, 64, generator=Generator().manual_seed(0)) * 2 - 1
    framed = torch.ones_like(plain)
    framed[:, :, 6:-6, 6:-6] = plain[:, :, 6:-6, 6:-6]
    inside = plain.clone()
    inside[:, :, 6:12, 6:12] = 1
    seen, same, other = (sight.see(eyes, pictures) for pictures in (plain, framed, inside))
    assert torch.equal(seen, same)
    assert not torch.allclose(seen, other)


def test_of_a_picture_upside_down_the_shapes_are_others_and_hardly_the_surfaces(exam: Exam) -> None:
    eyes = sight.open_eyes()
    pictures = exam.pictures(exam.test, PHOTO_SIZE)
    seen, turned = (sight.see_whole(eyes, x) for x in (pictures, pictures.flip(2)))
    assert seen.shape == (len(pictures), sight.FINE + sight.COARSE)
    moved = ((turned - seen) / seen.std(dim=0)).abs().mean(dim=0)
    assert 2 * moved[: sight.FINE].mean() < moved[sight.FINE :].mean()


def test_photos_are_counted_as_a_mean_over_kinds(taught: Looks) -> None:
    """All noodles, of which there are ten times as many, are right, and all rice is wrong."""
    noodles, rice = ([n for n in invented() if kind_of(n) == kind] for kind in ("noodles", "rice"))
    names, shown = noodles * 10 + rice, noodles * 10 + noodles
    figures = looks.figures(taught, torch.empty(0, WIDTH), [], oracle(shown, 2), names)
    assert figures["base_dish_held_out_photos"]["mean"] == pytest.approx(0.5, abs=0.05)


def test_pictures_of_the_right_kinds_are_taken_for_them(taught: Looks) -> None:
    names, photos = asked(), list(invented())
    figures = looks.figures(taught, oracle(names, 2), names, oracle(photos, 3), photos)
    share = figures["base_dish"]
    assert 0.95 < share["low"] <= share["mean"] <= share["high"] <= 1
    left_out = figures["base_dish_left_out_names"]
    assert 0.95 < left_out["low"] <= left_out["mean"] <= left_out["high"] <= 1
    assert figures["base_dish_control_shuffled"] == pytest.approx(1 / 8, abs=0.02)
    assert list(figures["base_dish_by_kind"]) == list(KINDS)


def test_pictures_that_are_always_noodles_are_worth_chance(taught: Looks) -> None:
    names = asked()
    noodles = oracle([invented()[0]] * len(names), 2)
    figures = looks.figures(taught, noodles, names, noodles[:0], [])
    assert figures["base_dish"]["mean"] == pytest.approx(1 / 8, abs=0.02)
    assert figures["base_dish_by_kind"]["noodles"] > 0.95
    assert figures["base_dish_held_out_photos"] is None


def test_the_interval_is_over_names_not_over_pictures(taught: Looks) -> None:
    """Half of the names are always right, half never: more seeds tell nothing more."""
    widths = []
    for seeds in (1, 16):
        names = [name for name in invented() for _ in range(seeds)]
        shown = [names[i] if i // seeds % 2 else invented()[-1] for i in range(len(names))]
        figures = looks.figures(taught, oracle(shown, 2), names, torch.empty(0, WIDTH), [])
        widths.append(figures["base_dish"]["high"] - figures["base_dish"]["low"])
    assert widths[1] == pytest.approx(widths[0], rel=0.1)


def test_a_kind_of_few_photos_is_not_asked_for() -> None:
    names = ["寿司", *["味噌ラーメン", "うな丼"] * looks.PHOTOS_MIN]
    learnt = looks.learn(oracle(names, 0), names, names)
    assert learnt.kinds == ("noodles", "rice")
    assert learnt.photos == {"味噌ラーメン", "うな丼"}
    assert [kind_of(name) for name in learnt.asked] == ["noodles"] * 8 + ["rice"] * 8


def test_names_left_out_are_told_by_photos_of_other_names_alone() -> None:
    """Features that say which name it is and nothing of its kind are worth chance."""
    names = list(invented()) * 6
    each = torch.randn(len(invented()), WIDTH, generator=Generator().manual_seed(0)).repeat(6, 1)
    left_out = looks.learn(each, names, names).left_out
    assert left_out is not None
    assert left_out.mean < 0.3


def test_a_name_of_many_photos_does_not_speak_for_its_kind() -> None:
    """One feature: rice at 1.5, ramen of 200 photos at 0, and four other noodles at 4."""
    few = [name for name in invented() if kind_of(name) == "noodles"][:4] * looks.NAME_CAP
    names = ["味噌ラーメン"] * 200 + few + ["うな丼"] * looks.PHOTOS_MIN
    seen = torch.tensor([0.0] * 200 + [4.0] * len(few) + [1.5] * looks.PHOTOS_MIN)
    learnt = looks.learn(seen[:, None], names, names)
    asked_of = learnt.classifier(torch.tensor([[0.0], [3.0]])).tolist()
    assert [learnt.kinds[kind] for kind in asked_of] == ["rice", "noodles"]


def test_photos_of_one_kind_leave_the_figures_unmeasured(tmp_path: Path) -> None:
    names = ["味噌ラーメン"] * 20
    looks.save(looks.learn(oracle(names, 0), names, names), tmp_path / "looks.safetensors")
    learnt = looks.load(tmp_path / "looks.safetensors")
    assert learnt.asked == ()
    nothing = torch.empty(0, WIDTH)
    figures = looks.figures(learnt, nothing, [], oracle(names, 1), names)
    assert not any(figures.values())


def test_what_was_learnt_is_read_back_as_it_was(taught: Looks, tmp_path: Path) -> None:
    looks.save(taught, tmp_path / "looks.safetensors")
    read = looks.load(tmp_path / "looks.safetensors")
    features = oracle(asked(), 5)
    assert torch.equal(read.classifier.logits(features), taught.classifier.logits(features))
    assert (read.kinds, read.photos) == (taught.kinds, taught.photos)
    assert read.left_out == taught.left_out


def test_another_file_holds_no_classifier(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "readers.safetensors", {"a": torch.ones(1)}, {"kind": "readers"})
    with pytest.raises(ModelError, match="no classifier"):
        looks.load(tmp_path / "readers.safetensors")


def test_a_rare_class_counts_as_much_as_a_common_one() -> None:
    """One feature, two overlapping classes, 20 to 1: the border lies between their means."""
    chance = Generator().manual_seed(0)
    common, rare = (torch.randn(n, 1, generator=chance) for n in (2000, 100))
    features = torch.cat((common, rare + 2))
    labels = torch.tensor([0] * 2000 + [1] * 100)
    found = fit(features, labels, 2)
    assert found(torch.tensor([[0.6], [1.4]])).tolist() == [0, 1]


def test_a_feature_that_tells_all_apart_is_not_believed_without_end() -> None:
    """Or a class would be read off the first feature that happens to fit a few photos."""
    features = torch.tensor([[-1.0], [1.0]]).repeat(20, 1)
    slopes = fit(features, torch.tensor([0, 1]).repeat(20), 2).weights
    assert 0.2 < slopes.abs().max() < 1
