"""Takes orders of every kind: names checked, a seat taken, the answer deferred, on to the kitchen.

A press on a button is an order by the one who pressed, with that one's cooldown and share of the
queue, and with a token of its own: its answer is a new message. The earlier one stays as it is, for
whoever asked for that, and for the next press; its token may have died long before.
"""

import secrets
from datetime import UTC, datetime
from functools import partial
from typing import Any

import discord
from pydantic import SecretStr

from bot.blocklist import Blocklist
from bot.deferral import defer
from bot.orders.door import Door
from bot.orders.kitchen import Kitchen
from bot.records.orders import Asker
from foodgan.contract import dishname
from foodgan.contract.errors import UserError
from foodgan.contract.limits import COUNT_MAX, SEED_MAX, SHARE_MAX
from foodgan.contract.orders import DishOrder, new_order_id
from foodgan.contract.phrases import locale_of


class Waiter:
    """Asks the door and the blocklist, and hands on to the kitchen."""

    def __init__(self, door: Door, kitchen: Kitchen, blocklist: Blocklist) -> None:
        self._door = door
        self._kitchen = kitchen
        self._blocklist = blocklist

    async def take(self, interaction: discord.Interaction, **asked: Any) -> None:
        """Take an order. asked: see `order_of`. Raises UserError for what will not do."""
        order = order_of(interaction, **asked)
        for said in (*order.names, *(word for word, _ in order.weights)):  # all of it is shown
            self._blocklist.check(said)
        self._door.admit(interaction.user.id, order.order_id, order.title)
        deferral = partial(defer, interaction, ephemeral=order.private, thinking=True)
        await self._kitchen.order(order, asker_of(interaction), deferral)


def order_of(
    interaction: discord.Interaction,
    *,
    name: str,
    mix: str | None = None,
    count: int = 1,
    share: int | None = None,
    seed: int | None = None,
    **more: Any,
) -> DishOrder:
    """An order of the one who typed or pressed; more: further fields of `DishOrder`.

    Raises UserError for a name or a number that will not do. Discord checks the numbers as well,
    but only as the registered command had them.
    """
    name = dishname.normalise(name)
    mix = None if mix is None else dishname.normalise(mix)
    if mix == name:
        raise UserError("mix-same", name=dishname.display(name))
    if not 1 <= count <= COUNT_MAX:
        raise UserError("count-out-of-range", max=str(COUNT_MAX))
    if seed is not None and not 0 <= seed <= SEED_MAX:
        raise UserError("seed-out-of-range", max=str(SEED_MAX))
    if share is not None and not 0 <= share <= SHARE_MAX:
        raise UserError("share-out-of-range", max=str(SHARE_MAX))
    return DishOrder(
        order_id=new_order_id(),
        name=name,
        mix=mix,
        count=count,
        share=share,
        seed=any_seed() if seed is None else seed,
        locale=locale_of(interaction.locale.value),
        application_id=str(interaction.application_id),
        token=SecretStr(interaction.token),
        asked_at=datetime.now(UTC),  # one clock for bot and worker, whatever Discord's says
        attachment_limit=interaction.filesize_limit,
        buttons=True,
        **more,
    )


def any_seed() -> int:
    """A seed that nobody can foresee, 0 … SEED_MAX."""
    return secrets.randbelow(SEED_MAX + 1)


def asker_of(interaction: discord.Interaction) -> Asker:
    """Who asked and where."""
    return Asker(interaction.user.id, interaction.channel_id, interaction.guild_id)
