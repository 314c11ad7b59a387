"""A command whose part is not installed here says which, and where it works."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from foodgan.cli.extras import EXTRAS, told
from foodgan.contract import terminal

ROOT = Path(__file__).parents[2]
BLOCKED = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""


def foodgan_without(
    modules: set[str], folder: Path, *words: str, lang: str = "en"
) -> subprocess.CompletedProcess[str]:
    (folder / "sitecustomize.py").write_text(BLOCKED.format(blocked=modules), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "foodgan", "--lang", lang, *words],
        env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT}"},
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("words", ["serving rollback", "photos release", "dish 丼"])
def test_a_command_that_needs_torch_says_so_in_the_bots_container(
    tmp_path: Path, words: str
) -> None:
    without = {"torch", "torchvision", "numpy", "PIL", "safetensors", "sudachipy"}
    left = foodgan_without(without, tmp_path, *words.split())
    assert (left.returncode, left.stdout) == (2, "")
    assert "foodgan[worker]" in left.stderr
    assert f"docker compose exec trainer foodgan --lang en {words.split()[0]}" in left.stderr
    assert "Traceback" not in left.stderr


def test_it_is_said_in_the_terminals_language(tmp_path: Path) -> None:
    left = foodgan_without({"torch"}, tmp_path, "serving", "rollback", lang="ja")
    assert "foodgan[worker]" in left.stderr
    assert "入って" in left.stderr


def test_a_module_that_is_of_no_extra_is_a_fault_of_ours_and_keeps_its_traceback(
    tmp_path: Path,
) -> None:
    left = foodgan_without({"fluent"}, tmp_path, "dish", "")
    assert left.returncode == 1
    assert "ModuleNotFoundError" in left.stderr
    assert told(ModuleNotFoundError("No module named 'foodgan.no'", name="foodgan.no")) is None
    assert told(ModuleNotFoundError("found by nobody")) is None


def test_a_submodule_counts_as_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(terminal.CHOSEN, "en")
    said = told(ModuleNotFoundError("No module named 'discord.http'", name="discord.http"))
    assert said is not None
    assert "foodgan[bot]" in said
    assert "docker compose exec bot foodgan" in said


def test_every_package_of_an_extra_is_known() -> None:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = about["project"]["optional-dependencies"]
    modules = packages_distributions()
    for extra, known in EXTRAS.items():
        wanted = {re.split(r"[\[<>=]", each)[0].lower().replace("_", "-") for each in asked[extra]}
        for module in known:
            assert {name.lower().replace("_", "-") for name in modules[module]} & wanted, module
    for extra in ("bot", "worker", "train", "up"):
        for each in asked[extra]:
            name = re.split(r"[\[<>=]", each)[0].lower().replace("_", "-")
            of_it = {
                module
                for module, distributions in modules.items()
                if name in {each.lower().replace("_", "-") for each in distributions}
            }
            assert name == "foodgan" or any(of_it & known for known in EXTRAS.values()), name
