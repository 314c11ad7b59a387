"""The store: whole files or none, in a folder and on an S3 server over HTTP."""

import errno
import hashlib
import os
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from moto.server import ThreadedMotoServer

from foodgan.contract.errors import StoreError, StoreRefused
from foodgan.contract.photos import TOMBSTONES, WAITING, Entry, Tombstone, Waiting
from foodgan.contract.store import Store, lines_of, object_path, shown
from foodgan.contract.whole import PARTIAL

BYTES = b"not a photo, but bytes all the same"
NAME = hashlib.sha256(BYTES).hexdigest()


def an_entry(sha256: str = NAME, name: str = "虹色カレー") -> Entry:
    return Entry(
        sha256=sha256,
        name=name,
        licence="CC0-1.0",
        perceptual_hash="0123456789abcdef",
        accepted_at=datetime(2026, 7, 1, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    if request.param == "folder":
        return Store(str(tmp_path / "photos"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3"))
    bucket = f"canteen-{os.urandom(4).hex()}"
    store = Store(f"s3://{bucket}/photos")
    store.fs.mkdir(bucket)
    return store


def test_a_command_in_a_shell_finds_the_keys_of_s3_where_its_settings_stand(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the house runs, and back-up, roll-back and prune fail on the day they are needed."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL")
    for name in names:
        monkeypatch.setenv(name, "")  # so that what the store puts there is gone afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    keys = "AWS_ACCESS_KEY_ID=testing\nAWS_SECRET_ACCESS_KEY=testing\nAWS_DEFAULT_REGION=mars\n"
    (tmp_path / ".env").write_text(f"{keys}AWS_ENDPOINT_URL={s3}\n")
    monkeypatch.chdir(tmp_path)
    store = Store("s3://shelf/photos")
    store.fs.mkdir("shelf")
    assert Store("s3://shelf/photos").get(store.put(BYTES)) == BYTES
    assert os.environ["AWS_DEFAULT_REGION"] == "us-east-1"  # what the shell says goes first


def test_bytes_come_back_by_their_hash(store: Store) -> None:
    assert store.put(BYTES) == NAME
    assert store.get(NAME) == BYTES
    [listed] = store.objects()
    assert (listed.sha256, listed.size) == (NAME, len(BYTES))
    assert -5 < listed.age_s < 60


def test_what_is_removed_is_gone_and_may_be_removed_again(store: Store) -> None:
    store.put(BYTES)
    store.remove(NAME)
    store.remove(NAME)
    assert list(store.objects()) == []
    with pytest.raises(FileNotFoundError):
        store.get(NAME)


def test_what_is_larger_than_it_may_be_is_not_read(store: Store) -> None:
    store.write("small", b"12345")
    assert store.read("small", 5) == b"12345"
    with pytest.raises(StoreError, match="larger than the 4 bytes"):
        store.read("small", 4)
    with pytest.raises(FileNotFoundError):
        store.read("nowhere", 4)


USES: dict[str, Callable[[Store, str], object]] = {
    "read": Store.read,
    "exists": Store.exists,
    "delete": Store.delete,
    "about": Store.about,
    "folders": Store.folders,
    "below": Store.below,
    "write": lambda store, path: store.write(path, b"evil"),
    "copy to": lambda store, path: store.copy("a/own", path),
    "copy from": lambda store, path: store.copy(path, "a/copy"),
    "delete_folder": lambda store, path: store.delete_folder(path, "own"),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_path_that_leads_out_of_the_store_is_refused(
    tmp_path: Path, use: Callable[[Store, str], object]
) -> None:
    (tmp_path / "secret").write_bytes(BYTES)
    store = Store(str(tmp_path / "photos"))
    store.write("a/own", BYTES)
    for path in ("../secret", "a/../../secret", "..", str(tmp_path / "secret"), f"a/{tmp_path}"):
        with pytest.raises(StoreRefused, match="leads out of the store"):
            use(store, path)
    assert (tmp_path / "secret").read_bytes() == BYTES
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["secret", "own"]


def test_a_catalogue_is_replaced_whole(store: Store) -> None:
    assert store.entries("club") == []
    store.write_entries("club", [an_entry(), an_entry(name="line\u2028break")])
    assert [entry.name for entry in store.entries("club")] == ["虹色カレー", "line\u2028break"]
    store.write_entries("club", [an_entry()])
    assert store.entries("club") == [an_entry()]
    assert store.catalogues() == ["club"]


def test_tombstones_and_waiting_photos_are_read_back(store: Store) -> None:
    stone = Tombstone(sha256=NAME, original_sha256="0" * 64)
    store.write(TOMBSTONES, lines_of([stone]))
    store.write(WAITING, lines_of([Waiting(sha256=NAME)]))
    assert store.tombstones() == [stone]
    assert store.waiting() == [Waiting(sha256=NAME)]


def test_what_another_process_wrote_is_seen_at_once(store: Store) -> None:
    assert list(store.objects()) == []
    Store(store.url).put(BYTES)
    assert [listed.sha256 for listed in store.objects()] == [NAME]


def test_a_damaged_catalogue_is_named_with_its_line(store: Store) -> None:
    store.write("catalogues/club.jsonl", an_entry().model_dump_json().encode() + b"\n{oops}\n")
    with pytest.raises(StoreError, match=r"club\.jsonl:2"):
        store.entries("club")


@pytest.mark.parametrize("name", ["../club", "", "Club", "a/b", "x" * 65])
def test_a_catalogues_name_leads_nowhere_else(name: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store(str(tmp_path)).write_entries(name, [])


def test_an_object_that_is_put_again_counts_as_young(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.put(BYTES)
    path = tmp_path / object_path(NAME)
    os.utime(path, (0, 0))
    store.put(BYTES)
    assert time.time() - path.stat().st_mtime < 60


def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = Store(str(tmp_path))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.put(BYTES)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


KILLED = """
import os, signal, sys
from foodgan.contract.store import Store
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
Store(sys.argv[1]).put(b"half")
"""


def test_a_killed_writer_leaves_no_object_and_its_leftover_is_swept(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root)
    assert done.returncode == -9
    store = Store(str(tmp_path))
    assert list(store.objects()) == []
    assert list(tmp_path.rglob(f"*{PARTIAL}*"))
    assert store.sweep() == 0  # its writer may still be at it
    assert store.sweep(older_than_s=0) == 1
    assert not list(tmp_path.rglob(f"*{PARTIAL}*"))


def test_a_folder_is_swept_by_its_own_age_and_whole(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    photo = tmp_path / f"releases/ab{PARTIAL}1/train/a.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(BYTES)
    os.utime(photo, (0, 0))
    assert store.sweep() == 0
    os.utime(photo.parents[1], (0, 0))
    assert store.sweep() == 1
    assert list((tmp_path / "releases").iterdir()) == []


def test_a_bucket_that_is_missing_is_a_store_error(
    s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    with pytest.raises(StoreError, match="bucket"):
        Store("s3://nobody-made-it/photos").put(BYTES)


def test_an_s3_server_that_is_away_is_a_store_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StoreError):
        Store("s3://nowhere/photos").put(BYTES)


def test_where_nothing_is_ever_half_written_a_sweep_lists_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store("memory://swept/photos")
    store.write(f"x.jpg{PARTIAL}1", b"of somebody else")
    monkeypatch.setattr(store.fs, "find", None)
    assert store.sweep(older_than_s=0) == 0
    assert store.exists(f"x.jpg{PARTIAL}1")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://club:hunter2@nas/photos",
        "ftp://club:hunter2/?@nas/photos",
        "s3://canteen/photos?key=hunter2",
    ],
)
def test_where_a_store_is_can_be_said_without_its_secrets(url: str) -> None:
    said = shown(url)
    assert "hunter2" not in said
    assert said.endswith("/photos")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://club:hunter2@127.0.0.1:1/photos",
        "nowhere://club:hunter2@nas/photos",
        "s3://AKIA0:hunter2@canteen/photos",
        "s3a://AKIA0:hunter2/rest@canteen/photos",
    ],
)
def test_a_store_that_cannot_be_opened_tells_no_secret_of_its_address(url: str) -> None:
    with pytest.raises(StoreError) as raised:
        Store(url).exists("x")
    told = "".join(traceback.format_exception(raised.value))
    assert "hunter2" not in told
    assert "AKIA0" not in told


@pytest.mark.parametrize(
    "url", ["s3://canteen/club@campus", "s3://arn:aws:s3:eu-west-1:1:accesspoint/canteen"]
)
def test_an_address_in_s3_may_have_signs_that_are_no_key(url: str) -> None:
    assert Store(url).root == url.removeprefix("s3://")


def test_an_error_that_repeats_the_stores_address_is_told_without_its_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store("memory://photos")
    for length in range(150, 200):  # of which the error is cut in the middle of the address
        fault = ValueError("x" * length + " ftp://club:hunter2@nas/photos")
        monkeypatch.setattr(store.fs, "exists", Mock(side_effect=fault))
        with pytest.raises(StoreError) as raised:
            store.exists("x")
        assert "hun" not in str(raised.value)
