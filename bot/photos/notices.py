"""What members are told without having asked just now: politely, once, and never twice."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import discord
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import AWAY, TEXT_MAX, fitting
from bot.ratelimit import open_gate
from bot.records import reviews, submissions
from bot.records.tables import Photo
from foodgan.contract import dishname
from foodgan.contract.models import LearnedName
from foodgan.contract.phrases import say
from foodgan.contract.settings import Settings

NOTICE_TIMEOUT_S = 20.0  # of one notice: photos and receipts have their turn after it
NAMED_MAX = 8  # names of dishes that a notice gives; the rest are counted
GOOD_NEWS_MAX = TEXT_MAX - 30  # characters of one line; a mention may come before it
PATIENCE = timedelta(minutes=10)  # that news wait for what else is being decided

log = logging.getLogger(__name__)

# member id, text, channel id of the submission, what all may read there, whether that is to go
# there also where the member takes messages -> None
Send = Callable[[int, str, int | None, str, bool], Awaitable[None]]


class Notices:
    """Tells members once a decision stands, and what their own answer can hold no longer.

    Who takes no messages, and lets releases name them, hears in the channel of what was accepted.
    /photos mine has the rest. Where notices go to the channel, it is the same that goes there; what
    else there is to say comes by message.
    """

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        send: Send,
        changed: Callable[[], None],
        settings: Settings,
    ) -> None:
        """changed: to be called where there are photos that a catalogue may have from now on."""
        self._sessions = sessions
        self._send = send
        self._changed = changed
        self._undo = timedelta(seconds=settings.review_undo_s)
        self._wanted = settings.review_notice != "off"
        self._in_channel = settings.review_notice == "channel"

    async def tell(self) -> None:
        """Tell all decisions that can no longer be undone, in one message a member.

        While reviewers go through a member's photos, it waits for the last of them. Decisions are
        marked first: a stop in between costs a message, and sends none twice.
        """
        now = datetime.now(UTC)
        oldest = now - self._undo - PATIENCE if self._wanted else None
        async with self._sessions.begin() as session:
            decided = await reviews.untold(session, now - self._undo, oldest)
        if decided:
            self._changed()
        if not self._wanted:
            return
        by_member: dict[int, list[Photo]] = defaultdict(list)
        for photo in decided:
            by_member[photo.member_id].append(photo)
        for member_id, theirs in by_member.items():
            accepted = [photo for photo in theirs if photo.state == "accepted"]
            praise = notice(accepted) if await self._may_be_named(member_id) else ""
            channel_id = theirs[-1].channel_id
            await self._send(member_id, notice(theirs), channel_id, praise, self._in_channel)

    async def announce(self, names: Sequence[LearnedName], showing: Sequence[Photo]) -> None:
        """Tell the contributors of these photos that the painter knows their names by now.

        One message a member; that they are told is in the records already.
        """
        if not self._wanted:
            return
        by_member: dict[int, list[Photo]] = defaultdict(list)
        for photo in showing:
            by_member[photo.member_id].append(photo)
        for member_id, theirs in by_member.items():
            shown = {photo.name for photo in theirs}
            text = good_news(theirs[-1].locale, [one for one in names if one.name in shown])
            openly = text if await self._may_be_named(member_id) else ""
            channel_id = theirs[-1].channel_id
            await self._send(member_id, text, channel_id, openly, self._in_channel)

    async def late(self, member_id: int, locale: str, text: str, channel_id: int | None) -> None:
        """Say what was to be an answer for this member alone, whose token has died.

        Where others read along, only that there is news.
        """
        hint = say(locale, "late-hint") if await self._may_be_named(member_id) else ""
        await self._late(member_id, locale, text, channel_id, hint)

    async def late_release(
        self, member_id: int, locale: str, text: str, channel_id: int | None
    ) -> None:
        """The same of a release: news of it says nothing of its operator's photos."""
        hint = say(locale, "late-hint-release")
        await self._late(member_id, locale, text, channel_id, hint)

    async def _late(
        self, member_id: int, locale: str, text: str, channel_id: int | None, hint: str
    ) -> None:
        if self._wanted:
            whole = fitting(f"{say(locale, 'late-head')}\n{text}")
            await self._send(member_id, whole, channel_id, hint, False)

    async def _may_be_named(self, member_id: int) -> bool:
        async with self._sessions() as session:
            consent = await submissions.consent_of(session, member_id)
        return consent is not None and consent.credit_choice != "anonymous"


def notice(decided: Sequence[Photo]) -> str:
    """What to say to one member about these photos."""
    if not decided:
        return ""
    locale = decided[-1].locale
    accepted = [photo for photo in decided if photo.state == "accepted"]
    rejected = Counter(
        (photo.name, photo.reason or "other") for photo in decided if photo.state == "rejected"
    )
    lines = []
    if accepted:
        names = _names(locale, accepted)
        lines.append(say(locale, "notice-accepted", count=len(accepted), names=names))
    for (name, reason), count in list(rejected.items())[:NAMED_MAX]:
        values = {"name": dishname.display(name), "reason": say(locale, f"reason-{reason}")}
        if count > 1:
            lines.append(say(locale, "notice-rejected-many", count=count, **values))
        else:
            lines.append(say(locale, "notice-rejected", **values))
    rest = sum(list(rejected.values())[NAMED_MAX:])
    if rest:
        lines.append(say(locale, "notice-more", count=rest))
    withdrawn = sum(photo.state == "withdrawn" for photo in decided)  # their names are gone
    if withdrawn:
        lines.append(say(locale, "notice-withdrawn", count=withdrawn))
    return fitting("\n".join(lines))


def good_news(locale: str, learned: Sequence[LearnedName]) -> str:
    """What to say to one member about these names, which their photos have taught the painter."""
    named = learned[:NAMED_MAX]
    while len(text := _good_news(locale, named, len(learned) - len(named))) > GOOD_NEWS_MAX:
        named = named[:-1]
    return text


def _good_news(locale: str, named: Sequence[LearnedName], rest: int) -> str:
    """rest: how many more there are."""
    names = [
        say(
            locale,
            "notice-dish",
            name=dishname.display(one.name),
            like=dishname.display(one.like),
        )
        for one in named
    ]
    shown = say(locale, "list-comma").join(names)
    if rest > 0:
        shown = say(locale, "notice-learned-more", names=shown, count=rest)
    return say(locale, "notice-learned", names=shown)


def _names(locale: str, photos: Sequence[Photo]) -> str:
    counts = Counter(photo.name for photo in photos)
    names = []
    for name, count in list(counts.items())[:NAMED_MAX]:
        shown, many = dishname.display(name), say(locale, "count-photos", count=count)
        several = count > 1
        names.append(say(locale, "in-brackets", what=shown, aside=many) if several else shown)
    listed = say(locale, "list-comma").join(names)
    rest = sum(list(counts.values())[NAMED_MAX:])
    return say(locale, "list-more", names=listed, count=rest) if rest else listed


def sender(client: discord.Client) -> Send:
    """How notices travel: a direct message, or a mention in the channel of the submission."""

    async def send(
        member_id: int, text: str, channel_id: int | None, praise: str, openly: bool
    ) -> None:
        try:
            async with asyncio.timeout(NOTICE_TIMEOUT_S):
                said = openly and await _mention(client, channel_id, member_id, praise)
                if said and praise == text:
                    return
                if not await _message(client, member_id, text) and not openly:
                    await _mention(client, channel_id, member_id, praise)
        except discord.HTTPException as error:
            log.info("a notice was not taken, %d (%d)", error.status, error.code)
        except AWAY as error:  # the next member is told all the same
            open_gate(client)
            log.warning("a notice was lost: %s", type(error).__name__)

    return send


async def _message(client: discord.Client, member_id: int, text: str) -> bool:
    """False where the member takes no messages."""
    try:
        channel = await client.create_dm(discord.Object(member_id))
        await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
    except discord.Forbidden:
        return False
    return True


async def _mention(
    client: discord.Client, channel_id: int | None, member_id: int, text: str
) -> bool:
    """False where there is nothing that all may read, or where the bot may not write any more."""
    if channel_id is None or not text:
        return False
    whom = discord.AllowedMentions(users=[discord.Object(member_id)], everyone=False, roles=False)
    channel = client.get_partial_messageable(channel_id)
    try:
        await channel.send(fitting(f"<@{member_id}> {text}"), allowed_mentions=whom)
    except (discord.Forbidden, discord.NotFound) as error:
        log.info("a channel takes no notice, %d (%d)", error.status, error.code)
        return False
    return True
