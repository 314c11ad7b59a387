"""How the bot speaks to a member: in the answer while its token lives, then in its channel.

Where it may not write in that channel, by direct message.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import discord

from bot.answer import Outcome, Shown, edit_answer, post_once
from bot.orders.views import cancel_view, offers_view
from foodgan.contract.orders import TOKEN_LIFE, DishOrder
from foodgan.contract.phrases import say


class Voice:
    """Sentences and late dishes, each in the member's language and without a ping."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def edit(
        self, order: DishOrder, phrase: str, *, button: bool = False, **values: str | int
    ) -> Outcome:
        """Edit the answer into a sentence. button: with one that cancels the order."""
        view = cancel_view(order) if button else None
        return await edit_answer(self._client, order, say(order.locale, phrase, **values), view)

    async def tell(
        self,
        order: DishOrder,
        channel_id: int | None,
        member_id: int,
        phrase: str,
        **values: str | int,
    ) -> bool:
        """Say a last word. False where Discord is away: it is to be said later."""
        outcome: Outcome = "dead"
        sentence = say(order.locale, phrase, **values)
        if alive(order):
            outcome = await edit_answer(self._client, order, sentence)
        if outcome == "dead":
            content = f"<@{member_id}> {sentence}"
            outcome = await self._post(order, channel_id, member_id, content)
        return outcome != "away"

    async def bring(
        self,
        order: DishOrder,
        channel_id: int | None,
        member_id: int,
        content: str,
        pictures: Sequence[Shown],
    ) -> Outcome:
        """Serve a dish that a worker could not."""
        outcome: Outcome = "dead"
        view = offers_view(order)
        if alive(order):
            outcome = await edit_answer(self._client, order, content, view, pictures)
        if outcome == "dead":
            greeting = say(order.locale, "late-served", member=str(member_id))
            content = f"{greeting}\n{content}"
            outcome = await self._post(order, channel_id, member_id, content, pictures, view)
        return outcome

    async def _post(
        self,
        order: DishOrder,
        channel_id: int | None,
        member_id: int,
        content: str,
        pictures: Sequence[Shown] = (),
        view: discord.ui.View | None = None,
    ) -> Outcome:
        """By direct message where the bot has no access: commands work there all the same."""
        outcome: Outcome = "gone"
        if order.private:  # all would read in the channel what one asked
            return outcome
        for place in dict.fromkeys((channel_id, None)):
            if outcome == "gone":
                outcome = await post_once(
                    self._client, place, member_id, order, content, pictures, view
                )
        return outcome


def alive(order: DishOrder) -> bool:
    """Whether the answer can be edited by the order's own token."""
    return order.has_token and datetime.now(UTC) < order.asked_at + TOKEN_LIFE
