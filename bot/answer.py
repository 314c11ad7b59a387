"""The bot's own edits of a deferred answer. A finished dish comes from the worker."""

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, cast

import aiohttp
import discord

from bot.ratelimit import open_gate
from foodgan.contract.orders import DishOrder
from foodgan.contract.refusals import meaning

EDIT_TIMEOUT_S = 8.0  # discord.py's own waiting for a rate limit included
POST_TIMEOUT_S = 20.0  # of one message with pictures
TEXT_MAX = 2000  # characters of a message
HISTORY = 100  # messages at either end of an order's time that are looked through for its dish
_ORIGINAL = cast(int, "@original")  # Discord takes this word for the id of the first answer

# Discord cannot be reached, or did not say whether it has taken a request.
AWAY = (aiohttp.ClientError, OSError, TimeoutError)

# taken: Discord has it; gone: nobody is left to read it; dead: only the interaction token is no
# longer good; refused: never in this form; away: perhaps later.
Outcome = Literal["taken", "gone", "dead", "refused", "away"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """One picture of a message. alt: what a screen reader says."""

    filename: str
    alt: str
    body: bytes

    def file(self) -> discord.File:
        """Fresh for every request, which reads it to its end."""
        return discord.File(io.BytesIO(self.body), self.filename, description=self.alt)


@dataclass(frozen=True)
class Answer:
    """A whole message: what it does not have, an edit takes away."""

    text: str
    view: discord.ui.View | None = None
    files: tuple[discord.File, ...] = ()

    def edit(self) -> dict[str, Any]:
        """Arguments for any edit of a message."""
        return {
            "content": fitting(self.text),
            "view": self.view,
            "attachments": list(self.files),
            "allowed_mentions": discord.AllowedMentions.none(),
        }


def fitting(text: str) -> str:
    """The whole lines of a text that fit into a message; "…" stands for the others."""
    if len(text) <= TEXT_MAX:
        return text
    kept = text[: TEXT_MAX - 2]
    return f"{kept[: kept.rfind(chr(10))] if chr(10) in kept else kept}\n…"


# application id, token, answer -> what became of it
Edit = Callable[[int, str, Answer], Awaitable[Outcome]]


async def edit_answer(
    client: discord.Client,
    order: DishOrder,
    sentence: str,
    view: discord.ui.View | None = None,
    pictures: Sequence[Shown] = (),
) -> Outcome:
    """Put `sentence`, its buttons and pictures in place of the answer so far.

    Works with the order's token alone, so also after a restart of the bot.
    """
    webhook = _webhook(client, int(order.application_id), order.token.get_secret_value())
    files: dict[str, Any] = {}
    if pictures:
        files["attachments"] = [picture.file() for picture in pictures]
    edit = webhook.edit_message(
        _ORIGINAL,
        content=sentence,
        view=view,
        allowed_mentions=discord.AllowedMentions.none(),
        **files,
    )
    return await _tried(client, f"order {order.order_id}: answer", edit, EDIT_TIMEOUT_S)


async def edit_whole(
    client: discord.Client, application_id: int, token: str, answer: Answer
) -> Outcome:
    """Make an earlier answer this one, by its token alone."""
    edit = _webhook(client, application_id, token).edit_message(_ORIGINAL, **answer.edit())
    return await _tried(client, "an answer", edit, EDIT_TIMEOUT_S)


def _webhook(client: discord.Client, application_id: int, token: str) -> discord.Webhook:
    return discord.Webhook.partial(application_id, token, client=client)


async def post_once(
    client: discord.Client,
    channel_id: int | None,
    member_id: int,
    order: DishOrder,
    content: str,
    pictures: Sequence[Shown] = (),
    view: discord.ui.View | None = None,
) -> Outcome:
    """Say it in the channel with the bot's own token, unless the order has its answer there.

    channel_id: None for direct messages with the member. The nonce keeps Discord from taking it
    twice within some minutes; what is older is looked for in the channel, near the order's
    beginning and at the end.
    """
    # A dish may follow on a sentence: what has failed, an operator may have made after all.
    nonce = order.order_id if pictures else f"said-{order.order_id}"

    def answers(message: discord.Message) -> bool:
        named = any(order.order_id in each.filename for each in message.attachments)
        return message.author == client.user and (
            named or (not pictures and order.order_id in message.content)
        )

    async def post() -> None:
        channel: discord.DMChannel | discord.PartialMessageable
        if channel_id is None:
            channel = await client.create_dm(discord.Object(member_id))
        else:
            channel = client.get_partial_messageable(channel_id)
        if await _found(channel, order, answers):
            log.info("order %s: it is in its channel already", order.order_id)
            return
        await channel.send(
            content,
            view=view or discord.utils.MISSING,
            files=[picture.file() for picture in pictures],
            nonce=nonce,  # with one, discord.py asks to enforce it
            allowed_mentions=discord.AllowedMentions.none(),
        )

    return await _tried(client, f"order {order.order_id}: message", post(), POST_TIMEOUT_S)


async def _found(
    channel: discord.DMChannel | discord.PartialMessageable,
    order: DishOrder,
    answers: Callable[[discord.Message], bool],
) -> bool:
    before = discord.Object(discord.utils.time_snowflake(order.asked_at) - (60_000 << 22))
    try:
        async for message in channel.history(limit=HISTORY):
            if answers(message):
                return True
        async for message in channel.history(limit=HISTORY, after=before, oldest_first=True):
            if answers(message):
                return True
    except discord.Forbidden:  # the nonce alone has to do
        log.info("order %s: the channel's history may not be read", order.order_id)
    return False


async def _tried(
    client: discord.Client, what: str, request: Awaitable[object], timeout_s: float
) -> Outcome:
    try:
        # Not wait_for: in Python 3.11 it forgets a cancellation that comes with the result.
        async with asyncio.timeout(timeout_s):
            await request
    except discord.HTTPException as error:
        outcome = _outcome(error)
        log.warning("%s: %s, %d (%d)", what, outcome, error.status, error.code)
        return outcome
    except AWAY as error:
        open_gate(client)
        log.warning("%s: away, %s", what, type(error).__name__)
        return "away"
    return "taken"


def _outcome(error: discord.HTTPException) -> Outcome:
    meant = meaning(error.status, error.code)
    busy = error.status == HTTPStatus.TOO_MANY_REQUESTS or error.status >= 500
    if meant == "barred" or (meant == "refused" and busy):
        return "away"
    return meant
