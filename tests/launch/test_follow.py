"""Following the log files of the house: every line once, and no secret in it."""

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from foodgan.cli.front import Front
from foodgan.launch.follow import Follower

LOUD = "2026-01-01 WARNING bot: "


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "worker-1.log"
    path.touch()
    return path


def _write(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


def _rename(log: Path) -> None:
    log.rename(log.with_name(f"{log.name}.1"))


def test_only_new_lines_that_matter_are_told_and_each_once(log: Path) -> None:
    follower = Follower(log.parent)
    _write(log, f"{LOUD}old\n")
    follower.skip()
    _write(log, f"2026-01-01 INFO bot: quiet\n{LOUD}new\n")
    assert list(follower.lines()) == [("worker-1", f"{LOUD}new")]
    assert list(follower.lines()) == []


def test_a_log_that_is_renamed_and_not_there_anew_yet_is_waited_for(log: Path) -> None:
    follower = Follower(log.parent)
    follower.skip()
    _write(log, f"{LOUD}before\n")
    lines: Iterator[tuple[str, str]] = follower.lines()
    assert next(lines) == ("worker-1", f"{LOUD}before")
    _rename(log)
    assert list(lines) == []
    assert list(follower.lines()) == []
    _write(log, f"{LOUD}after\n")
    assert [line for _ in range(2) for line in follower.lines()] == [("worker-1", f"{LOUD}after")]


def test_a_log_that_goes_between_its_listing_and_a_look_is_waited_for(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(log.parent)
    follower.skip()
    _write(log, f"{LOUD}before\n")
    _rename(log)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "glob", lambda *_: [log])
        assert list(follower.lines()) == []
    _write(log, f"{LOUD}after\n")
    told = [line for _ in range(2) for _, line in follower.lines()]
    assert told == [f"{LOUD}before", f"{LOUD}after"]


def test_a_secret_that_is_written_in_two_halves_is_blotted_out(log: Path) -> None:
    follower = Follower(log.parent)
    follower.skip()
    _write(log, f"{LOUD}redis://:hunter2hunter2")
    assert list(follower.lines()) == []
    _write(log, "@192.0.2.1:6379/0\n")
    [(_, line)] = follower.lines()
    assert line == f"{LOUD}redis://‹redacted›@192.0.2.1:6379/0"


def test_a_line_may_begin_in_one_file_and_end_in_the_next(log: Path) -> None:
    follower = Follower(log.parent)
    follower.skip()
    _write(log, f"{LOUD}redis://:hunter2hunter2")
    assert list(follower.lines()) == []
    _rename(log)
    _write(log, "@192.0.2.1:6379/0\n")
    told = [line for _ in range(2) for _, line in follower.lines()]
    assert told == [f"{LOUD}redis://‹redacted›@192.0.2.1:6379/0"]


def test_last_words_without_an_end_are_not_lost(log: Path) -> None:
    follower = Follower(log.parent)
    follower.skip()
    _write(log, f"{LOUD}the last")
    assert list(follower.lines()) == []
    assert list(follower.halves()) == [("worker-1", f"{LOUD}the last")]
    assert list(follower.halves()) == []


def test_the_operator_still_reads_them_when_the_house_closes(log: Path) -> None:
    def watching() -> Iterator[None]:
        _write(log, f"{LOUD}the last")
        yield
        raise KeyboardInterrupt

    house = SimpleNamespace(plan=SimpleNamespace(logs=log.parent), watching=watching)
    shown = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        Front(Console(file=shown)).follow(house, everything=False)  # type: ignore[arg-type]
    assert shown.getvalue() == f"worker-1   {LOUD}the last\n"
