"""Existing collections come in whole, with their names, and a stopped import goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.contract.errors import StoreError
from foodgan.contract.photos import TOMBSTONES, Taken, Tombstone
from foodgan.contract.phrases import say
from foodgan.contract.store import Store, lines_of
from foodgan.photos import intake
from foodgan.photos.collect import Terms, collect
from foodgan.photos.folder import PhotosError
from tests.photos.collection import cp932, lay, names, take

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("packed", [False, True])
def test_what_a_table_says_of_a_file_that_is_not_there_is_reported(
    store: Store, place: Path, tmp_path: Path, packed: bool
) -> None:
    lay(place / "カレー.jpg", 1)
    lines = ({"file_name": f"{name}.jpg", "name": name} for name in ("カレー", "カレ"))
    (place / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (place / "list.csv").write_text("file,name\nカレ.jpg,カレ\n")
    source = place
    if packed:
        source = Path(shutil.make_archive(str(tmp_path / "web"), "zip", place))
    report = take(store, source)
    assert (report.taken, report.refused) == (1, {"カレ.jpg": ("import-missing", {})})
    assert take(store, place / "list.csv").reasons == {"import-missing": 1}
    assert "it is not there" in say("en", "import-missing")


def test_what_is_refused_is_reported_with_its_reason(store: Store, place: Path) -> None:
    (place / "壊れ.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    (place / "網.png").write_bytes(b"<html>")
    lay(place / "IMG_1234.jpg", 1)
    lay(place / ("長" * 61 + ".jpg"), 2)
    lay(place / "良い.jpg", 3)
    report = take(store, place)
    assert report.taken == 1
    assert report.reasons == {
        "intake-damaged": 1,
        "intake-other-kind": 1,
        "name-empty": 1,
        "name-too-long": 1,
    }


def test_a_photo_whose_licence_has_no_room_is_refused_before_anything_is_stored(
    store: Store, place: Path
) -> None:
    lay(place / "a.jpg", 1)
    (place / "list.csv").write_text(f"file,name,licence\na.jpg,丼,{'x' * 301}\n")
    assert take(store, place / "list.csv").reasons == {"import-label": 1}
    assert list(store.objects()) == []


def test_a_second_run_takes_in_only_what_is_new(store: Store, place: Path) -> None:
    lay(place / "親子丼.jpg", 1)
    (place / "壊れ.jpg").write_bytes(b"\xff\xd8\xff")
    first = take(store, place)
    lay(place / "カツ丼.jpg", 2)
    second = take(store, place)
    assert (first.taken, second.taken, second.known) == (1, 1, 1)
    assert list(second.refused) == ["壊れ.jpg"]
    store.write_entries("web", [])  # the catalogue was lost: the journal alone is no proof
    assert take(store, place).taken == 2


@pytest.mark.parametrize("written", ["now", "before"])
def test_a_file_is_known_again_by_whatever_name_it_has(
    store: Store, place: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    lay(place / "カレー" / "1.jpg", 1)
    if written == "now":
        lay(place / "カレー" / cp932("写真.jpg"), 2)
    first = take(store, place)
    if written == "before":  # as earlier builds have it: UTF-8
        fates = json.loads(store.read("imports/web.json"))
        store.write("imports/web.json", json.dumps(fates, ensure_ascii=False).encode())
    monkeypatch.setattr(intake, "take_in", None)
    second = take(store, place)
    assert (second.taken, second.known, second.refused) == (0, first.taken, {})


def test_a_second_run_corrects_what_it_says_otherwise_and_nothing_else(
    store: Store, place: Path
) -> None:
    lay(place / "親子丼.jpg", 1)
    first = take(store, place, licence="CC0-1.0", credit="農林部")
    [before] = store.entries("web")
    assert (first.corrected, before.licence) == (0, "CC0-1.0")
    silent = take(store, place)
    assert (silent.known, silent.corrected, store.entries("web")) == (1, 0, [before])
    again = take(store, place, licence="club-only")
    assert (again.taken, again.known, again.corrected) == (0, 1, 1)
    [after] = store.entries("web")
    assert after == before.model_copy(update={"licence": "club-only"})
    (place / "親子丼.jpg").rename(place / "他人丼.jpg")
    assert take(store, place).corrected == 1
    assert names(store) == ["他人丼"]


def test_of_two_files_of_one_photo_the_first_says_what_it_is(store: Store, place: Path) -> None:
    for name in ("カレー/1.jpg", "シチュー/1.jpg"):
        lay(place / name, 1)
    for _ in range(2):
        report = take(store, place)
        assert report.corrected == 0
    assert names(store) == ["カレー"]


def test_a_withdrawn_photo_does_not_come_back_by_an_import(store: Store, place: Path) -> None:
    lay(place / "親子丼.jpg", 1)
    take(store, place)
    [entry] = store.entries("web")
    store.write(TOMBSTONES, lines_of([Tombstone(sha256=entry.sha256, original_sha256="0" * 64)]))
    store.write_entries("web", [])
    assert take(store, place).reasons == {"intake-withdrawn": 1}


def test_of_two_imports_into_one_catalogue_at_once_neither_loses_anything(
    store: Store, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(place / "ours" / "古い.jpg", 1)
    take(store, place / "ours")
    lay(place / "ours" / "カレー.jpg", 2)
    lay(place / "theirs" / "古い.jpg", 1)
    lay(place / "theirs" / "寿司.jpg", 3)
    take_in, begun = intake.take_in, []

    def meanwhile(*told: Any) -> Taken:
        if not begun:
            begun.append(True)
            assert take(store, place / "theirs", licence="CC-BY-4.0").corrected == 1
        return take_in(*told)

    monkeypatch.setattr(intake, "take_in", meanwhile)
    assert take(store, place / "ours", credit="花子").taken == 1
    found = {entry.name: (entry.licence, entry.credit) for entry in store.entries("web")}
    assert found == {
        "古い": ("CC-BY-4.0", "花子"),
        "カレー": ("unknown", "花子"),
        "寿司": ("CC-BY-4.0", ""),
    }
    monkeypatch.setattr(intake, "take_in", None)  # both have written down what they took in
    assert [take(store, place / one).known for one in ("ours", "theirs")] == [2, 2]


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from foodgan.contract.store import Store
from foodgan.photos import collect, intake
collect.SAVED_EVERY = 8
put = Store.put
def counted(self, data):
    counted.n += 1
    if counted.n > 20:
        os.kill(os.getpid(), signal.SIGKILL)
    return put(self, data)
counted.n = 0
Store.put = counted
collect.collect(Store(sys.argv[1]), Path(sys.argv[2]), "web", collect.Terms())
"""


def test_a_killed_import_goes_on_where_it_was(store: Store, place: Path, tmp_path: Path) -> None:
    for seed in range(40):
        lay(place / f"丼{seed:02d}番.jpg", seed)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "store"), str(place)]
    assert subprocess.run(command, cwd=ROOT, env={**os.environ}).returncode == -signal.SIGKILL
    kept = len(store.entries("web"))
    assert kept in (8, 16)
    report = take(store, place)
    assert (report.taken, report.known) == (40 - kept, kept)
    assert len(names(store)) == 40


def test_a_store_that_fails_stops_the_import_and_says_so(
    store: Store, place: Path, tmp_path: Path
) -> None:
    lay(place / "親子丼.jpg", 1)
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "objects").write_text("no folder can be made here")
    with pytest.raises(StoreError):
        take(store, place)


@pytest.mark.parametrize("catalogue", ["club", "A", "../x"])
def test_a_catalogue_that_is_the_bots_or_no_name_is_refused(
    store: Store, place: Path, catalogue: str
) -> None:
    lay(place / "親子丼.jpg", 1)
    with pytest.raises((PhotosError, StoreError)):
        collect(store, place, catalogue, Terms())


def bring_in(store: Store, source: Path, *options: str) -> Result:
    told = ["photos", "import", str(source), "--store", store.url, *options]
    return CliRunner().invoke(app, told)


def test_collections_with_japanese_names_get_catalogues_of_their_own(
    store: Store, tmp_path: Path
) -> None:
    for seed, name in enumerate(("2024春", "2024秋", "写真", "My Photos")):
        lay(tmp_path / name / "丼.jpg", seed)
        assert "1 taken in" in bring_in(store, tmp_path / name).stdout
    assert "1 there already" in bring_in(store, tmp_path / "2024春").stdout
    spring, autumn, *others = sorted(store.catalogues())
    assert spring.startswith("2024-")
    assert autumn.startswith("2024-")
    assert len(others) == 2
    assert "my-photos" in others


def test_a_source_without_any_letter_asks_for_a_name(store: Store, tmp_path: Path) -> None:
    lay(tmp_path / "!!" / "丼.jpg")
    found = bring_in(store, tmp_path / "!!")
    assert found.exit_code == 2
    assert "--catalogue" in found.output


def test_what_a_collection_says_of_itself_writes_nothing_else_on_the_terminal(
    store: Store, place: Path
) -> None:
    title = "\x1b]0;mine\x07"
    lay(place / "親子丼.jpg", 1)
    (place / f"壊れ{title}.jpg").write_bytes(b"no picture")
    line = {"file_name": "親子丼.jpg", "name": "親子丼", "source": "[/x]"}
    line |= {"licence": f"MIT{title}", "credit": f"山田{title}"}
    (place / "metadata.jsonl").write_text(json.dumps(line))
    found = bring_in(store, place, "--catalogue", "web")
    counted = CliRunner().invoke(app, ["photos", "stats", "--store", store.url])
    assert "壊れ\\x1b]0;mine\\x07.jpg" in found.stdout
    assert "MIT]0;mine: 1" in counted.stdout
    assert "[/x]: 1" in counted.stdout
    assert "\x1b" not in found.output + counted.output
    [entry] = store.entries("web")
    assert (entry.licence, entry.credit, entry.source) == ("MIT]0;mine", "山田]0;mine", "[/x]")


def test_a_licence_of_nothing_that_can_be_read_is_no_licence(store: Store, place: Path) -> None:
    lay(place / "親子丼.jpg", 1)
    line = {"file_name": "親子丼.jpg", "name": "親子丼", "licence": "\x07"}
    (place / "metadata.jsonl").write_text(json.dumps(line))
    assert take(store, place).reasons == {"import-label": 1}


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_source_whose_names_are_no_utf_8_is_taken_in_and_told_of(
    store: Store, tmp_path: Path, options: tuple[str, ...]
) -> None:
    lay(tmp_path / "写真" / "カレー.jpg", 1)
    bring_in(store, tmp_path / "写真")
    lay(tmp_path / cp932("写真/丼.jpg"), 2)
    (tmp_path / cp932("写真/壊れ.jpg")).write_bytes(b"no picture")
    found = bring_in(store, tmp_path / cp932("写真"), *options)
    assert found.exit_code == 0, found.output
    assert "壊れ.jpg" in found.stdout
    [catalogue] = store.catalogues()  # the same, whoever unpacked it
    assert len(store.entries(catalogue)) == 2
