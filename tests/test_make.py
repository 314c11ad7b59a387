"""`make setup` with a Python that installs nothing: what it takes for ready."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# In the place of python3: it makes a .venv whose `python` notes what it is asked to install.
PYTHON = """#!/bin/sh
case "$*" in
"-m venv"*)
    rm -f upgraded; mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo made >> said
    for script in pip foodgan; do
        printf '#!%s/.venv/bin/python\\n' "$PWD" > .venv/bin/$script
        chmod +x .venv/bin/$script
    done ;;
"-m pip install"*) echo installed >> said ;;
"-c import pip") test ! -e ../../upgraded ;;
esac
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    folder = tmp_path / "here"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "pyproject.toml").touch()
    python = tmp_path / "python3"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return folder


def setup(house: Path) -> list[str]:
    """What `make setup` did."""
    said = house / "said"
    said.write_text("")
    command = ["make", "--no-print-directory", "setup", f"PY={house.parent / 'python3'}"]
    environ = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=house, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(".venv is ready.\n")
    return said.read_text().split()


def test_what_is_ready_is_left_as_it_is(house: Path) -> None:
    assert setup(house) == ["made", "installed"]
    assert setup(house) == []


def test_a_setup_that_was_interrupted_goes_on_where_it_was(house: Path) -> None:
    setup(house)
    (house / ".venv/.ready").unlink()
    assert setup(house) == ["installed"]


@pytest.mark.parametrize("name", ["there", "over there"])
def test_a_folder_that_was_moved_or_copied_is_set_up_anew(house: Path, name: str) -> None:
    setup(house)
    other = house.with_name(name)
    shutil.copytree(house, other)
    assert setup(other) == ["made", "installed"]
    assert setup(other) == []


def test_a_python_that_another_took_the_place_of_is_noticed(house: Path) -> None:
    setup(house)
    (house / "upgraded").touch()
    assert setup(house) == ["made", "installed"]


def test_a_python_that_is_gone_is_noticed(house: Path) -> None:
    setup(house)
    (house / ".venv/bin/python").unlink()
    assert setup(house) == ["made", "installed"]
