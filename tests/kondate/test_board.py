"""The Kondate board: an oracle does well on it, copies are caught, wrong names score as chance."""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from foodgan import registry
from foodgan.cli import app
from foodgan.contract.phrases import say
from foodgan.evaluate import kondate_page
from foodgan.kondate import attributes, folder
from foodgan.kondate.attributes import ATTRIBUTES
from foodgan.kondate.baselines import Average, Copycat, Retrieval, oracle
from foodgan.kondate.board import Board, ceiling, findings, measure, open_board, respelt
from foodgan.kondate.folder import FolderError, read_menu, write_folder
from foodgan.kondate.names import read
from foodgan.kondate.splits import SETS
from tests.generator_fixtures import tiny_config, tiny_trainer
from tests.kondate.truth import true_of

HELD_OUT = 12


@pytest.fixture(scope="module")
def menu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("kondate") / "menu"
    whole = folder.menu
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "menu", lambda names, seed: whole(names, seed, held_out=HELD_OUT))
        write_folder(out, 60, 64, 0)
    return out


@pytest.fixture(scope="module")
def board(menu: Path) -> Board:
    return open_board(menu)


@pytest.fixture(scope="module")
def by_oracle(board: Board) -> dict[str, Any]:
    return measure(board, oracle)


def test_a_menu_is_read_as_it_was_written(menu: Path) -> None:
    known = read_menu(menu)
    assert len(known) == 60 + 5 * HELD_OUT
    assert all(read(one.name) == one.stated for one in known)
    assert all(true_of(one.stated, one.recipe) for one in known)


def test_another_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="foodgan kondate render"):
        read_menu(tmp_path)
    (tmp_path / "metadata.jsonl").write_text(json.dumps({"file_name": "a.png"}), encoding="utf-8")
    with pytest.raises(FolderError, match="foodgan kondate render"):
        read_menu(tmp_path)


def test_an_oracle_paints_what_unseen_names_say(by_oracle: dict[str, Any], board: Board) -> None:
    accuracy = by_oracle["accuracy"]
    assert accuracy["sets"]["unseen_pair"]["mean"] > 0.85
    assert accuracy["control_shuffled"]["mean"] < accuracy["sets"]["unseen_pair"]["mean"] - 0.3
    assert (ceiling(board)["unseen_pair"]["mean"] or 0) > 0.85


def test_an_oracle_spreads_as_wide_as_real_and_copies_nothing(by_oracle: dict[str, Any]) -> None:
    assert 0.8 < by_oracle["spread_within_name"]["ratio"] < 1.25
    assert 0.8 < by_oracle["rho"] < 1.25
    assert by_oracle["kid"]["low"] < by_oracle["kid_floor"]["high"]


def test_copycats_are_caught(board: Board) -> None:
    plain = measure(board, Copycat(board.train))
    assert plain["rho"] == pytest.approx(0, abs=1e-3)
    assert plain["suspicious_share"] > 0.9
    changed = measure(board, Copycat(board.train, augmented=True))
    assert changed["rho_shapes"] < 0.8


@pytest.mark.parametrize("augmented", [False, True])
def test_a_copycat_copies_by_each_pictures_own_seed(board: Board, augmented: bool) -> None:
    paint = Copycat(board.train, augmented)
    together = paint(["鮭丼"] * 4, [5, 6, 7, 5])
    alone = [paint(["カレー"], [seed]) for seed in (5, 6, 7, 5)]
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)
    assert not torch.allclose(together[0], together[2], atol=0.1)


def test_one_picture_for_every_name_is_far_off_and_has_no_spread(
    board: Board, by_oracle: dict[str, Any]
) -> None:
    found = measure(board, Average(board.train))
    assert found["spread_within_name"]["ratio"] == pytest.approx(0, abs=1e-3)
    assert found["kid"]["low"] > by_oracle["kid"]["high"]


def test_retrieval_brings_the_picture_of_the_very_name(menu: Path, board: Board) -> None:
    names = [one.name for one in read_menu(menu) if one.kind == "train"]
    found = Retrieval(names, board.train)(names[:5], range(5))
    assert (found == board.train[:5]).all()


@pytest.mark.parametrize(
    ("name", "usual"),
    [("まぐろ丼", "鮪丼"), ("檸檬がけさらだ", "レモンがけサラダ"), ("鮭ごはん", "鮭ごはん")],
)
def test_a_rare_spelling_is_put_as_the_commonest(name: str, usual: str) -> None:
    assert respelt(name, read(name)) == usual
    assert read(usual) == read(name)


def test_the_command_measures_the_shipped_model_on_drawn_dishes_and_writes_a_page(
    menu: Path, tmp_path: Path
) -> None:
    words = ["evaluate", "--kondate", str(menu), "--json", "--report", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)["kondate"]
    assert set(figures["accuracy"]["sets"]) == set(figures["ceiling"]) == set(SETS)
    assert 0 < figures["spread_within_name"]["ratio"] < 3
    assert json.loads((tmp_path / "figures.json").read_text("utf-8"))["kondate"] == figures
    page = tmp_path / "kondate" / "index.html"
    assert str(page) in done.stderr
    assert registry.describe().model_id in page.read_text("utf-8")


def test_pictures_are_worth_under_other_names_what_guessing_is_in_every_set(
    by_oracle: dict[str, Any],
) -> None:
    accuracy = by_oracle["accuracy"]
    assert accuracy["controls_shuffled"]["unseen_pair"] == accuracy["control_shuffled"]
    for kind in SETS:
        assert accuracy["controls_shuffled"][kind]["mean"] < accuracy["sets"][kind]["mean"] - 0.2


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_the_page_has_every_share_beside_its_bounds_and_pictures_beside_the_truth(
    board: Board, tmp_path: Path, locale: str
) -> None:
    found = findings(board, oracle)
    text = kondate_page.write(found, "<oracle>", tmp_path, locale).read_text("utf-8")
    assert "&lt;oracle&gt;" in text
    assert say(locale, "report-kondate-drawings") in text
    real = ceiling(board)
    accuracy = found.figures["accuracy"]
    for kind in SETS:
        others, own = accuracy["controls_shuffled"][kind], accuracy["sets"][kind]
        for key in ("base", "mean", "all"):
            told = [f"{round(each[key], 3):.4g}" for each in (own, others, real[kind])]
            words = [say(locale, f"report-kondate-{each}") for each in ("others", "real")]
            cell = f"<strong>{told[0]}</strong><br><small>{words[0]} {told[1]}</small>"
            assert f"{cell}<br><small>{words[1]} {told[2]}</small>" in text
        first = next(known.name for known in board.names if known.kind == kind)
        assert f'<span lang="ja">{escape(first)}</span>' in text
    images = re.findall(r'<img src="([^"]+)"', text)
    assert len(images) == len(set(images)) == 3 * 6 * len(SETS)
    row = next(row for row, known in enumerate(board.names) if known.kind == "unseen_pair")
    with (
        Image.open(tmp_path / f"{row:03}-drawn.png") as drawn,
        Image.open(board.names[row].path) as truth,
    ):
        theirs = truth.convert("RGB").resize(drawn.size, Image.Resampling.LANCZOS)
        assert np.abs(np.asarray(drawn, float) - np.asarray(theirs, float)).max() <= 1


def test_the_page_marks_what_the_judge_does_not_see(board: Board, tmp_path: Path) -> None:
    found = findings(board, Average(board.train))
    text = kondate_page.write(found, "average", tmp_path).read_text("utf-8")
    row = next(row for row, known in enumerate(board.names) if known.kind == "seen")
    marks = attributes.accuracy([board.names[row].stated], [found.tasted[row]])
    told = [f"{k} {'✓' if marks[k] == 1 else '✗'}" for k in ATTRIBUTES if marks[k] is not None]
    assert any("✗" in each for each in told)
    assert f"{escape(board.names[row].name)}</span> <small>{' · '.join(told)}</small>" in text


def test_the_command_wants_to_know_against_what() -> None:
    assert CliRunner().invoke(app, ["evaluate"]).exit_code == 2
    assert CliRunner().invoke(app, ["evaluate", "--run", "runs/x"]).exit_code == 2


def test_a_run_is_measured_under_its_name_on_the_device_that_was_asked_for(
    menu: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    tiny_trainer(tiny_config("dcgan"), drawn_photos, tmp_path / "run").save()
    words = ["evaluate", "--kondate", str(menu), "--run", f"first={tmp_path / 'run'}"]
    done = CliRunner().invoke(app, [*words, "--device", "cpu"])
    assert done.exit_code == 0, done.output
    assert "| first | 1 |" in done.output
    assert CliRunner().invoke(app, [*words, "--device", "nonsense"]).exit_code == 2
    both = CliRunner().invoke(app, [*words[:-1], "both=runs/a,runs/b"])
    assert both.exit_code == 2
    assert "of one stage" in both.output


@pytest.mark.parametrize(
    ("words", "unheard"),
    [
        ("--kondate . --pictures 20", "--pictures"),
        ("--kondate . --judges out", "--judges"),
        ("--kondate . --train-judges", "--train-judges"),
        ("--photos . --train-judges --kondate .", "--kondate"),
        ("--photos . --train-judges --run a=b", "--run"),
        ("--photos . --train-judges --report out", "--report"),
        ("--photos . --train-judges --device cpu", "--device"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(words: str, unheard: str) -> None:
    done = CliRunner().invoke(app, ["evaluate", *words.split()])
    assert done.exit_code == 2
    assert f"Invalid value for {unheard}" in done.output
