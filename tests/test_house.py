"""What holds for the house as a whole: sizes, headers, settings, nothing of one machine in it."""

import ast
import ipaddress
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from foodgan.contract.settings import Settings

ROOT = Path(__file__).parent.parent
HOUSES = ("foodgan", "bot", "worker")
SOURCES = [path for house in HOUSES for path in sorted((ROOT / house).rglob("*.py"))]
LINES_MAX = 400
COMPOSE = (["docker", "compose"], ["docker-compose"])
# Folders that only exist on somebody's own machine.
PRIVATE_PATH = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work|mnt|workspace)/")
ADDRESS = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w.-])")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tracked() -> list[Path]:
    """Text files that git tracks."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "grep", "-Il", "", "--", "."], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).exists()]


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_source_file_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LINES_MAX, "wants to be two files"
    assert ast.get_docstring(ast.parse(text)), "has no module docstring"


def test_no_file_tells_of_the_machine_that_it_was_written_on() -> None:
    told = []
    for path in _tracked():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            if PRIVATE_PATH.search(line) or any(map(_is_somebodys, ADDRESS.findall(line))):
                told.append(f"{_name(path)}:{number}: {line.strip()[:100]}")
    assert not told, "\n".join(told)


def _is_somebodys(address: str) -> bool:
    """Whether this is an IP address, and neither loopback, "every", nor made for documents."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    documents = any(
        found in ipaddress.ip_network(network)
        for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    )
    return not (found.is_loopback or found.is_unspecified or documents)


def test_the_example_names_every_setting() -> None:
    of_compose = {"COMPOSE_FILE", "COMPOSE_PROFILES", "INTAKES", "WORKERS"}
    of_compose |= {"QUEUE_ADDRESS", "REDIS_PASSWORD"}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields} | of_compose


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    shown = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(re.sub(r"^#(?=[A-Z_]+=)", "", shown, flags=re.MULTILINE))
    assert Settings(_env_file=tmp_path / ".env") == Settings(_env_file=None)


def test_docker_compose_accepts_the_compose_file() -> None:
    compose = next((words for words in COMPOSE if _runs([*words, "version"])), None)
    if compose is None:
        pytest.skip("neither `docker compose` nor docker-compose is installed")
    environ = {**os.environ, "DISCORD_TOKEN": "token", "REDIS_PASSWORD": "password"}
    command = [*compose, "-f", "docker-compose.yml", "config", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _runs(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True).returncode == 0


def test_compose_refuses_to_start_without_its_secrets() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("DISCORD_TOKEN", "REDIS_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
        assert uses
        assert all(":?" in use for use in uses)


def test_only_the_bot_is_given_the_bot_token() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert text.count("${DISCORD_TOKEN") == 1
    assert text.index("\n  bot:") < text.index("${DISCORD_TOKEN") < text.index("\n  worker:")
