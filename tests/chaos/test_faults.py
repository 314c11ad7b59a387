"""The faults of `foodgan chaos`, one at a time: each does what it says, and ends."""

import json
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image

from foodgan import registry
from foodgan.chaos import mischief as mischief_module
from foodgan.chaos import plan as plans
from foodgan.chaos import stove
from foodgan.chaos.cut import HOST, Cut
from foodgan.chaos.mischief import JUMPS_S, Mischief
from foodgan.chaos.shelf import DAMAGED, OWN, WHOLE, Shelf
from foodgan.contract import pulse
from foodgan.contract.errors import ModelError
from foodgan.contract.store import Store
from foodgan.painting.painter import Dish, Painter
from foodgan.publishing import copies, serving
from tests.valkey import a_port

SILENT_S = 0.3
PATIENCE_S = 30.0


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says back what it hears."""

    def answer(guest: socket.socket) -> None:
        with guest:
            while heard := guest.recv(100):
                guest.sendall(heard)

    def serve() -> None:
        while True:
            try:
                guest, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(guest,), daemon=True).start()

    with socket.create_server((HOST, 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def call(port: int) -> socket.socket:
    connection = socket.create_connection((HOST, port))
    connection.settimeout(PATIENCE_S)
    return connection


def test_a_good_line_passes_everything_on(echo: int) -> None:
    with Cut(echo).serving() as line, call(line.port) as guest:
        guest.sendall(b"hello")
        assert guest.recv(10) == b"hello"


def test_what_was_said_on_a_silent_line_arrives_when_it_is_mended(echo: int) -> None:
    with Cut(echo).serving() as line, call(line.port) as guest:
        line.silence()
        guest.sendall(b"hello")
        guest.settimeout(SILENT_S)
        with pytest.raises(TimeoutError):
            guest.recv(10)
        assert not line.whole

        line.mend()

        guest.settimeout(PATIENCE_S)
        assert guest.recv(10) == b"hello"


def test_a_closed_line_breaks_what_runs_and_what_comes_until_it_is_mended(echo: int) -> None:
    with Cut(echo).serving() as line, call(line.port) as guest:
        guest.sendall(b"hello")
        guest.recv(10)
        line.close()
        assert guest.recv(10) == b""
        with call(line.port) as another:
            assert another.recv(10) == b""

        line.mend()

        with call(line.port) as another:
            another.sendall(b"again")
            assert another.recv(10) == b"again"


def test_a_line_to_nobody_breaks_and_serves_whoever_calls_when_somebody_is_there() -> None:
    port = a_port()
    with Cut(port).serving() as line:
        with call(line.port) as guest:
            assert guest.recv(10) == b""
        with socket.create_server((HOST, port)) as server, call(line.port):
            server.settimeout(PATIENCE_S)
            server.accept()[0].close()


def test_a_workers_addresses_lead_over_its_own_lines() -> None:
    ports = [{"REDIS_URL": 1, "DISCORD_API_BASE": 2}, {"REDIS_URL": 3, "DISCORD_API_BASE": 4}]
    environment = {
        "REDIS_URL": "redis://:se%cret@127.0.0.1:7000/0",
        "DISCORD_API_BASE": "http://127.0.0.1:8000/api/v10",
        stove.LINES: json.dumps(ports),
    }
    assert stove.lined(environment, 2) == {
        "REDIS_URL": "redis://:se%cret@127.0.0.1:3/0",
        "DISCORD_API_BASE": "http://127.0.0.1:4/api/v10",
    }


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """The sizes of the passes of a painter with switches; what it is asked for it does not draw."""
    sizes: list[int] = []

    def paint(_: Painter, dishes: list[Dish]) -> list[Image.Image]:
        sizes.append(len(dishes))
        return []

    monkeypatch.setattr(Painter, "paint", paint)
    stove.moody(tmp_path, 1)
    return sizes


def test_memory_runs_out_once_and_only_for_a_pass_that_can_be_halved(
    painted: list[int], tmp_path: Path
) -> None:
    painter, dish = Painter.__new__(Painter), Dish("丼", 1)
    switch = stove.switch(tmp_path, 1, "memory")
    switch.touch()

    painter.paint([dish])
    with pytest.raises(torch.OutOfMemoryError):
        painter.paint([dish, dish])
    painter.paint([dish, dish])

    assert painted == [1, 2]
    assert not switch.exists()


def test_a_device_hangs_in_the_next_pass_alone(
    painted: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hung(Exception):
        pass

    def sleep(seconds: float) -> None:
        assert seconds > plans.PAINT_TIMEOUT_S
        raise Hung

    monkeypatch.setattr(stove.time, "sleep", sleep)
    painter = Painter.__new__(Painter)
    stove.switch(tmp_path, 1, "hang").touch()

    with pytest.raises(Hung):
        painter.paint([])
    painter.paint([])

    assert painted == [0]


@pytest.fixture
def mischief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mischief:
    """With two workers; nobody is really sent a signal."""
    monkeypatch.setattr(mischief_module.os, "kill", lambda *_: None)
    return Mischief(plans.make(tmp_path, None, 2), random.Random(0))


def test_all_workers_are_restarted_in_turn(
    mischief: Mischief, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, signal.Signals]] = []
    pids = {1: 101, 2: 102}
    monkeypatch.setattr(mischief_module.os, "kill", lambda *given: told.append(given))
    monkeypatch.setattr(Mischief, "_pid", lambda _, name, number: pids[number])
    mischief.roll()
    mischief.mend()
    mischief.mend()
    assert told == [(101, signal.SIGTERM)]

    pids[1] = 201  # started again, but its model is not there yet
    mischief.mend()
    assert len(told) == 1
    pulse.beat(mischief._pulse(1))
    mischief.mend()
    mischief.mend()

    assert told[1:] == [(102, signal.SIGTERM)]
    assert mischief.done["roll"] == 1


def test_a_line_that_was_cut_is_mended_when_its_time_is_up(
    mischief: Mischief, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mischief_module, "AWAY_S", (0.0, 0.0))
    line = Cut(1)
    mischief.lines = [{"REDIS_URL": line}]
    mischief.cut()
    assert not line.whole
    mischief.mend()
    assert line.whole


def test_a_switch_counts_when_it_has_struck(mischief: Mischief) -> None:
    mischief.hang()
    [switch] = mischief.plan.var.glob("*.hang")
    mischief.mend()
    assert mischief.done["hang"] == 0
    switch.unlink()
    mischief.mend()
    assert mischief.done["hang"] == 1


def test_what_has_not_struck_by_the_end_never_does(mischief: Mischief) -> None:
    mischief.memory()
    mischief.mend(everything=True)
    assert list(mischief.plan.var.glob("*.memory")) == []
    assert mischief.done["memory"] == 0


def test_a_clock_that_jumped_comes_back_when_its_time_is_up(
    mischief: Mischief, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mischief_module, "AWAY_S", (0.0, 0.0))
    mischief.clock()
    [file] = mischief.plan.var.glob("*.clock")
    assert float(file.read_text()) in {*JUMPS_S["worker"], *JUMPS_S["bot"]}
    mischief.mend()
    assert not file.exists()
    assert mischief.done["clock"] == 1


@pytest.fixture
def shelf(tiny_model: Path, tmp_path: Path) -> Shelf:
    return Shelf(Store(str(tmp_path / "store")), tmp_path / "made", tiny_model)


def served(shelf: Shelf) -> str | None:
    """What counts for a worker whose own model is that of the house."""
    promotion = serving.serving(shelf.store).counts_for(registry.digest_of(shelf.own))
    return promotion.digest if promotion else None


def test_another_model_is_promoted_each_time(mischief: Mischief, shelf: Shelf) -> None:
    mischief.shelf = shelf
    for _ in range(4):
        before = served(shelf)
        mischief.model()
        assert served(shelf) != before
    assert mischief.done["model"] == 4


def test_whole_models_can_be_taken_up_and_a_damaged_one_cannot(
    shelf: Shelf, tmp_path: Path
) -> None:
    for name in (*WHOLE, DAMAGED, WHOLE[0], DAMAGED):
        model_id = shelf.promote(name)
        digest = served(shelf)
        assert digest
        if name == DAMAGED:
            with pytest.raises(ModelError):
                copies.fetch(shelf.store, digest, tmp_path / "home")
        else:
            folder = copies.fetch(shelf.store, digest, tmp_path / "home")
            assert registry.open_model(folder)[0].model_id == model_id
    assert (shelf.promote(OWN), served(shelf)) == ("", None)


def test_time_and_datetime_of_a_process_are_wrong_by_what_the_file_says(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from datetime import UTC, datetime; "
        "from foodgan.chaos.clock import jump; file = pathlib.Path(sys.argv[1]); "
        "right = time.time(); jump(file); "
        "assert abs(time.time() - right) < 9; file.write_text('3600'); time.sleep(0.3); "
        "assert 3500 < time.time() - right < 3700; "
        "assert 3500 < datetime.now(UTC).timestamp() - right < 3700; "
        "assert datetime.now().tzinfo is None; file.unlink(); time.sleep(0.3); "
        "assert abs(datetime.now(UTC).timestamp() - right) < 9"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "clock")], check=True)
