"""An experiment end to end, tiny: results are kept, a stopped one goes on, the blog is answered."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from foodgan import checkpoint
from foodgan.experiment.arms import ARMS, FIRST, Arm, in_turn
from foodgan.experiment.blog import claims
from foodgan.experiment.measuring import UNTRAINED, measured
from foodgan.experiment.measuring import told as figures_of
from foodgan.experiment.plan import EQUAL_PICTURES, EQUAL_TIME, Plan
from foodgan.experiment.results import Row, report, rows, untrained
from foodgan.experiment.run import carry_out
from foodgan.experiment.training import feed_of, train_run
from foodgan.kondate import folder
from foodgan.kondate.taster import KIND, Taster
from foodgan.step.config import ConfigError
from foodgan.text.encode import encode

ARM = "dcgan-bce"  # the quickest: two steps of 32 pictures
ENDLESS = """
import sys
from pathlib import Path
from foodgan.experiment.plan import Plan
from foodgan.experiment.run import carry_out
from foodgan.kondate import folder
if __name__ == "__main__":
    whole = folder.menu
    folder.menu = lambda names, seed: whole(names, seed, held_out=4)
    out, judge = map(Path, sys.argv[1:])
    carry_out(Plan(out, ("dcgan-bce",), (5,), 40, 4_000_000, measures=False, judge=judge))
"""


def blind_judge(path: Path, seed: int) -> Path:
    """A taster that has learned nothing."""
    torch.manual_seed(seed)
    halves = {name: tensor.half() for name, tensor in Taster().state_dict().items()}
    checkpoint.save(path, halves, {"kind": KIND})
    return path


@pytest.fixture(scope="module")
def small_menu() -> Iterator[None]:
    whole = folder.menu
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "menu", lambda names, seed: whole(names, seed, held_out=4))
        yield


@pytest.fixture(scope="module")
def done(small_menu: None, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """One arm with two seeds, trained and measured by processes of their own."""
    out = tmp_path_factory.mktemp("experiment")
    judge = blind_judge(out / "judge.safetensors", 0)
    plan = Plan(out, (ARM,), seeds=(0, 1), names=40, pictures=64, jobs=2, judge=judge)
    carry_out(plan)
    return plan


@pytest.mark.slow
def test_runs_are_measured_and_kept_and_not_done_twice(done: Plan) -> None:
    paths = [done.result(ARM, seed) for seed in done.seeds]
    found = json.loads(paths[0].read_text(encoding="utf-8"))
    assert found[EQUAL_PICTURES]["seen"] == 64
    assert found[EQUAL_PICTURES]["device"] == "cpu"
    assert paths[0].with_suffix(".png").stat().st_size > 300
    before = [path.stat().st_mtime_ns for path in (*paths, done.untrained)]
    assert carry_out(done) == paths
    assert [path.stat().st_mtime_ns for path in (*paths, done.untrained)] == before
    (row,) = rows(paths, EQUAL_PICTURES)
    assert len(row.runs) == 2


def test_the_tables_and_the_blogs_claims_come_from_the_results(done: Plan) -> None:
    plain = untrained(done.untrained)
    assert [one.arm for one in plain] == list(UNTRAINED)
    written = report(done.out, (ARM,), done.seeds, 40, done.out / "docs")
    assert set(written) == {"At equal pictures seen", "Without training"}
    assert {p.suffix for p in (done.out / "docs").iterdir()} == {".md", ".png", ".jpg"}
    (row,) = rows([done.result(ARM, seed) for seed in done.seeds], EQUAL_PICTURES)
    told = claims({name: Row(name, row.runs) for name in ARMS}, {one.arm: one for one in plain})
    assert len(told) == 5
    assert all("—" not in claim.measured for claim in told)


def test_another_judge_measures_again_without_training(done: Plan) -> None:
    path = done.result(ARM, 0)
    before = json.loads(path.read_text(encoding="utf-8"))[EQUAL_PICTURES]
    kept = done.kept(ARM, 0, EQUAL_PICTURES).stat().st_mtime_ns
    other = blind_judge(done.out / "other.safetensors", 1)
    carry_out(replace(done, judge=other, trains=False, seeds=(0,), jobs=1))
    after = json.loads(path.read_text(encoding="utf-8"))[EQUAL_PICTURES]
    assert after["judge"] != before["judge"]
    assert after["rho"] == pytest.approx(before["rho"])  # the same pictures
    assert done.kept(ARM, 0, EQUAL_PICTURES).stat().st_mtime_ns == kept


def test_figures_without_their_runs_are_enough(done: Plan, tmp_path: Path) -> None:
    moved = replace(done, out=tmp_path)
    moved.untrained.parent.mkdir(parents=True)
    for path in (done.untrained, done.result(ARM, 1)):
        (moved.untrained.parent / path.name).write_bytes(path.read_bytes())
    carry_out(replace(moved, seeds=(1,), measures=False, jobs=1))
    assert not moved.run(ARM, 1).exists()


@pytest.mark.slow
def test_a_hasty_run_ends_with_its_time(done: Plan) -> None:
    hasty = replace(done, seeds=(7,), pictures=4_000_000, limit_s=0.5, hasty=True, jobs=1)
    found = json.loads(carry_out(hasty)[0].read_text(encoding="utf-8"))
    assert 0 < found[EQUAL_TIME]["seen"] < 4_000_000
    assert EQUAL_PICTURES not in found


def test_a_resumed_run_is_charged_for_what_it_computed(done: Plan) -> None:
    kept = done.run(ARM, 4) / checkpoint.CHECKPOINT
    asked = iter((False, False, True))  # before training, before a step and after it

    def after_a_step() -> bool:
        time.sleep(1)  # which takes no core's time
        return next(asked)

    began = time.process_time()
    train_run(done, ARM, 4, after_a_step)
    assert checkpoint.description(kept)["seen"] == done.pictures // 2
    train_run(done, ARM, 4, lambda: False)
    computed = time.process_time() - began
    spent = checkpoint.description(done.kept(ARM, 4, EQUAL_PICTURES))["spent_s"]
    assert 0 < spent < computed + 0.1  # it is rounded


@pytest.mark.slow
def test_everything_ends_in_time_and_runs_keep_their_checkpoints(done: Plan) -> None:
    until = time.time() + 20  # of a busy machine, till either has its first checkpoint
    long = replace(done, seeds=(8, 9), pictures=4_000_000, until=until, measures=False)
    carry_out(long)
    assert time.time() < until + 45
    for seed in long.seeds:
        assert (long.run(ARM, seed) / checkpoint.CHECKPOINT).exists()
        assert not long.trained(ARM, seed)


@pytest.mark.slow
def test_a_signal_ends_it_and_it_goes_on_from_its_checkpoint(done: Plan) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", ENDLESS, str(done.out), str(done.judge)]
    run = done.run(ARM, 5)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environ, stderr=quiet, start_new_session=True) as process:
        _wait_until_it_trains(run)
        os.killpg(process.pid, signal.SIGTERM)  # as `timeout` and services do
        assert process.wait(60) == 0
    seen = checkpoint.load(run / checkpoint.CHECKPOINT)[1]["seen"]
    assert 0 < seen < 4_000_000
    carry_out(replace(done, seeds=(5,), pictures=seen + 64, measures=False, jobs=1))
    assert checkpoint.load(done.kept(ARM, 5, EQUAL_PICTURES))[1]["seen"] == seen + 64


def _wait_until_it_trains(run: Path) -> None:
    for _ in range(1500):
        if run.exists():
            time.sleep(8)  # for its first step; a busy machine steps slowly
            return
        time.sleep(0.1)
    pytest.fail("it never began")


@pytest.mark.slow
@pytest.mark.usefixtures("quick_teacher")
def test_a_run_that_goes_on_from_another_waits_for_it_and_says_what_both_saw(
    done: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = Arm("a lesson", "dcgan", {"taught": 1.0}, begins=ARM, share=0.5)
    monkeypatch.setitem(ARMS, "lesson", lesson)
    train_run(done, "lesson", 0, lambda: False)
    about = checkpoint.description(done.kept("lesson", 0, EQUAL_PICTURES))
    assert about["seen"] == 64 + 32
    kept = done.run("lesson", 0) / checkpoint.CHECKPOINT
    assert [run["seen"] for run in checkpoint.description(kept)["before"]] == [64]
    with pytest.raises(ConfigError, match="is not trained, and this run goes on from it"):
        train_run(done, "lesson", 77, lambda: False)


def test_a_lesson_is_never_asked_for_a_name_that_is_measured(done: Plan) -> None:
    held_out = [known.name for known in folder.read_menu(done.folder) if known.kind != "train"]
    feed = feed_of(done, "taught", 0)
    assert feed.unasked is not None
    assert encode(held_out).same(feed.unasked).any(dim=1).all()
    assert len(feed.unasked) == len(set(held_out)) > 0
    assert feed_of(done, "recipe", 0).unasked is None


def test_what_was_kept_after_other_pictures_or_minutes_is_not_taken_for_done(
    tmp_path: Path,
) -> None:
    plan = Plan(tmp_path, (ARM,), pictures=20_000, limit_s=600)
    about = {"config": {"pictures": 20_000}, "seen": 20_000, "spent_s": 600.2}
    for budget, told in ((EQUAL_PICTURES, {}), (EQUAL_TIME, {"limit_s": 600})):
        checkpoint.save(plan.kept(ARM, 0, budget), {"ema.x": torch.ones(1)}, about | told)
    assert plan.trained(ARM, 0)
    for other in ({"pictures": 60_000}, {"limit_s": 300}, {"limit_s": 1200}):
        changed = replace(plan, **other)  # type: ignore[arg-type]
        assert not changed.trained(ARM, 0)
        with pytest.raises(ConfigError, match=r"holds dcgan-bce, seed 0, .* another --out"):
            carry_out(changed)
    plan.kept(ARM, 0, EQUAL_TIME).unlink()
    assert not plan.trained(ARM, 0)
    with pytest.raises(ConfigError, match="another --out"):
        carry_out(replace(plan, limit_s=500))  # it is past that already


def test_a_lesson_may_go_on_from_a_run_of_any_length(tmp_path: Path) -> None:
    plan = Plan(tmp_path, ("recipe-lesson",), pictures=32_000)
    about = {"config": {"pictures": 8_000}, "seen": 45_008 + 8_000, "spent_s": 9.0}
    kept = plan.kept("recipe-lesson", 0, EQUAL_PICTURES)
    checkpoint.save(kept, {"ema.x": torch.ones(1)}, about)
    assert plan.trained("recipe-lesson", 0)
    assert not replace(plan, pictures=64_000).trained("recipe-lesson", 0)


def test_figures_after_other_pictures_do_not_come_beside_new_ones(tmp_path: Path) -> None:
    plan = Plan(tmp_path, (ARM,), seeds=(0,), pictures=20_000)
    plan.result(ARM, 0).parent.mkdir(parents=True)
    found = {EQUAL_PICTURES: {"seen": 20_000, "spent_s": 9.0, "planned": 20_000}}
    plan.result(ARM, 0).write_text(json.dumps(found), "utf-8")
    assert figures_of(plan, ARM, 0)
    assert not figures_of(replace(plan, pictures=60_000), ARM, 0)
    with pytest.raises(ConfigError, match="another --out"):
        carry_out(replace(plan, pictures=60_000))


def test_a_run_that_was_kept_anew_is_measured_anew(done: Plan, tmp_path: Path) -> None:
    assert measured(done, ARM, 1)
    moved = replace(done, out=tmp_path)
    found = json.loads(done.result(ARM, 1).read_text("utf-8"))
    found[EQUAL_PICTURES]["seen"] = 32
    moved.result(ARM, 1).parent.mkdir(parents=True)
    moved.result(ARM, 1).write_text(json.dumps(found), "utf-8")
    shutil.copytree(done.run(ARM, 1), moved.run(ARM, 1))
    assert not measured(moved, ARM, 1)


def test_an_unfinished_run_goes_on_to_another_length_only_where_its_losses_are_the_same(
    done: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    ramp = {"conditional_from": 0.0, "conditional_full": 0.5}
    monkeypatch.setitem(ARMS, "ramping", Arm("names come in slowly", "dcgan", ramp))
    asked = iter((False, False, True))
    train_run(done, "ramping", 0, lambda: next(asked))
    with pytest.raises(ConfigError, match="begun for 64 pictures"):
        train_run(replace(done, pictures=128), "ramping", 0, lambda: False)
    train_run(done, "ramping", 0, lambda: False)
    assert done.trained("ramping", 0)


def test_what_matters_most_goes_first_with_every_seed() -> None:
    runs = in_turn(tuple(ARMS), (0, 1, 2))
    assert len(runs) == len(set(runs)) == 3 * len(ARMS)
    first = [(arm, seed) for arm in FIRST for seed in (0, 1, 2)]
    assert runs[: len(first)] == first
    last = [seed for arm, seed in runs if arm.startswith("no-")]
    assert last == sorted(last)


def test_a_run_whose_loss_is_no_number_does_not_stop_the_others(
    done: Plan, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from foodgan.experiment import run as runs
    from foodgan.training.train import TrainingStopped

    def explode(*_: object) -> None:
        raise TrainingStopped("loss_d is nan after 32 pictures; there is no checkpoint")

    monkeypatch.setattr(runs, "train_run", explode)
    runs._one(replace(done, seeds=(6,), measures=False), ARM, 6)
    assert "dcgan-bce, seed 6: loss_d is nan" in caplog.text
