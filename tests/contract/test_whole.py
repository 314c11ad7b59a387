"""One way to write a file: it is there whole, or as it was before."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from foodgan.contract import whole
from foodgan.contract.whole import PARTIAL, write_text

KINDS = [{"private": private, "lasting": last} for private in (0, 1) for last in (0, 1)]


@pytest.fixture(params=KINDS, ids=lambda kind: " ".join(k for k, on in kind.items() if on) or "-")
def kind(request: pytest.FixtureRequest) -> dict[str, bool]:
    """How a file is written."""
    return {name: bool(on) for name, on in request.param.items()}


def test_it_takes_the_place_of_the_one_before_and_leaves_nothing_beside_it(
    kind: dict[str, bool], tmp_path: Path
) -> None:
    path = tmp_path / "new" / "親子丼.json"
    for text in ("first", "親子丼"):
        write_text(path, text, **kind)
    assert path.read_text(encoding="utf-8") == "親子丼"
    assert list(path.parent.iterdir()) == [path]


def test_only_what_is_private_is_kept_from_others(kind: dict[str, bool], tmp_path: Path) -> None:
    path = tmp_path / "new" / "told"
    umask = os.umask(0o022)
    try:
        write_text(path, "a token", **kind)
    finally:
        os.umask(umask)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path)]
    assert modes == ([0o700, 0o600] if kind["private"] else [0o755, 0o644])


def test_nobody_else_can_read_it_while_it_is_written(tmp_path: Path) -> None:
    with whole.whole(tmp_path / "told", private=True) as partial:
        assert stat.S_IMODE(partial.stat().st_mode) == 0o600


def test_where_the_writer_fails_the_one_before_stays_alone(
    kind: dict[str, bool], tmp_path: Path
) -> None:
    def fail() -> None:
        with whole.whole(path, **kind) as partial:
            partial.write_text("half")
            raise KeyboardInterrupt

    path = tmp_path / "told"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("told", "before")]


def test_what_lasts_is_on_the_disk_before_it_has_its_name(
    kind: dict[str, bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut may leave the name, and of its bytes none."""
    path = tmp_path / "told"
    found: list[tuple[str, bool]] = []  # what is synced holds, and whether its name is there

    def synced(number: int) -> None:
        found.append((os.pread(number, 99, 0).decode(), path.exists()))

    monkeypatch.setattr(os, "fsync", synced)
    write_text(path, "all of it", **kind)
    assert found == ([("all of it", False)] if kind["lasting"] else [])


def test_a_disk_that_does_not_take_it_costs_nothing_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError("the disk is broken")

    path = tmp_path / "told"
    path.write_text("before")
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="broken"):
        write_text(path, "after")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("told", "before")]


@pytest.mark.parametrize("other", ["board.json", "board.png"])
def test_two_that_are_written_at_once_do_not_meet(tmp_path: Path, other: str) -> None:
    """The same file by two threads of a process, or two files that differ in their suffix."""
    with whole.whole(tmp_path / "board.json") as one:
        one.write_text("one")
        with whole.whole(tmp_path / other) as two:
            two.write_text("two")
        assert one.read_text() == "one"
    assert (tmp_path / "board.json").read_text() == "one"


KILLED = """
import os, signal, sys
from pathlib import Path
from foodgan.contract import whole
with whole.whole(Path(sys.argv[1])) as partial:
    partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_beside_what_is_written_only_what_is_old_and_of_its_kind_is_swept(tmp_path: Path) -> None:
    mark = f"{PARTIAL}0123456789ab"
    old = [f"monday.tar{mark}", f"tuesday.tar{mark}", f"plan.txt{mark}", f"my.tar{PARTIAL}copy"]
    for name in (*old, young := f"wednesday.tar{mark}"):
        (tmp_path / name).touch()
    with whole.whole(tmp_path / "thursday.tar", private=True) as partial:
        now = partial.stat().st_mtime
        for name in old:
            os.utime(tmp_path / name, (now, now - whole.LEFTOVER_S))
        whole.sweep_beside(partial)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"thursday.tar", young, *old[2:]}


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "told"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=root)
    assert done.returncode == -signal.SIGKILL
    [left] = path.parent.iterdir()
    assert left.name.startswith(f"told{PARTIAL}")
    whole.sweep(tmp_path)
    assert list(path.parent.iterdir()) == []
