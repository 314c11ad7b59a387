"""`/dish`: a picture of an invented dish; and the button that cancels it."""

from typing import Any

import discord
from discord import app_commands
from pydantic import SecretStr

from bot.buttons import Press
from bot.deferral import defer
from bot.orders.kitchen import Kitchen
from bot.orders.manner import weights_of
from bot.orders.views import CANCEL
from bot.orders.waiter import Waiter
from bot.translator import phrase
from foodgan.contract.limits import CALM, COUNT_MAX, SEED_MAX, VERY_CALM
from foodgan.contract.phrases import locale_of, say

Count = app_commands.Range[int, 1, COUNT_MAX]
Seed = app_commands.Range[int, 0, SEED_MAX]
CALMNESS = [
    app_commands.Choice(name=phrase("choice-calm"), value=CALM),
    app_commands.Choice(name=phrase("choice-very-calm"), value=VERY_CALM),
]


def dish_command(waiter: Waiter) -> app_commands.Command[Any, ..., None]:
    """The command `/dish`."""

    @app_commands.command(name="dish", description=phrase("command-dish"))
    @app_commands.rename(
        name=phrase("option-name"),
        count=phrase("option-count"),
        seed=phrase("option-seed"),
        more=phrase("option-more"),
        less=phrase("option-less"),
        calm=phrase("option-calm"),
    )
    @app_commands.describe(
        name=phrase("option-name-hint"),
        count=phrase("option-count-hint"),
        seed=phrase("option-seed-hint"),
        more=phrase("option-more-hint"),
        less=phrase("option-less-hint"),
        calm=phrase("option-calm-hint"),
    )
    @app_commands.choices(calm=CALMNESS)
    async def dish(
        interaction: discord.Interaction,
        name: str,
        count: Count = 1,
        seed: Seed | None = None,
        more: str | None = None,
        less: str | None = None,
        calm: int | None = None,
    ) -> None:
        weights = weights_of(more, less)
        await waiter.take(
            interaction, name=name, count=count, seed=seed, weights=weights, truncation=calm
        )

    return dish


def dish_presses(kitchen: Kitchen) -> dict[str, Press]:
    """What a click on an order's button does."""

    async def cancel(interaction: discord.Interaction, arguments: list[str]) -> None:
        """Acknowledge at once; then cancel, or tell the one who clicked why not."""
        await defer(interaction)
        (order_id,) = arguments
        moderator, token = interaction.permissions.manage_messages, SecretStr(interaction.token)
        refusal = await kitchen.cancel(order_id, interaction.user.id, moderator, token)
        if refusal is not None:
            sentence = say(locale_of(interaction.locale.value), refusal)
            await interaction.followup.send(sentence, ephemeral=True)

    return {CANCEL: cancel}
