"""The button by which a member, or a moderator, cancels an order that has not been served yet."""

import discord

from bot.buttons import button, custom_id, laid_out
from foodgan.contract.orders import DishOrder
from foodgan.contract.phrases import say

CANCEL = "cancel"  # and the order's id; whose order it is, the records know


def cancel_view(order: DishOrder) -> discord.ui.View:
    """A view with the one button. It is known by its custom_id, also after a restart."""
    return laid_out(button(say(order.locale, "cancel-label"), custom_id(CANCEL, order.order_id)))
