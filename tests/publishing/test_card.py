"""A model's card: what it was trained on, by whose photos, for how long, and its figures."""

import sys
from pathlib import Path

import pytest

from foodgan import cli, registry
from foodgan.publishing import card


@pytest.mark.parametrize(
    ("written", "told"),
    [('{"model": "other·123456"}', "other·123456"), ("[]", "figures.json holds no figures")],
)
def test_the_card_takes_no_figures_of_another_model_and_none_that_are_none(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    written: str,
    told: str,
) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(written, encoding="utf-8")
    words = ["model", "card", "--model", str(tiny_model), "--figures", str(figures)]
    monkeypatch.setattr(sys, "argv", ["foodgan", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert told in capsys.readouterr().err


def test_a_card_without_figures_says_so(tiny_model: Path) -> None:
    assert "Not measured yet" in card.render(registry.describe(tiny_model), None)


def test_the_card_names_the_release_and_whoever_gave_photos(tiny_model: Path) -> None:
    model = registry.describe(tiny_model)
    seen = {"release": "ab" * 32, "contributors": {"花子": 3, "A. B.": 1}}
    stages = {
        name: stage.model_copy(update={"photos": stage.photos | seen})
        for name, stage in model.training.items()
    }
    said = card.render(model.model_copy(update={"training": stages}), None)
    assert f"pruned since: {'ab' * 32}." in said
    assert "With thanks to A\\. B\\., 花子." in said
    assert "thanks" not in card.render(model, None)


def test_the_card_sums_the_hours_of_all_runs_by_device_and_says_which_are_of_none(
    tiny_model: Path,
) -> None:
    model = registry.describe(tiny_model)
    of = {
        "seen": 1,
        "photos": {"count": 1, "names": 1, "sources": {}, "licences": {}},
        "config": {"seed": 0},
    }
    old = registry.Run(seconds=1800, **of)
    both = {"NVIDIA H200": 3600.0, "2 cores of AMD EPYC": 5400.0}
    first = registry.Training(seconds=9000, devices=both, before=(old,), **of)
    second = registry.Training(seconds=7200, devices={"NVIDIA H200": 7200.0}, **of)
    stages = {"stage1": first, "stage2": second}
    said = card.render(model.model_copy(update={"training": stages}), None)
    assert "| hours | 3.00 (10,800 s) | 2.00 (7,200 s) |" in said
    assert "| on NVIDIA H200 | 1.00 (3,600 s) | 2.00 (7,200 s) |" in said
    assert "| on 2 cores of AMD EPYC | 1.50 (5,400 s) | — |" in said
    assert "| on a device that was not noted | 0.50 (1,800 s) | — |" in said


def test_the_card_names_what_each_run_of_both_stages_saw(tiny_model: Path) -> None:
    model = registry.describe(tiny_model)
    first, second = model.training["stage1"], model.training["stage2"]
    earlier = {
        "count": 7,
        "names": 2,
        "release": "a1b2",
        "sources": {"drawn": 4, "club": 3},
        "licences": {"club-only": 7},
        "contributors": {"花子": 2},
    }
    begun = registry.Run(seen=1, seconds=1, photos=earlier, config={})
    later = second.model_copy(update={"photos": second.photos | {"sources": {"friends": 12}}})
    stages = {"stage1": first.model_copy(update={"before": (begun,)}), "stage2": later}
    said = card.render(model.model_copy(update={"training": stages}), None)
    assert "| friends | 12 |\n| drawn | 10 |\n| club | 3 |" in said
    assert "| CC0 | 10 |\n| club-only | 7 |" in said
    assert "pruned since: a1b2." in said
    assert "With thanks to 花子." in said
