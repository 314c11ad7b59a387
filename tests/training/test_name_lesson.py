"""A lesson for Stage-I: invented names are learned, all else stays."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from torch import Generator, Tensor
from torch.nn import functional as F
from typer.testing import CliRunner

from foodgan import checkpoint, registry
from foodgan.cli import app
from foodgan.evaluate import entrants
from foodgan.models.stackgan import SKETCH_SIZE, Stage1Generator
from foodgan.painting.painter import Dish, Painter
from foodgan.photos.feed import Feed
from foodgan.step.config import ConfigError
from foodgan.text.encode import TokenBatch, collate, encode
from foodgan.text.invent import Inventor
from foodgan.training import name_lesson
from foodgan.training.course import LessonStopped, attend, described, painted_in
from foodgan.training.energy import PhotoEnergy
from foodgan.training.name_lesson import Lesson, LessonConfig, kept, open_pupil
from foodgan.training.teacher import Teacher
from foodgan.training.train import train
from tests.disk import small_disk
from tests.generator_fixtures import tiny_config, tiny_feed, tiny_trainer

pytestmark = pytest.mark.usefixtures("quick_teacher")

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def run(drawn_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Stage-I that is trained a little."""
    folder = tmp_path_factory.mktemp("lesson") / "run"
    train(tiny_trainer(tiny_config("stage1"), drawn_photos, folder))
    return folder


@pytest.fixture(scope="module")
def feed(drawn_photos: Path) -> Feed:
    return tiny_feed(tiny_config("stage1", photo_size=SKETCH_SIZE), drawn_photos)


@pytest.fixture(scope="module")
def teacher(feed: Feed, quick_teacher: None) -> Teacher:
    return Teacher.of(feed.photos, feed.pixels, CPU)


@pytest.fixture(scope="module")
def photos(feed: Feed, teacher: Teacher) -> PhotoEnergy:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("foodgan.training.energy.STOOD", 64)
        return PhotoEnergy.of(feed, teacher.eyes)


Begin = Callable[..., Lesson]


@pytest.fixture
def begin(run: Path, feed: Feed, teacher: Teacher) -> Begin:
    """A lesson of these changes of its configuration, held to photos where there are some."""

    def begun(photos: PhotoEnergy | None = None, **changes: Any) -> Lesson:
        torch.set_num_threads(1)
        names = [photo.name for photo in feed.photos if photo.name]
        own = {"pictures": 8, "batch": 4, "beside": 2, "by_photos": float(photos is not None)}
        config = LessonConfig(**{**own, **changes})
        inventor = Inventor(names, (), Random())
        return Lesson(config, open_pupil(run, CPU), teacher, inventor, encode(names), photos)

    return begun


def weights(generator: Stage1Generator) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in generator.state_dict().items()}


def heard(generator: Stage1Generator, names: list[str]) -> Tensor:
    with torch.no_grad():
        mean: Tensor = generator.augment.to_mu(generator.names(encode(names)).pooled)
    return mean


def painted(lesson: Lesson, asked: TokenBatch, chance: Generator) -> Tensor:
    """A picture of each name, the same ones of the same weights and chance."""
    generator = lesson.generator
    noise = torch.randn(len(asked), generator.config.condition, generator=chance)
    condition, _, _ = generator.condition_of(asked, noise)
    return generator.paint(
        condition, condition, torch.randn(len(asked), generator.noise, generator=chance)
    )


def test_what_a_teacher_wants_of_invented_names_is_painted(begin: Begin) -> None:
    lesson = begin(pictures=32, lr=2e-2, by_name=0, stay=0)
    names = [lesson.inventor.name() for _ in range(24)]

    @torch.no_grad()
    def missed() -> float:
        pictures = painted(lesson, encode(names), Generator().manual_seed(1))
        return float(lesson.teacher.kind_loss(lesson.teacher.see(pictures), names)[0])

    before = missed()
    for _ in range(lesson.config.steps):
        lesson.step()
    assert missed() < 0.8 * before


def test_without_photos_the_encoder_alone_learns_and_what_paints_stays(begin: Begin) -> None:
    lesson = begin()
    before = weights(lesson.generator)
    lesson.step()
    changed = {
        name for name, t in lesson.generator.state_dict().items() if (t != before[name]).any()
    }
    assert {"names.last.lead", "names.last.shift.weight", "augment.to_mu.weight"} <= changed
    assert all(name.startswith(("names.", "augment.to_mu.")) for name in changed)


@pytest.mark.parametrize(("part", "bound"), [("SCORE", 0.95), ("DISTANCE", 0.7)])
def test_a_lesson_that_is_held_to_photos_paints_nearer_to_them(
    begin: Begin, photos: PhotoEnergy, monkeypatch: pytest.MonkeyPatch, part: str, bound: float
) -> None:
    for name, weight in {"SCORE": 0.0, "DISTANCE": 0.0, part: 40.0}.items():
        monkeypatch.setattr(name_lesson, name, weight)
    own = {"by_kind": 0, "by_name": 0, "stay": 0, "lr_paint": 1e-2, "pictures": 32, "batch": 2}
    lesson = begin(photos, beside=4, **own)
    then = weights(lesson.generator)

    @torch.no_grad()
    def far() -> float:
        chance = Generator().manual_seed(1)
        real, known = photos.draw(16, chance)
        found = photos.losses(real, painted(lesson, collate((known, known)), chance))
        return float(dict(zip(("SCORE", "DISTANCE"), found, strict=True))[part])

    before = far()
    for _ in range(lesson.config.steps):
        lesson.step()
    assert far() < bound * before
    after = lesson.generator.state_dict()
    assert {"to_rgb.weight", "seed.weight"} <= {n for n, t in after.items() if (t != then[n]).any()}


def test_names_that_photos_have_are_heard_nearly_as_before(begin: Begin) -> None:
    moved = {}
    for stay in (0.0, 100.0):
        lesson = begin(pictures=80, lr=1e-2, stay=stay)
        names = ["カレーうどん", "抹茶パフェ", "カレー", "鮭丼"]
        before = heard(lesson.before, names)
        for _ in range(lesson.config.steps):
            lesson.step()
        moved[stay] = float(F.mse_loss(heard(lesson.generator, names), before))
    assert moved[100.0] < 0.5 * moved[0.0]


def test_a_pupil_hears_as_before_until_its_lesson_begins(run: Path, begin: Begin) -> None:
    names = ["カレーうどん", "抹茶パフェ", ""]
    was = heard(registry.open_sketcher(run), names)
    assert torch.equal(heard(open_pupil(run, CPU), names), was)
    lesson = begin(lead=2.0)
    assert torch.equal(heard(lesson.before, names), was)
    assert not torch.equal(heard(lesson.generator, names)[:2], was[:2])
    assert torch.equal(heard(lesson.generator, names)[2:], was[2:])


def test_a_second_lesson_goes_on_from_the_first(begin: Begin, run: Path, tmp_path: Path) -> None:
    attend(begin(), run, tmp_path / "once", {"count": 9, "names": 9})
    once = open_pupil(tmp_path / "once", CPU)
    lead = once.names.last.lead
    lesson = begin()
    again = Lesson(lesson.config, once, lesson.teacher, lesson.inventor, lesson.names)
    assert again.generator.names.last.lead == lead


def test_the_same_lesson_twice_teaches_the_same(begin: Begin) -> None:
    one, two = begin(seed=3), begin(seed=3)
    for _ in range(2):
        one.step()
        two.step()
    assert all(
        torch.equal(tensor, two.generator.state_dict()[name])
        for name, tensor in one.generator.state_dict().items()
    )


def test_a_model_of_it_paints_and_says_what_it_has_been_through(
    begin: Begin, run: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "taught"
    assert attend(begin(), run, out, registry.training_of(run).photos) == 8
    second = tiny_model.parent / "runs" / "stage2"
    model = registry.export("taught", {"stage1": out, "stage2": second}, tmp_path / "model")
    assert model.stage1.knows_last
    taught = model.training["stage1"]
    assert (taught.seen_in_all, len(taught.runs), taught.config["pictures"]) == (16, 2, 8)
    assert registry.left_out([taught]) == registry.left_out([registry.training_of(run)])
    painter = Painter.load(tmp_path / "model", device="cpu")
    assert painter.prepare([Dish("鮭とチーズのうどん", 1)]).shape is None  # nothing leads it
    assert painter.paint([Dish("鮭とチーズのうどん", 1)])[0].size == (256, 256)


def test_a_taught_run_is_measured_alone_as_any_other(
    begin: Begin, run: Path, tmp_path: Path
) -> None:
    lesson = begin()
    attend(lesson, run, tmp_path, {"count": 9, "names": 9})
    entrant = entrants.of_run(tmp_path, "taught")
    with torch.no_grad():
        asked = [Dish("鮭とチーズのうどん", 1), Dish("カレー", 2)]
        painted = entrant.paint(asked)
    assert painted.shape == (2, 3, SKETCH_SIZE, SKETCH_SIZE)
    assert not torch.equal(painted, entrants.of_run(run, "before").paint(asked))
    assert entrant.about["seen"] == {"stage1": 16}


def stop_in_step(number: int, lesson: Lesson, patch: pytest.MonkeyPatch) -> None:
    own = lesson.step

    def step() -> dict[str, float]:
        if lesson.done == number - 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return own()

    patch.setattr(lesson, "step", step)


def test_a_signal_ends_a_lesson_after_its_step_and_keeps_what_was_learned(
    begin: Begin, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = begin(pictures=4000)
    stop_in_step(2, lesson, monkeypatch)
    assert attend(lesson, run, tmp_path, {}) == 8
    assert registry.training_of(tmp_path).config["pictures"] == 8
    assert torch.equal(open_pupil(tmp_path, CPU).names.last.lead, lesson.generator.names.last.lead)


@pytest.mark.parametrize("held", [False, True], ids=["alone", "held to photos"])
def test_a_lesson_that_goes_on_ends_with_the_same_weights(
    begin: Begin,
    photos: PhotoEnergy,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    held: bool,
) -> None:
    whole, first, second = (begin(photos if held else None, pictures=20) for _ in range(3))
    attend(whole, run, tmp_path / "whole", {"count": 9})
    stop_in_step(2, first, monkeypatch)
    assert attend(first, run, tmp_path / "parts", {"count": 9}) == 8
    assert attend(second, run, tmp_path / "parts", {"count": 9}) == 20
    assert second.seconds > first.seconds
    one, two = (checkpoint.load(tmp_path / n / checkpoint.CHECKPOINT) for n in ("whole", "parts"))
    assert one[0].keys() == two[0].keys()
    assert all(torch.equal(tensor, two[0][name]) for name, tensor in one[0].items())
    clocked = {"seconds": 0, "devices": {}}
    assert one[1] | clocked == two[1] | clocked


def test_a_lesson_says_how_long_it_took_on_each_device(
    begin: Begin, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (begin(pictures=20) for _ in range(2))
    stop_in_step(2, first, monkeypatch)
    monkeypatch.setattr("foodgan.training.course.title_of", lambda device: "a laptop")
    attend(first, run, tmp_path / "parts", {"count": 9})
    monkeypatch.setattr("foodgan.training.course.title_of", lambda device: "NVIDIA H200")
    path = tmp_path / "parts" / checkpoint.CHECKPOINT
    tensors, about = checkpoint.load(path)
    assert about["devices"] == {"a laptop": about["seconds"]}
    checkpoint.save(path, tensors, about | {"seconds": 90.0, "devices": {"a laptop": 90.0}})
    attend(second, run, tmp_path / "parts", {"count": 9})
    trained = registry.training_of(tmp_path / "parts")
    assert trained.devices.keys() == {"a laptop", "NVIDIA H200"}
    assert trained.devices["a laptop"] == 90.0
    assert sum(trained.devices.values()) == pytest.approx(trained.seconds, abs=0.2)


def test_what_a_killed_lesson_has_learned_is_saved_on_the_way(
    begin: Begin, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foodgan.training.course.SAVE_EVERY", 8)
    lesson = begin(pictures=4000)
    own = lesson.step

    def step() -> dict[str, float]:
        if lesson.done == 3:
            raise MemoryError
        return own()

    monkeypatch.setattr(lesson, "step", step)
    with pytest.raises(MemoryError):
        attend(lesson, run, tmp_path, {})
    said = described(lesson.config, run, {})
    assert painted_in(tmp_path, said) == 8
    with pytest.raises(ConfigError, match="holds another run than this lesson"):
        painted_in(tmp_path, described(begin(pictures=8).config, run, {}))


def test_weights_that_are_no_numbers_are_not_saved(
    begin: Begin, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foodgan.training.course.SAVE_EVERY", 4)
    lesson = begin()
    own = lesson.step

    def step() -> dict[str, float]:
        figures = own()
        if lesson.done == 2:
            lesson.generator.augment.to_mu.bias.data[0] = float("nan")
        return figures

    monkeypatch.setattr(lesson, "step", step)
    with pytest.raises(LessonStopped, match=r"to_mu\.bias is not finite .* is good"):
        attend(lesson, run, tmp_path, {})
    assert registry.training_of(tmp_path).config["pictures"] == 4


def test_a_loss_that_is_no_number_ends_a_lesson_and_nothing_is_written(
    begin: Begin, run: Path, tmp_path: Path
) -> None:
    lesson = begin()
    lesson.teacher.kinds.bias.fill_(float("nan"))
    try:
        with pytest.raises(LessonStopped, match="kind is nan after 4 pictures; there is no"):
            attend(lesson, run, tmp_path / "out", {})
    finally:
        lesson.teacher.kinds.bias.zero_()
    assert not (tmp_path / "out").exists()


def test_a_full_disk_ends_a_lesson_with_a_sentence(begin: Begin, run: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        disk.fill()
        with pytest.raises(LessonStopped, match="cannot write in"):
            attend(begin(), run, disk.place / "out", {})
        assert disk.files() == ["ballast"]


def test_the_command_teaches_a_run(run: Path, drawn_photos: Path, tmp_path: Path) -> None:
    words = ["model", "teach", str(run), "--photos", str(drawn_photos), "--pictures", "16"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr("foodgan.training.energy.STOOD", 64)
        told = CliRunner().invoke(app, [*words, "--out", "taught", "--device", "cpu"])
    assert told.exit_code == 0, told.output
    assert "16 pictures painted; the run is in taught" in told.output
    _, about = checkpoint.load(tmp_path / "taught" / checkpoint.CHECKPOINT)
    assert about["photos"]["count"] == 10
    assert about["network"]["knows_last"]
    kept = (tmp_path / "taught" / checkpoint.CHECKPOINT).stat().st_mtime_ns
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.delattr(Teacher, "of")  # of what is learned there is no need of a teacher
        again = CliRunner().invoke(app, [*words, "--out", "taught", "--device", "cpu"])
    assert again.output == told.output.splitlines(keepends=True)[-1]
    assert (tmp_path / "taught" / checkpoint.CHECKPOINT).stat().st_mtime_ns == kept


def test_a_model_is_taught_as_the_run_that_it_was_made_of(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    words = ["model", "teach", str(tiny_model), "--photos", str(drawn_photos), "--pictures", "16"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr("foodgan.training.energy.STOOD", 64)
        told = CliRunner().invoke(app, [*words, "--out", "taught", "--device", "cpu"])
    assert told.exit_code == 0, told.output
    stages = {"stage1": tmp_path / "taught", "stage2": tiny_model}
    model = registry.export("taught", stages, tmp_path / "model")
    lesson = model.training["stage1"]
    assert (lesson.config["by_photos"], lesson.config["pictures"]) == (1.0, 16)
    assert lesson.told[:-1] == registry.describe(tiny_model).training["stage1"].told
    assert Painter.load(tmp_path / "model").paint([Dish("鮭うどん", 1)])[0].size == (256, 256)


def test_a_run_is_taught_over_no_other_and_not_over_itself(
    run: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    words = ["model", "teach", str(run), "--photos", str(drawn_photos), "--out", str(run)]
    before = (run / checkpoint.CHECKPOINT).read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        told = CliRunner().invoke(app, words)
    assert isinstance(told.exception, ConfigError)
    assert "holds another run than this lesson" in str(told.exception)
    assert (run / checkpoint.CHECKPOINT).read_bytes() == before


def test_a_name_of_many_photos_is_kept_more_firmly_and_eight_times_at_most() -> None:
    assert kept(["鮭丼", "カレー", "鮭丼"]) == ["鮭丼", "鮭丼", "カレー"]
    assert kept(["鮭丼"] * 300) == ["鮭丼"] * 8
