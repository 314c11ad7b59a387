"""What is made for this user alone is closed to others, under the usual umask, too."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from foodgan.contract import private, pulse


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_whatever_is_the_first_to_make_var_dir_makes_it_private(tmp_path: Path) -> None:
    pulse.beat(tmp_path / "var" / "alive" / "bot.pulse")
    assert (mode(tmp_path / "var"), mode(tmp_path / "var" / "alive")) == (0o700, 0o700)


def test_a_folder_that_was_opened_on_purpose_stays_open(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o755)
    private.make_folder(tmp_path / "var")
    assert mode(tmp_path / "var") == 0o755


def test_a_file_is_made_or_closed_and_a_folder_in_its_place_let_be(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("rows")
    (tmp_path / "folder").mkdir(mode=0o755)
    for name in ("new", "old", "folder"):
        private.make_file(tmp_path / name)
    assert [mode(tmp_path / name) for name in ("new", "old", "folder")] == [0o600, 0o600, 0o755]
    assert (tmp_path / "old").read_text() == "rows"
