"""Existing collections come in whole, with their names, and a stopped import goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

import pytest
from click.testing import Result
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.contract.errors import StoreError
from foodgan.contract.photos import TOMBSTONES, Tombstone
from foodgan.contract.phrases import say
from foodgan.contract.store import Store, lines_of
from foodgan.photos.collect import Report, Terms, collect
from foodgan.photos.folder import PhotosError
from foodgan.photos.labels import labels
from foodgan.photos.trees import Folder
from tests.photos.hostile import dish, saved

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "collection"
    folder.mkdir()
    return folder


def lay(path: Path, seed: int = 0, kind: str = "JPEG") -> Path:
    """A photo at a path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(saved(dish((64, 48), seed), kind))
    return path


def take(store: Store, place: Path, **terms: str) -> Report:
    return collect(store, place, "web", Terms(**terms))


def names(store: Store) -> list[str]:
    return sorted(entry.name for entry in store.entries("web"))


def test_names_come_from_sidecars_folders_and_file_names(store: Store, place: Path) -> None:
    lay(place / "親子丼.jpg", 1)
    lay(place / "味噌_ラーメン_02.png", 2, "PNG")
    lay(place / "うどん (3).webp", 3, "WEBP")
    lay(place / "餃子" / "IMG_0001.heic", 4, "HEIF")
    lay(place / "DSC_0002.jpg", 5).with_suffix(".txt").write_text("天ぷら\nと二行目")
    beside = lay(place / "photo.jpg", 6).with_suffix(".json")
    beside.write_text(json.dumps({"name": "寿司", "license": "CC-BY-4.0", "author": "花子"}))
    report = take(store, place, licence="CC0-1.0", source="web")
    assert (report.taken, report.refused) == (6, {})
    assert names(store) == sorted(["親子丼", "味噌 ラーメン", "うどん", "餃子", "天ぷら", "寿司"])
    sushi = next(entry for entry in store.entries("web") if entry.name == "寿司")
    assert (sushi.licence, sushi.credit, sushi.source) == ("CC-BY-4.0", "花子", "web")


@pytest.mark.parametrize("stem", ["カレー_01 (2)", "カレー-3", "カレー (2) のコピー"])
def test_a_copys_marks_are_no_part_of_the_name(store: Store, place: Path, stem: str) -> None:
    lay(place / f"{stem}.jpg")
    take(store, place)
    assert names(store) == ["カレー"]


def test_a_long_number_within_a_name_is_read_at_once(store: Store, place: Path) -> None:
    lay(place / f"{'7' * 40}丼.jpg")
    take(store, place)
    assert names(store) == ["7" * 40 + "丼"]


def test_a_list_of_photos_is_not_gone_through_for_each_photo() -> None:
    class Listed(list[str]):
        times = 0

        def __iter__(self) -> Iterator[str]:
            Listed.times += 1
            return super().__iter__()

    class Shown(Folder):
        def paths(self) -> list[str]:
            return Listed(f"カレー/{number}.jpg" for number in range(100))

    assert len(labels(Shown(Path()), None)) == 100
    assert Listed.times < 10


def test_metadata_at_the_top_or_in_the_splits_counts(store: Store, place: Path) -> None:
    for split, seed in (("train", 1), ("test", 2)):
        lay(place / split / "a.jpg", seed)
        line = {"file_name": "a.jpg", "name_ja": f"丼{seed}", "licence": "MIT"}
        (place / split / "metadata.jsonl").write_text(json.dumps(line) + "\n")
    assert take(store, place).taken == 2
    found = {entry.name: (entry.split, entry.licence) for entry in store.entries("web")}
    assert found == {"丼1": ("train", "MIT"), "丼2": ("test", "MIT")}


def test_what_a_collection_calls_validation_is_held_out(store: Store, place: Path) -> None:
    lay(place / "val" / "カレー" / "a.jpg", 1)
    lay(place / "test" / "c.jpg", 3).with_suffix(".txt").write_text("寿司")
    lay(place / "validation" / "b.jpg", 2)
    (place / "validation" / "metadata.jsonl").write_text('{"file_name": "b.jpg", "name": "丼"}\n')
    assert take(store, place).taken == 3
    found = {entry.name: entry.split for entry in store.entries("web")}
    assert found == {"カレー": "test", "丼": "test", "寿司": "test"}


def test_a_csv_lists_photos_wherever_they_lie_beside_it(store: Store, place: Path) -> None:
    lay(place / "a" / "1.jpg", 1)
    lay(place / "not-listed.jpg", 2)
    table = place / "list.csv"
    table.write_text('\ufefffile,name,licence\na/1.jpg,"焼きそば, 大盛り",CC0-1.0\n')
    assert take(store, table).taken == 1
    assert names(store) == ["焼きそば, 大盛り"]


def test_a_zip_is_read_without_being_unpacked(store: Store, place: Path, tmp_path: Path) -> None:
    photo = lay(place / "x.jpg", 1).read_bytes()
    with zipfile.ZipFile(tmp_path / "web.zip", "w") as archive:
        archive.writestr("カレー/1.jpg", photo)
        archive.writestr("../../outside/カツ丼.png", saved(dish((64, 48), 2), "PNG"))
    report = take(store, tmp_path / "web.zip")
    assert report.taken == 2
    assert not (tmp_path.parent / "outside").exists()
    assert "カレー" in names(store)


class Unmarked(zipfile.ZipInfo):
    """An entry whose name is not marked as UTF-8, as Windows and Macs pack it."""

    def __init__(self, name: str, encoding: str) -> None:
        super().__init__(name)
        self._raw = name.encode(encoding)

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self._raw, self.flag_bits


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp932", "味噌ラーメン"),
        ("cp932", "ソース焼きそば"),  # whose first sign has a backslash in it
        ("utf-8", "味噌ラーメン"),
        ("cp437", "Curry rice"),
        ("cp437", "pâté"),
    ],
)
def test_a_zips_names_are_read_as_whoever_packed_them_wrote_them(
    store: Store, tmp_path: Path, encoding: str, name: str
) -> None:
    with zipfile.ZipFile(tmp_path / "web.zip", "w") as archive:
        archive.writestr(Unmarked(f"{name}/1.jpg", encoding), saved(dish((64, 48)), "JPEG"))
    assert take(store, tmp_path / "web.zip").taken == 1
    assert names(store) == [name]


def test_a_table_means_a_macs_files_however_their_signs_are_composed(
    store: Store, place: Path
) -> None:
    pudding, pate = (normalize("NFD", name) for name in ("プリン.jpg", "ガ/パテ.jpg"))
    lay(place / pudding, 1).with_name("プリン.txt").write_text("焼きプリン")
    lay(place / pate, 2)
    line = {"file_name": "ガ/パテ.jpg", "name": "田舎パテ", "licence": "CC-BY-4.0"}
    (place / "metadata.jsonl").write_text(json.dumps(line))
    assert take(store, place, licence="CC0-1.0").taken == 2
    found = {entry.name: entry.licence for entry in store.entries("web")}
    assert found == {"焼きプリン": "CC0-1.0", "田舎パテ": "CC-BY-4.0"}
    (place / "list.csv").write_text("file,name\nガ/パテ.jpg,田舎パテ\n")
    assert take(store, place / "list.csv").refused == {}


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


def test_a_table_does_not_lead_out_of_the_collection(store: Store, place: Path) -> None:
    lay(place.parent / "secret.jpg", 1)
    (place / "link.jpg").symlink_to(place.parent / "secret.jpg")
    (place / "list.csv").write_text("file,name\n../secret.jpg,秘密\nlink.jpg,秘密\n")
    report = take(store, place / "list.csv")
    assert report.taken == 0
    assert set(report.refused) == {"../secret.jpg", "link.jpg"}
    with pytest.raises(PhotosError, match="holds no photo"):
        take(store, place)


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


KILLED = """
import os, signal, sys
from pathlib import Path
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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metadata.jsonl", "{oops\n"),
        ("metadata.jsonl", '["a.jpg"]\n'),
        ("a.json", "[1]"),
        ("a.json", "{"),
        ("a.txt", b"\xff\xfe"),
    ],
)
def test_a_damaged_table_is_named(store: Store, place: Path, name: str, text: str | bytes) -> None:
    lay(place / "a.jpg", 1)
    (place / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PhotosError, match=name):
        take(store, place)


def test_what_is_no_collection_is_said(store: Store, place: Path) -> None:
    (place / "notes.md").write_text("x")
    for path in (place / "notes.md", place / "nothing"):
        with pytest.raises(PhotosError, match="no folder, ZIP or CSV"):
            take(store, path)


def bring_in(store: Store, source: Path) -> Result:
    return CliRunner().invoke(app, ["photos", "import", str(source), "--store", store.url])


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
