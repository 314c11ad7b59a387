"""Drawn dishes on a GPU: the judge learns there, runs share it, and measuring says the same."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from foodgan.experiment.measuring import UNTRAINED
from foodgan.experiment.plan import EQUAL_PICTURES, Plan
from foodgan.experiment.results import rows, untrained
from foodgan.experiment.run import carry_out
from foodgan.kondate import folder, taster
from foodgan.kondate import taster_training as training
from foodgan.kondate.baselines import Copycat
from foodgan.kondate.board import measure, open_board
from foodgan.kondate.stock import arriving
from foodgan.kondate.taster import as_tensor
from foodgan.kondate.taster_training import Course

pytestmark = pytest.mark.gpu

CUDA = torch.device("cuda")


@pytest.fixture(autouse=True)
def small_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = folder.menu
    monkeypatch.setattr(folder, "menu", lambda names, seed: whole(names, seed, held_out=4))


def test_the_judge_learns_while_others_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "HELD_OUT", 250)
    monkeypatch.setattr(training, "CALIBRATION", 250)
    path = tmp_path / "taster.safetensors"
    course = replace(Course.on(CUDA, epochs=1e6, seconds=20), batch=64)
    with arriving(tmp_path / "stock", 2_000) as coming:
        network, held_out = training.train(coming, path, course=course, device=CUDA)
    tasted = network.taste(as_tensor(held_out.pictures))
    found = training.scores(held_out.recipes, tasted)["as a canteen cooks"]
    assert found["vessel"] > 0.5


def test_a_board_measures_the_same_on_a_gpu_and_on_a_cpu(tmp_path: Path) -> None:
    folder.write_folder(tmp_path / "menu", 40, 64, 0)
    found = []
    for device in (torch.device("cpu"), CUDA):
        board = open_board(tmp_path / "menu", device=device, cache=tmp_path)
        found.append(measure(board, Copycat(board.train)))
    for key in ("rho", "rho_shapes", "suspicious_share"):
        assert found[1][key] == pytest.approx(found[0][key], abs=0.02), key
    means = [one["accuracy"]["sets"]["seen"]["mean"] for one in found]
    assert means[1] == pytest.approx(means[0], abs=0.1)


def test_runs_share_a_gpu_and_are_measured_on_it(tmp_path: Path) -> None:
    arms = ("recipe", "dcgan-bce", "recipe-lesson")
    plan = Plan(
        tmp_path,
        arms,
        seeds=(0,),
        names=40,
        pictures=640,
        jobs=2,
        device="cuda",
        judge=taster.SHIPPED,
    )
    paths = carry_out(plan)
    assert [row.arm for row in rows(paths, EQUAL_PICTURES)] == list(arms)
    assert [row.arm for row in untrained(plan.untrained)] == list(UNTRAINED)
