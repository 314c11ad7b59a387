"""A store is checked to the last byte; a repair loses no photo that anybody wants."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.contract.errors import StoreError, StoreRefused
from foodgan.contract.photos import TOMBSTONES, WAITING, Entry, Tombstone, Waiting
from foodgan.contract.store import Store, lines_of, object_path
from foodgan.contract.whole import PARTIAL
from foodgan.photos import intake
from foodgan.photos.check import verify
from foodgan.photos.export import export_catalogues, export_release
from foodgan.photos.folder import PhotosError, read_folder
from foodgan.photos.release import freeze
from tests.photos.gallery import ID, add
from tests.photos.hostile import dish, saved


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(str(tmp_path / "photos"))
    for seed in range(12):
        add(store, seed, f"丼{seed % 3}", catalogue="club" if seed % 2 else "web")
    store.write(WAITING, lines_of([]))
    return store


def orphan(store: Store, seed: int = 99) -> str:
    """A photo that no catalogue has; returns its hash."""
    return intake.take_in(store, ID, saved(dish((96, 72), seed), "PNG")).sha256


def age(store: Store, sha256: str, hours: float = 9 * 24) -> None:
    path = Path(store.full(object_path(sha256)))
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def test_a_sound_store_is_left_alone(store: Store) -> None:
    freeze(store)
    before = sorted(Path(store.root).rglob("*"))
    findings = verify(store, repair=True)
    assert findings.sound
    assert findings.objects == 12
    assert sorted(Path(store.root).rglob("*")) == before


def test_an_old_orphan_goes_and_a_young_one_stays(store: Store) -> None:
    old, young = orphan(store, 98), orphan(store, 99)
    age(store, old)
    findings = verify(store, repair=True)
    assert (findings.orphans, findings.young) == ([old], 1)
    assert not store.holds(old)
    assert store.holds(young)


def test_a_photo_that_waits_for_a_review_is_no_orphan(store: Store) -> None:
    waiting = orphan(store)
    age(store, waiting, hours=500)
    store.write(WAITING, lines_of([Waiting(sha256=waiting)]))
    assert verify(store, repair=True).sound
    assert store.holds(waiting)


def test_without_the_bots_list_of_waiting_photos_nothing_is_removed(store: Store) -> None:
    lost = orphan(store)
    age(store, lost)
    store.delete("waiting.jsonl")
    with pytest.raises(StoreError, match=r"waiting\.jsonl"):
        verify(store, repair=True)
    assert store.holds(lost)
    assert verify(store).orphans == [lost]


def test_a_photo_accepted_while_the_check_runs_stays(store: Store) -> None:
    late = orphan(store)
    age(store, late)

    def accepted_meanwhile(items, what):  # type: ignore[no-untyped-def]
        yield from items
        if what.startswith("Checking every hash") and len(store.entries("club")) == 6:
            add(store, 99)
            age(store, late)

    verify(store, repair=True, track=accepted_meanwhile)
    assert store.holds(late)


def test_damaged_bytes_and_entries_without_bytes_go_but_the_bots_catalogue_is_its_own(
    store: Store,
) -> None:
    web, club = store.entries("web"), store.entries("club")
    store.write(object_path(web[0].sha256), b"not what it was")
    store.remove(web[1].sha256)
    store.remove(club[0].sha256)
    findings = verify(store, repair=True)
    assert findings.damaged == [web[0].sha256]
    assert set(findings.missing["web"]) == {web[0].sha256, web[1].sha256}
    assert findings.missing["club"] == [club[0].sha256]
    assert findings.removed_entries == 2
    assert store.entries("web") == web[2:]
    assert store.entries("club") == club
    assert not store.holds(web[0].sha256)


def test_a_photo_that_is_imported_while_a_repair_runs_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    [lost, *kept] = store.entries("web")
    store.remove(lost.sha256)
    read, imported = store.entries, []

    def then_imported(catalogue: str) -> list[Entry]:
        found = read(catalogue)
        if catalogue == "web":
            imported.append(add(Store(store.url), 200 + len(imported), catalogue="web"))
        return found

    monkeypatch.setattr(store, "entries", then_imported)
    assert verify(store, repair=True).removed_entries == 1
    assert imported
    assert read("web") == [*kept, *imported]


def test_bytes_of_a_withdrawn_photo_are_found_and_removed(store: Store) -> None:
    entry = store.entries("club")[0]
    store.write(TOMBSTONES, lines_of([Tombstone(sha256=entry.sha256, original_sha256="0" * 64)]))
    findings = verify(store, repair=True)
    assert findings.withdrawn == [entry.sha256]
    assert not store.holds(entry.sha256)


def test_a_release_that_was_touched_is_found(store: Store) -> None:
    path = Path(store.full(freeze(store).path))
    assert verify(store).sound
    photo = next(path.rglob("*.jpg"))
    photo.unlink()
    assert verify(store).releases == [photo.relative_to(store.root).as_posix()]
    (path / "manifest.json").write_text("{}")
    assert verify(store).releases == [f"releases/{path.name}/manifest.json"]


def test_half_written_files_of_the_dead_are_swept(store: Store) -> None:
    left = Path(store.root) / f"objects/ab/x.jpg{PARTIAL}1"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    assert verify(store, repair=True).removed_leftovers == 1
    assert not left.exists()


def test_a_damaged_catalogue_stops_a_repair_before_anything_is_removed(store: Store) -> None:
    lost = orphan(store)
    age(store, lost)
    store.write("catalogues/web.jsonl", b"{oops\n")
    with pytest.raises(StoreError, match=r"web\.jsonl:1"):
        verify(store, repair=True)
    assert store.holds(lost)


def test_everything_works_on_an_s3_server_over_http(
    s3_store: Callable[[], Store], tmp_path: Path
) -> None:
    store = s3_store()
    for seed in range(4):
        add(store, seed, f"丼/{seed}")
    store.write(WAITING, lines_of([]))
    extra = orphan(store)
    frozen = freeze(store)
    assert freeze(store) == frozen
    findings = verify(store)
    assert (findings.sound, findings.young, findings.objects) == (True, 1, 5)
    store.write(f"{frozen.path}/train/metadata.jsonl", b"")
    assert verify(store).releases == [f"{frozen.path}/train/metadata.jsonl"]
    store.remove(extra)
    assert export_catalogues(store, [], tmp_path / "out") == (4, 0)


def test_a_release_is_the_same_on_s3_and_in_a_folder(
    s3_store: Callable[[], Store], store: Store, tmp_path: Path
) -> None:
    remote = s3_store()
    for name in store.catalogues():
        remote.write_entries(name, store.entries(name))
    for one in store.objects():
        remote.put(store.get(one.sha256))
    frozen = freeze(remote)
    assert frozen == freeze(store)
    export_release(remote, frozen.digest[:10], tmp_path / "out")
    local = Path(store.full(frozen.path))
    for path in local.rglob("*"):
        if path.is_file():
            copied = tmp_path / "out" / path.relative_to(local)
            assert copied.read_bytes() == path.read_bytes()
    assert len(read_folder(tmp_path / "out")) == 12


def test_an_export_is_a_collection_again(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export_catalogues(store, ["web"], out) == (6, 0)
    runner = CliRunner()
    told = ["--store", str(tmp_path / "second"), "--json"]
    done = runner.invoke(app, ["photos", "import", str(out), "--catalogue", "back", *told])
    assert json.loads(done.stdout)["taken"] == 6
    back = Store(str(tmp_path / "second")).entries("back")
    assert {entry.name for entry in back} == {entry.name for entry in store.entries("web")}
    assert {entry.licence for entry in back} == {"CC0-1.0"}


KILLED = """
import os
from pathlib import Path
from foodgan.contract.store import Store
from foodgan.photos.export import {what}
def track(items, _):
    for number, item in enumerate(items):
        if number == 3:
            os._exit(9)
        yield item
{what}(Store({url!r}), {which!r}, Path({out!r}), track=track)
"""


@pytest.mark.parametrize("what", [export_catalogues, export_release])
def test_an_export_that_was_killed_leaves_no_half_of_one_and_is_made_by_the_same_command(
    store: Store, tmp_path: Path, what: Callable[..., object]
) -> None:
    which = ["web"] if what is export_catalogues else freeze(store).digest
    out = tmp_path / "out"
    told = {"what": what.__name__, "url": store.url, "which": which, "out": str(out)}
    assert subprocess.run([sys.executable, "-c", KILLED.format(**told)]).returncode == 9
    assert list(out.glob("[!.]*")) == []
    what(store, which, out)
    assert list(out.glob(".*")) == []
    assert len(read_folder(out)) == (6 if which == ["web"] else 12)


@pytest.mark.parametrize("place", ["../../outside", "/outside", "train/../../../outside"])
def test_a_release_can_name_no_file_outside_of_it(store: Store, tmp_path: Path, place: str) -> None:
    manifest = json.dumps({"files": {place: "0" * 64}}).encode()
    digest = hashlib.sha256(manifest).hexdigest()
    store.write(f"releases/{digest}/manifest.json", manifest)
    with pytest.raises(StoreRefused, match="leads out"):
        export_release(store, digest, tmp_path / "deep/out")
    assert verify(store).releases == [f"releases/{digest}/{place}"]
    store.write(f"releases/{digest}/manifest.json", manifest + b" ")
    with pytest.raises(PhotosError, match="damaged"):
        export_release(store, digest, tmp_path / "deep/out")
    assert list(tmp_path.rglob("outside")) == []


def test_an_export_writes_into_no_folder_that_holds_anything(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(PhotosError, match="not an empty folder"):
        export_catalogues(store, [], tmp_path)


def test_the_command_line_checks_freezes_and_counts(store: Store) -> None:
    runner = CliRunner()
    at = ["--store", store.url]
    frozen = json.loads(runner.invoke(app, ["photos", "release", *at, "--json"]).stdout)
    assert frozen["train"] + frozen["test"] == 12
    assert Path(frozen["path"], "manifest.json").exists()
    counted = json.loads(runner.invoke(app, ["photos", "stats", *at, "--json"]).stdout)
    assert (counted["photos"], counted["names"]) == (12, 3)
    assert counted["releases"] == [frozen["digest"]]
    assert runner.invoke(app, ["photos", "verify", *at]).exit_code == 0
    store.remove(store.entries("web")[0].sha256)
    found = runner.invoke(app, ["photos", "verify", *at])
    assert (found.exit_code, "without bytes in web: 1" in found.stdout) == (1, True)
    assert runner.invoke(app, ["photos", "verify", "--repair", *at]).exit_code == 0
    assert runner.invoke(app, ["photos", "verify", *at]).exit_code == 0
    assert "photos in" in runner.invoke(app, ["photos", "stats", *at]).stdout


def test_figures_of_a_store_do_not_show_its_password() -> None:
    at = ["--store", "memory://me:geheim@nas/p?key=geheim"]
    for form in ([], ["--json"]):
        told = CliRunner().invoke(app, ["photos", "stats", *at, *form])
        assert told.exit_code == 0, told.output
        assert "geheim" not in told.output
        assert "nas/p" in told.output


def _release(store: Store) -> None:
    store.write(f"{freeze(store).path}/manifest.json", b"{}")


def _model(store: Store) -> None:
    store.write(f"models/{'0' * 64}/model.json", b"{}")


def _bytes_of_the_club(store: Store) -> None:
    store.write(object_path(store.entries("club")[0].sha256), b"not what it was")


@pytest.mark.parametrize("damage", [_release, _model, _bytes_of_the_club])
def test_a_repair_that_leaves_something_wrong_says_so_by_its_exit_code(
    store: Store, damage: Callable[[Store], None]
) -> None:
    damage(store)
    for _ in range(2):
        done = CliRunner().invoke(app, ["photos", "verify", "--repair", "--store", store.url])
        assert done.exit_code == 1, done.output
