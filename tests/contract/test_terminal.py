"""Command lines hold no help of their own: it is among the phrases, whole, in both languages."""

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

import bot.__main__
import worker.__main__
from foodgan import cli
from foodgan.contract import phrases, terminal
from foodgan.contract.phrases import LOCALES, say
from tests.contract.test_phrases import messages

PROGRAMS = {"foodgan": cli.app, "bot": bot.__main__.cli, "worker": worker.__main__.app}
KANA = re.compile("[ぁ-んァ-ヶ]")


def commands() -> Iterator[tuple[str, Any]]:
    """Every command of every program with its phrase's key."""

    def below(key: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield key, command
        for name, child in getattr(command, "commands", {}).items():
            yield from below(f"{key}-{name}", child)

    for name, app in PROGRAMS.items():
        yield from below(f"help-{name}", typer.main.get_command(app))


def homes(key: str, parameter: str) -> list[str]:
    """Where a parameter's help may stand, the nearest first."""
    words = key.split("-")
    above = ["-".join(words[:count]) for count in range(len(words), 1, -1)]
    return [f"{place}.{parameter}" for place in (*above, terminal.SHARED)]


def test_help_knows_every_command_and_parameter_and_no_other() -> None:
    spoken = {key for key in messages("ja") if phrases.shelf_of(key) == "help"}
    asked: set[str] = {key for key in spoken if key.startswith("help-frame.")}
    for key, command in commands():
        asked.add(key)
        for name in ("help", *(parameter.name for parameter in command.params)):
            home = next((home for home in homes(key, name) if home in spoken), None)
            assert home, f"no help for {name} of {key}"
            asked.add(home)
    assert spoken == asked


def test_japanese_help_is_japanese() -> None:
    """A word or two may do without kana: 引数."""
    help_of = {key: say("ja", key) for key in messages("ja") if phrases.shelf_of(key) == "help"}
    assert not {key for key, text in help_of.items() if text.isascii()}
    assert not {key for key, text in help_of.items() if len(text) > 12 and not KANA.search(text)}


@pytest.mark.parametrize(
    ("program", "words"), [("foodgan", ["dish"]), ("bot", ["backup"]), ("worker", ["replay"])]
)
@pytest.mark.parametrize("locale", LOCALES)
def test_help_speaks_the_language_of_the_terminal(
    locale: str, program: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(terminal.CHOSEN, locale)
    shown = CliRunner().invoke(PROGRAMS[program], [*words, "--help"], env={"COLUMNS": "300"})
    key = "-".join(["help", program, *words])
    assert say(locale, key).splitlines()[0] in shown.output
    assert say(locale, "help-any.help") in shown.output
    assert say(locale, "help-frame.arguments") in shown.output


@pytest.mark.parametrize("locale", LOCALES)
def test_a_narrow_terminal_cuts_no_help_off(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(terminal.CHOSEN, locale)
    shown = CliRunner().invoke(cli.app, ["evaluate", "--help"], env={"COLUMNS": "80"})
    whole = re.sub(r"[\s│]", "", shown.output)
    for name in ("photos", "run", "judges"):
        assert re.sub(r"\s", "", say(locale, f"help-foodgan-evaluate.{name}")) in whole


@pytest.mark.parametrize("columns", [80, 87, 100])
def test_a_line_of_japanese_breaks_where_it_may(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(terminal.CHOSEN, "ja")
    env = {"COLUMNS": str(columns)}
    shown = CliRunner().invoke(cli.app, ["chaos", "--help"], env=env).output
    assert not re.search(r"^ [、。)]", shown, re.MULTILINE), "begins with what closes"
    assert not re.search(r"[ァ-ヺー] *\n [ァ-ヺー]", shown), "breaks within a word"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_shell_completes_with_the_same_help(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(terminal.CHOSEN, locale)
    for typed, key in (("foodgan dish --", "dish.count"), ("foodgan photos ", "photos-stats")):
        asked = {"_FOODGAN_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": typed}
        shown = CliRunner().invoke(cli.app, [], env=asked, prog_name="foodgan").output
        assert say(locale, f"help-foodgan-{key}").splitlines()[0] in shown


@pytest.mark.parametrize("locale", LOCALES)
def test_a_wrong_word_is_told_in_a_frame_of_that_language(
    locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(terminal.CHOSEN, locale)
    shown = CliRunner().invoke(cli.app, ["dish", "--nothing"], env={"COLUMNS": "100"}).output
    assert say(locale, "help-frame.error") in shown
    assert "dish -h'" in shown


@pytest.mark.parametrize("locale", LOCALES)
def test_a_list_of_commands_says_what_each_is_for(
    locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(terminal.CHOSEN, locale)
    shown = CliRunner().invoke(cli.app, ["--help"], env={"COLUMNS": "300"})
    for name in ("dish", "photos"):
        assert say(locale, f"help-foodgan-{name}").splitlines()[0] in shown.output


def test_lang_speaks_before_help_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(terminal.CHOSEN, "en")  # so that what `--lang` leaves is taken back
    monkeypatch.setattr(sys, "argv", ["foodgan", "--lang", "ja", "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    assert say("ja", "help-foodgan") in capsys.readouterr().out
