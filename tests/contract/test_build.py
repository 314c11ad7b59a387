"""The build tells neighbours apart: whichever line of the sources differs."""

import shutil
from pathlib import Path

import pytest

from foodgan import __version__
from foodgan.contract.build import PACKAGES, build, sources

ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The packages as pip lays them: beside those of others, with bytecode."""
    for package in PACKAGES:
        kept = shutil.ignore_patterns("*.safetensors", "__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=kept)
    (tmp_path / "bot/__pycache__").mkdir()
    (tmp_path / "bot/__pycache__/app.cpython-311.pyc").write_bytes(b"x")
    (tmp_path / "six.py").touch()
    return tmp_path


def test_a_checkout_and_what_is_installed_from_it_are_one_build(installed: Path) -> None:
    assert sources(installed) == sources(ROOT)
    assert build() == f"{__version__}+{sources(ROOT)[:6]}"


@pytest.mark.parametrize("name", ["bot/app.py", "worker/tasks.py", "foodgan/contract/status.py"])
def test_one_other_line_makes_another_build(installed: Path, name: str) -> None:
    with (installed / name).open("a", encoding="utf-8") as file:
        file.write("# another\n")
    assert sources(installed) != sources(ROOT)
