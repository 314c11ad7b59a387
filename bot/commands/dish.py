"""`/dish`: a picture of an invented dish; and the button that cancels it."""

from typing import Any

import discord
from discord import app_commands

from bot.buttons import Press
from bot.cancel import CANCEL
from bot.kitchen import Kitchen
from bot.translator import phrase
from bot.waiter import Waiter
from foodgan.contract.orders import COUNT_MAX, SEED_MAX
from foodgan.contract.phrases import locale_of, say

Count = app_commands.Range[int, 1, COUNT_MAX]
Seed = app_commands.Range[int, 0, SEED_MAX]


def dish_command(waiter: Waiter) -> app_commands.Command[Any, ..., None]:
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
        await waiter.take(interaction, name=name, count=count, seed=seed)

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
