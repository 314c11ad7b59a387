"""Buttons under a finished dish: each press is an order of its own, by the one who pressed."""

from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from bot.orders import kitchen
from bot.records import rights
from bot.sandbox.people import find_member
from foodgan.contract.offers import mark_of
from foodgan.contract.orders import TOKEN_LIFE, DishOrder
from foodgan.contract.phrases import say
from foodgan.contract.recipes import Recipe
from tests.bot.canteen import Canteen, dismiss, hire, is_private, line, until
from tests.bot.orders.test_late import hand_over, posts
from tests.bot.orders.test_rounds import age
from tests.bot.plates import MODEL, order_in_line, press, served

NAME = "虹色マグロカレーうどん"


async def a_dish(canteen: Canteen, redis: Redis, **options: Any) -> dict[str, Any]:
    """A dish that has been ordered and served."""
    hire(redis)
    return await served(canteen, redis, canteen.order(seed=7, **options))


async def pressed(canteen: Canteen, redis: Redis, *what: Any, **who: Any) -> DishOrder:
    """The order that a press has put in line."""
    interaction = press(canteen, *what, **who)
    await canteen.deferred(interaction)
    await until(lambda: line(redis), "in line")
    return order_in_line(redis)


async def test_a_press_is_answered_by_a_new_message_and_the_old_one_stays(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    asked = press(canteen, message, "reroll", member="emma")
    again = await served(canteen, redis, asked)

    assert again["id"] != message["id"]
    assert again["message_reference"]["message_id"] == message["id"]
    assert canteen.sandbox.world.messages.find(message["id"]).json["attachments"]


async def test_another_one_is_the_same_order_with_another_seed_for_the_one_who_pressed(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis, count=3)
    order = await pressed(canteen, redis, message, "reroll", member="emma")

    assert (order.kind, order.name, order.count, order.locale) == ("dish", NAME, 3, "en")
    assert order.seed != 7
    record = await canteen.record("queued")
    assert str(record.member_id) == find_member("emma").id
    assert order.version == 1


async def test_four_like_it_are_near_the_picture_that_was_chosen(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis, count=3)
    order = await pressed(canteen, redis, message, "vary", 2)

    assert (order.kind, order.count) == ("variations", 4)
    assert {(recipe.name, recipe.seed) for recipe in order.recipes} == {(NAME, 9)}
    assert len({recipe.variation for recipe in order.recipes}) == 4


async def test_what_is_enlarged_is_the_very_picture(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    near = await served(canteen, redis, press(canteen, message, "vary"))
    record = await canteen.record("done")
    order = await pressed(canteen, redis, near, "enlarge", 1)

    assert order.kind == "enlarged"
    assert order.recipes == (Recipe(NAME, 7, variation=record.variation + 1),)


@pytest.mark.parametrize("action", ["vary", "enlarge", "check"])
async def test_a_press_says_who_painted_the_picture_where_its_button_does(
    canteen: Canteen, redis: Redis, action: str
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    order = await pressed(canteen, redis, message, action)
    assert order.painted_by == mark_of(MODEL)

    redis.delete("rq:queue:dish")
    for each in message["components"][0]["components"]:
        each["custom_id"] = each["custom_id"].removesuffix(f":{mark_of(MODEL)}")
    order = await pressed(canteen, redis, message, action)
    assert order.painted_by is None


async def test_a_mix_goes_on_as_a_mix(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    hire(redis)
    asked = canteen.order(command="mix", a="味噌ラーメン", b="いちごパフェ", seed=7)
    message = await served(canteen, redis, asked)
    order = await pressed(canteen, redis, message, "enlarge", 3)

    assert order.recipes == (Recipe("味噌ラーメン", 7, "いちごパフェ", 80),)


async def test_whether_it_is_a_copy_is_told_to_the_one_who_asks(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    asked = press(canteen, message, "check", member="emma")
    told = await served(canteen, redis, asked)

    assert is_private(told)
    assert told["components"] == []
    assert (await canteen.record()).kind == "check"


async def test_the_buttons_work_after_a_restart_and_after_the_token_has_died(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    await age(canteen, (await canteen.record()).id, timedelta(days=30))
    await canteen.close()
    await canteen.open()

    order = await pressed(canteen, redis, message, "enlarge")

    assert order.recipes == (Recipe(NAME, 7),)


async def test_who_presses_too_soon_is_told_so_and_the_others_are_not_held_up(
    canteen: Canteen, redis: Redis
) -> None:
    bot = await canteen.open(cooldown_s=60)
    bot._rounds._door._clock_s = lambda: 100.0  # no time goes by
    message = await a_dish(canteen, redis)

    refused = await canteen.answer(press(canteen, message, "reroll"))
    assert refused["content"] == say("ja", "ordered-too-soon", seconds=60, name=NAME)
    assert is_private(refused)
    order = await pressed(canteen, redis, message, "reroll", member="emma")
    assert order.kind == "dish"


async def test_presses_take_seats_as_orders_do(canteen: Canteen, redis: Redis) -> None:
    await canteen.open(orders_per_member=1)
    message = await a_dish(canteen, redis)
    await canteen.deferred(press(canteen, message, "enlarge"))
    refused = await canteen.answer(press(canteen, message, "enlarge"))
    assert refused["content"] == say("ja", "too-many-waiting", limit=1, name=NAME)


async def test_a_word_that_was_blocked_since_is_in_no_new_picture(
    canteen: Canteen, redis: Redis
) -> None:
    bot = await canteen.open()
    message = await a_dish(canteen, redis)
    bot.gallery._office._blocklist.hold(["マグロ"])
    refused = await canteen.answer(press(canteen, message, "reroll"))
    assert refused["content"] == say("ja", "name-blocked")


async def test_an_order_that_its_member_had_erased_is_painted_no_more(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    record = await canteen.record()
    async with AsyncSession(canteen.engine) as session, session.begin():
        exported = await rights.export(session, record.member_id)
        await rights.erase(session, record.member_id)

    assert exported["orders"][0]["kind"] == "dish"
    refused = await canteen.answer(press(canteen, message, "enlarge", member="emma"))
    assert refused["content"] == say("en", "offer-forgotten")
    assert is_private(refused)


async def test_records_that_do_not_answer_in_time_are_said_to_be_busy(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    monkeypatch.setattr(kitchen, "READ_FIRST_S", 0)
    refused = await canteen.answer(press(canteen, message, "enlarge"))
    assert refused["content"] == say("ja", "offer-busy")
    assert is_private(refused)


async def test_an_order_that_waits_can_be_cancelled_whatever_its_kind(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    dismiss(redis)
    asked = press(canteen, message, "vary")
    waiting = await canteen.answer(asked)
    assert waiting["content"] == say("ja", "kitchen-unstaffed", name=NAME)
    press(canteen, waiting, "cancel")
    await until(
        lambda: asked.original.json["content"] == say("ja", "cancelled", name=NAME), "cancelled"
    )
    assert (await canteen.record("cancelled")).kind == "variations"


async def test_a_dish_that_comes_late_has_its_buttons_too(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    hire(redis)
    canteen.order()
    record = await canteen.record("queued")
    await age(canteen, record.id, TOKEN_LIFE)
    hand_over(redis, record.id)
    await canteen.record("done")
    [posted] = posts(canteen)

    redis.delete("rq:queue:dish")
    order = await pressed(canteen, redis, posted, "enlarge")

    assert order.recipes == (Recipe(NAME, record.seed),)


async def test_what_one_member_asked_is_never_posted_for_all(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    message = await a_dish(canteen, redis)
    asked = press(canteen, message, "check")
    record = await canteen.record("queued")
    # So late that no worker uses the token, and the bot still can.
    await age(canteen, record.id, TOKEN_LIFE - timedelta(seconds=10))

    sorry = say("ja", "dish-late", id=record.id, name=NAME)
    await until(lambda: asked.original.json["content"] == sorry, "told so")
    hand_over(redis, record.id)
    await until(lambda: not redis.xlen("foodgan:late"), "taken off the stream")
    assert posts(canteen) == []
