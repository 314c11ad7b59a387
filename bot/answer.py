"""The bot's own edits of a deferred answer. The finished picture comes from the worker."""

import asyncio
import logging
from typing import cast

import discord

from foodgan.contract.orders import DishOrder

EDIT_TIMEOUT_S = 8.0  # discord.py's own waiting for a rate limit included
_ORIGINAL = cast(int, "@original")  # Discord takes this word for the id of the first answer

log = logging.getLogger(__name__)


async def edit_answer(client: discord.Client, order: DishOrder, sentence: str) -> bool:
    """Put `sentence` in place of the answer so far. Returns whether Discord took it.

    Works with the order's token alone, so also after a restart of the bot.
    """
    webhook = discord.Webhook.partial(
        int(order.application_id), order.token.get_secret_value(), client=client
    )
    edit = webhook.edit_message(
        _ORIGINAL, content=sentence, allowed_mentions=discord.AllowedMentions.none()
    )
    try:
        # Not wait_for: in Python 3.11 it forgets a cancellation that comes with the result.
        async with asyncio.timeout(EDIT_TIMEOUT_S):
            await edit
    except discord.HTTPException as error:
        log.warning(
            "order %s: answer not edited, %d (%d)", order.order_id, error.status, error.code
        )
        return False
    except (OSError, TimeoutError) as error:
        log.warning("order %s: answer not edited, %s", order.order_id, type(error).__name__)
        return False
    return True
