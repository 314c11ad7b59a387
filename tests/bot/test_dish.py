"""`/dish` by the real client library: from a member's keyboard into the queue."""

import asyncio
import logging
from typing import Any

import pytest
from redis import Redis

from bot import deferral
from bot.sandbox.faults import GatewayFault, RequestFault
from foodgan.contract import logs
from foodgan.contract.orders import SEED_MAX, TOLD, DishOrder
from foodgan.contract.phrases import say
from tests.bot.canteen import (
    PATIENCE_S,
    Canteen,
    busy,
    edits,
    hire,
    is_private,
    job_of,
    line,
    until,
)

CALLBACK = "^/interactions/.*/callback$"
EDIT = "^/webhooks/.*/messages/"


async def test_an_order_reaches_the_queue(canteen: Canteen, redis: Redis) -> None:
    hire(redis)
    await canteen.open()

    interaction = canteen.order(name="ピリ辛サーモン丼", count=3, seed=7)

    await canteen.deferred(interaction)
    record = await canteen.record("queued")
    assert line(redis) == [record.id]
    order = DishOrder.model_validate(job_of(redis, record.id).args[0])
    assert (order.name, order.count, order.seed, order.locale) == ("ピリ辛サーモン丼", 3, 7, "ja")
    assert order.token.get_secret_value() == interaction.token
    assert edits(interaction) == 0


async def test_an_order_is_deferred_at_once(canteen: Canteen, redis: Redis) -> None:
    hire(redis)
    await canteen.open(orders_per_member=10)
    took_s = [await canteen.deferred(canteen.order()) for _ in range(5)]
    assert min(took_s) < 0.25  # others may keep the machine busy


async def test_without_a_seed_each_order_gets_its_own(canteen: Canteen) -> None:
    await canteen.open()
    seeds = set()
    for _ in range(3):
        seeds.add((await canteen.record("queued", canteen.order())).seed)
    assert len(seeds) == 3


@pytest.mark.parametrize(
    ("options", "phrase", "values"),
    [
        ({"name": ""}, "name-empty", {}),
        ({"name": " \u3000\u200b "}, "name-empty", {}),
        ({"name": "丼" * 10_000}, "name-too-long", {"limit": 60}),
        ({"name": "🍣🍜🍛"}, "name-no-words", {}),
        ({"count": 0}, "count-out-of-range", {"max": "4"}),
        ({"count": 5}, "count-out-of-range", {"max": "4"}),
        ({"seed": -1}, "seed-out-of-range", {"max": str(SEED_MAX)}),
        ({"seed": 10**15}, "seed-out-of-range", {"max": str(SEED_MAX)}),
    ],
)
@pytest.mark.parametrize(("member", "locale"), [("akari", "ja"), ("emma", "en")])
async def test_what_will_not_do_is_answered_at_once_and_only_to_the_asker(
    canteen: Canteen,
    redis: Redis,
    member: str,
    locale: str,
    options: dict[str, object],
    phrase: str,
    values: dict[str, int],
) -> None:
    await canteen.open()
    interaction = canteen.order(member, **options)
    message = await canteen.answer(interaction)
    assert message["content"] == say(locale, phrase, **values)
    assert is_private(message)
    assert interaction.first("deferred") is None
    assert line(redis) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("@everyone 丼", "\\@\u200beveryone 丼"),
        ("**太字**カレー", "\\*\\*太字\\*\\*カレー"),
        ("شوربة القمر", "\u2068شوربة القمر\u2069"),
    ],
)
async def test_a_name_full_of_tricks_is_only_a_name(
    canteen: Canteen, redis: Redis, name: str, shown: str
) -> None:
    await canteen.open()
    message = await canteen.answer(canteen.order(name=name))
    assert shown in message["content"]
    (sent,) = [r for r in canteen.sandbox.record.since() if r.method == "PATCH"]
    assert sent.payload["allowed_mentions"]["parse"] == []
    assert message["mention_everyone"] is False


async def test_a_second_order_too_soon_is_refused_kindly(canteen: Canteen) -> None:
    bot = await canteen.open(cooldown_s=5.0)
    bot._rounds._door._clock_s = lambda: 100.0  # no time goes by
    await canteen.deferred(canteen.order())
    message = await canteen.answer(canteen.order(name="B.L.T.サンド"))
    name = r"B\.L\.T\.サンド"
    assert message["content"] == say("ja", "ordered-too-soon", seconds=5, name=name)
    assert is_private(message)
    await canteen.deferred(canteen.order("yuto"))


async def test_a_member_with_many_dishes_on_the_way_waits_for_one(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open(orders_per_member=2)
    for _ in range(2):
        await canteen.deferred(canteen.order())
    message = await canteen.answer(canteen.order(name="銀河パフェ"))
    assert message["content"] == say("ja", "too-many-waiting", limit=2, name="銀河パフェ")

    await until(lambda: len(line(redis)) == 2, "two in line")
    for order_id in line(redis):
        job_of(redis, order_id).set_status("finished")
    await canteen.record("done")
    await until(lambda: not canteen.bot.kitchen.in_hand, "quiet")
    await until(lambda: len(canteen.bot._rounds._door._seats) < 2, "a free seat")

    await canteen.deferred(canteen.order())


async def test_an_unexpected_failure_gives_an_id_that_is_in_the_log(
    canteen: Canteen, caplog: pytest.LogCaptureFixture
) -> None:
    await canteen.open()
    async with canteen.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE orders RENAME TO gone")

    with caplog.at_level(logging.ERROR, "bot.app"):
        interaction = canteen.order("emma")
        message = await canteen.answer(interaction)

    (entry,) = [r for r in caplog.records if r.name == "bot.app"]
    error_id = entry.getMessage().split()[1].strip(":")
    assert message["content"] == say("en", "records-closed", id=error_id)
    assert "no such table" in str(entry.exc_info[1])
    assert "no such table" not in message["content"]


async def test_a_database_that_is_busy_does_not_hold_up_the_deferral(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    async with busy(canteen.settings):
        interaction = canteen.order()
        await canteen.deferred(interaction)  # within the 3 s that the stand-in gives, as Discord
        await asyncio.sleep(0.3)
        assert line(redis) == []
    record = await canteen.record("queued")
    assert line(redis) == [record.id]


async def test_fifty_orders_at_once_are_all_deferred_in_time_and_all_in_line(
    canteen: Canteen, redis: Redis
) -> None:
    hire(redis)
    await canteen.open(orders_per_member=50)
    interactions = [canteen.order() for _ in range(50)]
    for interaction in interactions:
        await canteen.deferred(interaction)  # within the 3 s that the stand-in gives, as Discord
    await until(lambda: len(set(line(redis))) == 50, "fifty in line")
    assert len(line(redis)) == 50


async def test_an_order_that_discord_lets_nobody_answer_any_more_is_not_made(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(path=CALLBACK, answer=404, code=10062))
    canteen.order()
    record = await canteen.record("refused")
    assert record.token is None
    assert line(redis) == []


@pytest.mark.parametrize(
    ("path", "fault"),
    [(CALLBACK, {"drop": True}), (EDIT, {"drop": True}), (CALLBACK, {"answer": 502})],
    ids=["a first answer breaks off", "an edit breaks off", "a first answer is answered 502"],
)
async def test_what_discord_has_done_without_saying_so_does_not_lose_the_order(
    canteen: Canteen, redis: Redis, path: str, fault: dict[str, Any]
) -> None:
    """After a 502 discord.py asks again, and hears that the answer is there already."""
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(path=path, applied=True, **fault))
    interaction = canteen.order()
    record = await canteen.record("queued")
    assert line(redis) == [record.id]
    name = "虹色マグロカレーうどん"
    assert (await canteen.answer(interaction))["content"] == say(
        "ja", "kitchen-unstaffed", name=name
    )


async def test_a_deferral_that_discord_does_not_answer_does_not_hold_up_the_order(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deferral, "DEFER_TIMEOUT_S", 2.0)
    hire(redis)
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(path=CALLBACK, applied=True, hang_s=PATIENCE_S))
    canteen.order()
    record = await canteen.record("queued")
    assert line(redis) == [record.id]
    callbacks = [r for r in canteen.sandbox.record.since() if r.path.endswith("/callback")]
    assert [callback.status for callback in callbacks] == [None]  # it hangs still


async def test_an_order_that_another_bot_has_answered_is_not_made(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(path=CALLBACK, answer=400, code=40060))
    canteen.order()
    await canteen.record("refused")
    assert line(redis) == []


async def test_an_order_is_written_down_before_it_is_deferred(
    canteen: Canteen, redis: Redis
) -> None:
    """A bot that is killed after the deferral finds it again."""
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(path=CALLBACK, hang_s=1.5))
    interaction = canteen.order()
    record = await canteen.record("written")
    assert interaction.first("deferred") is None
    assert record.token == interaction.token
    await canteen.record("queued")


async def test_about_is_told_to_the_asker_alone(canteen: Canteen) -> None:
    await canteen.open()
    message = await canteen.answer(canteen.order("emma", command="about"))
    assert message["content"] == say("en", "about")
    assert is_private(message)


@pytest.mark.parametrize(
    "fault",
    [
        RequestFault(method="PATCH", path=EDIT, answer=404, code=10008),
        RequestFault(method="PATCH", path=EDIT, answer=401, code=50027),
        RequestFault(method="PATCH", path=EDIT, answer=500),
        RequestFault(method="PATCH", path=EDIT, answer=429, retry_after_s=0.2),
        RequestFault(method="PATCH", path=EDIT, drop=True),
    ],
    ids=["gone", "dead token", "500", "429", "cut"],
)
async def test_an_order_is_kept_when_discord_does_not_take_the_edit(
    canteen: Canteen, redis: Redis, fault: RequestFault
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(fault)
    await canteen.deferred(canteen.order())
    record = await canteen.record("queued")
    assert line(redis) == [record.id]
    assert fault.hits == 1


async def test_an_order_whose_deferral_discord_refuses_is_not_written_and_frees_its_seat(
    canteen: Canteen, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await canteen.open(orders_per_member=1)
    refusal = RequestFault(method="POST", path=CALLBACK, answer=404, code=10062)
    canteen.sandbox.faults.add(refusal)
    canteen.order()
    await until(lambda: "answered too late" in caplog.text, "the log line")

    await until(lambda: not canteen.bot._rounds._door._seats, "the seat is free")
    await canteen.deferred(canteen.order())
    await canteen.record("queued")
    assert len(line(redis)) == 1


def said(caplog: pytest.LogCaptureFixture, since: str) -> list[str]:
    """What was logged after such a message."""
    messages = [record.getMessage() for record in caplog.records]
    return messages[messages.index(since) + 1 :]


@pytest.mark.parametrize("action", ["close", "drop", "reconnect"])
async def test_the_bot_comes_back_when_the_gateway_goes(
    canteen: Canteen, redis: Redis, caplog: pytest.LogCaptureFixture, action: str
) -> None:
    pulse = canteen.settings.var_dir / "bot.pulse"
    with caplog.at_level(logging.INFO, "bot.app"):
        await canteen.open()
        await until(pulse.exists, "pulse")
        await canteen.sandbox.gateway.strike(GatewayFault(kind="gateway", action=action))
        await until(lambda: "gateway disconnected" in caplog.text, "loss")
        back = ("gateway resumed", "gateway connected")
        await until(lambda: set(back) & set(said(caplog, since="gateway disconnected")), "return")

    await canteen.deferred(canteen.order())
    await canteen.record("queued")
    await until(pulse.exists, "pulse again")
    await canteen.close()
    assert not pulse.exists()


async def test_an_order_that_a_worker_has_declined_is_on_record_as_refused(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    interaction = canteen.order()
    job = job_of(redis, (await canteen.record("queued")).id)
    answered = edits(interaction)
    job.meta = {TOLD: True}
    job.save_meta()
    job.set_status("finished")
    assert (await canteen.record("refused")).token is None
    assert edits(interaction) == answered


async def test_no_log_line_holds_a_token_or_a_members_name(
    canteen: Canteen, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await canteen.open()
        interaction = canteen.order()
        canteen.order(name="")
        record = await canteen.record("queued")
        job_of(redis, record.id).set_status("failed")
        await canteen.record("failed")

    lines = [(r.name, r.levelno, r.getMessage()) for r in caplog.records]
    ours = [text for name, _, text in lines if name.startswith("bot.") and "sandbox" not in name]
    assert any(record.id in text for text in ours)
    for name, level, text in lines:
        if "sandbox" in name:
            continue
        assert interaction.token not in logs.redact(text)
        assert canteen.sandbox.token not in logs.redact(text)
        if level >= logging.INFO:
            assert interaction.token not in text
            assert "akari" not in text
            assert "あかり" not in text
