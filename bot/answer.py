"""The bot's own edits of a deferred answer. A finished dish comes from the worker."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

import discord

from foodgan.contract.orders import DishOrder

EDIT_TIMEOUT_S = 8.0  # discord.py's own waiting for a rate limit included
_ORIGINAL = cast(int, "@original")  # Discord takes this word for the id of the first answer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """A whole message: what it does not have, an edit takes away."""

    text: str
    view: discord.ui.View | None = None
    files: tuple[discord.File, ...] = ()

    def edit(self) -> dict[str, Any]:
        """Arguments for any edit of a message."""
        return {
            "content": self.text,
            "view": self.view,
            "attachments": list(self.files),
            "allowed_mentions": discord.AllowedMentions.none(),
        }


# application id, token, answer -> whether Discord took it
Edit = Callable[[int, str, Answer], Awaitable[bool]]


async def edit_answer(client: discord.Client, order: DishOrder, sentence: str) -> bool:
    """Put `sentence` in place of the answer so far. Returns whether Discord took it.

    Works with the order's token alone, so also after a restart of the bot.
    """
    edit = _webhook(client, int(order.application_id), order.token.get_secret_value()).edit_message(
        _ORIGINAL, content=sentence, allowed_mentions=discord.AllowedMentions.none()
    )
    return await _taken(f"order {order.order_id}", edit)


async def edit_whole(
    client: discord.Client, application_id: int, token: str, answer: Answer
) -> bool:
    """Make an earlier answer this one, by its token alone. Returns whether Discord took it."""
    edit = _webhook(client, application_id, token).edit_message(_ORIGINAL, **answer.edit())
    return await _taken("an answer", edit)


def _webhook(client: discord.Client, application_id: int, token: str) -> discord.Webhook:
    return discord.Webhook.partial(application_id, token, client=client)


async def _taken(what: str, edit: Awaitable[Any]) -> bool:
    try:
        # Not wait_for: in Python 3.11 it forgets a cancellation that comes with the result.
        async with asyncio.timeout(EDIT_TIMEOUT_S):
            await edit
    except discord.HTTPException as error:
        log.warning("%s: answer not edited, %d (%d)", what, error.status, error.code)
        return False
    except (OSError, TimeoutError) as error:
        log.warning("%s: answer not edited, %s", what, type(error).__name__)
        return False
    return True
