"""Entrants beside one another: one table, the same controls, nothing claimed of the deaf."""

import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from foodgan import cli, registry
from foodgan.evaluate import beside_page, plots
from foodgan.evaluate.beside import markdown, table
from foodgan.evaluate.meaning import MEANINGS
from foodgan.metrics.kid import Estimate
from foodgan.publishing import card
from foodgan.training.train import train
from tests.evaluate.conftest import PICTURES, Workshop
from tests.generator_fixtures import tiny_config, tiny_trainer


@pytest.fixture(scope="module")
def report(
    tiny_model: Path,
    drawn_photos: Path,
    workshop: Workshop,
    few_pictures: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder with what the command printed and wrote for a model and two baselines."""
    folder = tmp_path_factory.mktemp("beside")
    runs = []
    for kind in ("published", "dcgan"):
        train(tiny_trainer(tiny_config(kind), drawn_photos, folder / kind))
        runs += ["--run", f"{kind}={folder / kind}"]
    words = ["evaluate", "--photos", workshop.photos, "--model", tiny_model, "--device", "cpu"]
    words += [*runs, "--judges", workshop.judges, "--pictures", PICTURES]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workshop.folder)
        patch.setattr(sys, "argv", ["foodgan", *map(str, words), "--report", str(folder), "--json"])
        printed = (folder / "figures.json").open("w", encoding="utf-8")
        patch.setattr(sys, "stdout", printed)
        with printed, pytest.raises(SystemExit) as left:
            cli.main()
    assert not left.value.code
    return folder


def figures(report: Path) -> list[dict[str, object]]:
    first = json.loads((report / "figures.json").read_text(encoding="utf-8"))
    return [first, *first["beside"]]


def test_the_model_its_sketches_and_both_runs_are_measured(report: Path) -> None:
    models = [str(each["model"]) for each in figures(report)]
    assert models[0].startswith("tiny·")
    assert models[1] == f"{models[0]}, its sketches"
    assert models[2:] == ["published", "dcgan"]


def test_all_are_held_against_the_same_photos(report: Path) -> None:
    first, *others = figures(report)
    keys = ("photos", "pictures", "features", "kid_floor_train_to_test", "kid_control_blurred")
    for each in others:
        assert {key: each[key] for key in keys} == {key: first[key] for key in keys}


def test_of_a_network_that_hears_no_name_nothing_about_names_is_claimed(report: Path) -> None:
    dcgan = figures(report)[-1]
    silent = ("r_precision", "base_dish", "colour_agreement", "spread_within_name", "names_apart")
    assert all(dcgan[key] is None for key in silent)
    assert dcgan["kid"] is not None
    rows = {row.title: row.cells for row in table(figures(report))}
    assert rows["Colours follow the name"][-1] == "hears no name"
    assert rows["Colours follow the name"][2] != "hears no name"


def test_a_control_that_all_share_is_said_once(report: Path) -> None:
    rows = {row.title: row for row in table(figures(report))}
    shared = rows["FoodKID, random convolutions"]
    assert [name for name, _ in shared.controls] == [
        "photos of the same names",
        "blurred photos",
        "flat colours",
    ]
    own = rows["Colours follow the name"]
    assert [name for name, _ in own.controls] == ["training photos"]
    assert "wrong names, 95 %" in own.cells[0]


def test_the_table_for_documents_has_a_column_an_entrant(report: Path) -> None:
    lines = (report / "table.md").read_text(encoding="utf-8").splitlines()
    assert "".join(line + "\n" for line in lines) == markdown(figures(report))
    assert {line.count(" | ") for line in lines} == {5}
    assert len(lines) == 2 + 3 + len(MEANINGS)


def test_the_page_shows_the_same_names_side_by_side(report: Path) -> None:
    text = (report / "index.html").read_text(encoding="utf-8")
    assert "Not for publication" in text
    assert all(meaning.title in text for meaning in MEANINGS)
    for number in range(4):
        assert (report / f"name-00-{number}.png").exists()
    assert Image.open(report / "name-00-0.png").size == Image.open(report / "name-00-3.png").size
    for link in ("2-published/index.html", "3-dcgan/index.html"):
        assert link in text
        assert (report / link).exists()


def test_each_entrant_has_a_dot_of_its_own_also_of_a_title_that_another_has(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def intervals(estimates: Sequence[tuple[str, Estimate]], entrants: int) -> str:
        drawn.append((estimates, entrants))
        return ""

    monkeypatch.setattr(plots, "intervals", intervals)
    first, *_, last = figures(report)
    # Nothing of the findings but their figures is looked at.
    two = [SimpleNamespace(figures={**each, "model": "000050000"}) for each in (first, last)]
    beside_page._distances(two)  # type: ignore[arg-type]
    estimates, entrants = drawn[0]
    assert [title for title, _ in estimates[:3]] == [*["000050000"] * 2, "photos of the same names"]
    assert [found.mean for _, found in estimates[:2]] == [
        each["kid"]["mean"]  # type: ignore[index]
        for each in (first, last)
    ]
    assert entrants == 2


def test_japanese_titles_are_drawn_and_no_mathematics_is_read_out_of_them() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns where it has to draw an empty box
        near = Estimate(0.1, 0.0, 0.2)
        assert plots.intervals([("部室食堂·a1b2c3", near), ("$x^$_{", near), ("🍛", near)], 3)


def test_the_card_shows_the_baselines_in_a_table_of_their_own(
    report: Path, tiny_model: Path
) -> None:
    text = card.render(registry.describe(tiny_model), figures(report)[0])
    assert "| published |" in text
    assert "| beside |" not in text
