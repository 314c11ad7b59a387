"""Of two changes of one small file in the same moment none is lost: in a folder and on S3."""

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from foodgan.contract import swap
from foodgan.contract.errors import StoreError
from foodgan.contract.store import Store
from tests.photos.conftest import s3_server, s3_store

__all__ = ["s3_server", "s3_store"]  # fixtures

PATH = "models/count.txt"


@pytest.fixture(params=["folder", "s3"])
def reach(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """One store, each time by a connection of its own."""
    if request.param == "folder":
        return lambda: Store(str(tmp_path / "store"))
    made: Callable[[], Store] = request.getfixturevalue("s3_store")
    url = made().url
    return lambda: Store(url)


def one_more(data: bytes | None) -> bytes:
    return str(int(data or b"0") + 1).encode()


def test_no_change_of_many_at_once_is_lost(reach: Callable[[], Store]) -> None:
    reach().write(PATH, b"0")
    wrong: list[Exception] = []

    def count() -> None:
        store = reach()
        try:
            for _ in range(3):
                swap.change(store, PATH, one_more)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert reach().read(PATH) == b"9"


def test_who_comes_too_late_is_asked_again_with_the_newer_file(reach: Callable[[], Store]) -> None:
    store, seen = reach(), []

    def how(data: bytes | None) -> bytes:
        seen.append(data)
        if not store.is_folder and len(seen) < 3:  # in a folder nobody is quicker: it is locked
            reach().write(PATH, str(len(seen)).encode())
        return one_more(data)

    swap.change(store, PATH, how)
    assert seen == ([None] if store.is_folder else [None, b"1", b"2"])
    assert store.read(PATH) == (b"1" if store.is_folder else b"3")


def test_whoever_is_always_too_late_gets_a_sentence(
    s3_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_PAUSE_S", 0)
    store = s3_store()
    written = iter(range(1000))

    def how(_: bytes | None) -> bytes:
        store.write(PATH, f"other {next(written)}".encode())
        return b"mine"

    with pytest.raises(StoreError, match="changed by others") as told:
        swap.change(store, PATH, how)
    assert told.value.phrase == "cli-store-busy"


def test_a_file_that_somebody_keeps_locked_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(tmp_path / "store"))
    swap.change(store, PATH, one_more)
    monkeypatch.setattr(swap, "HELD_S", 0.3)
    with Path(store.full(PATH + swap.LOCK)).open("a") as frozen:
        fcntl.flock(frozen, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="changed by others") as told:
            swap.change(store, PATH, one_more)
    assert told.value.phrase == "cli-store-busy"
    swap.change(store, PATH, one_more)
    assert store.read(PATH) == b"2"


def test_a_change_that_is_refused_leaves_the_file(reach: Callable[[], Store]) -> None:
    store = reach()
    store.write(PATH, b"7")

    def refused(_: bytes | None) -> bytes:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        swap.change(store, PATH, refused)
    swap.change(store, PATH, lambda _: None)
    assert store.read(PATH) == b"7"
    swap.change(store, PATH, one_more)  # nothing is locked any more
    assert store.read(PATH) == b"8"


def test_a_server_without_conditional_writes_takes_the_last_one(
    s3_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = s3_store()
    plain = store.fs.pipe_file

    def old(path: str, data: bytes, **only: str) -> None:
        if only:
            error = OSError("not known")
            error.response = {"Error": {"Code": "NotImplemented"}}  # type: ignore[attr-defined]
            raise error
        plain(path, data)

    monkeypatch.setattr(store.fs, "pipe_file", old)
    swap.change(store, PATH, one_more)
    assert store.read(PATH) == b"1"
