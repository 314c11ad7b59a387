"""The buttons of an order: to cancel it while it waits, and what may be asked of its pictures."""

import discord

from bot.buttons import button, custom_id, laid_out
from foodgan.contract.offers import offers
from foodgan.contract.orders import DishOrder
from foodgan.contract.phrases import say

CANCEL = "cancel"  # and the order's id; whose order it is, the records know


def cancel_view(order: DishOrder) -> discord.ui.View:
    """A view with the one button. It is known by its custom_id, also after a restart."""
    return laid_out(button(say(order.locale, "cancel-label"), custom_id(CANCEL, order.order_id)))


def offers_view(order: DishOrder) -> discord.ui.View | None:
    """The same buttons that a worker puts under a finished dish; None where there are none."""
    buttons: list[discord.ui.Button[discord.ui.View]] = [
        discord.ui.Button(label=each.label, emoji=each.emoji, custom_id=each.custom_id, row=row)
        for row, offered in enumerate(offers(order))
        for each in offered
    ]
    return laid_out(*buttons) if buttons else None
