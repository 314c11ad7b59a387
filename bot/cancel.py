"""The button by which a member, or a moderator, cancels an order that has not been served yet."""

import re
from typing import Any, Self

import discord
from discord.ui import Button, DynamicItem, View

from foodgan.contract.orders import DishOrder
from foodgan.contract.phrases import locale_of, say


def cancel_view(order: DishOrder) -> View:
    """A view with the one button. It is found again by its custom id, also after a restart."""
    view = View(timeout=None)
    view.add_item(CancelButton(order.order_id, order.locale))
    view.stop()  # no state of it is kept for each message
    return view


class CancelButton(DynamicItem[Button[View]], template=r"cancel:(?P<order>[0-9a-z]{8})"):
    """Carries the order's id; whose order it is, the records know."""

    def __init__(self, order_id: str, locale: str) -> None:
        self._order_id = order_id
        label = say(locale, "cancel-label")
        super().__init__(
            Button(style=discord.ButtonStyle.secondary, label=label, custom_id=f"cancel:{order_id}")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str], /
    ) -> Self:
        """The button of a click."""
        return cls(match["order"], locale_of(interaction.locale.value))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge at once; then cancel, or tell the one who clicked why not."""
        await interaction.response.defer()
        moderator = interaction.permissions.manage_messages
        kitchen = interaction.client.kitchen
        refusal = await kitchen.cancel(self._order_id, interaction.user.id, moderator)
        if refusal is not None:
            sentence = say(locale_of(interaction.locale.value), refusal)
            await interaction.followup.send(sentence, ephemeral=True)
