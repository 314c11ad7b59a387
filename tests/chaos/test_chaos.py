"""`foodgan chaos`: a short run by real processes; and its count finds what it looks for."""

import json
import random
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from foodgan.chaos import run
from foodgan.chaos.guests import STRIDE, Guests, Order
from foodgan.chaos.mischief import Mischief
from foodgan.cli import app
from foodgan.contract.phrases import LOCALES, say
from foodgan.launch import leftovers
from foodgan.launch.plan import Plan
from tests.worker.conftest import until

KEYS = ("orders", "answered", "refused", "lost", "doubled", "kills", "restart_p99_s")


@pytest.mark.slow
@pytest.mark.skipif(not leftovers.PROC.is_dir(), reason="needs /proc (Linux)")
def test_a_short_chaos_loses_no_order_and_serves_none_twice(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")  # it opens its own, and only that
    house = ("--workers", "2", "--model", str(tiny_model))
    given = ("--orders", "30", "--kills", "4", "--every-s", "1.2", "--seed", "804", *house)

    done = CliRunner().invoke(app, ["chaos", *given, "--json"])

    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert set(KEYS) <= figures.keys()
    assert (figures["orders"], figures["kills"]) == (30, 4)
    assert figures["answered"] + figures["refused"] == 30
    assert [figures["faults"][fault] for fault in ("cut", "clock", "model")] == [1, 1, 1]
    assert figures["model_taken_s"] > 0
    assert (figures["lost"], figures["doubled"]) == (0, 0)


class Shown(Guests):
    """Guests whose channels show what a test says. dish: seed to visible messages."""

    dish: Counter[int]

    def dishes(self) -> Counter[int]:
        return self.dish


@pytest.mark.parametrize(
    ("state", "dishes", "key"),
    [
        ("answered", 1, "answered"),
        ("refused", 0, "refused"),
        ("open", 0, "lost"),
        ("answered", 0, "lost"),
        ("open", 1, "answered"),
        ("answered", 2, "doubled"),
        ("refused", 1, "doubled"),
    ],
)
def test_each_order_is_counted_for_what_became_of_it(state: str, dishes: int, key: str) -> None:
    guests = Shown("", random.Random(0))
    guests.orders = [Order("1", STRIDE, 0.0, taken=True, state=state)]
    guests.dish = Counter({STRIDE: dishes})

    figures = run.tally(guests)

    assert figures["orders"] == 1
    assert figures[key] == 1
    assert figures["lost"] == (key == "lost")
    assert figures["doubled"] == (key == "doubled")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("dishes", "key"), [(0, "lost"), (1, "answered")])
def test_an_order_that_waits_in_the_bots_journal_is_open_and_can_be_lost(
    locale: str, dishes: int, key: str
) -> None:
    guests = Shown("", random.Random(0))
    guests.orders = [order] = [Order("1", STRIDE, time.monotonic())]
    guests.dish = Counter({STRIDE: dishes})

    guests._judge(order, _answered(say(locale, "kitchen-closed", name="抹茶ラーメン")))

    assert order.state == "open"
    assert run.tally(guests)[key] == 1
    assert run.tally(guests)["doubled"] == 0


@pytest.mark.parametrize("locale", LOCALES)
def test_any_other_sentence_without_a_button_is_a_last_word(locale: str) -> None:
    guests = Shown("", random.Random(0))
    order = Order("1", STRIDE, time.monotonic())

    guests._judge(order, _answered(say(locale, "dish-failed", id="0a1b2c3d", name="抹茶ラーメン")))

    assert order.state == "refused"


def _answered(content: str) -> dict[str, Any]:
    message = {"content": content, "flags": 0, "attachments": [], "components": []}
    return {"response": 5, "void": False, "message": message}


def test_what_nobody_heard_is_no_order() -> None:
    guests = Shown("", random.Random(0))
    guests.orders = [Order("1", STRIDE, 0.0, state="unheard")]
    guests.dish = Counter()
    assert run.tally(guests) == {
        "orders": 0, "answered": 0, "refused": 0, "lost": 0, "doubled": 0, "unheard": 1
    }  # fmt: skip


@pytest.mark.skipif(not leftovers.PROC.is_dir(), reason="needs /proc (Linux)")
def test_redis_is_away_for_as_long_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["sleep", "60"]) as valkey:
        monkeypatch.setattr(Mischief, "_pid", lambda *_: valkey.pid)
        mischief = Mischief(Plan.__new__(Plan), random.Random(0))

        assert mischief.take_redis_away(3)

        mischief.mend()
        until(lambda: _stopped(valkey.pid))
        mischief.mend()
        assert _stopped(valkey.pid)
        time.sleep(3)
        mischief.mend()
        until(lambda: not _stopped(valkey.pid))
        valkey.kill()


def _stopped(pid: int) -> bool:
    stat = (leftovers.PROC / str(pid) / "stat").read_text()
    return stat.rpartition(")")[2].split()[0] == "T"
