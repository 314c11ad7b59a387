"""A release holds just the photos it may, the same way every time, for every reader."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from torchvision.datasets import ImageFolder

from foodgan.contract.errors import StoreError
from foodgan.contract.photos import CLUB, TOMBSTONES, Entry, Tombstone
from foodgan.contract.store import Store, lines_of, object_path
from foodgan.contract.whole import PARTIAL
from foodgan.photos import release, shipping
from foodgan.photos.check import verify
from foodgan.photos.dishfolder import folder_of
from foodgan.photos.folder import read_folder
from foodgan.photos.release import Frozen, ReleaseError, freeze
from tests.photos.gallery import BEGAN, NAMES, add, add_photo, again

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def _gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gallery")
    store = Store(str(path))
    for seed in range(100, 140):
        credit = "" if seed % 3 else "花子"
        licence = ("CC0-1.0", "CC-BY-4.0", "club-only")[seed % 3]
        add(store, seed, NAMES[seed % len(NAMES)], credit=credit, licence=licence)
    return path


@pytest.fixture
def store(_gallery: Path, tmp_path: Path) -> Store:
    return Store(str(shutil.copytree(_gallery, tmp_path / "photos")))


def folder(store: Store, frozen: Frozen) -> Path:
    return Path(store.full(frozen.path))


def lines(place: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in place.read_text().splitlines()]


def test_the_digest_is_of_the_manifest_and_vouches_for_every_file(store: Store) -> None:
    frozen = freeze(store)
    place = folder(store, frozen)
    manifest = (place / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == frozen.digest == place.name
    files = json.loads(manifest)["files"]
    assert len(files) == 42
    for path, sha256 in files.items():
        assert hashlib.sha256((place / path).read_bytes()).hexdigest() == sha256
    assert (frozen.train + frozen.test, frozen.left_out) == (40, 0)
    assert frozen.test > 0


def test_the_same_photos_give_the_same_release_wherever_they_lie(
    store: Store, tmp_path: Path
) -> None:
    first = freeze(store)
    assert freeze(store) == first
    shutil.rmtree(tmp_path / "photos" / "releases")
    moved = Store(str(shutil.copytree(tmp_path / "photos", tmp_path / "elsewhere")))
    moved.write_entries("club", reversed(moved.entries("club")))
    assert replace(freeze(moved), catalogue=first.catalogue) == first
    seen = sorted(path.relative_to(tmp_path / "elsewhere") for path in _files(moved, first))
    freeze(store)
    assert sorted(path.relative_to(tmp_path / "photos") for path in _files(store, first)) == seen


def _files(store: Store, frozen: Frozen) -> list[Path]:
    return [path for path in folder(store, frozen).rglob("*") if path.is_file()]


def test_one_photo_more_gives_another_release_and_the_first_stays(store: Store) -> None:
    first = freeze(store)
    before = {path: path.read_bytes() for path in _files(store, first)}
    add(store, 99)
    assert freeze(store).digest != first.digest
    assert {path: path.read_bytes() for path in _files(store, first)} == before


def test_tombstoned_missing_and_damaged_photos_are_left_out(store: Store) -> None:
    gone, missing, damaged = store.entries("club")[:3]
    store.write(TOMBSTONES, lines_of([Tombstone(sha256=gone.sha256, original_sha256="0" * 64)]))
    store.remove(missing.sha256)
    store.write(object_path(damaged.sha256), b"not what it was")
    frozen = freeze(store)
    assert (frozen.train + frozen.test, frozen.left_out) == (37, 3)
    held = {path.stem for path in _files(store, frozen)}
    assert not held & {gone.sha256, missing.sha256, damaged.sha256}


def test_near_duplicates_come_into_one_split_and_move_no_older_photo(store: Store) -> None:
    before = _splits(store, freeze(store))
    copies = {}
    for place, original in enumerate(store.entries("club")):
        copy = add_photo(store, again(100 + place), "写し", accepted_at=BEGAN + timedelta(days=9))
        copies[copy.sha256] = original.sha256
    after = _splits(store, freeze(store))
    assert {after[copy] == after[original] for copy, original in copies.items()} == {True}
    assert {sha256: after[sha256] for sha256 in before} == before
    assert set(before.values()) == {"train", "test"}


def _splits(store: Store, frozen: Frozen) -> dict[str, str]:
    place = folder(store, frozen)
    return {
        line["sha256"]: split
        for split in ("train", "test")
        for line in lines(place / split / "metadata.jsonl")
    }


def test_a_collection_may_prescribe_its_split(store: Store) -> None:
    for seed in range(50, 60):
        add(store, seed, catalogue="other", split="test" if seed % 2 else "train", source="web")
    splits = _splits(store, freeze(store))
    for entry in store.entries("other"):
        assert splits[entry.sha256] == entry.split


def test_a_photo_in_two_catalogues_is_released_once_as_the_club_has_it(store: Store) -> None:
    entry = store.entries("club")[0].model_copy(update={"name": "ほかの名"})
    store.write_entries("another", [entry])
    frozen = freeze(store)
    assert frozen.train + frozen.test == 40
    names = {line["name"] for line in _all_lines(store, frozen)}
    assert "ほかの名" not in names


def _all_lines(store: Store, frozen: Frozen) -> list[dict[str, str]]:
    place = folder(store, frozen)
    return [line for split in ("train", "test") for line in lines(place / split / "metadata.jsonl")]


def test_hugging_faces_datasets_reads_it_as_it_is(store: Store, tmp_path: Path) -> None:
    from datasets import load_dataset

    frozen = freeze(store)
    place = folder(store, frozen)
    cache = str(tmp_path / "cache")
    read = load_dataset("imagefolder", data_dir=str(place), cache_dir=cache)
    assert {split: len(rows) for split, rows in read.items()} == {
        "train": frozen.train,
        "test": frozen.test,
    }
    expected = {line["sha256"]: line["name"] for line in _all_lines(store, frozen)}
    for rows in read.values():
        for row in rows:
            assert expected[row["sha256"]] == row["name"]
            assert row["image"].size == (96, 72)
    by_card = load_dataset(str(place), cache_dir=str(tmp_path / "second-cache"))
    assert {split: len(rows) for split, rows in by_card.items()} == {
        split: len(rows) for split, rows in read.items()
    }


def test_torchvision_reads_every_split_with_a_class_a_dish(store: Store) -> None:
    frozen = freeze(store)
    for split, count in (("train", frozen.train), ("test", frozen.test)):
        place = folder(store, frozen) / split
        read = ImageFolder(str(place))
        named = {line["file_name"]: line["name"] for line in lines(place / "metadata.jsonl")}
        assert len(read) == count
        assert set(read.classes) == {folder_of(name) for name in named.values()}


def test_our_own_trainer_reads_names_splits_and_licences(store: Store) -> None:
    frozen = freeze(store)
    photos = read_folder(folder(store, frozen))
    assert len(photos) == 40
    assert sum(photo.split == "test" for photo in photos) == frozen.test
    assert {photo.name for photo in photos} == {*NAMES, None} - {".."}  # which has no word
    assert {photo.licence for photo in photos} == {"CC0-1.0", "CC-BY-4.0", "club-only"}


def test_training_runs_on_a_release_and_says_which_and_by_whose_leave(
    store: Store, tmp_path: Path
) -> None:
    from foodgan import checkpoint
    from foodgan.checkpoint import CHECKPOINT
    from foodgan.training.train import train
    from tests.generator_fixtures import tiny_config, tiny_trainer

    frozen = freeze(store)
    config = tiny_config("stage1", pictures=40)  # ten steps of four
    train(tiny_trainer(config, folder(store, frozen), tmp_path / "run"))
    photos = checkpoint.load(tmp_path / "run" / CHECKPOINT)[1]["photos"]
    assert (photos["release"], photos["count"]) == (frozen.digest, frozen.train)
    assert sum(photos["licences"].values()) == frozen.train
    assert set(photos["contributors"]) == {"花子"}


def test_contributors_are_named_as_they_wish_and_text_stays_text(store: Store) -> None:
    add(store, 77, credit="<b>*太郎*</b> @everyone | x", licence="CC-BY-4.0")
    place = folder(store, freeze(store))
    named = (place / "CONTRIBUTORS.md").read_text()
    assert "- 花子: 13" in named
    assert "- without a name: 27" in named
    assert "<b>" not in named
    table = (place / "LICENCES.md").read_text()
    assert all(row.replace("\\|", "").count("|") == 5 for row in table.splitlines()[2:])
    assert "must not be passed on" in table
    Image.open(place / "figures.png").verify()


def test_who_is_not_named_is_not_called_the_club_either(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    add(store, 1, source=CLUB)
    add(store, 2, licence="CC-BY-4.0", catalogue="web", source="Wikimedia")
    table = (folder(store, freeze(store)) / "LICENCES.md").read_text()
    assert "| CC0\\-1\\.0 | 1 | not named |" in table
    assert "| CC\\-BY\\-4\\.0 | 1 | Wikimedia |" in table


def test_of_ten_dishes_one_is_always_held_out(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    for seed in range(12):  # whose hashes all say train
        add(store, seed)
    assert freeze(store).test == 1


HELD_OUT_BY_HASH = (47, 54, 55, 65)  # seeds


def test_the_first_photo_of_a_dish_is_never_held_out_by_chance(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    first = [add(store, seed, f"料理{seed}") for seed in HELD_OUT_BY_HASH]
    assert {release.split_of([entry]) for entry in first} == {"test"}
    frozen = freeze(store)
    assert (frozen.train, frozen.test) == (len(first), 0)
    again = add(store, 68, "料理47")
    assert _splits(store, freeze(store))[again.sha256] == "test"


def test_without_a_photo_there_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError):
        freeze(Store(str(tmp_path)))


KILLED = """
import os, signal, sys
from pathlib import Path
from foodgan.contract.store import Store
from foodgan.photos.release import freeze
made = Path.hardlink_to
def until(path, source):
    if os.environ["AT"] == str(len(list(Path(sys.argv[1]).rglob("releases/**/*.jpg")))):
        os.kill(os.getpid(), signal.SIGKILL)
    made(path, source)
Path.hardlink_to = until
freeze(Store(sys.argv[1]))
"""


def test_a_freeze_that_was_killed_leaves_no_release_and_the_next_one_makes_it(
    store: Store, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / "photos")]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "AT": "20"})
    assert done.returncode == -signal.SIGKILL
    places = list((tmp_path / "photos" / "releases").iterdir())
    assert places
    assert all(PARTIAL in place.name for place in places)
    assert len(_files(store, freeze(store))) == 47
    assert store.sweep(older_than_s=0) > 0


def aged(store: Store, hours: float = 2.0) -> None:
    """Make every photo of the store as old as one that was taken in long ago."""
    then = time.time() - hours * 3600
    for path in Path(store.root).rglob("objects/**/*.jpg"):
        os.utime(path, (then, then))


def test_a_sweep_takes_nothing_from_a_release_that_is_being_linked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged(store)
    link, swept = shipping.link, []

    def linked(source: Path, target: Path) -> None:
        link(source, target)
        swept.append(Store(store.url).sweep())

    monkeypatch.setattr(shipping, "link", linked)
    frozen = freeze(store)
    assert swept == [0] * 40
    assert verify(store).sound
    assert len(_files(store, frozen)) == 47


def test_a_release_that_lost_a_photo_on_the_way_is_not_shipped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        link = shipping.link
        patch.setattr(shipping, "link", lambda a, b: link(a, b) or b.unlink())
        with pytest.raises(StoreError, match="lost photos"):
            freeze(store)
    assert list((Path(store.root) / "releases").iterdir()) == []
    freeze(store)
    assert verify(store).sound


def test_a_photo_that_is_withdrawn_while_its_release_is_made_is_left_out_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(tmp_path))
    first, second = add(store, 100), add_photo(store, again(100), "写し")
    sound = release._sound

    def then_withdrawn(*told: Any) -> list[Entry]:
        found = sound(*told)
        store.remove(second.sha256)
        return found

    monkeypatch.setattr(release, "_sound", then_withdrawn)
    frozen = freeze(store)
    assert [path.stem for path in _files(store, frozen) if path.suffix == ".jpg"] == [first.sha256]
    assert (frozen.train + frozen.test, frozen.left_out) == (1, 1)


def test_a_store_that_loses_photos_all_the_time_is_told_of(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(20):
        add_photo(store, again(100 + place), "写し")
    sound = release._sound

    def then_lost(*told: Any) -> list[Entry]:
        found = sound(*told)
        store.remove(found[0].sha256)
        return found

    monkeypatch.setattr(release, "_sound", then_lost)
    with pytest.raises(StoreError, match="loses photos while the release is made: freeze it again"):
        freeze(store)


@pytest.mark.parametrize("left", [b"", b"\0" * 90], ids=["empty", "zeros"])
@pytest.mark.parametrize("file", ["manifest.json", "train/metadata.jsonl"])
def test_a_release_that_a_power_cut_damaged_is_made_anew(
    store: Store, file: str, left: bytes
) -> None:
    place = folder(store, freeze(store))
    (place / file).write_bytes(left)
    assert folder(store, freeze(store)) == place
    assert verify(store).sound
    assert [path for path in place.parent.iterdir() if path != place] == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc")
def test_all_of_a_release_is_on_the_disk_before_it_has_its_name(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[str] = []  # paths of what was synced and names that were given, in order
    fsync, rename = os.fsync, Path.rename

    def synced(number: int) -> None:
        settled.append(str(Path(f"/proc/self/fd/{number}").readlink()))
        fsync(number)

    def named(path: Path, target: Path) -> Path:
        settled.append(f"named {target}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", named)
    place = folder(store, freeze(store))
    at = settled.index(f"named {place}")
    before = {"/".join(path.split("/releases/")[1].split("/")[1:]) for path in settled[:at]}
    inside = [path for path in place.rglob("*") if path.suffix != ".jpg"]  # photos are links
    assert before == {"", *(path.relative_to(place).as_posix() for path in inside)}
    assert settled[at + 1 :] == [str(place.parent)]


def test_the_order_of_acceptance_is_what_decides_a_split() -> None:
    class _Entry:
        def __init__(self, sha256: str, split: str | None = None) -> None:
            self.sha256, self.split = sha256, split

    assert release.split_of([_Entry("00000000"), _Entry("ffffffff")]) == "test"
    assert release.split_of([_Entry("ffffffff"), _Entry("00000000")]) == "train"
    assert release.split_of([_Entry("00000000"), _Entry("1", "train")]) == "train"
