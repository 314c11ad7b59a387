"""The board compares drawings of 64 pixels a side: its judge has seen no other ones."""

import sys
from pathlib import Path

import pytest

from foodgan import cli
from foodgan.kondate import folder
from foodgan.kondate.folder import write_folder


@pytest.mark.parametrize("size", [32, 128])
def test_drawings_of_another_size_are_refused(
    size: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = folder.menu
    monkeypatch.setattr(folder, "menu", lambda names, seed: whole(names, seed, held_out=2))
    write_folder(tmp_path / "menu", 20, size, 0)
    monkeypatch.setattr(sys, "argv", ["foodgan", "evaluate", "--kondate", str(tmp_path / "menu")])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 1
    said = " ".join(capsys.readouterr().err.split())
    assert f"holds pictures of {size}×{size}" in said
    assert "--size 64" in said
