"""Reading a folder of labelled photos, sound or not."""

import hashlib
import json
import logging
import os
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from foodgan.photos.folder import PhotosError, fingerprint, read_folder
from foodgan.text.encode import encode
from tests.photos.collection import cp932


def photo(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (80, 80), "orange").save(path)
    return path


def metadata(folder: Path, *lines: str | dict[str, object]) -> None:
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / "metadata.jsonl").write_text("\n".join(text), encoding="utf-8")


def test_lines_of_metadata_say_what_each_photo_is(tmp_path: Path) -> None:
    photo(tmp_path / "a.png")
    photo(tmp_path / "images" / "b.jpg")
    metadata(
        tmp_path,
        {"file_name": "images/b.jpg", "name_ja": "カレー", "split": "test", "licence": "CC0"},
        "",
        {"file_name": "a.png", "label": "鮭丼", "style": "cutout_white", "source": "club"},
    )
    a, b = read_folder(tmp_path)
    assert (a.name, a.split, a.style, a.source) == ("鮭丼", "train", "cutout_white", "club")
    assert (b.name, b.split, b.style, b.licence) == ("カレー", "test", "photo", "CC0")


def test_a_line_means_a_macs_file_however_its_signs_are_composed(tmp_path: Path) -> None:
    photo(tmp_path / "train" / unicodedata.normalize("NFD", "ガ/パフェ.jpg"))
    metadata(tmp_path / "train", {"file_name": "ガ/パフェ.jpg", "name": "苺", "licence": "CC0"})
    [found] = read_folder(tmp_path)
    assert (found.name, found.licence, found.split) == ("苺", "CC0", "train")


def test_without_metadata_a_folder_is_a_name(tmp_path: Path) -> None:
    photo(tmp_path / "カレー" / "1.PNG")
    photo(tmp_path / "鮭丼" / "1.webp")
    photo(tmp_path / "unlabelled.jpg")
    (tmp_path / "notes.txt").write_text("no photo")
    names = [found.name for found in read_folder(tmp_path)]
    assert sorted(names, key=str) == sorted(["カレー", "鮭丼", None], key=str)


def test_without_metadata_the_first_folder_is_the_split(tmp_path: Path) -> None:
    for place in ("train/カレー/a.jpg", "test/カレー/b.jpg", "train/c.jpg", "カレー/d.jpg"):
        photo(tmp_path / place)
    found = {each.path.stem: (each.name, each.split) for each in read_folder(tmp_path)}
    assert found == {
        "a": ("カレー", "train"),
        "b": ("カレー", "test"),
        "c": (None, "train"),
        "d": ("カレー", "train"),
    }


@pytest.mark.parametrize("word", ["validation", "valid", "val", "dev", "Test"])
def test_what_others_call_validation_is_held_out(tmp_path: Path, word: str) -> None:
    for place in (f"folders/{word}/カレー/a.jpg", f"lines/{word}/a.jpg", "lines/b.jpg"):
        photo(tmp_path / place)
    lines = ({"file_name": f"{word}/a.jpg"}, {"file_name": "b.jpg", "split": word})
    metadata(tmp_path / "lines", *lines)
    for folder in ("folders", "lines"):
        assert {each.split for each in read_folder(tmp_path / folder)} == {"test"}


def test_metadata_of_a_validation_split_is_read(tmp_path: Path) -> None:
    for split in ("train", "validation"):
        photo(tmp_path / split / "a.jpg")
        metadata(tmp_path / split, {"file_name": "a.jpg", "name": "カレー"})
    assert [each.split for each in read_folder(tmp_path)] == ["train", "test"]


def test_an_unknown_split_is_refused(tmp_path: Path) -> None:
    photo(tmp_path / "a.jpg")
    metadata(tmp_path, {"file_name": "a.jpg", "split": "holdout"})
    with pytest.raises(PhotosError, match=r"metadata\.jsonl:1 has the split 'holdout': say train"):
        read_folder(tmp_path)


def test_the_order_is_stable(tmp_path: Path) -> None:
    for name in ("c", "a", "b"):
        photo(tmp_path / f"{name}.png")
    assert [found.path.stem for found in read_folder(tmp_path)] == ["a", "b", "c"]


@pytest.mark.parametrize("entry", [{}, {"name_ja": ""}, {"name_ja": None}])
def test_a_photo_that_nobody_labelled_has_no_name(tmp_path: Path, entry: dict[str, object]) -> None:
    photo(tmp_path / "a.png")
    metadata(tmp_path, {"file_name": "a.png", **entry})
    assert read_folder(tmp_path)[0].name is None


def test_a_missing_folder_and_an_empty_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(PhotosError, match="nowhere is not a folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(PhotosError, match="holds no photo"):
        read_folder(tmp_path)
    with pytest.raises(PhotosError, match="not a folder"):
        read_folder(photo(tmp_path / "a.png"))


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        "7",
        '{"name_ja": "カレー"}',
        '{"file_name": 7}',
        '{"file_name": "a.png", "name_ja": 7}',
        '{"file_name": "a.png", "name_ja": ["カレー"]}',
        '{"file_name": "a.png", "licence": ["CC0"]}',
        '{"file_name": "a.png", "credit": {"name": "花子"}}',
        "[" * 100_000,
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    photo(tmp_path / "a.png")
    metadata(tmp_path, {"file_name": "a.png"}, line)
    with pytest.raises(PhotosError, match=r"metadata\.jsonl:2 is not a metadata line"):
        read_folder(tmp_path)


@pytest.mark.parametrize("named", ["../private.png", "a/../../private.png", "{here}/private.png"])
def test_a_line_that_names_a_file_outside_of_its_folder_is_refused(
    tmp_path: Path, named: str
) -> None:
    photo(tmp_path / "private.png")
    photo(tmp_path / "set/a/b.png")
    metadata(tmp_path / "set", {"file_name": named.format(here=tmp_path), "name": "カレー"})
    with pytest.raises(PhotosError, match=r"metadata\.jsonl:1 .*leads out of the folder"):
        read_folder(tmp_path / "set")


def test_a_snapshot_of_a_hub_whose_photos_are_links_is_read(tmp_path: Path) -> None:
    blob = photo(tmp_path / "blobs/0123.png")
    (tmp_path / "snapshots/1").mkdir(parents=True)
    (tmp_path / "snapshots/1/a.png").symlink_to(Path("../../blobs", blob.name))
    metadata(tmp_path / "snapshots/1", {"file_name": "a.png", "name": "カレー"})
    assert read_folder(tmp_path / "snapshots/1")[0].name == "カレー"


def test_metadata_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "metadata.jsonl").write_bytes("カレー".encode("shift_jis"))
    with pytest.raises(PhotosError, match="not UTF-8"):
        read_folder(tmp_path)


def test_a_byte_order_mark_and_odd_line_breaks_are_read(tmp_path: Path) -> None:
    photo(tmp_path / "a.png")
    line = json.dumps({"file_name": "a.png", "name_ja": "カレー\u2028うどん"}, ensure_ascii=False)
    (tmp_path / "metadata.jsonl").write_text(f"{line}\r\n", encoding="utf-8-sig")
    assert read_folder(tmp_path)[0].name == "カレー うどん"


def test_a_photo_that_is_listed_but_absent_is_skipped_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    photo(tmp_path / "a.png")
    metadata(tmp_path, {"file_name": "gone.png"}, {"file_name": "a.png"})
    with caplog.at_level(logging.WARNING):
        assert len(read_folder(tmp_path)) == 1
    assert "gone.png" in caplog.text


def test_a_name_of_five_hundred_characters_is_read_and_encoded(tmp_path: Path) -> None:
    photo(tmp_path / "a.png")
    metadata(tmp_path, {"file_name": "a.png", "name_ja": "チーズ味噌カツ丼" * 62 + "大盛り"})
    name = read_folder(tmp_path)[0].name
    assert name is not None
    assert encode([name]).mask.all()


DECOMPOSED = unicodedata.normalize("NFD", "ガパオライス")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        (DECOMPOSED, "ガパオライス"),
        ("ｶﾚｰﾗｲｽ", "カレーライス"),
        ("ＢＬＴ サンド ", "BLT サンド"),
        ("鮭丼", "鮭丼"),
        ("🍕🍕", None),
        (" ", None),
    ],
)
def test_a_label_is_spelt_as_members_ask_for_it(
    tmp_path: Path, label: str, name: str | None
) -> None:
    photo(tmp_path / "lines" / "a.png")
    metadata(tmp_path / "lines", {"file_name": "a.png", "name_ja": label})
    photo(tmp_path / "folders" / label / "a.png")
    for folder in ("lines", "folders"):
        assert read_folder(tmp_path / folder)[0].name == name


@pytest.mark.parametrize("label", ["大盛り" * 6000, "㌀" * 600])
def test_a_label_beyond_reason_is_cut(tmp_path: Path, label: str) -> None:
    photo(tmp_path / "a.png")
    metadata(tmp_path, {"file_name": "a.png", "name_ja": label})
    name = read_folder(tmp_path)[0].name
    assert name is not None
    assert len(name) == 600
    assert encode([name]).mask.any()


def test_a_fingerprint_follows_the_files(tmp_path: Path) -> None:
    photo(tmp_path / "a.png")
    before = fingerprint(read_folder(tmp_path))
    assert fingerprint(read_folder(tmp_path)) == before
    Image.new("RGB", (90, 90)).save(tmp_path / "a.png")
    assert fingerprint(read_folder(tmp_path)) != before


def test_names_that_a_plain_unzip_left_in_cp932_are_read(tmp_path: Path) -> None:
    curry = photo(tmp_path / cp932("folders/カレー/写真.jpg"))
    photo(tmp_path / cp932("lines/表ソース.jpg"))
    metadata(tmp_path / "lines", {"file_name": "表ソース.jpg", "name": "焼きそば"})
    assert [found.name for found in read_folder(tmp_path / "folders")] == ["カレー"]
    [listed] = found = read_folder(tmp_path / "lines")
    assert (listed.name, listed.path.is_file()) == ("焼きそば", True)
    before = fingerprint(found)
    os.utime(listed.path, ns=(0, 0))
    assert fingerprint(found) != before
    assert curry.is_file()


def test_a_fingerprint_of_names_in_utf_8_is_what_it_was(tmp_path: Path) -> None:
    path = photo(tmp_path / "カレー" / "1.png")
    stat = path.stat()
    told = f"{path}|{stat.st_size}|{stat.st_mtime_ns}\n".encode()
    assert fingerprint(read_folder(tmp_path)) == hashlib.sha256(told).hexdigest()[:16]
