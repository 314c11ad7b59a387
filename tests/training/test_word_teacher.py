"""A teacher of words: what photos say of new combinations, and a generator that hears it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from typer.testing import CliRunner

from foodgan import checkpoint
from foodgan.checkpoint import CHECKPOINT
from foodgan.cli import app
from foodgan.contract import logs
from foodgan.models import word_reader
from foodgan.photos.feed import Feed
from foodgan.step.batch import as_photos
from foodgan.step.config import ConfigError, TrainConfig
from foodgan.text.encode import encode
from foodgan.training import word_teacher
from foodgan.training.train import Trainer, train
from foodgan.training.word_teacher import WordTeacher
from tests.generator_fixtures import tiny_config, tiny_trainer, write_toml

COLOURS = {
    "トマト": (220, 40, 40),
    "抹茶": (60, 170, 60),
    "海苔": (20, 20, 40),
    "チーズ": (250, 220, 60),
}
TABLES = {"丼": (240, 240, 240), "パスタ": (150, 90, 40), "カレー": (60, 80, 160)}
NEW = ("抹茶", "パスタ")  # a pair that no photo shows
PAIRS = [(colour, table) for colour in COLOURS for table in TABLES]


def dish(colour: str, table: str, seed: int = 0) -> NDArray[np.uint8]:
    """A grainy square of a colour on a table, (64, 64, 3)."""
    picture = np.full((64, 64, 3), TABLES[table], np.float64)
    picture[16:48, 16:48] = COLOURS[colour]
    grain = np.random.default_rng(seed).normal(scale=20, size=picture.shape)
    return (picture + grain).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def teacher() -> WordTeacher:
    shown = [pair for pair in PAIRS if pair != NEW] * 4
    pixels = np.stack([dish(*pair, seed) for seed, pair in enumerate(shown, 1)])
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_reader, "STEPS", 100)
        return WordTeacher.of(
            pixels, encode(["".join(pair) for pair in shown]), torch.device("cpu")
        )


@pytest.fixture
def short_course(monkeypatch: pytest.MonkeyPatch) -> None:
    """A teacher that hardly learns: photos as they are, and changed either way."""
    monkeypatch.setattr(word_reader, "STEPS", 10)
    monkeypatch.setattr(word_teacher, "LOOKS_MAX", 3)


def test_it_sees_each_word_of_a_name_that_no_photo_has(teacher: WordTeacher) -> None:
    pictures = as_photos(torch.from_numpy(np.stack([dish(*pair) for pair in PAIRS])))
    asked = encode(["".join(NEW)])
    losses = [float(teacher.loss(picture[None], asked)) for picture in pictures]
    assert PAIRS[losses.index(min(losses))] == NEW


def test_a_picture_learns_from_it(teacher: WordTeacher) -> None:
    picture = as_photos(torch.from_numpy(dish("トマト", "パスタ"))[None]).requires_grad_()
    asked = encode(["".join(NEW)])
    before = teacher.loss(picture, asked)
    before.backward()
    assert picture.grad is not None
    moved = picture.detach() - 0.01 * picture.grad.sign()
    assert teacher.loss(moved, asked) < 0.9 * before


def test_of_no_name_and_of_unknown_words_it_says_nothing(teacher: WordTeacher) -> None:
    picture = as_photos(torch.from_numpy(dish(*NEW))[None])
    assert teacher.loss(picture.expand(2, -1, -1, -1), encode(["", "鮭"])) == 0


@pytest.mark.usefixtures("short_course")
def test_it_learns_the_same_whatever_was_drawn_before_and_draws_nothing_of_others() -> None:
    pixels = np.stack([dish(*pair) for pair in PAIRS] * 2)
    names = encode(["".join(pair) for pair in PAIRS] * 2)
    picture = as_photos(torch.from_numpy(dish(*NEW))[None])
    found = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        was = torch.get_rng_state()
        found.append(WordTeacher.of(pixels, names, torch.device("cpu")).loss(picture, names[:1]))
        assert torch.equal(torch.get_rng_state(), was)
    assert found[0] == found[1]


@pytest.mark.usefixtures("short_course")
def test_a_generator_is_taught_by_it_and_its_checkpoint_holds_none_of_it(
    drawn_photos: Path, tmp_path: Path
) -> None:
    taught = tiny_trainer(tiny_config("stage1", taught=1.0), drawn_photos, tmp_path / "taught")
    assert max(float(taught.take_step()["taught"]) for _ in range(4)) > 0
    plain = tiny_trainer(tiny_config("stage1"), drawn_photos, tmp_path / "plain")
    assert "taught" not in plain.take_step()
    for run in (taught, plain):
        run.save()
    sizes = [(run.run / "last.safetensors").stat().st_size for run in (taught, plain)]
    assert sizes[0] == pytest.approx(sizes[1], abs=1_000)


@pytest.mark.usefixtures("short_course")
def test_a_run_that_is_over_or_may_not_go_on_waits_for_no_teacher(
    drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(tiny_trainer(tiny_config("stage1", taught=1.0, pictures=8), drawn_photos, tmp_path))
    called = []
    monkeypatch.setattr(WordTeacher, "of", lambda *_: called.append(1))
    over = tiny_trainer(tiny_config("stage1", taught=1.0, pictures=8), drawn_photos, tmp_path)
    assert over.resume()
    train(over)
    with pytest.raises(ConfigError, match="another configuration"):
        tiny_trainer(tiny_config("stage1", taught=2.0), drawn_photos, tmp_path).resume()
    assert not called


@pytest.mark.usefixtures("short_course")
def test_a_run_that_goes_on_is_taught_as_before(drawn_photos: Path, tmp_path: Path) -> None:
    for name, stops in (("whole", (16,)), ("parts", (8, 16))):
        for pictures in stops:
            config = tiny_config("stage1", taught=1.0, pictures=pictures, conditional_full=0.0)
            trainer = tiny_trainer(config, drawn_photos, tmp_path / name)
            trainer.resume()
            train(trainer)
    whole, parts = (checkpoint.load(tmp_path / n / CHECKPOINT)[0] for n in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(tensor, parts[name]) for name, tensor in whole.items())


def test_the_command_has_it_asked_for_no_name_that_every_model_is_measured_by(
    drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Feed] = []
    monkeypatch.setattr(Trainer, "call_teacher", lambda trainer: asked.append(trainer.feed))
    monkeypatch.setattr(logs, "set_up", lambda: None)
    monkeypatch.chdir(tmp_path)
    config = write_toml(tiny_config("stage1", taught=1.0, pictures=4), tmp_path / "tiny.toml")
    words = ["train", "--config", str(config), "--photos", str(drawn_photos), "--device", "cpu"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    unasked = asked[0].unasked
    assert unasked is not None
    assert encode(["たこ焼きバーガー", "チーズカレー"]).same(unasked).any(dim=1).all()


def test_only_small_pictures_are_taught() -> None:
    with pytest.raises(ValueError, match="taught is not for stage2"):
        TrainConfig(kind="stage2", size=128, photo_size=128, taught=1.0)
