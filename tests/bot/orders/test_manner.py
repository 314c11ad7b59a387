"""`/dish` with words that are to be heard more or less, and calmly: into queue and records."""

from typing import Any

import pytest
from redis import Redis

from bot.orders.manner import LESS, MORE, weights_of
from foodgan.contract.dishname import LENGTH_MAX
from foodgan.contract.errors import UserError
from foodgan.contract.limits import WORDS_MAX
from foodgan.contract.phrases import say
from tests.bot.canteen import Canteen, hire, is_private, line, until
from tests.bot.plates import order_in_line, press, served

NAME = "チーズ味噌カツ丼"
MANNER: dict[str, Any] = {"more": "チーズ", "less": "味噌 カツ", "calm": 70}
WEIGHTS = (("チーズ", MORE), ("味噌", LESS), ("カツ", LESS))


@pytest.mark.parametrize(
    ("more", "less", "weights"),
    [
        (None, None, ()),
        ("チーズ", None, (("チーズ", MORE),)),
        ("チーズ、味噌", None, (("チーズ", MORE), ("味噌", MORE))),
        (" チーズ\u3000・味噌,", "カツ", (("チーズ", MORE), ("味噌", MORE), ("カツ", LESS))),
        ("\u3000", "", ()),
    ],
)
def test_words_may_be_parted_as_one_likes(
    more: str | None, less: str | None, weights: tuple[tuple[str, int], ...]
) -> None:
    assert weights_of(more, less) == weights


def test_too_many_words_are_refused() -> None:
    with pytest.raises(UserError, match="weight-too-many"):
        weights_of(" ".join(f"言葉{n}" for n in range(WORDS_MAX + 1)), None)


@pytest.mark.parametrize(
    ("more", "less"), [("ﾁｰｽﾞ", "味噌 チーズ"), ("えび", "エビ"), ("Miso", "miso")]
)
def test_a_word_is_not_to_be_heard_both_more_and_less(more: str, less: str) -> None:
    with pytest.raises(UserError, match="weight-both"):
        weights_of(more, less)


async def test_a_word_in_both_is_refused_privately_before_anything_is_ordered(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await canteen.answer(canteen.order(name=NAME, more="チーズ", less="チーズ"))
    assert message["content"] == say("ja", "weight-both")
    assert is_private(message)
    assert not line(redis)


@pytest.mark.parametrize("more", ["🧀", "、、", "チーズ" * 30])
async def test_what_holds_no_words_is_not_taken_for_a_wrong_name(
    canteen: Canteen, more: str
) -> None:
    await canteen.open()
    message = await canteen.answer(canteen.order(name=NAME, more=more))
    assert message["content"] == say("ja", "weight-no-words", limit=LENGTH_MAX)
    assert is_private(message)


async def test_the_manner_reaches_the_queue_and_the_records(canteen: Canteen, redis: Redis) -> None:
    hire(redis)
    await canteen.open()
    await canteen.deferred(canteen.order(name=NAME, **MANNER))
    record = await canteen.record("queued")

    order = order_in_line(redis)

    assert (order.version, order.weights, order.truncation) == (3, WEIGHTS, 70)
    assert record.weights == [list(pair) for pair in WEIGHTS]
    assert record.truncation == 70


async def test_without_one_an_order_is_as_ever(canteen: Canteen, redis: Redis) -> None:
    hire(redis)
    await canteen.open()
    await canteen.deferred(canteen.order(name=NAME))
    record = await canteen.record("queued")
    assert order_in_line(redis).version == 1
    assert (record.weights, record.truncation) == (None, None)


@pytest.mark.parametrize("action", [("reroll",), ("vary", 0), ("enlarge", 0)], ids=str)
async def test_a_press_keeps_the_manner_of_its_picture(
    canteen: Canteen, redis: Redis, action: tuple[Any, ...]
) -> None:
    hire(redis)
    await canteen.open()
    message = await served(canteen, redis, canteen.order(name=NAME, **MANNER))

    await canteen.deferred(press(canteen, message, *action))
    await until(lambda: line(redis), "in line")

    order = order_in_line(redis)
    assert (order.weights, order.truncation) == (WEIGHTS, 70)


async def test_too_many_words_are_answered_at_once_and_privately(canteen: Canteen) -> None:
    await canteen.open()
    words = " ".join(f"word{n}" for n in range(WORDS_MAX + 1))
    message = await canteen.answer(canteen.order("emma", more=words))
    assert message["content"] == say("en", "weight-too-many", max=WORDS_MAX)
    assert is_private(message)


@pytest.mark.parametrize("option", ["more", "less"])
async def test_a_blocked_word_is_repeated_to_nobody(
    canteen: Canteen, redis: Redis, option: str
) -> None:
    bot = await canteen.open()
    bot.gallery._office._blocklist.hold(["ばくだん"])
    message = await canteen.answer(canteen.order(name="味噌カツ丼", **{option: "味噌 バクダン"}))
    assert message["content"] == say("ja", "name-blocked")
    assert is_private(message)
    assert not line(redis)
