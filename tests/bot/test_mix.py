"""`/mix`: an order of two names."""

from typing import Any

import pytest
from redis import Redis

from foodgan.contract.phrases import say
from tests.bot.canteen import Canteen, hire, is_private, line
from tests.bot.plates import order_in_line

BOTH = {"a": "味噌ラーメン", "b": "いちごパフェ"}


@pytest.mark.parametrize(
    ("options", "shares"),
    [
        ({}, [20, 40, 60, 80]),
        ({"count": 1}, [50]),
        ({"share": 30}, [30]),
        ({"share": 0, "count": 2}, [0, 0]),
    ],
    ids=str,
)
async def test_a_mix_reaches_the_queue(
    canteen: Canteen, redis: Redis, options: dict[str, int], shares: list[int]
) -> None:
    hire(redis)
    await canteen.open()
    await canteen.deferred(canteen.order(command="mix", **BOTH, **options))
    await canteen.record("queued")

    order = order_in_line(redis)

    assert (order.kind, order.version, order.names) == ("mix", 2, tuple(BOTH.values()))
    assert [recipe.share for recipe in order.recipes] == shares


async def test_who_waits_reads_both_names(canteen: Canteen) -> None:
    await canteen.open()
    message = await canteen.answer(canteen.order("emma", command="mix", a="Moon Soup", b="Pizza"))
    assert message["content"] == say("en", "kitchen-unstaffed", name="Moon Soup × Pizza")


@pytest.mark.parametrize(
    ("options", "phrase", "values"),
    [
        ({"a": ""}, "name-empty", {}),
        ({"b": "🍣"}, "name-no-words", {}),
        ({"a": "ラーメン", "b": "ﾗｰﾒﾝ"}, "mix-same", {"name": "ラーメン"}),
        ({"share": 101}, "share-out-of-range", {"max": "100"}),
        ({"count": 5}, "count-out-of-range", {"max": "4"}),
        ({"b": "ばくだん おにぎり"}, "name-blocked", {}),
        ({"a": "バクダン丼"}, "name-blocked", {}),
    ],
    ids=str,
)
async def test_what_will_not_do_in_either_name_is_said_to_the_asker(
    canteen: Canteen, redis: Redis, options: dict[str, Any], phrase: str, values: dict[str, str]
) -> None:
    bot = await canteen.open()
    bot.gallery._office._blocklist.hold(["ばくだん"])
    message = await canteen.answer(canteen.order(command="mix", **BOTH | options))
    assert message["content"] == say("ja", phrase, **values)
    assert is_private(message)
    assert line(redis) == []
