"""The command line: quick, and one clear sentence where something is wrong."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from foodgan import __version__, cli
from foodgan.contract import terminal

SLOW_TO_IMPORT = {"torch", "pydantic", "numpy", "redis", "supervisor", "sudachipy"}


@dataclass(frozen=True)
class Said:
    """What a command has left: as `subprocess.CompletedProcess` names it."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Said]


@pytest.fixture
def here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """`foodgan` in this process, in a folder of its own: most of a process is importing torch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(terminal.CHOSEN, "en")  # so that what `--lang` leaves is taken back

    def run(*words: str, **environ: str) -> Said:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["foodgan", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return Said(int(left.value.code or 0), said.out, said.err)

    return run


def _foodgan(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "foodgan", *words],
        cwd=cwd,
        env={**os.environ, "LANG": "en_GB.UTF-8", **environ},
        capture_output=True,
        text=True,
    )


def test_it_says_its_version(tmp_path: Path) -> None:
    assert _foodgan("--version", cwd=tmp_path).stdout == f"foodgan {__version__}\n"


@pytest.mark.parametrize("command", ["up", "dish", "train", "text", "bench"])
def test_help_names_every_command(tmp_path: Path, command: str) -> None:
    assert command in _foodgan("--help", cwd=tmp_path).stdout


def test_help_waits_for_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, foodgan.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not SLOW_TO_IMPORT & set(done.stdout.split())


@pytest.mark.parametrize(
    ("asked", "policy"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")]
)
def test_threads_wait_without_spinning_unless_someone_asks_for_it(
    asked: dict[str, str], policy: str
) -> None:
    code = """
import atexit, os, sys
from foodgan import cli
atexit.register(lambda: print(os.environ["OMP_WAIT_POLICY"], "torch" in sys.modules))
sys.argv = ["foodgan", "--help"]
cli.main()
"""
    kept = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    words, environment = [sys.executable, "-c", code], kept | asked
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"{policy} False"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("dish", ""), "Please write the name of a dish."),
        (("--lang", "ja", "dish", ""), "料理の名前を書いてくださいね。"),
    ],
)
def test_a_mistake_gets_a_sentence_and_no_traceback(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = _foodgan(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.strip() == sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("photos import nowhere", "nowhere は、フォルダーでも ZIP でも CSV でもありません。"),
        ("photos release", "写真集にできる写真がありません。"),
        ("photos export out", "書き出す写真がありません。"),
        ("dish 鮭丼 --model nowhere", "nowhere にモデルがありません"),
    ],
)
def test_what_goes_wrong_every_day_is_told_in_japanese(
    here: Command, words: str, sentence: str
) -> None:
    done = here("--lang", "ja", *words.split(), PHOTO_STORE="photos")
    assert done.returncode == 1
    assert sentence in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("dish 鮭丼 --out a-file/pictures", 1, "a-file/pictures: Not a directory"),
        ("--lang fr dish 鮭丼", 2, "'fr' is not one of"),
        ("dish 鮭丼 --device gpu", 2, "'gpu' cannot be used"),
        ("mix 鮭丼 親子丼 --device cuda:99", 2, "'cuda:99' cannot be used"),
        ("sheet --out s.png --device meta", 2, "'meta' cannot be used"),
        ("train --photos . --device gpu", 2, "'gpu' cannot be used"),
        ("evaluate --kondate . --device gpu", 2, "'gpu' cannot be used"),
        ("bench painter --device gpu", 2, "'gpu' cannot be used"),
        ("experiment run --device gpu", 2, "'gpu' cannot be used"),
        ("kondate taster --out t --device gpu", 2, "'gpu' cannot be used"),
        ("sheet --out s.png --names nowhere.txt", 2, "does not exist"),
        ("sheet --out s.png --names a-file", 2, "a-file holds no name"),
        ("sheet --out s.png --names shift-jis", 2, "shift-jis is not UTF-8"),
        ("train --photos . --threads -1", 2, "greater than or equal to 0"),
        ("train --photos . --pictures 0", 2, "Invalid value for '--pictures'"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    here: Command, tmp_path: Path, words: str, code: int, sentence: str
) -> None:
    (tmp_path / "a-file").write_text("\n")
    (tmp_path / "shift-jis").write_bytes("鮭丼\n".encode("shift_jis"))
    done = here(*words.split())
    assert done.returncode == code, done.stderr
    assert sentence in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("dish 鮭丼 --device gpu", "デバイス「gpu」は使えません"),
        ("dish 鮭丼 --share .5", "--mix といっしょに使ってください。"),
        ("dish 鮭丼 --weight 鮭", "「鮭」は「言葉=数」の形になっていません"),
        ("sheet --out s.png --names a-file", "a-file には料理名がひとつもありません。"),
        ("sheet --out s.png --names shift-jis", "shift-jis の文字コードが UTF-8 ではありません。"),
        ("sheet --out s.png --names a-file --invented", "--names は外してください。"),
        ("train --photos . --sketches a-file", "stage1 は下絵を使わない設定です。"),
        ("train --photos . --begin-from runs/stage1", "これから学習する run そのものです"),
    ],
)
def test_what_cannot_be_used_is_said_in_japanese(
    here: Command, tmp_path: Path, words: str, sentence: str
) -> None:
    (tmp_path / "a-file").write_text("\n")
    (tmp_path / "shift-jis").write_bytes("鮭丼\n".encode("shift_jis"))
    done = here("--lang", "ja", *words.split(), COLUMNS="200")  # it would be folded within words
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr


def test_a_name_that_looks_like_markup_is_shown_as_it_is(tmp_path: Path) -> None:
    done = _foodgan("text", "show", "カレー[/red]", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "カレー[/red]" in done.stdout


@pytest.mark.parametrize(
    ("locale", "heads", "marks"),
    [("en", ("word", "known"), ("yes", "no")), ("ja", ("言葉", "ベクトル"), ("あり", "なし"))],
)
def test_how_a_name_is_read_is_shown_in_the_language_of_the_terminal(
    here: Command, locale: str, heads: tuple[str, ...], marks: tuple[str, ...]
) -> None:
    done = here("--lang", locale, "text", "show", "カレーゔぁゔぁ")
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in heads + marks)


@pytest.mark.parametrize("words", ["up", "status", "drain stove", "photos stats"])
@pytest.mark.parametrize("name", ["PAINT_TIMEOUT_S", "LOG_LEVEL"])
def test_a_wrong_setting_is_named_without_its_value(here: Command, words: str, name: str) -> None:
    done = here(*words.split(), **{name: "hunter2"})
    assert done.returncode == 2
    assert done.stderr.startswith(f"The setting {name} is wrong: Input should be ")
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr


def test_a_redis_that_is_away_is_said_and_nothing_stays_behind(tmp_path: Path) -> None:
    done = _foodgan("up", cwd=tmp_path, REDIS_URL="redis://127.0.0.1:1/0", DISCORD_TOKEN="none")
    assert done.returncode == 2
    assert "REDIS_URL has not answered" in done.stderr
