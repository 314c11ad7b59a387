"""Commands that operators use speak the terminal's language, where it is Japanese."""

import sys
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

import bot.__main__
import worker.__main__
from foodgan import cli
from foodgan.contract import terminal
from foodgan.contract.phrases import say


@pytest.mark.parametrize(
    ("program", "words", "told"),
    [
        (cli.app, "photos stats", say("ja", "cli-photos-stats.tombstones")),
        (cli.app, "photos verify", say("ja", "cli-photos-sound")),
        (cli.app, "photos prune", say("ja", "cli-photos-none-stale")),
        (cli.app, "photos import ...", say("ja", "cli-photos-no-name", source="...")),
        (cli.app, "serving show", say("ja", "cli-serving-nothing")),
        (cli.app, "serving promote", say("ja", "cli-serving-which")),
        (cli.app, "serving promote --own", say("ja", "cli-serving-back-to-own")),
        (bot.__main__.cli, "health", say("ja", "cli-bot-not-serving")),
        (bot.__main__.cli, "sync", say("ja", "cli-bot-no-token")),
        (bot.__main__.cli, "erase 7", "データベースがありません"),
        (worker.__main__.app, "dead", "設定 RETRIES が正しくありません"),
    ],
)
def test_a_command_speaks_japanese_where_the_terminal_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Typer, words: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {terminal.CHOSEN: "ja", "PHOTO_STORE": str(tmp_path / "photos"), "COLUMNS": "200"}
    if program is worker.__main__.app:
        given["RETRIES"] = "some"
    done = CliRunner().invoke(program, words.split(), env=given)
    assert told in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("photos export out --release abc", "「abc」で始まる写真集はありません。"),
        ("train --photos nowhere", say("ja", "cli-photos-no-folder", folder="nowhere")),
        ("train --photos .", ". に写真がありません(読めるのは .jpg"),
        ("serving rollback", say("ja", "cli-serving-none-to-leave")),
    ],
)
def test_what_ends_a_command_in_a_state_that_operators_meet_is_japanese_too(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(terminal.CHOSEN, "ja")
    monkeypatch.setenv("PHOTO_STORE", str(tmp_path / "photos"))
    monkeypatch.setattr(sys, "argv", ["foodgan", *words.split()])
    with pytest.raises(SystemExit):
        cli.main()
    assert told in capsys.readouterr().err
