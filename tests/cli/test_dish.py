"""`foodgan dish`: paint without any server."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from foodgan import cli
from foodgan.cli import plates
from foodgan.contract.limits import SEED_MAX
from foodgan.metrics.nearest import Kin, Relative

NAME = "虹色マグロカレーうどん"


@dataclass
class Kitchen:
    """Runs the command line in this process, in a folder of its own."""

    model: Path
    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def run(self, *words: str, model: Path | None = None) -> tuple[int, str, str]:
        """Exit code, what was printed, and what was complained about."""
        options = ["--model", str(model or self.model), "--device", "cpu"]
        self.monkeypatch.setattr(sys, "argv", ["foodgan", "dish", *options, *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = self.capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int | None)
        return code or 0, said.out, said.err

    def painted(self, *words: str) -> dict[str, Any]:
        code, out, complaint = self.run("--json", *words)
        assert code == 0, complaint
        about: dict[str, Any] = json.loads(out)
        return about


@pytest.fixture
def kitchen(
    tiny_model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Kitchen:
    monkeypatch.chdir(tmp_path)
    return Kitchen(tiny_model, tmp_path, capsys, monkeypatch)


def test_the_same_seed_writes_the_same_bytes_twice(kitchen: Kitchen) -> None:
    one = kitchen.painted(NAME, "--seed", "7", "--out", "one")
    two = kitchen.painted(NAME, "--seed", "7", "--out", "two")
    blobs = [Path(each["pictures"][0]["file"]).read_bytes() for each in (one, two)]
    assert blobs[0] == blobs[1]
    assert hashlib.sha256(blobs[0]).hexdigest() == one["pictures"][0]["sha256"]
    assert one["name"] == NAME
    assert one["known"] is True
    assert one["model"].startswith("tiny·")


def test_four_pictures_have_four_seeds_and_four_files(kitchen: Kitchen) -> None:
    pictures = kitchen.painted(NAME, "--seed", str(SEED_MAX), "--count", "4")["pictures"]
    assert [each["seed"] for each in pictures] == [SEED_MAX, 0, 1, 2]
    assert len({each["sha256"] for each in pictures}) == 4
    assert len(list(kitchen.folder.glob("*.png"))) == 4


def test_without_json_it_prints_the_files(kitchen: Kitchen) -> None:
    code, out, complaint = kitchen.run(NAME, "--seed", "7")
    assert (code, complaint) == (0, "")
    assert Path(out.strip()).read_bytes().startswith(b"\x89PNG")


def test_a_name_without_a_known_word_is_painted_and_said(kitchen: Kitchen) -> None:
    code, _, complaint = kitchen.run("ゔぁゔぁ", "--seed", "7")
    assert code == 0
    assert "no word of this name is known" in complaint


def test_it_speaks_japanese_and_its_json_does_not(kitchen: Kitchen) -> None:
    kitchen.monkeypatch.setenv("FOODGAN_LANG", "ja")
    _, _, complaint = kitchen.run("ゔぁゔぁ", "--seed", "7")
    assert complaint == "はじめて聞く言葉ばかりだったので、文字だけを手がかりに描きました。\n"
    assert kitchen.painted("ゔぁゔぁ", "--seed", "7")["known"] is False


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Please write the name of a dish."),
        (" \u3000\u200b", "Please write the name of a dish."),
        ("丼" * 10_000, "Names can be up to 60 characters."),
        ("🍜🍣", "We cannot picture a dish from emoji"),
        ("..", "We cannot picture a dish from emoji"),
    ],
    ids=["empty", "blank", "long", "emoji", "dots"],
)
def test_a_bad_name_gets_its_sentence(kitchen: Kitchen, name: str, sentence: str) -> None:
    code, out, complaint = kitchen.run(name)
    assert code == 2
    assert sentence in complaint
    assert out == ""
    assert not list(kitchen.folder.iterdir())


@pytest.mark.parametrize(
    "words",
    [("--count", "5"), ("--count", "0"), ("--seed", "-1"), ("--seed", str(SEED_MAX + 1))],
    ids=" ".join,
)
def test_a_count_or_seed_out_of_range_is_refused(kitchen: Kitchen, words: tuple[str, ...]) -> None:
    code, _, complaint = kitchen.run(NAME, *words)
    assert code == 2
    assert words[0] in complaint
    assert not list(kitchen.folder.iterdir())


def test_a_model_that_is_not_there_is_said(kitchen: Kitchen) -> None:
    code, _, complaint = kitchen.run(NAME, model=kitchen.folder / "nowhere")
    assert code == 1
    assert complaint.startswith("no model in ")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    "name",
    ["../../カレー", "/etc/カレー", "..／カレー", ".カレー", "カレー/../../丼", "--カレー"],
)
def test_no_name_leaves_the_folder(kitchen: Kitchen, name: str) -> None:
    about = kitchen.painted("--seed", "7", "--out", "plates", "--", name)
    (written,) = (kitchen.folder / "plates").iterdir()
    assert Path(about["pictures"][0]["file"]).resolve() == written
    assert [path.name for path in kitchen.folder.iterdir()] == ["plates"]


def test_the_longest_name_fits_a_file_name(kitchen: Kitchen) -> None:
    about = kitchen.painted("𩸽" * 60, "--seed", str(SEED_MAX))
    assert Path(about["pictures"][0]["file"]).exists()


def test_a_file_in_the_place_of_the_folder_is_refused(kitchen: Kitchen) -> None:
    (kitchen.folder / "plates").write_text("a file")
    code, _, complaint = kitchen.run(NAME, "--out", "plates")
    assert code == 2
    assert "plates" in complaint


def test_what_is_asked_for_beside_the_name_has_a_file_of_its_own(kitchen: Kitchen) -> None:
    name = ("抹茶ラーメン", "--seed", "7")
    asked = [
        (),
        ("--enlarge",),
        ("--mix", "苺のワッフル"),
        ("--mix", "苺のワッフル", "--share", ".3"),
        ("--variation", "4"),
        ("--truncation", ".7"),
        ("--weight", "抹茶=1.5"),
        ("--weight", "抹茶＝1.5", "--weight", "ラーメン=0"),
    ]
    files = [kitchen.painted(*name, *words)["pictures"][0]["file"] for words in asked]
    assert len(set(files)) == len(asked)
    assert files[0] == "抹茶ラーメン-7.png"
    assert Image.open(files[1]).size == (512, 512)


def test_a_saved_sketch_can_be_painted_over(kitchen: Kitchen) -> None:
    saved = kitchen.painted(NAME, "--seed", "7", "--save-sketch")["pictures"][0]
    assert Image.open(saved["sketch"]).size == (64, 64)
    over = kitchen.painted(NAME, "--seed", "7", "--sketch", saved["sketch"])["pictures"][0]
    assert over["file"] != saved["file"]
    own, again = (np.asarray(Image.open(each["file"]), np.int16) for each in (saved, over))
    assert np.abs(own - again).mean() < 1


def test_the_longest_names_mixed_fit_a_file_name(kitchen: Kitchen) -> None:
    words = ("𩸽" * 60, "--mix", "丼" * 60, "--seed", str(SEED_MAX), "--save-sketch")
    assert Path(kitchen.painted(*words)["pictures"][0]["sketch"]).exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--share", ".5"), "--mix"),
        (("--mix", "🍣"), "We cannot picture a dish from emoji"),
        (("--mix", "鮭丼", "--share", "1.1"), "--share"),
        (("--truncation", "-1"), "--truncation"),
        (("--weight", "マグロ"), "WORD=NUMBER"),
        (("--weight", "マグロ=x"), "WORD=NUMBER"),
        (("--weight", "マグロ=9"), "A word's weight can be 0 to 3"),
        (("--weight", "抹茶=2"), "虹 · 色 · マグロ · カレー · うどん"),
        (("--sketch", "nowhere.png"), "nowhere.png"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told(
    kitchen: Kitchen, words: tuple[str, ...], sentence: str
) -> None:
    code, out, complaint = kitchen.run(NAME, *words)
    assert (code, out) == (2, "")
    assert sentence in complaint
    assert not list(kitchen.folder.iterdir())


def test_a_sketch_that_is_no_picture_is_told(kitchen: Kitchen) -> None:
    (kitchen.folder / "sketch.png").write_text("no picture")
    code, _, complaint = kitchen.run(NAME, "--sketch", "sketch.png")
    assert code == 2
    assert complaint.strip()


@pytest.mark.parametrize(
    ("source", "licence", "told"),
    [("web", "CC0-1.0", "(web · CC0-1.0)"), ("unknown", "unknown", "(not stated)")],
)
def test_of_a_near_photo_of_which_nothing_is_known_no_unknown_is_told(
    source: str, licence: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    near = Relative("うどん", source, licence, "", "0123456789ab", 0.5)
    plates.tell_kin(Kin((near,), novelty=0.5))
    assert told in capsys.readouterr().out
