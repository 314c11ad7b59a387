"""The build tells neighbours apart: whichever line of the sources differs."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

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


def test_what_is_installed_from_an_updated_checkout_is_its_build(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    for name in ("foodgan/__init__.py", "foodgan/text/NOTICE", "worker/tasks.py"):
        (checkout / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, checkout / name)
    (checkout / "worker/__init__.py").touch()
    before = wheel(checkout, tmp_path / "before")
    assert sources(before) == sources(checkout)
    (checkout / "worker/tasks.py").rename(checkout / "worker/errands.py")
    assert sources(wheel(checkout, tmp_path / "after")) == sources(checkout) != sources(before)


def wheel(checkout: Path, into: Path) -> Path:
    """Build in place, as pip does, and lay out what it would install."""
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    command = [sys.executable, "-c", build, str(into)]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    [made] = into.glob("*.whl")
    with ZipFile(made) as archive:
        archive.extractall(into)
    return into
