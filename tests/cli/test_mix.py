"""`foodgan mix`: a moving picture and a strip."""

import sys
from pathlib import Path

import pytest
from PIL import Image

from foodgan import cli


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["foodgan", "mix", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def test_it_writes_a_gif_and_a_strip_and_prints_where(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("鮭丼", "カレー", "--frames", "9", "--seed", "7", "--out", str(tmp_path))
    assert run(monkeypatch, *words, "--model", str(tiny_model), "--device", "cpu") == 0
    moving, strip = (Path(line) for line in capsys.readouterr().out.split())
    assert moving.name.startswith("鮭丼×カレー-7-")
    assert Image.open(moving).n_frames == 16
    assert Image.open(strip).size == (7 * 256, 256)


def test_a_second_name_that_is_none_gets_its_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "鮭丼", "🍣") == 2
    assert "We cannot picture a dish from emoji" in capsys.readouterr().err
