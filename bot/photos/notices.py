"""Decisions told to those who handed the photos over: politely, once, and never twice."""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import discord
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.records import reviews
from bot.records.tables import Photo
from foodgan.contract import dishname
from foodgan.contract.phrases import say
from foodgan.contract.settings import Settings

NAMED_MAX = 8  # photos that a notice names; the rest are counted

log = logging.getLogger(__name__)

# member id, channel id of the submission, text -> None
Send = Callable[[int, int | None, str], Awaitable[None]]


class Notices:
    """Tells members once a decision stands. A member who takes no messages is left in peace."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], send: Send, settings: Settings
    ) -> None:
        self._sessions = sessions
        self._send = send
        self._undo = timedelta(seconds=settings.review_undo_s)
        self._wanted = settings.review_notice != "off"

    async def tell(self) -> None:
        """Tell all decisions that can no longer be undone, in one message a member.

        They are marked first: a stop in between costs a message, and sends none twice.
        """
        async with self._sessions.begin() as session:
            decided = await reviews.untold(session, datetime.now(UTC) - self._undo)
        if not self._wanted:
            return
        by_member: dict[int, list[Photo]] = defaultdict(list)
        for photo in decided:
            by_member[photo.member_id].append(photo)
        for member_id, theirs in by_member.items():
            await self._send(member_id, theirs[-1].channel_id, notice(theirs))


def notice(decided: Sequence[Photo]) -> str:
    """What to say to one member about these photos."""
    locale = decided[-1].locale
    accepted = [photo for photo in decided if photo.state == "accepted"]
    rejected = [photo for photo in decided if photo.state == "rejected"]
    lines = []
    if accepted:
        lines.append(say(locale, "notice-accepted", names=_names(locale, accepted)))
    for photo in rejected[:NAMED_MAX]:
        reason = say(locale, f"reason-{photo.reason or 'other'}")
        name = dishname.display(photo.name)
        lines.append(say(locale, "notice-rejected", name=name, reason=reason))
    if len(rejected) > NAMED_MAX:
        lines.append(say(locale, "notice-more", count=len(rejected) - NAMED_MAX))
    return "\n".join(lines)


def _names(locale: str, photos: Sequence[Photo]) -> str:
    names = [dishname.display(photo.name) for photo in photos[:NAMED_MAX]]
    shown = say(locale, "list-comma").join(names)
    rest = len(photos) - NAMED_MAX
    return shown if rest <= 0 else say(locale, "list-more", names=shown, count=rest)


def sender(client: discord.Client, settings: Settings) -> Send:
    """How notices travel: a direct message, or a mention in the channel of the submission."""

    async def send(member_id: int, channel_id: int | None, text: str) -> None:
        someone = discord.Object(member_id)
        try:
            if settings.review_notice == "dm":
                channel = await client.create_dm(someone)
                await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
            elif channel_id is not None:
                await client.get_partial_messageable(channel_id).send(
                    f"<@{member_id}> {text}",
                    allowed_mentions=discord.AllowedMentions(
                        users=[someone], everyone=False, roles=False
                    ),
                )
        except discord.HTTPException as error:
            log.info("a notice was not taken, %d (%d)", error.status, error.code)

    return send
