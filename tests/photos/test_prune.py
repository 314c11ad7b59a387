"""Releases that hold withdrawn photos go whole; what was, stays on record."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.contract.models import MODEL, MODELS
from foodgan.contract.photos import RELEASES, TOMBSTONES, Tombstone
from foodgan.contract.store import Store, lines_of
from foodgan.photos.check import verify
from foodgan.photos.export import export_release
from foodgan.photos.folder import PhotosError
from foodgan.photos.prune import prune, releases_of_models, stale
from foodgan.photos.release import freeze
from tests.photos.gallery import add


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "photos"))


def withdraw(store: Store, sha256: str) -> None:
    """What the bot does when a member withdraws an accepted photo."""
    stones = [*store.tombstones(), Tombstone(sha256=sha256, original_sha256="0" * 64)]
    store.write(TOMBSTONES, lines_of(stones))
    store.write_entries("club", [e for e in store.entries("club") if e.sha256 != sha256])
    store.remove(sha256)


def bytes_left(store: Store, sha256: str) -> list[Path]:
    """Every file of the store with this hash in its name."""
    return list(Path(store.root).rglob(f"*{sha256}*"))


def three(store: Store) -> tuple[list[str], str]:
    """Three releases, the oldest first, of ever more photos; and a photo of the last two."""
    digests = []
    for seed in range(3):
        entry = add(store, seed)
        digests.append(freeze(store).digest)
        if seed == 1:
            sha256 = entry.sha256
    return digests, sha256


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["photos", "prune", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_withdrawn_photo_is_gone_from_every_release_once_they_are_pruned(store: Store) -> None:
    digests, sha256 = three(store)
    withdraw(store, sha256)
    assert len(bytes_left(store, sha256)) == 2
    told = run("--store", store.url)
    assert "2 releases would go" in told
    assert len(bytes_left(store, sha256)) == 2
    run("--store", store.url, "--apply")
    assert bytes_left(store, sha256) == []
    assert store.folders(RELEASES) == [digests[0]]
    assert verify(store).sound
    assert freeze(store).digest not in digests
    assert "no release is to go" in run("--store", store.url)


def test_whoever_looks_for_a_pruned_release_is_told_what_became_of_it(
    store: Store, tmp_path: Path
) -> None:
    digests, sha256 = three(store)
    withdraw(store, sha256)
    run("--store", store.url, "--apply")
    with pytest.raises(
        PhotosError, match=r"pruned on .*: 1 of its 3 photos had been withdrawn"
    ) as told:
        export_release(store, digests[2][:8], tmp_path / "out")
    assert told.value.phrase == "cli-photos-pruned-release"
    assert {one.digest for one in store.pruned()} == set(digests[1:])


def test_old_releases_go_only_when_asked_for_and_named_by_no_model(
    store: Store, tmp_path: Path
) -> None:
    digests, _ = three(store)
    assert stale(store) == []
    photos = {"stage1": {"photos": {"release": digests[0]}}, "stage2": {"photos": {}}}
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.json").write_text(json.dumps({"training": photos}))
    told = run("--store", store.url, "--keep", "1", "--model", str(tmp_path / "model"), "--json")
    assert [one["digest"] for one in json.loads(told)["releases"]] == [digests[1]]
    run("--store", store.url, "--keep", "1", "--model", str(tmp_path / "model"), "--apply")
    assert set(store.folders(RELEASES)) == {digests[0], digests[2]}
    assert digests[0] in (tmp_path / "model" / "model.json").read_text()


def test_a_damaged_release_is_named_and_holds_up_no_other(store: Store, tmp_path: Path) -> None:
    digests, sha256 = three(store)
    withdraw(store, sha256)
    store.write(f"{RELEASES}/{digests[0]}/manifest.json", b"")
    store.write(f"{RELEASES}/{digests[1]}/manifest.json", b"\0" * 9)
    at = ("--store", store.url)
    counted = json.loads(CliRunner().invoke(app, ["photos", "stats", *at, "--json"]).stdout)
    assert set(counted["holding_withdrawn"]) == set(digests[1:])
    assert f"{digests[0][:12]}: 1 photo, 0 withdrawn since, damaged" in run(*at)
    run(*at, "--apply")
    assert store.folders(RELEASES) == []
    assert bytes_left(store, sha256) == []
    with pytest.raises(PhotosError, match="old, or damaged"):
        export_release(store, digests[0][:8], tmp_path / "out")


def test_a_damaged_release_that_a_model_names_stays_while_it_holds_nothing_withdrawn(
    store: Store,
) -> None:
    digests, sha256 = three(store)
    for digest in digests[:2]:
        store.write(f"{RELEASES}/{digest}/manifest.json", b"")
    assert [one.digest for one in stale(store, named=digests)] == []
    withdraw(store, sha256)
    assert digests[1] in [one.digest for one in stale(store, named=digests)]


def test_a_damaged_model_of_the_store_is_named_and_the_others_count(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    seen = {"training": {"stage1": {"photos": {"release": "e" * 64}}}}
    store.write(f"{MODELS}/{'1' * 64}/{MODEL}", b"half")
    store.write(f"{MODELS}/{'2' * 64}/{MODEL}", json.dumps(seen).encode())
    assert releases_of_models(store) == {"e" * 64}
    assert "1" * 64 in caplog.text


def test_a_release_that_an_earlier_run_saw_stays(store: Store, tmp_path: Path) -> None:
    digests, _ = three(store)
    first, last = ({"photos": {"release": digest}} for digest in digests[:2])
    (tmp_path / "model").mkdir()
    described = {"training": {"stage1": {**last, "before": [first]}, "stage2": last}}
    (tmp_path / "model" / "model.json").write_text(json.dumps(described))
    run("--store", store.url, "--keep", "1", "--model", str(tmp_path / "model"), "--apply")
    assert set(store.folders(RELEASES)) == set(digests)


def test_releases_that_a_model_of_the_store_saw_stay(store: Store) -> None:
    digests, _ = three(store)
    photos = {"stage1": {"photos": {"release": digests[0]}}, "stage2": {"photos": {}}}
    store.write(f"{MODELS}/{'0' * 64}/{MODEL}", json.dumps({"training": photos}).encode())
    store.write(f"{MODELS}/{'1' * 64}/stage1.safetensors", b"half a model")
    run("--store", store.url, "--keep", "1", "--apply")
    assert set(store.folders(RELEASES)) == {digests[0], digests[2]}


def test_a_model_that_is_none_removes_nothing(store: Store, tmp_path: Path) -> None:
    digests, _ = three(store)
    arguments = ["photos", "prune", "--store", store.url, "--keep", "1", "--apply"]
    result = CliRunner().invoke(app, [*arguments, "--model", str(tmp_path / "no-model")])
    assert result.exit_code != 0
    assert set(store.folders(RELEASES)) == set(digests)


def test_a_prune_that_was_killed_is_made_up_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sha256 = three(store)
    withdraw(store, sha256)

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            prune(store, stale(store))
    prune(store, stale(store))
    store.sweep(older_than_s=0)
    assert bytes_left(store, sha256) == []
    assert verify(store).sound


def test_what_a_killed_freeze_left_in_a_bucket_goes_when_nobody_can_be_at_it(
    s3_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = s3_store()
    sha256, *_ = (add(place, seed).sha256 for seed in range(3))

    def killed(self: Store, path: str, data: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            freeze(place)
    [digest] = place.folders(RELEASES)
    withdraw(place, sha256)
    at = ("--store", place.url)
    assert "no release is to go" in run(*at, "--apply")
    assert place.folders(RELEASES) == [digest]
    later = time.time() + 2 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    told = run(*at)
    assert f"{digest[:12]}: never finished" in told
    assert "1 unfinished would go" in told
    assert place.folders(RELEASES) == [digest]
    assert json.loads(run(*at, "--apply", "--json"))["unfinished"] == [digest]
    assert not [path for path in place.fs.find(place.root) if sha256 in path]


def test_a_bucket_is_pruned_too(
    s3_store: Callable[[], Store],
) -> None:
    place = s3_store()
    _, sha256 = three(place)
    withdraw(place, sha256)
    prune(place, stale(place))
    assert not [path for path in place.fs.find(place.root) if sha256 in path]
    assert len(place.folders(RELEASES)) == 1


def test_what_a_killed_prune_has_removed_is_on_record(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests, sha256 = three(store)
    withdraw(store, sha256)

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        prune(store, stale(store))

    gone = set(digests) - set(store.folders(RELEASES))
    assert gone
    assert gone == {one.digest for one in store.pruned()}
