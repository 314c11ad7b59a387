"""The buttons under a finished dish, where the bot itself brings it: see the contract's offers."""

import discord

from bot.buttons import laid_out
from foodgan.contract.offers import offers
from foodgan.contract.orders import DishOrder


def offers_view(order: DishOrder) -> discord.ui.View | None:
    """The same buttons that a worker puts there; None where there are none."""
    buttons: list[discord.ui.Button[discord.ui.View]] = [
        discord.ui.Button(label=each.label, emoji=each.emoji, custom_id=each.custom_id, row=row)
        for row, offered in enumerate(offers(order))
        for each in offered
    ]
    return laid_out(*buttons) if buttons else None
