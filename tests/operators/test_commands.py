"""Every command line of the README and of the operators' pages is one that the programs take."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from bot.__main__ import cli as bot
from foodgan.cli import app as foodgan
from worker.__main__ import app as worker

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/operators/keeping.md", "docs/operators/photos.md")
PROGRAMS = {"python -m bot": bot, "python -m worker": worker, "foodgan": foodgan}
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
OURS = r"([A-Z_]+=\S+ )?(\.venv/bin/|python -m |foodgan |docker compose )"
NOT_HERE = re.compile("does not exist|cannot be used")  # files and GPUs that a page only means


def lines(page: str) -> Iterator[str]:
    """The commands of a page: in blocks, and those of compose within sentences."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.findall(r"^ *```\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            command = re.split(r"\s#", line)[0].strip()
            if re.match(OURS, command):
                yield command
    yield from re.findall(r"`(docker compose [^`]+)`", text)


def parts(line: str) -> Iterator[list[str]]:
    """The words of each command in a line, without where it reads and writes."""
    for part in line.split("&&"):
        words = shlex.split(re.split(r" [<>]", part)[0])
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        yield words


def checked(words: list[str]) -> bool:
    """Have the program take these words as it would, but for doing it; False for another's."""
    said = " ".join(words).removeprefix(".venv/bin/").removeprefix("/opt/foodgan/bin/")
    for name, program in PROGRAMS.items():
        if said == name or said.startswith(f"{name} "):
            given = words[len(name.split()) :]
            command = get_command(program)
            context = command.make_context(name, list(given))
            while hasattr(command, "resolve_command") and (rest := _rest(context)):
                _, command, given = command.resolve_command(context, rest)
                context = command.make_context(rest[0], given, parent=context)
            return True
    return False


def _rest(context: object) -> list[str]:
    return [*getattr(context, "_protected_args", []), *context.args]


@pytest.mark.parametrize("page", PAGES)
def test_the_programs_take_every_command_of_the_page(page: str) -> None:
    taken = 0
    for line in lines(page):
        for words in parts(line):
            inner = words
            if words[:2] == ["docker", "compose"] and words[2:3] and words[2] in ("exec", "run"):
                options = [n for n, word in enumerate(words[3:], 3) if not word.startswith("-")]
                assert words[options[0]] in SERVICES, line
                inner = words[options[0] + 1 :]
            try:
                taken += checked(inner)
            except Exception as error:
                fault = getattr(error, "message", str(error))
                assert NOT_HERE.search(fault), f"{line}: {fault}"
    assert taken > 4


def test_what_needs_torch_is_not_told_to_the_bots_container() -> None:
    for page in PAGES:
        for line in lines(page):
            assert not re.search(r"(exec|run) .*\bbot foodgan (serving|photos|dish|model)", line)


def test_no_page_has_compose_forget_what_another_opened() -> None:
    """A file, a profile or a number on the command line is gone at the next `up` without."""
    for page in (*PAGES, "docker-compose.yml", "docs/operators/compose.tls.yml"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert not re.search(r"docker compose [^`\n]*(-f docker-compose|--profile)", text), page
        assert not re.search(r"docker compose[^`\n]* up\b(?![^`\n]* -d)", text), page
        assert not re.search(r"docker compose[^`\n]*--scale", text), page
