"""`foodgan sheet`: names × seeds on one picture."""

import sys
from pathlib import Path

import pytest
from PIL import Image

from foodgan import cli


def test_a_sheet_shows_every_name_with_every_seed(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, out = tmp_path / "names.txt", tmp_path / "sheet.png"
    names.write_text("抹茶パフェ\n\n鮭丼\nカレーうどん\n", encoding="utf-8")
    words = ["sheet", "--out", out, "--names", names, "--seeds", 2, "--side", 32]
    options = ["--model", tiny_model, "--device", "cpu"]
    monkeypatch.setattr(sys, "argv", ["foodgan", *map(str, words + options)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code
    with Image.open(out) as sheet:
        assert sheet.size == (4 * 34 + 2, 2 * 34 + 2)
        cells = [sheet.crop((x, 2, x + 32, 34)).tobytes() for x in (2, 36, 70, 104)]
    assert len(set(cells)) == 4


@pytest.mark.parametrize(
    ("locale", "told"), [("ja", "料理名 64 個 × 種 1 個 · モデル "), ("en", "64 names × 1 seed, ")]
)
def test_a_sheet_shows_the_fixed_invented_names(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    locale: str,
    told: str,
) -> None:
    out = tmp_path / "sheet.png"
    words = ["sheet", "--out", out, "--invented", "--seeds", 1, "--columns", 8, "--side", 32]
    options = ["--model", tiny_model, "--device", "cpu"]
    monkeypatch.setenv("FOODGAN_LANG", locale)
    monkeypatch.setattr(sys, "argv", ["foodgan", *map(str, words + options)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code
    assert capsys.readouterr().out.startswith(told)
    with Image.open(out) as sheet:
        assert sheet.size == (8 * 34 + 2, 8 * 34 + 2)


def test_invented_names_and_others_are_not_asked_for_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sheet", "--out", tmp_path / "sheet.png", "--invented", "--names", tmp_path / "n.txt"]
    monkeypatch.setattr(sys, "argv", ["foodgan", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert "--names" in capsys.readouterr().err
