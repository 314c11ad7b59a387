"""`foodgan evaluate`: a model held against a folder of photos."""

import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from foodgan import card, cli, registry
from foodgan.evaluate.report import COMMON, evaluate
from foodgan.painter import Painter
from foodgan.photos.folder import PhotosError


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two names of COMMON photos each, a quarter of them held out: red and green dishes."""
    folder = tmp_path_factory.mktemp("photos")
    lines = []
    for i in range(2 * COMMON):
        colour = (200, 2 * i, 30) if i % 2 else (20, 120 + 2 * i, 60)
        Image.new("RGB", (64, 64), colour).save(folder / f"{i}.png")
        name, split = ("カレー", "鮭丼")[i % 2], "test" if i % 8 < 2 else "train"
        lines.append(json.dumps({"file_name": f"{i}.png", "name_ja": name, "split": split}))
    (folder / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["foodgan", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def test_every_figure_stands_beside_its_control(
    tiny_model: Path, photos: Path, tmp_path: Path
) -> None:
    painter = Painter.load(tiny_model, device="cpu", threads=1)
    figures = evaluate(painter, photos, tmp_path, pictures=12)
    assert figures["model"] == painter.model_id
    assert figures["photos"] == {"train": 30, "test": 10}
    assert figures["rho_control_copycat"] < 0.01
    assert figures["kid"]["low"] <= figures["kid"]["mean"] <= figures["kid"]["high"]
    assert figures["kid"]["mean"] > figures["kid_floor_train_to_test"]["mean"]  # untrained
    assert figures["colour_names"] == 2
    assert figures["spread_within_name"]["real"] > 0


def test_photos_without_a_held_out_split_are_refused(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path
) -> None:
    with pytest.raises(PhotosError, match="both splits"):
        evaluate(Painter.load(tiny_model, device="cpu"), drawn_photos, tmp_path, pictures=10)


def test_the_command_prints_figures_that_the_card_then_shows(
    tiny_model: Path,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ("--model", tiny_model, "--device", "cpu", "--photos", photos, "--pictures", 10)
    assert run(monkeypatch, "evaluate", *options, "--json") == 0
    printed = capsys.readouterr().out
    figures = tmp_path / "figures.json"
    figures.write_text(printed, encoding="utf-8")
    assert run(monkeypatch, "model", "card", "--model", tiny_model, "--figures", figures) == 0
    text = (tiny_model / registry.CARD).read_text(encoding="utf-8")
    assert f"| rho | {json.loads(printed)['rho']:.4g} |" in text
    assert "| drawn | 10 |" in text
    assert "| photos seen | 16 | 16 |" in text
    (tiny_model / registry.CARD).unlink()


def test_the_card_takes_no_figures_of_another_model(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text('{"model": "other·123456"}', encoding="utf-8")
    assert run(monkeypatch, "model", "card", "--model", tiny_model, "--figures", figures) == 1
    assert "other·123456" in capsys.readouterr().err


def test_a_card_without_figures_says_so(tiny_model: Path) -> None:
    assert "Not measured yet" in card.render(registry.describe(tiny_model), None)
