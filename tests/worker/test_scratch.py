"""Folders to work in go with their process, however it ends."""

import subprocess
import sys
from pathlib import Path

from worker import scratch

KILLED = """
import os
from pathlib import Path
from worker import scratch
with scratch.folder_in(Path({home!r})) as folder:
    (folder / "photo.jpg").write_bytes(b"withdrawn tomorrow")
    os._exit(9)
"""


def test_a_folder_is_gone_afterwards(tmp_path: Path) -> None:
    with scratch.folder_in(tmp_path / "home") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "photo.jpg").touch()
    assert list((tmp_path / "home").iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_another_works_in_stays(tmp_path: Path) -> None:
    program = KILLED.format(home=str(tmp_path))
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9
    (left,) = tmp_path.iterdir()
    with scratch.folder_in(tmp_path) as folder:
        assert scratch.sweep(tmp_path) == 1
        assert list(tmp_path.iterdir()) == [folder]
    assert not left.exists()


def test_where_nobody_ever_worked_there_is_nothing_to_sweep(tmp_path: Path) -> None:
    assert scratch.sweep(tmp_path / "none") == 0
