"""The bot's figures and health, asked over HTTP as Prometheus and an orchestrator ask."""

import ast
import asyncio
import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from bot import metrics
from foodgan.contract import status
from foodgan.contract.pulse import STALE_S
from tests.bot.canteen import Canteen, a_hello, until
from tests.bot.sample import TOKEN

ROOT = Path(__file__).parents[2]
NAME = "月光のソーダ煮込み"


def ask(address: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


async def asked(canteen: Canteen, path: str) -> tuple[int, str]:
    assert canteen.bot
    return await asyncio.to_thread(ask, canteen.bot.watch.address, path)


def figures(text: str) -> dict[str, float]:
    """Every sample, under its name and labels."""
    return {
        sample.name + "".join(f" {k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_it_counts_commands_orders_and_refusals(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    before = figures((await asked(canteen, "/metrics"))[1])
    await canteen.deferred(canteen.order(name=NAME))
    await canteen.record("queued")
    await canteen.answer(canteen.order(name=""))
    done = "foodgan_bot_commands_total command=dish outcome=done"

    def after() -> dict[str, float]:
        return figures(ask(canteen.bot.watch.address, "/metrics")[1])

    for _ in range(1000):
        now = await asyncio.to_thread(after)
        if now.get(done, 0) > before.get(done, 0):
            break
        await asyncio.sleep(0.02)

    def grown(name: str) -> float:
        return now.get(name, 0) - before.get(name, 0)

    assert grown(done) == 1
    assert grown("foodgan_bot_commands_total command=dish outcome=refused") == 1
    assert grown("foodgan_bot_refusals_total phrase=name-empty") == 1
    assert grown("foodgan_bot_orders_total state=written") == 1
    assert now["foodgan_queue_orders"] == 1
    assert 0 <= now["foodgan_oldest_order_age_seconds"] < 60
    assert now["foodgan_bot_connected"] == 1
    assert now["foodgan_disk_free_bytes"] > 0
    assert now["foodgan_redis_up"] == 1


async def test_each_count_is_there_before_its_first_event(canteen: Canteen) -> None:
    bot = await canteen.open()
    there = figures((await asked(canteen, "/metrics"))[1])
    commands = {"press", "dish", "photos mine", "operator block", "Hand over as a dish photo"}
    assert {each.name for each in bot.menu.get_commands()} - {"photos", "operator", "privacy"} <= {
        name.split("command=")[1].split(" outcome=")[0] for name in there if "command=" in name
    }
    wanted = {f"foodgan_bot_commands_total command={each} outcome=failed" for each in commands}
    wanted |= {f"foodgan_bot_orders_total state={each}" for each in ("written", "cancelled")}
    wanted |= {f"foodgan_bot_refusals_total phrase={each}" for each in metrics.PHRASES}
    assert wanted <= set(there)
    assert not [name for name in there if "command=photos outcome" in name]  # no command itself


def test_the_refusals_that_are_counted_from_0_on_are_those_of_the_bot() -> None:
    code = [path for area in ("bot", "foodgan/contract") for path in (ROOT / area).rglob("*.py")]
    nodes = [node for path in code for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
    raised = [call.args[0] for call in calls if getattr(call.func, "id", "") == "UserError"]
    found = {
        node.value
        for phrase in raised
        for node in ast.walk(phrase)
        if isinstance(node, ast.Constant)
    }
    assert set(metrics.PHRASES) == found - {"settings-wrong"}  # keeps a process from starting


async def test_no_figure_tells_of_a_member_a_dish_or_a_token(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    await canteen.deferred(canteen.order(name=NAME))
    record = await canteen.record("queued")
    assert record.token
    text = (await asked(canteen, "/metrics"))[1] + (await asked(canteen, "/targets"))[1]
    secrets = (NAME, record.token, TOKEN, str(record.member_id), record.id, canteen.sandbox.token)
    assert not [secret for secret in secrets if secret in text]


async def test_it_is_ready_while_gateway_and_redis_are_there(canteen: Canteen) -> None:
    bot = await canteen.open()
    await until(lambda: bot._heart.serving, "the bot knows of its gateway")
    assert (await asked(canteen, "/readyz"))[0] == 200
    bot._heart.stop()
    code, text = await asked(canteen, "/readyz")
    assert (code, json.loads(text)["wrong"]) == (503, ["the gateway is not connected"])
    assert (await asked(canteen, "/healthz"))[0] == 200


async def test_without_redis_it_lives_but_is_not_ready(canteen: Canteen, free_port: int) -> None:
    bot = await canteen.open(redis_url=f"redis://127.0.0.1:{free_port}/0")
    await until(lambda: bot._heart.serving, "the bot knows of its gateway")
    assert (await asked(canteen, "/healthz"))[0] == 200
    code, text = await asked(canteen, "/readyz")
    assert (code, json.loads(text)["wrong"]) == (503, ["Redis does not answer"])
    assert figures((await asked(canteen, "/metrics"))[1])["foodgan_redis_up"] == 0
    assert (await asked(canteen, "/targets"))[0] == 503


async def test_a_hung_event_loop_shows(canteen: Canteen) -> None:
    bot = await canteen.open()
    await until(lambda: bot._heart.beaten, "the first beat")
    [beating] = [chore for chore in bot._chores if chore.get_name() == "heart"]
    beating.cancel()  # or it might beat once more before it is asked
    await asyncio.wait({beating})
    bot._heart.beaten -= STALE_S + 1
    code, text = await asked(canteen, "/healthz")
    assert (code, json.loads(text)["wrong"]) == (503, ["the event loop hangs"])


async def test_prometheus_is_told_where_the_workers_are(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    status.say_hello(redis, a_hello(health="192.0.2.7:9420"))
    status.say_hello(redis, a_hello(name="quiet-1", label="quiet"))
    code, text = await asked(canteen, "/targets")
    assert code == 200
    assert json.loads(text) == [{"targets": ["192.0.2.7:9420"], "labels": {"worker": "stove-1"}}]


@pytest.mark.parametrize("path", ["/", "/metrics/", "/../settings", "/healthz/x"])
async def test_nothing_else_is_there(canteen: Canteen, path: str) -> None:
    await canteen.open()
    assert (await asked(canteen, path))[0] == 404
