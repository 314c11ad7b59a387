"""Arrows point down: contract ← foodgan ← worker; the bot sees the contract alone; no circles."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSES = ("foodgan", "bot", "worker")
# What a module may import of this project, by the longest prefix that fits it.
MAY_SEE = {
    "foodgan.contract": ("foodgan.contract",),
    "foodgan": ("foodgan",),
    "worker": ("worker", "foodgan"),
    "bot": ("bot", "foodgan.contract"),
}
HEAVY = {"torch", "torchvision", "PIL", "numpy", "sudachipy", "tensorboard"}


def _modules() -> dict[str, Path]:
    """Every module of the packages, by its dotted name."""
    found = {}
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


def _imports(module: str) -> Iterator[str]:
    """The project's own modules that `module` imports, anywhere in its text."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in MODULES:
                    yield whole
                elif node.module in MODULES:
                    yield node.module


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _allowed(module: str) -> tuple[str, ...]:
    return MAY_SEE[max((prefix for prefix in MAY_SEE if _within(module, prefix)), key=len)]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_lies_below_it(module: str) -> None:
    wrong = {
        seen
        for seen in _imports(module)
        if seen != "foodgan" and not any(_within(seen, package) for package in _allowed(module))
    }
    assert not wrong, f"{module} must not import {sorted(wrong)}"


def test_the_imports_have_no_circle() -> None:
    graph = {module: set(_imports(module)) - {module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("a circle of imports: " + " → ".join(reversed(error.args[1])))


def test_the_packages_have_no_circle() -> None:
    graph = {_package(module): set() for module in MODULES}
    for module in MODULES:
        graph[_package(module)] |= {_package(seen) for seen in _imports(module)}
    try:
        TopologicalSorter({name: seen - {name} for name, seen in graph.items()}).prepare()
    except CycleError as error:
        pytest.fail("a circle of packages: " + " → ".join(reversed(error.args[1])))


def _package(module: str) -> str:
    """`foodgan.training` of `foodgan.training.train`; bot and worker count as one each."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "foodgan" else parts[0]


def _loaded_by(modules: str) -> set[str]:
    """Which libraries a fresh Python has loaded after importing these modules."""
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_bot_loads_nothing_heavy() -> None:
    assert not HEAVY & _loaded_by("bot, bot.__main__, bot.app, bot.sandbox.__main__")


def test_importing_the_contract_and_the_command_line_loads_nothing_heavy() -> None:
    contract = ", ".join(module for module in MODULES if _within(module, "foodgan.contract"))
    assert not HEAVY & _loaded_by(f"foodgan, foodgan.cli, {contract}")


def test_the_worker_loads_no_discord_library() -> None:
    worker = ", ".join(module for module in MODULES if _within(module, "worker"))
    assert "discord" not in _loaded_by(worker)
