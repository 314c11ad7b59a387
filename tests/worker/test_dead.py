"""Dead letters: seen by operators, replayed without the token, and not before they are dead."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from foodgan.contract.late import LATE_STREAM, LateDish
from foodgan.contract.orders import END_POSTING, DishOrder
from foodgan.contract.terminal import say
from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order
from tests.worker.tiny import TinyPainter
from worker import fence
from worker.__main__ import app


class Failing(TinyPainter):
    def __init__(self, why: str = "device lost") -> None:
        super().__init__()
        self._why = why

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        raise RuntimeError(self._why)


@pytest.fixture
def command(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("REDIS_URL", kitchen.settings.redis_url.get_secret_value())
    return CliRunner()


def a_dead_letter(kitchen: Kitchen, why: str = "device lost", **fields: Any) -> DishOrder:
    order = kitchen.put(an_order("毒見の丼", **fields), retries=0)
    kitchen.serve(Failing(why))
    assert kitchen.status(order.order_id) == "failed"
    return order


def test_what_failed_for_good_is_listed_with_its_last_error(
    kitchen: Kitchen, command: CliRunner
) -> None:
    order = a_dead_letter(kitchen)

    shown = command.invoke(app, ["dead"])
    listed = command.invoke(app, ["dead", "--json"])

    assert order.order_id in shown.stdout
    assert "毒見の丼" in shown.stdout
    assert "RuntimeError: device lost" in shown.stdout
    [letter] = map(json.loads, listed.stdout.splitlines())
    assert (letter["order_id"], letter["deliveries"], letter["told"]) == (order.order_id, 1, True)
    assert order.token.get_secret_value() not in shown.stdout + listed.stdout


def test_the_error_of_a_dead_letter_writes_nothing_else_on_the_terminal(
    kitchen: Kitchen, command: CliRunner
) -> None:
    a_dead_letter(kitchen, "\x1b]0;mine\x07")
    assert "RuntimeError: \\x1b]0;mine\\x07" in command.invoke(app, ["dead"]).stdout


def test_a_replayed_order_is_painted_and_handed_to_the_bot(
    kitchen: Kitchen, command: CliRunner
) -> None:
    order = a_dead_letter(kitchen)
    said = len(kitchen.discord.edits)

    done = command.invoke(app, ["replay", order.order_id])
    kitchen.serve()

    assert done.exit_code == 0, done.output
    assert len(kitchen.discord.edits) == said
    [(_, fields)] = kitchen.redis.xrange(LATE_STREAM)
    dish = LateDish.from_fields(fields)
    assert (dish.order_id, dish.replayed, len(dish.files)) == (order.order_id, True, 1)
    assert kitchen.status(order.order_id) == "finished"
    assert b"told" not in kitchen.meta(order.order_id)  # the bot would take it for a refusal
    nothing = say("cli-worker-none-dead")
    assert command.invoke(app, ["dead"]).stdout.strip() == nothing
    assert command.invoke(app, ["dead", "--json"]).stdout == ""


def test_a_replayed_order_may_be_cancelled_again(kitchen: Kitchen, command: CliRunner) -> None:
    order = a_dead_letter(kitchen)
    assert fence.decided(kitchen.redis, order.order_id) == END_POSTING

    command.invoke(app, ["replay", order.order_id])

    assert fence.decided(kitchen.redis, order.order_id) == ""


def test_a_replayed_order_that_fails_again_is_a_dead_letter_again(
    kitchen: Kitchen, command: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETRIES", "0")
    order = a_dead_letter(kitchen)
    said = len(kitchen.discord.edits)

    command.invoke(app, ["replay", order.order_id])
    kitchen.serve(Failing())

    assert order.order_id in command.invoke(app, ["dead"]).stdout
    assert len(kitchen.discord.edits) == said


def test_what_only_its_member_may_read_is_not_replayed(
    kitchen: Kitchen, command: CliRunner
) -> None:
    order = a_dead_letter(kitchen, kind="check")

    done = command.invoke(app, ["replay", order.order_id])

    assert done.exit_code == 1
    assert f"{order.order_id} is for its member's eyes only" in done.stderr
    assert kitchen.redis.llen("rq:queue:dish") == 0
    assert kitchen.status(order.order_id) == "failed"


def test_what_is_not_dead_or_no_order_is_not_replayed(kitchen: Kitchen, command: CliRunner) -> None:
    waiting = kitchen.put(an_order())
    kitchen.enqueue("nonsense", "os.system", ["true"])
    kitchen.serve(TinyPainter())

    done = command.invoke(app, ["replay", waiting.order_id, "nonsense", "00000000"])

    assert done.exit_code == 1
    assert kitchen.redis.llen("rq:queue:dish") == 0
