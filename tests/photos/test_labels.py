"""What a photo of a collection shows is found, wherever it is said."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

import pytest

from foodgan.contract.store import Store
from foodgan.photos.folder import PhotosError
from foodgan.photos.labels import labels
from foodgan.photos.trees import Folder
from tests.photos.collection import cp932, lay, names, take


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


@pytest.mark.parametrize("row", ["_", " ", "1", "copy", "_1", "copy-"])
def test_a_row_of_marks_that_fills_a_files_name_is_read_at_once(row: str) -> None:
    class Shown(Folder):
        def paths(self) -> list[str]:
            return [f"{(row * 20_000)[:20_000]}x.jpg"]

    began = time.monotonic()
    labels(Shown(Path()), None)
    assert time.monotonic() - began < 1  # it took up to half a minute


@pytest.mark.parametrize("name", ["metadata.jsonl", "a.jpg.json"])
def test_json_that_is_too_deep_to_be_read_is_said(store: Store, place: Path, name: str) -> None:
    lay(place / "a.jpg")
    (place / name).write_text("[" * 100_000)
    with pytest.raises(PhotosError, match=rf"{name}.* is (not a metadata line|no JSON)"):
        labels(Folder(place), None)


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


def test_a_sidecar_without_a_name_leaves_the_folders_or_the_files_own(
    store: Store, place: Path
) -> None:
    told = {"title": "IMG_1.jpg", "description": "", "licence": "CC-BY-4.0", "split": "val"}
    lay(place / "カレー" / "IMG_1.jpg", 1)
    (place / "カレー" / "IMG_1.jpg.json").write_text(json.dumps({**told, "author": "花子"}))
    lay(place / "寿司" / "IMG_2.jpg", 2).with_suffix(".txt").write_text(" \n")
    lay(place / "うどん_01.jpg", 3).with_suffix(".txt").write_text("")
    assert take(store, place).refused == {}
    assert names(store) == ["うどん", "カレー", "寿司"]
    [curry] = [entry for entry in store.entries("web") if entry.name == "カレー"]
    assert (curry.licence, curry.credit, curry.split) == ("CC-BY-4.0", "花子", "test")


def test_a_sidecars_address_is_no_source_and_a_tables_is(store: Store, place: Path) -> None:
    """An album's export has an address beside each photo that opens it to whoever knows it."""
    lay(place / "IMG_1.jpg", 1)
    private = {"text": "カレー", "url": "https://photos.example/SECRET"}
    (place / "IMG_1.jpg.json").write_text(json.dumps(private))
    lay(place / "b.jpg", 2).with_suffix(".json").write_text('{"name": "丼", "source": "web"}')
    assert take(store, place).taken == 2
    assert {entry.name: entry.source for entry in store.entries("web")} == {
        "カレー": "",
        "丼": "web",
    }
    (place / "list.csv").write_text("file,name,url\nIMG_1.jpg,カレー,https://example.org/1\n")
    take(store, place / "list.csv")
    assert "https://example.org/1" in {entry.source for entry in store.entries("web")}


def test_paths_that_a_plain_unzip_left_in_cp932_are_read(store: Store, place: Path) -> None:
    lay(place / cp932("カレー/写真1.jpg"), 1)
    lay(place / "和食" / cp932("天ぷら_02.jpg"), 2).with_suffix(".txt").write_text("かき揚げ")
    lay(place / cp932("表ソース.jpg"), 3)
    lay(place / os.fsdecode(b"\xff\xfe.jpg"), 4)
    assert take(store, place).reasons == {"name-empty": 1}
    assert names(store) == ["かき揚げ", "カレー", "表ソース"]
    line = {"file_name": "表ソース.jpg", "name": "焼きそば", "licence": "CC-BY-4.0"}
    (place / "metadata.jsonl").write_text(json.dumps(line))
    assert take(store, place).corrected == 1
    assert {entry.name: entry.licence for entry in store.entries("web")}["焼きそば"] == "CC-BY-4.0"
