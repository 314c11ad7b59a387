"""`/mix`: pictures between two dishes."""

from typing import Any

import discord
from discord import app_commands

from bot.commands.dish import Count, Seed
from bot.orders.waiter import Waiter
from bot.translator import phrase
from foodgan.contract.limits import COUNT_MAX, SHARE_MAX

Share = app_commands.Range[int, 0, SHARE_MAX]


def mix_command(waiter: Waiter) -> app_commands.Command[Any, ..., None]:
    """The command `/mix`: with a share one picture, without one a series from a to b."""

    @app_commands.command(name="mix", description=phrase("command-mix"))
    @app_commands.rename(
        a=phrase("option-mix-a"),
        b=phrase("option-mix-b"),
        share=phrase("option-share"),
        count=phrase("option-count"),
        seed=phrase("option-seed"),
    )
    @app_commands.describe(
        a=phrase("option-mix-a-hint"),
        b=phrase("option-mix-b-hint"),
        share=phrase("option-share-hint"),
        count=phrase("option-mix-count-hint"),
        seed=phrase("option-seed-hint"),
    )
    async def mix(
        interaction: discord.Interaction,
        a: str,
        b: str,
        share: Share | None = None,
        count: Count | None = None,
        seed: Seed | None = None,
    ) -> None:
        if count is None:
            count = COUNT_MAX if share is None else 1
        await waiter.take(
            interaction, kind="mix", name=a, mix=b, share=share, count=count, seed=seed
        )

    return mix
