"""A snapshot is chosen by distance to held-out photos and by copying, never by steps."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from PIL import Image

from foodgan import checkpoint, cli
from foodgan.contract.errors import ModelError
from foodgan.evaluate import choice
from foodgan.evaluate.choice import Choosing, Judged
from foodgan.evaluate.entrants import Entrant
from foodgan.metrics.exam import open_exam
from foodgan.metrics.kid import Estimate
from foodgan.painting.painter import Dish
from foodgan.training.train import train
from tests.generator_fixtures import tiny_config, tiny_trainer
from tests.metrics.drawn import draw_exam

GOOD = Judged(Path("a"), 1000, Estimate(0.5, 0.4, 0.6), 1.0, 0.9, 0.01, 0.8)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_exam(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def choosing(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Choosing:
    return choice.open_choosing(open_exam(photos, tmp_path_factory.mktemp("cache")), 12)


@pytest.fixture(scope="module")
def trained(drawn_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of Stage-I that left snapshots after 8 and 16 photos."""
    folder = tmp_path_factory.mktemp("runs") / "stage1"
    train(tiny_trainer(tiny_config("stage1", snapshot_every=8), drawn_photos, folder))
    return folder


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


def test_photos_that_choose_are_not_those_that_are_reported(choosing: Choosing) -> None:
    exam = choosing.exam
    ours, others = set(exam.for_choice().tolist()), set(exam.not_for_choice().tolist())
    assert ours
    assert others
    assert not ours & others
    assert ours | others == set(exam.test.tolist())
    groups = {int(exam.groups[row]) for row in ours}
    assert not groups & {int(exam.groups[row]) for row in others}
    assert ours != set(exam.for_judge().tolist())
    assert torch.equal(choosing.held_out, exam.random()[exam.for_choice()])
    for near in (choosing.controls.textures, choosing.controls.shapes):
        assert len(near["held_out"].gaps) == len(ours)


def test_the_nearest_to_the_photos_is_chosen_and_not_the_last(choosing: Choosing) -> None:
    worse = replace(GOOD, path=Path("b"), seen=9000, kid=Estimate(0.7, 0.6, 0.8))
    assert choosing.pick([GOOD, worse]) == GOOD


@pytest.mark.parametrize("change", [{"rho": 0.5}, {"authenticity": 0.0}, {"suspicious": 0.6}])
def test_a_copier_is_not_chosen_though_it_is_nearest(
    choosing: Choosing, change: dict[str, float]
) -> None:
    copier = replace(GOOD, path=Path("b"), kid=Estimate(0.0, -0.1, 0.1), **change)
    assert choosing.pick([copier, GOOD]) == GOOD
    assert choosing.pick([copier]) is None


def test_the_rule_catches_copied_photos_though_shifted_and_tinted(choosing: Choosing) -> None:
    assert choosing.augmented_rho < choice.RHO_MIN


def test_the_spread_of_a_snapshot_is_that_within_each_name(
    choosing: Choosing, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {name: torch.rand(3, 64, 64) for name in choosing.names}

    def paint(_: object, dishes: list[Dish], *__: object) -> SimpleNamespace:
        return SimpleNamespace(small=torch.stack([shown[dish.name] for dish in dishes]))

    monkeypatch.setattr(choice, "paint", paint)
    one = cast(Entrant, SimpleNamespace(conditions=[]))
    assert len(shown) == 2
    assert choice._spread(choosing, one) == pytest.approx(0, abs=1e-4)


def test_snapshots_come_in_the_order_of_training(run: Path) -> None:
    names = [path.name for path in choice.snapshots(run)]
    assert names == ["000000008.safetensors", "000000016.safetensors"]


def test_a_checkpoint_later_than_every_snapshot_may_be_chosen_too(run: Path) -> None:
    (run / checkpoint.SNAPSHOTS / "000000016.safetensors").unlink()
    names = [path.name for path in choice.snapshots(run)]
    assert names == ["000000008.safetensors", "last.safetensors"]


def test_a_folder_without_a_run_has_nothing_to_choose(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no snapshot and no checkpoint"):
        choice.snapshots(tmp_path)


def test_a_stage_2_wants_to_know_who_sketches(tiny_model: Path, choosing: Choosing) -> None:
    runs = tiny_model.parent / "runs"
    path = runs / "stage2" / checkpoint.CHECKPOINT
    with pytest.raises(ModelError, match="name the run of Stage-I"):
        choice.judge(choosing, path)
    judged = choice.judge(choosing, path, runs / "stage1")
    assert judged.seen == 16
    assert judged.kid.low <= judged.kid.mean <= judged.kid.high


def test_the_command_says_what_it_measured_and_what_it_chose(
    run: Path,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")

    def said(*words: str) -> tuple[int, str]:
        argv = ["foodgan", "model", "choose", str(run), "--photos", str(photos), *words]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0), capsys.readouterr().out

    code, printed = said("--pictures", "12", "--json")
    found = json.loads(printed)
    assert [one["seen"] for one in found["snapshots"]] == [8, 16]
    assert found["photos_that_choose"] + found["photos_that_do_not"] == 16
    fit = [one for one in found["snapshots"] if one["fit"]]
    best = min(fit, key=lambda one: float(one["kid"]["mean"]), default=None)
    assert found["chosen"] == (best["path"] if best else None)
    assert code == (0 if best else 1)
    assert Image.open(run / "choice.png").width > 300

    code, printed = said("--pictures", "12")
    assert "photos choose" in printed
    assert ("Chosen: " if best else "No snapshot is fit") in printed
