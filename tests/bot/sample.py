"""Orders for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.records.orders import Asker
from foodgan.contract.orders import DishOrder, new_order_id

TOKEN = "aW50ZXJhY3Rpb246test-token-that-must-stay-secret"
AOI = Asker(member_id=11, channel_id=22, guild_id=33)


def an_order(age: timedelta = timedelta(), **changed: Any) -> DishOrder:
    """A good order, asked `age` ago."""
    fields = {
        "order_id": new_order_id(),
        "name": "虹色マグロカレーうどん",
        "seed": 7,
        "application_id": "44",
        "token": TOKEN,
        "asked_at": datetime.now(UTC) - age,
        "buttons": True,
    }
    return DishOrder.model_validate(fields | changed)
