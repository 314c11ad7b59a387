"""What a press on a button under a finished dish orders. Anyone who sees it may press."""

from dataclasses import asdict
from typing import Any

import discord

from bot.buttons import Press
from bot.orders.kitchen import Kitchen
from bot.orders.waiter import Waiter, any_seed
from foodgan.contract.offers import CHECK, ENLARGE, REROLL, VARY
from foodgan.contract.recipes import VARIATIONS, Kind


def offer_presses(kitchen: Kitchen, waiter: Waiter) -> dict[str, Press]:
    """The presses, by action; the arguments of each say which order, and which of its pictures."""

    async def reroll(interaction: discord.Interaction, arguments: list[str]) -> None:
        """The same order once more: other seeds, or other pictures near the same one."""
        order_id, *_ = arguments
        order = await kitchen.recall(order_id)
        fresh = "seed" if order.variation is None else "variation"
        kept = ("kind", "name", "mix", "share", "count", "seed", "variation")
        asked = {field: getattr(order, field) for field in (*kept, "weights", "truncation")}
        await waiter.take(interaction, **asked | {fresh: any_seed()})

    async def vary(interaction: discord.Interaction, arguments: list[str]) -> None:
        picture = await _picture(kitchen, arguments) | {"variation": any_seed()}
        await waiter.take(interaction, kind="variations", count=VARIATIONS, **picture)

    def of_one(kind: Kind) -> Press:
        async def press(interaction: discord.Interaction, arguments: list[str]) -> None:
            await waiter.take(interaction, kind=kind, **await _picture(kitchen, arguments))

        return press

    return {REROLL: reroll, VARY: vary, ENLARGE: of_one("enlarged"), CHECK: of_one("check")}


async def _picture(kitchen: Kitchen, arguments: list[str]) -> dict[str, Any]:
    """What the picture that a button belongs to was painted from, and by: buttons that the bot put
    there do not say that. Raises UserError.
    """
    order_id, place, *mark = arguments
    order = await kitchen.recall(order_id)
    return asdict(order.recipes[int(place)]) | {"painted_by": mark[0] if mark else None}
