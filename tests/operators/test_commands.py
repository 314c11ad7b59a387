"""Every command line of the README and of the operators' pages is one that the programs take."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from bot.__main__ import cli as bot
from bot.records.migrate import HEAD
from foodgan.cli import app as foodgan
from worker.__main__ import app as worker

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/operators/keeping.md", "docs/operators/photos.md")
PROGRAMS = {"python -m bot": bot, "python -m worker": worker, "foodgan": foodgan}
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
AS = "sudo -u foodgan "  # as whom a house under systemd runs
OURS = rf"(\(umask 077; |{AS}|[A-Z_]+=\S+ )?(\.venv/bin/|python -m |foodgan |docker compose )"
NOT_HERE = re.compile("does not exist|cannot be used")  # files and GPUs that a page only means


def lines(page: str) -> Iterator[str]:
    """The commands of a page: in blocks, and those of compose within sentences."""
    text = (ROOT / page).read_text(encoding="utf-8")
    yield from (line for block in blocks(text) for line in block if re.match(OURS, line))
    yield from re.findall(r"`(docker compose [^`]+)`", text)


def blocks(text: str) -> list[list[str]]:
    """The lines of each block, without what they say after #."""
    found = re.findall(r"^ *```\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [[re.split(r"\s#", line)[0].strip() for line in each.splitlines()] for each in found]


def chapter(heading: str, page: str = "docs/operators/keeping.md") -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    [found] = re.findall(rf"^##+ [^\n]*{heading}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    return str(found)


def parts(line: str) -> Iterator[list[str]]:
    """The words of each command in a line, without where it reads and writes."""
    for part in re.split("&&|;", line.replace("(", "").replace(")", "")):
        words = shlex.split(re.split(r" [<>]", part)[0].removeprefix(AS))
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        yield words


FOR = {"REVISION": "7"}  # what stands for a number


def checked(words: list[str]) -> bool:
    """Have the program take these words as it would, but for doing it; False for another's."""
    said = " ".join(words).removeprefix(".venv/bin/").removeprefix("/opt/foodgan/bin/")
    for name, program in PROGRAMS.items():
        if said == name or said.startswith(f"{name} "):
            given = [FOR.get(word, word) for word in words[len(name.split()) :]]
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


@pytest.mark.parametrize("page", PAGES)
def test_a_command_is_printed_as_a_shell_finds_it(page: str) -> None:
    """`make up` puts nothing on the PATH: a bare `python` is another one, if there is one."""
    for line in lines(page):
        found = re.sub(r"^(\(umask 077; |[A-Z_]+=\S+ )", "", line).removeprefix(AS)
        assert found.startswith((".venv/bin/", "docker compose ")), line


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_a_shell_keep_what_is_to_go_on_from_others(page: str) -> None:
    """After a bare `umask 077` what `git pull` brings is hidden from Prometheus and Grafana."""
    text = (ROOT / page).read_text(encoding="utf-8")
    assert not [line for block in blocks(text) for line in block if line.startswith("umask")]


def test_what_readme_has_operators_do_stands_there_for_containers_too() -> None:
    inside = re.findall(
        r"^docker compose exec (?:-T )?\w+ (.*)$", chapter("With docker compose"), re.M
    )
    headings = (
        "On a GPU",
        "See how things are",
        "Drain and restart",
        "Dead letters",
        "Teach it your own dishes",
    )
    readme = [
        line.removeprefix(".venv/bin/")
        for heading in headings
        for block in blocks(chapter(heading, "README.md"))
        for line in block
    ]
    operators = r"(foodgan (?:doctor|status|drain|serving (?:show|rollback))|python -m worker \w+)"
    asked = [found[0] for line in readme if (found := re.match(operators, line))]
    assert len(asked) == 7
    assert not [each for each in asked if not any(line.startswith(each) for line in inside)]


def test_a_house_under_systemd_is_updated_by_the_user_whose_it_is() -> None:
    """As root git refuses the folder, and what root installs the user cannot replace."""
    unit = (ROOT / "docs/operators/foodgan.service").read_text(encoding="utf-8")
    [folder] = re.findall(r"^WorkingDirectory=(.*)$", unit, re.MULTILINE)
    [update] = [block for block in blocks(chapter("Update")) if "systemctl" in block[0]]
    assert update[:2] == ["sudo systemctl stop foodgan", f"cd {folder}"]
    assert update[-1] == "sudo systemctl start foodgan"
    [by_hand] = [block for block in blocks(chapter("Update")) if block[-1] == "make up"]
    assert update[2:-1] == [AS + line for line in by_hand[:-1]]


def test_who_goes_back_to_an_earlier_build_finds_out_its_revision_first() -> None:
    """Most updates bring none, and some bring two: a step back drops too little or too much."""
    update = chapter("Update")
    [shown, named] = re.findall(r"`git show OLD:(\S+) \| grep (\S+)`", update)[0]
    lines = (ROOT / shown).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.match(named, line)] == [f'HEAD = "{HEAD}"  '
        "# the newest file in migrations/versions; a test holds them equal"]  # fmt: skip
    assert not re.search(r"--to \d", update)  # which whoever goes back would copy
    assert update.index("git show") < update.index("migrate --to") < update.index("git checkout")


def test_a_queue_that_moves_gets_its_address_and_its_key_before_it_starts() -> None:
    told = chapter("Another machine")
    assert "QUEUE_ADDRESS" in told
    assert "sudo chown 999 tls/redis.key" in told
    assert told.index("before anything starts") < told.index("QUEUE_ADDRESS")
