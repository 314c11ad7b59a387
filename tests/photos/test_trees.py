"""Folders and ZIPs of any making are read alike; a bad one is told in a sentence."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from foodgan.contract.store import Store
from foodgan.photos.folder import PhotosError
from tests.photos.collection import lay, names, take
from tests.photos.hostile import dish, saved


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


def test_a_table_does_not_lead_out_of_the_collection(store: Store, place: Path) -> None:
    lay(place.parent / "secret.jpg", 1)
    (place / "link.jpg").symlink_to(place.parent / "secret.jpg")
    (place / "list.csv").write_text("file,name\n../secret.jpg,秘密\nlink.jpg,秘密\n")
    report = take(store, place / "list.csv")
    assert report.taken == 0
    assert set(report.refused) == {"../secret.jpg", "link.jpg"}
    with pytest.raises(PhotosError, match="holds no photo"):
        take(store, place)


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


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
@pytest.mark.parametrize("marked", [False, True])
def test_a_zip_whose_paths_have_backslashes_is_read_as_folders(
    store: Store, tmp_path: Path, encoding: str, marked: bool
) -> None:
    """As PowerShell 5.1 and old .NET pack; 0x5C is also the second byte of ソ and 表 in CP932."""
    with zipfile.ZipFile(tmp_path / "web.zip", "w") as archive:

        def pack(name: str, data: bytes) -> None:
            archive.writestr(name if marked else Unmarked(name, encoding), data)

        pack("photos\\", b"")
        pack("photos\\表ソース丼\\1.jpg", saved(dish((64, 48), 1), "JPEG"))
        pack("photos\\寿司\\1.jpg", saved(dish((64, 48), 2), "JPEG"))
    assert take(store, tmp_path / "web.zip").refused == {}
    assert names(store) == ["寿司", "表ソース丼"]


def test_a_table_and_splits_of_a_zip_with_backslashes_count(store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "web.zip", "w") as archive:
        archive.writestr("test\\a.jpg", saved(dish((64, 48), 1), "JPEG"))
        archive.writestr("test\\metadata.jsonl", '{"file_name": "a.jpg", "name": "丼"}')
        archive.writestr("train\\カレー\\b.jpg", saved(dish((64, 48), 2), "JPEG"))
    assert take(store, tmp_path / "web.zip").taken == 2
    found = {entry.name: entry.split for entry in store.entries("web")}
    assert found == {"丼": "test", "カレー": "train"}


def _other_magic(packed: bytearray, entry: int) -> None:
    packed[entry] = 0


def _no_utf8(packed: bytearray, entry: int) -> None:
    packed[entry + 46] = 0xFF  # the first byte of a name that is marked as UTF-8


def _of_the_future(packed: bytearray, entry: int) -> None:
    packed[entry + 6] = 255  # the version of the format, times ten


@pytest.mark.parametrize("spoil", [_other_magic, _no_utf8, _of_the_future])
def test_a_zip_whose_list_of_files_is_damaged_is_named(
    store: Store, tmp_path: Path, spoil: Callable[[bytearray, int], None]
) -> None:
    path = tmp_path / "web.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("カレー/1.jpg", saved(dish((64, 48)), "JPEG"))
    packed = bytearray(path.read_bytes())
    spoil(packed, packed.rfind(b"PK\x01\x02"))
    path.write_bytes(packed)
    with pytest.raises(PhotosError, match=r"web\.zip is damaged, or no ZIP that can be read: ."):
        take(store, path)


def test_a_table_with_a_field_without_an_end_is_named(store: Store, place: Path) -> None:
    (place / "list.csv").write_text('file,name\na.jpg,"' + "丼" * 140_000)
    with pytest.raises(PhotosError, match=r"list\.csv is no CSV that can be read: field larger"):
        take(store, place / "list.csv")


@pytest.mark.parametrize("file", ["a\0b.jpg", "loop.jpg", "長" * 200 + ".jpg"])
def test_a_path_that_leads_nowhere_is_refused_and_the_others_are_taken_in(
    store: Store, place: Path, file: str
) -> None:
    lay(place / "b.jpg")
    (place / "loop.jpg").symlink_to("loop.jpg")
    lines = ({"file_name": path, "name": "丼"} for path in (file, "b.jpg"))
    (place / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)))
    report = take(store, place)
    assert (report.taken, report.reasons) == (1, {"intake-damaged": 1})
