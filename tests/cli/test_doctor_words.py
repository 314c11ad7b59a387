"""What `foodgan doctor` finds is said in the terminal's language; scripts read the same in each."""

import json
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from foodgan import cli, doctor
from foodgan.contract import checkup, terminal
from foodgan.contract.checkup import Part
from foodgan.contract.logs import redact
from foodgan.contract.phrases import LOCALES, say, shelf_of
from foodgan.doctor import machine
from tests.cli.test_doctor import PASSWORD, TOKEN, foodgan
from tests.contract.test_phrases import messages


def test_it_speaks_japanese_and_so_does_what_the_bot_finds(tmp_path: Path) -> None:
    sick = {"REDIS_URL": "redis://127.0.0.1:1", "MODEL_DIR": str(tmp_path), "VAR_DIR": "house"}
    said = foodgan(tmp_path, "--lang", "ja", "doctor", **sick).stdout
    assert "✓ ディスク: 空きは" in said
    assert "✗ Redis: 注文の行列につながりません(Redis: ConnectionError" in said
    assert "  → Redis か Valkey を動かすか、REDIS_URL を直してください" in said
    assert "✗ モデル: 開けません: no model in" in said
    assert "! データベース: sqlite、テーブルはまだありません" in said  # the bot's process
    assert "  → `python -m bot migrate` を実行してください" in said


def test_scripts_go_by_the_same_parts_and_levels_in_every_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "CHECKS", {"disk": machine.disk})
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    told = {}
    for locale in LOCALES:
        monkeypatch.setenv(terminal.CHOSEN, locale)
        shown = CliRunner().invoke(cli.app, ["doctor", "--json"])
        [told[locale]] = json.loads(shown.stdout)["findings"]
    for name in ("part", "level"):
        assert told["ja"][name] == told["en"][name]
    assert "GiB free" in told["en"]["found"]
    assert "空き" in told["ja"]["found"]


def test_every_part_has_a_title_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [checkup.ok(part, "fine") for part in get_args(Part)]
    assert [each.title for each in parts] == [each.part for each in parts]
    monkeypatch.setenv(terminal.CHOSEN, "ja")
    assert len({each.title for each in parts}) == len(parts)
    assert "写真の棚" in {each.title for each in parts}
    known = {key for key in messages("ja") if key.startswith("doctor-part-")}
    assert len(known) == len(parts)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("secret", [TOKEN, f"redis://:{PASSWORD}@127.0.0.1"])
def test_no_sentence_hides_a_secret_from_what_blots_it_out(locale: str, secret: str) -> None:
    """A token is known by where it begins."""
    for key, variables in messages(locale).items():
        if shelf_of(key) == "doctor":
            said = redact(say(locale, key, **dict.fromkeys(variables, secret)))
            assert secret not in said, key


@pytest.mark.parametrize(("drained", "waiting"), [(0, 0), (0, 2), (3, 0), (3, 2)])
def test_who_is_away_and_what_waits_is_one_sentence(drained: int, waiting: int) -> None:
    given = {"drained": drained, "waiting": waiting, "oldest": "7"}
    away = "(休憩中 3 人)" * bool(drained)
    waits = "2 品で、いちばん古いものは 7 秒待っています" if waiting else "0 品です"
    told = say("ja", "doctor-workers-none", **given)
    assert told == f"注文を受ける係がいません{away}。待っている注文は {waits}"
    told = say("en", "doctor-workers-none", **given)
    drained_too, oldest = ", 3 drained" * bool(drained), ", the oldest for 7 s" * bool(waiting)
    assert told == f"nobody serves{drained_too}; {waiting} waiting{oldest}"
