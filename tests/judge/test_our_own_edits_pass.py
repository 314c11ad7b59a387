"""The edits that bot and worker make with an order's token, heard by the judge."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.answer import edit_answer
from foodgan.contract.orders import DishOrder
from tests.judge.shapes import APPLICATION, TOKEN
from tests.judge.wire import Wire
from worker.pictures import encode
from worker.reply import Message, Replies


@pytest.fixture
def order() -> DishOrder:
    return DishOrder(
        order_id="1a2b3c4d",
        name="虹色マグロカレーうどん",
        seed=7,
        application_id=APPLICATION,
        token=SecretStr(TOKEN),
        asked_at=datetime.now(UTC),
    )


async def test_the_bot_puts_a_sentence_in_place_of_the_answer(wire: Wire, order: DishOrder) -> None:
    assert await edit_answer(wire.client, order, "順番をお待ちください") == "taken"

    assert wire.requests[-1].path.endswith("/messages/@original")


async def test_the_worker_puts_pictures_in_place_of_the_answer(
    wire: Wire, order: DishOrder
) -> None:
    plate = Image.new("RGB", (256, 256), "orange")
    served = tuple(encode(plate, f"dish-{n}", f"{order.name}の絵") for n in range(4))
    message = Message("**虹色マグロカレーうどん**", served)

    with Replies(wire.base) as replies:
        soon = datetime.now(UTC) + timedelta(seconds=10)
        await asyncio.wrap_future(replies.edit(order, message, soon))

    assert len(wire.requests[-1].files) == 4
    assert wire.requests[-1].headers["user-agent"].startswith("DiscordBot (")
