"""`/dish`: a picture of an invented dish; and the button that cancels it."""

import secrets
from datetime import UTC, datetime
from functools import partial
from typing import Any

import discord
from discord import app_commands
from pydantic import SecretStr

from bot.blocklist import Blocklist
from bot.buttons import Press
from bot.cancel import CANCEL
from bot.door import Door
from bot.kitchen import Kitchen
from bot.records.orders import Asker
from bot.translator import phrase
from foodgan.contract import dishname
from foodgan.contract.errors import UserError
from foodgan.contract.orders import COUNT_MAX, SEED_MAX, DishOrder, new_order_id
from foodgan.contract.phrases import locale_of, say

Count = app_commands.Range[int, 1, COUNT_MAX]
Seed = app_commands.Range[int, 0, SEED_MAX]


def dish_command(
    door: Door, kitchen: Kitchen, blocklist: Blocklist
) -> app_commands.Command[Any, ..., None]:
    """The command `/dish`."""

    @app_commands.command(name="dish", description=phrase("command-dish"))
    @app_commands.rename(
        name=phrase("option-name"), count=phrase("option-count"), seed=phrase("option-seed")
    )
    @app_commands.describe(
        name=phrase("option-name-hint"),
        count=phrase("option-count-hint"),
        seed=phrase("option-seed-hint"),
    )
    async def dish(
        interaction: discord.Interaction, name: str, count: Count = 1, seed: Seed | None = None
    ) -> None:
        order = order_of(interaction, name, count, seed)
        blocklist.check(order.name)
        door.admit(interaction.user.id, order.order_id)
        defer = partial(interaction.response.defer, thinking=True)
        await kitchen.order(order, asker_of(interaction), defer)

    return dish


def dish_presses(kitchen: Kitchen) -> dict[str, Press]:
    """What a click on an order's button does."""

    async def cancel(interaction: discord.Interaction, arguments: list[str]) -> None:
        """Acknowledge at once; then cancel, or tell the one who clicked why not."""
        await interaction.response.defer()
        (order_id,) = arguments
        moderator = interaction.permissions.manage_messages
        refusal = await kitchen.cancel(order_id, interaction.user.id, moderator)
        if refusal is not None:
            sentence = say(locale_of(interaction.locale.value), refusal)
            await interaction.followup.send(sentence, ephemeral=True)

    return {CANCEL: cancel}


def order_of(
    interaction: discord.Interaction, name: str, count: int, seed: int | None
) -> DishOrder:
    """The order that a member typed. Raises UserError for a name, count or seed that will not do.

    Discord checks the numbers as well, but only as the registered command had them.
    """
    name = dishname.normalise(name)
    if not 1 <= count <= COUNT_MAX:
        raise UserError("count-out-of-range", max=str(COUNT_MAX))
    if seed is not None and not 0 <= seed <= SEED_MAX:
        raise UserError("seed-out-of-range", max=str(SEED_MAX))
    return DishOrder(
        order_id=new_order_id(),
        name=name,
        count=count,
        seed=secrets.randbelow(SEED_MAX + 1) if seed is None else seed,
        locale=locale_of(interaction.locale.value),
        application_id=str(interaction.application_id),
        token=SecretStr(interaction.token),
        asked_at=datetime.now(UTC),  # one clock for bot and worker, whatever Discord's says
        attachment_limit=interaction.filesize_limit,
    )


def asker_of(interaction: discord.Interaction) -> Asker:
    """Who asked and where."""
    return Asker(interaction.user.id, interaction.channel_id, interaction.guild_id)
