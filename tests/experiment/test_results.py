"""Tables of runs: means and intervals by hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.experiment.blog import told
from foodgan.experiment.plan import Plan
from foodgan.experiment.results import MEASURES, Row, interval, markdown, plot, report, rows


def figures(accuracy: float, seen: int = 100) -> dict[str, Any]:
    return {
        "seen": seen,
        "accuracy": {
            "sets": {k: {"mean": accuracy, "all": accuracy / 2} for k in ("unseen_pair", "seen")},
            "control_shuffled": {"mean": 0.2},
        },
        "synonyms": {"unseen": accuracy, "usual": accuracy},
        "kid": {"mean": 0.5},
        "kid_taster": {"mean": 0.4},
        "rho": 0.9,
        "rho_shapes": 1.0,
        "suspicious_share": 0.01,
        "spread_within_name": {"ratio": 0.8},
    }


def test_the_interval_is_students() -> None:
    found = interval([1.0, 2.0, 3.0])
    assert found.mean == 2
    assert found.half == pytest.approx(4.303 * 1 / 3**0.5, rel=1e-3)
    assert str(interval([0.5])) == "0.50"


def test_runs_of_an_arm_share_a_row_and_missing_ones_are_no_error(tmp_path: Path) -> None:
    paths = []
    for seed, accuracy in enumerate((0.6, 0.8)):
        paths.append(tmp_path / f"recipe-{seed}.json")
        found = {"arm": "recipe", "at_equal_pictures": figures(accuracy)}
        paths[-1].write_text(json.dumps(found), encoding="utf-8")
    (row,) = rows([*paths, tmp_path / "recipe-2.json"], "at_equal_pictures")
    assert row.of(MEASURES[0]).mean == pytest.approx(0.7)  # type: ignore[union-attr]
    assert rows(paths, "at_equal_time") == []


def test_an_experiment_that_was_stopped_at_once_has_an_empty_table(tmp_path: Path) -> None:
    assert report(tmp_path, ("recipe",), (0,), 130, tmp_path / "docs") == {}
    result = CliRunner().invoke(app, ["experiment", "table", "--out", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (0, "nothing is measured yet\n")


def test_a_seed_or_an_arm_that_is_said_twice_is_one_run(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    for seed, accuracy in enumerate((0.6, 0.8)):
        found = {"arm": "recipe", "at_equal_pictures": figures(accuracy)}
        path = Plan(tmp_path, ("recipe",)).result("recipe", seed)
        path.write_text(json.dumps(found), encoding="utf-8")
    said = ["experiment", "table", "--out", str(tmp_path), "--arms", "recipe,recipe"]
    once = CliRunner().invoke(app, [*said, "--seeds", "0"]).stdout
    assert once.count("| our recipe | 1 | 100 | 0.60 |") == 1
    assert CliRunner().invoke(app, [*said, "--seeds", "0,0,0"]).stdout == once
    both = CliRunner().invoke(app, [*said, "--seeds", "0,1"]).stdout
    assert CliRunner().invoke(app, [*said, "--seeds", "0,1,0,01"]).stdout == both


def test_the_blogs_claims_say_what_is_not_measured_yet(tmp_path: Path) -> None:
    plan = Plan(tmp_path, ("published", "recipe"), seeds=(0,))
    assert all("(not measured yet)" in claim.measured for claim in told(plan))
    plan.result("recipe", 0).parent.mkdir()
    found = {"arm": "recipe", "at_equal_pictures": figures(0.8)}
    plan.result("recipe", 0).write_text(json.dumps(found), encoding="utf-8")
    assert "not measured" not in told(plan)[-1].measured
    assert "0.80 of the attributes right" in told(plan)[-1].measured


def test_the_table_and_the_plot_show_every_arm(tmp_path: Path) -> None:
    table = [Row("recipe", (figures(0.8), figures(0.7))), Row("published", (figures(0.5),))]
    text = markdown(table)
    assert "| our recipe | 2 | 100 | 0.75 ± " in text
    assert "| StackGAN Stage-I as published | 1 |" in text
    plot(table, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000


def test_each_run_is_held_against_its_own_control() -> None:
    runs = [figures(accuracy) for accuracy in (0.30, 0.40, 0.50)]
    for run, control in zip(runs, (0.20, 0.31, 0.39), strict=True):
        run["accuracy"]["control_shuffled"]["mean"] = control
    head, _, row = markdown([Row("recipe", tuple(runs))]).splitlines()
    cells = dict(zip(head.split(" | "), row.split(" | "), strict=True))
    assert cells["unseen pairs, an attribute right"] == "0.40 ± 0.25"
    assert cells["more than under other names"] == "0.10 ± 0.02"


def test_where_there_are_no_other_names_nothing_is_held_against_them() -> None:
    run = figures(0.5)
    run["accuracy"]["control_shuffled"]["mean"] = None
    head, _, row = markdown([Row("recipe", (run,))]).splitlines()
    cells = dict(zip(head.split(" | "), row.split(" | "), strict=True))
    assert cells["more than under other names"] == "—"
