"""The networks that judge learn from the right photos, and only there."""

import json
import shutil
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
import torch
from torch import Generator

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.evaluate import yardstick
from foodgan.metrics import faithful, judge, kid, measures, panel, sight
from foodgan.metrics.exam import Exam, identity, open_exam
from foodgan.metrics.eyes import disturbed
from foodgan.models import reader
from foodgan.models.classifier import untaught
from foodgan.painting.painter import Dish
from foodgan.photos.folder import PhotosError
from foodgan.text.encode import encode
from tests.metrics.drawn import draw_exam, write_metadata

FOODS = ("カレー", "鮭", "うどん", "苺", "チーズ", "抹茶", "海老", "牛肉")
DISHES = ("丼", "パフェ", "ラーメン", "サラダ", "スープ")
# The mean of what each shipped judge sees of two pictures of noise.
SEEN = torch.tensor([0.36673, 0.41205, 0.84029, 0.82344, 0.48814])


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    folder = tmp_path_factory.mktemp("exam")
    return open_exam(draw_exam(folder), folder / "cache")


def test_judges_learn_from_held_out_photos_and_are_measured_on_the_others(
    exam: Exam, tmp_path: Path
) -> None:
    trained = judge.train(exam, tmp_path / panel.JUDGES, steps=1)
    training = {identity(exam.photos[row]) for row in exam.train.tolist()}
    measured = {identity(exam.photos[row]) for row in exam.not_seen(trained.photos).tolist()}
    assert not trained.photos & training
    assert not trained.photos & measured
    assert len(trained.photos) + len(measured) == len(exam.test)
    assert trained.weights[:12] in trained.name
    about = checkpoint.description(tmp_path / panel.JUDGES)
    assert about["sources"] == {"unknown": len(trained.photos)} == about["licences"]


def test_judges_differ_by_their_seeds_and_a_distance_is_the_mean_of_theirs(
    exam: Exam, tmp_path: Path
) -> None:
    trained = judge.train(exam, tmp_path / panel.JUDGES, steps=1)
    held_out, like = (trained.features(exam.small[rows]) for rows in (exam.test, exam.train))
    assert held_out.shape[:2] == (judge.JUDGES, len(exam.test))
    everywhere = torch.ones(len(exam.test), dtype=torch.bool)
    parts = dict.fromkeys(("photos", "blurred", "flat"), like) | {"held_out": held_out}
    scale = yardstick._scale(parts, everywhere, 2)
    with patch.object(kid, "cubic", wraps=kid.cubic) as kernels:
        figures = scale.distances("kid_judge", like)
    assert kernels.call_count == 2 * 3  # to all photos and to half of them: nothing twice
    each = figures["kid_judge_each"]
    assert len(set(each)) == judge.JUDGES
    assert figures["kid_judge"]["mean"] == pytest.approx(sum(each) / len(each))
    assert figures["kid_judge_unchosen_photos"] == len(exam.test)


def test_the_shipped_judges_see_what_they_saw_when_they_were_trained() -> None:
    """The same on every machine, where a training would make others."""
    pictures = torch.rand(2, 3, 64, 64, generator=Generator().manual_seed(0)) * 2 - 1
    seen = judge.load().features(pictures)
    torch.testing.assert_close(seen.mean(dim=(1, 2)), SEEN, rtol=1e-3, atol=1e-4)
    assert judge.readable(judge.SHIPPED)


def test_a_folder_without_judges_is_measured_by_the_shipped_ones(exam: Exam, seated: Path) -> None:
    assert not (seated / panel.JUDGES).exists()
    assert panel.seat(exam, seated).judges.weights == judge.load().weights
    assert len(exam.not_seen(judge.load().photos)) == len(exam.test)


def test_judges_are_trained_anew_on_demand_and_where_they_are_of_an_earlier_build(
    exam: Exam, seated: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(seated, tmp_path / "judges"))
    own = panel.seat(exam, folder, anew=True, steps=1).judges
    assert own.photos == {exam.digests[row] for row in exam.for_judge().tolist()}
    assert panel.seat(exam, folder).judges.weights == own.weights
    tensors, about = checkpoint.load(folder / panel.JUDGES)
    checkpoint.save(folder / panel.JUDGES, tensors, about | {"version": judge.VERSION - 1})
    panel.seat(exam, folder, steps=1)
    assert checkpoint.description(folder / panel.JUDGES)["version"] == judge.VERSION


def test_a_judge_that_has_seen_every_held_out_photo_may_not_judge(exam: Exam) -> None:
    everything = frozenset(identity(exam.photos[row]) for row in exam.test.tolist())
    with pytest.raises(PhotosError, match="judge have seen"):
        exam.not_seen(everything)


def test_a_judge_learns_what_tells_photos_apart(exam: Exam) -> None:
    rows = exam.train[:24]
    labels = torch.tensor([len(exam.photos[row].name or "") for row in rows.tolist()])
    views = disturbed(exam.small[rows], Generator().manual_seed(9))
    losses = []
    for steps in (1, 25):
        eyes = judge._learn(exam.small[rows], labels, steps, 0).eval()
        losses.append(float(judge.contrast(eyes(views).detach(), labels)))
    assert losses[1] < losses[0] - 0.1


def test_the_same_photos_train_the_same_judges(exam: Exam, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    a, b = (judge.train(exam, tmp_path / f"{i}.safetensors", steps=1) for i in range(2))
    assert a.weights == b.weights


@pytest.fixture(scope="module")
def seated(exam: Exam, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of networks that judge, hardly trained."""
    folder = tmp_path_factory.mktemp("judges")
    panel.seat(exam, folder, steps=2)
    return folder


def split_anew(exam: Exam, folder: Path, known: int, new: int) -> Exam:
    """Other photos held out: so many that were trained on, and so many that were not."""
    rows = [*exam.train[:known].tolist(), *exam.test[:new].tolist()]
    held_out = {exam.photos[row].path.name for row in rows}
    shutil.copytree(exam.photos[0].path.parent, folder, ignore=lambda *_: {"cache"})
    lines = [json.loads(x) for x in (folder / "metadata.jsonl").read_text("utf-8").splitlines()]
    for line in lines:
        line["split"] = "test" if line["file_name"] in held_out else "train"
    write_metadata(folder, lines)
    return open_exam(folder, folder / "cache")


def test_nobody_is_measured_by_photos_whose_names_they_learned(
    exam: Exam, seated: Path, tmp_path: Path
) -> None:
    seats = panel.seat(exam, seated)
    assert seats.read == seats.looks.photos == {exam.digests[row] for row in exam.train.tolist()}
    assert len(yardstick._reading(exam, seats, []).names) == len(exam.test)
    other = split_anew(exam, tmp_path / "photos", known=7, new=5)
    reading = yardstick._reading(other, panel.seat(other, seated), [])
    assert len(other.test) == 12
    assert len(reading.names) == 5
    assert {len(features) for features in reading.seen.values()} == {5}


def test_distances_are_to_photos_that_taught_no_judge_and_their_floor_is_of_training_photos(
    exam: Exam, seated: Path
) -> None:
    seats, random = panel.seat(exam, seated), exam.random()
    scales = yardstick._scales(exam, seats, [Dish("カレー", seed) for seed in range(8)])
    new = exam.not_seen(seats.judges.photos)
    for key, rows, seen in (
        ("kid", exam.test, random),
        ("kid_judge", new, seats.judges.features(exam.small)),
    ):
        scale, unchosen = scales[key], rows[torch.isin(rows, exam.not_for_choice())]
        torch.testing.assert_close(scale.held_out, seen[..., rows, :], rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(
            scale.held_out[..., scale.unchosen, :], seen[..., unchosen, :], rtol=1e-3, atol=1e-4
        )
        first = (scale.like, scale.units(seen))
        _, like = measures.nearest(*(x if x.dim() == 2 else x[0] for x in first))
        assert len(like) == 8
        assert torch.isin(like, exam.train).all()


def test_networks_that_learned_the_names_of_the_held_out_photos_may_not_measure(
    exam: Exam, seated: Path, tmp_path: Path
) -> None:
    other = split_anew(exam, tmp_path / "photos", known=11, new=1)
    with pytest.raises(PhotosError, match="judge have seen all but 1 of the held-out photos"):
        yardstick._reading(other, panel.seat(other, seated), [])


def seen_by_lite0(name: str) -> dict[str, torch.Tensor]:
    """What a file of networks of an earlier build holds: they saw 496 features."""
    if name == panel.LOOKS:
        return vars(untaught(496, 2))
    random, imagenet = (reader.Reader(features, 16).state_dict() for features in (960, 496))
    return checkpoint.prefixed("random", random) | checkpoint.prefixed("imagenet", imagenet)


@pytest.mark.parametrize(("name", "version"), [(panel.READERS, None), (panel.LOOKS, 3)])
def test_networks_of_an_earlier_build_saw_otherwise_and_are_trained_anew(
    exam: Exam, seated: Path, tmp_path: Path, name: str, version: int | None
) -> None:
    folder = Path(shutil.copytree(seated, tmp_path / "judges"))
    about = checkpoint.description(folder / name)
    checkpoint.save(folder / name, seen_by_lite0(name), about | {"version": version})
    again = panel.seat(exam, folder, steps=2)
    assert again.read == again.looks.photos == panel.seat(exam, seated).read
    features = again.seen_of(exam, exam.test, "held-out").shape[1]
    assert len(again.readers["imagenet"].mean) == len(again.looks.classifier.mean) == features
    (kept,) = {panel.READERS, panel.LOOKS} - {name}
    assert (folder / kept).read_bytes() == (seated / kept).read_bytes()


def test_eyes_that_are_not_installed_are_named(
    exam: Exam, seated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, sight.LITE2.package, None)
    with pytest.raises(ModelError, match=f"need the package {sight.LITE2.package}"):
        panel.seat(exam, seated)


def test_a_foreign_file_is_not_trained_over(exam: Exam, seated: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(seated, tmp_path / "judges"))
    shutil.copy(folder / panel.LOOKS, folder / panel.READERS)
    with pytest.raises(ModelError, match="holds no readers"):
        panel.seat(exam, folder)
    assert (folder / panel.READERS).read_bytes() == (folder / panel.LOOKS).read_bytes()


def test_a_foreign_file_holds_no_judges(exam: Exam, seated: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(seated, tmp_path / "judges"))  # else readers learn at length
    (folder / panel.JUDGES).write_bytes(b"no judges")
    with pytest.raises(ModelError, match="damaged"):
        judge.load(folder / panel.JUDGES)
    shutil.copy(folder / panel.READERS, folder / panel.JUDGES)
    with pytest.raises(ModelError, match="holds no judges"):
        panel.seat(exam, folder)


def test_a_reader_finds_names_that_it_never_read_and_is_deaf_to_wrong_ones() -> None:
    """Pictures whose features are a random map of their words: two words a name, 8 × 5 names."""
    names = [food + dish for food in FOODS for dish in DISHES]
    words = torch.eye(len(FOODS) + len(DISHES))
    clean = torch.stack([words[i // 5] + words[len(FOODS) + i % 5] for i in range(len(names))])
    chance = Generator().manual_seed(0)
    mix = torch.randn(clean.shape[1], 48, generator=chance)
    noise = 0.3 * torch.randn(8, len(names), 48, generator=chance)
    features, every = (clean @ mix + noise).flatten(0, 1), torch.arange(len(names)).repeat(8)
    unseen = torch.tensor([i % 7 == 0 for i in range(len(names))])[every]
    seen = ~unseen
    listed = [names[i] for i in every.tolist()]
    tokens = encode(listed)
    trained = reader.train(
        features[seen], tokens[seen], every[seen], torch.ones(int(seen.sum())), steps=150
    )
    asked = [name for name, new in zip(listed, unseen.tolist(), strict=True) if new]
    among = faithful.choices(asked, names)
    assert all(len(row) == faithful.CHOICES for row in among.lists)
    assert faithful.precision(trained, features[unseen], asked, among).mean > 0.3
    deaf = faithful.shuffled(trained, features[unseen], asked, among)
    assert deaf is not None
    assert deaf < 0.05


def test_no_name_to_choose_from_is_the_true_one_again_or_has_no_words() -> None:
    (among,) = faithful.choices(["カレー"], ["カレー", "カレーライス", "のの", "鮭丼"]).lists
    assert len(among) == faithful.CHOICES
    assert among.mask.any(dim=1).all()
    assert not among[torch.tensor([0])].same(among)[0, 1:].any()


def test_a_name_that_is_the_only_one_is_always_chosen() -> None:
    alone = faithful.choices(["カレー"], ["カレー"])
    share = faithful.precision(reader.Reader(4, 2), torch.ones(3, 4), ["カレー"] * 3, alone)
    assert share.mean == 1


def test_one_name_alone_cannot_be_shuffled() -> None:
    among = faithful.choices(["カレー"], ["カレー", "鮭丼"])
    assert faithful.shuffled(reader.Reader(4, 2), torch.ones(3, 4), ["カレー"] * 3, among) is None


def test_photos_of_one_name_teach_no_reading(tmp_path: Path) -> None:
    exam = open_exam(draw_exam(tmp_path), tmp_path / "cache")
    one = [row for row in exam.train.tolist() if exam.photos[row].name == "カレー"]
    few = Exam(**(vars(exam) | {"train": torch.tensor(one)}))
    with pytest.raises(PhotosError, match="of 1 names are too few"):
        panel.seat(few, tmp_path, steps=1)
