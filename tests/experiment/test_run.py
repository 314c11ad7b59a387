"""An experiment end to end, tiny: results are kept, a stopped one goes on, the blog is answered."""

import json
from pathlib import Path

import pytest

from foodgan.experiment import run as runs
from foodgan.experiment.arms import ARMS, Arm
from foodgan.experiment.blog import claims
from foodgan.experiment.results import Row, report, rows, untrained
from foodgan.experiment.run import UNTRAINED, Plan, carry_out
from foodgan.kondate import folder
from tests.generator_fixtures import MODELS

TINY = Arm("tiny", "dcgan", {"batch": 4}, MODELS["dcgan"])


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    whole = folder.menu
    monkeypatch.setattr(folder, "menu", lambda names, seed: whole(names, seed, held_out=4))
    monkeypatch.setattr(runs, "ARMS", {"tiny": TINY})
    # Processes that are started would not know the tiny arm.
    monkeypatch.setattr(runs, "ProcessPoolExecutor", _Here)
    return Plan(tmp_path, ("tiny",), seeds=(0, 1), names=40, pictures=16)


class _Here:
    """Runs work at once, in this process: the edge where an experiment starts processes."""

    def __init__(self, jobs: int, context: object) -> None:
        assert jobs == 1

    def __enter__(self) -> "_Here":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def submit(self, work, *arguments):  # type: ignore[no-untyped-def]
        from concurrent.futures import Future

        done: Future[None] = Future()
        done.set_result(work(*arguments))
        return done


def test_runs_are_measured_and_kept_and_not_done_twice(plan: Plan) -> None:
    paths = carry_out(plan)
    found = json.loads(paths[0].read_text(encoding="utf-8"))
    assert found["at_equal_pictures"]["seen"] == 16
    assert paths[0].with_suffix(".png").stat().st_size > 300
    before = [path.stat().st_mtime_ns for path in paths]
    assert carry_out(plan) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before
    (row,) = rows(paths, "at_equal_pictures")
    assert len(row.runs) == 2
    plain = untrained(plan.out / "results" / "untrained-40.json")
    assert [one.arm for one in plain] == list(UNTRAINED)
    written = report(plan.out, ("tiny",), plan.seeds, 40, plan.out / "docs")
    assert set(written) == {"At equal pictures seen", "Without training"}
    assert {p.suffix for p in (plan.out / "docs").iterdir()} == {".md", ".png", ".jpg"}
    row_of = {name: Row(name, row.runs) for name in ARMS}
    told = claims(row_of, {one.arm: one for one in plain})
    assert len(told) == 5
    assert all("—" not in claim.measured for claim in told)


def test_a_hasty_run_ends_with_its_time(plan: Plan) -> None:
    hasty = Plan(
        plan.out, ("tiny",), seeds=(0,), names=40, pictures=4_000_000, cpu_s=0.5, hasty=True
    )
    found = json.loads(carry_out(hasty)[0].read_text(encoding="utf-8"))
    assert 0 < found["at_equal_time"]["seen"] < 4_000_000
    assert "at_equal_pictures" not in found
