"""The review desk: one message in which a reviewer judges photo after photo."""

from collections.abc import Sequence

import discord
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer
from bot.buttons import button, custom_id, laid_out
from bot.photos.lookalikes import LookAlikes
from bot.photos.previews import previews
from bot.photos.publisher import Publisher
from bot.records import photos, reviews
from bot.records.reviews import Fate, Reviewer, Rules
from bot.records.tables import Photo, Verdict
from foodgan.contract import dishname
from foodgan.contract.errors import UserError
from foodgan.contract.lookalikes import number
from foodgan.contract.phrases import say
from foodgan.contract.settings import Settings

REASONS = ("blurry", "no-dish", "wrong-name", "people", "twice", "not-own", "other")


class Desk:
    """Shows what waits, and counts votes. Every method returns the page to show next."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        lookalikes: LookAlikes,
        publisher: Publisher,
        settings: Settings,
    ) -> None:
        self._sessions = sessions
        self._lookalikes = lookalikes
        self._publisher = publisher
        self._rules = Rules(settings.review_votes, settings.review_escalate_after)

    async def page(
        self, reviewer: Reviewer, locale: str, news: str = "", undo: str | None = None
    ) -> Answer:
        """The photo that waits longest for this reviewer. undo: the photo judged before."""
        async with self._sessions() as session:
            line = await reviews.line(session, reviewer)
            shown = await photos.by_ids(session, line[:1])
            tied = 0 if shown else await reviews.tied(session, reviewer)
        if not shown:
            buttons = [_undo_button(locale, undo)] if undo else []
            none = say(locale, "review-none-tied" if tied else "review-none", count=tied)
            text = "\n".join(filter(None, (news, none)))
            return Answer(text, laid_out(*buttons))
        return await self._show(shown[0], locale, news, undo, len(line))

    async def judge(
        self,
        reviewer: Reviewer,
        locale: str,
        photo_id: str,
        mark: str,
        verdict: Verdict,
        reason: str | None = None,
    ) -> Answer:
        """Count a vote. Nothing is counted twice, nor for what somebody else has decided.

        A photo that was shown with another name, by its mark, is shown again.
        """
        async with self._sessions.begin() as session:
            fate = await reviews.vote(
                session, photo_id, mark, reviewer, verdict, self._rules, reason
            )
        if fate == "decided":
            self._publisher.changed()
        news = say(locale, _news(fate, verdict, reviewer))
        if fate == "stale":
            return await self._again(reviewer, locale, photo_id, news)
        stands = fate in ("counted", "decided", "escalated")
        return await self.page(reviewer, locale, news, photo_id if stands else None)

    async def undo(self, reviewer: Reviewer, locale: str, photo_id: str) -> Answer:
        """Take the last vote back and show that photo again."""
        async with self._sessions.begin() as session:
            undone = await reviews.undo(session, photo_id, reviewer, self._rules)
        if undone != "undone":
            return await self.page(reviewer, locale, say(locale, f"review-undo-{undone}"))
        self._publisher.changed()
        return await self._again(reviewer, locale, photo_id, say(locale, "review-undone"))

    async def rename(self, reviewer: Reviewer, locale: str, photo_id: str, name: str) -> Answer:
        """Give a photo a normalised name and show it again, if this reviewer may name it."""
        async with self._sessions.begin() as session:
            renamed = await reviews.rename(session, photo_id, reviewer, name)
        news = say(locale, f"review-{renamed}")
        if renamed in ("renamed", "same"):
            return await self._again(reviewer, locale, photo_id, news)
        return await self.page(reviewer, locale, news)

    async def name_of(self, photo_id: str) -> str:
        """The name that a photo has now. Raises UserError where it waits no more."""
        async with self._sessions() as session:
            found = await photos.by_ids(session, [photo_id])
        if not found or found[0].state != "taken":
            raise UserError("review-gone")
        return found[0].name

    async def _again(self, reviewer: Reviewer, locale: str, photo_id: str, news: str) -> Answer:
        async with self._sessions() as session:
            found = await photos.by_ids(session, [photo_id])
            line = await reviews.line(session, reviewer)
        if not found or found[0].state != "taken":
            return await self.page(reviewer, locale, news)
        return await self._show(found[0], locale, news, None, len(line))

    async def _show(
        self, photo: Photo, locale: str, news: str, undo: str | None, left: int
    ) -> Answer:
        head = "review-head-many" if left >= reviews.LEFT_MAX else "review-head"
        name = dishname.display(photo.name)
        lines = [news, say(locale, head, name=name, left=left)]
        seen = await previews(self._publisher, locale, [photo])
        if not seen:  # nobody votes on what they do not see
            lines.append(say(locale, "review-unseen"))
            return Answer("\n".join(filter(None, lines)), laid_out(*_aside(locale, photo, undo)))
        if photo.words:
            lines.append(say(locale, "review-words", words=dishname.listed(photo.words)))
        if photo.escalated:
            lines.append(say(locale, "review-escalated"))
        if photo.hints:
            hints = [say(locale, f"hint-{hint}") for hint in photo.hints.split(",")]
            listed = say(locale, "list-comma").join(hints)
            lines.append(say(locale, "review-hints", hints=listed))
        alike = await previews(self._publisher, locale, await self._alike(photo))
        if alike:
            names = [_with_state(locale, one) for one, _ in alike]
            listed = say(locale, "list-comma").join(names)
            lines.append(say(locale, "review-alike", names=listed))
        files = tuple(file for _, file in [*seen, *alike])
        return Answer("\n".join(filter(None, lines)), _controls(locale, photo, undo), files)

    async def _alike(self, photo: Photo) -> Sequence[Photo]:
        if photo.perceptual_hash is None:
            return []
        ids = await self._lookalikes.of(photo.id, number(photo.perceptual_hash))
        async with self._sessions() as session:
            return await photos.known(session, ids)


def _with_state(locale: str, photo: Photo) -> str:
    name, state = dishname.display(photo.name), say(locale, f"state-{photo.state}")
    return say(locale, "in-brackets", what=name, aside=state)


def _news(fate: Fate, verdict: Verdict, reviewer: Reviewer) -> str:
    """The key of the sentence about a vote."""
    if fate in ("counted", "decided"):
        return f"review-{fate}-{verdict}"
    if fate == "escalated":
        return "review-escalated-yours" if reviewer.operator else "review-escalated-news"
    return f"review-{fate}"


def _controls(locale: str, photo: Photo, undo: str | None) -> discord.ui.View:
    which = _which(photo)
    reject: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id=custom_id("review-reject", *which),
        placeholder=say(locale, "review-reject"),
        row=1,
        options=[
            discord.SelectOption(label=say(locale, f"reason-{reason}"), value=reason)
            for reason in REASONS
        ],
    )
    green = discord.ButtonStyle.success
    accept = button(say(locale, "review-accept"), custom_id("review-accept", *which), green, row=0)
    rename = button(say(locale, "review-rename"), custom_id("review-rename", photo.id), row=0)
    return laid_out(accept, rename, *_aside(locale, photo, undo), reject)


def _aside(locale: str, photo: Photo, undo: str | None) -> list[discord.ui.Button[discord.ui.View]]:
    """The buttons that judge nothing."""
    skip = button(say(locale, "review-skip"), custom_id("review-skip", *_which(photo)), row=0)
    return [skip, _undo_button(locale, undo)] if undo else [skip]


def _which(photo: Photo) -> tuple[str, str]:
    """The photo, and the mark of the name that it is shown with."""
    return photo.id, reviews.mark_of(photo.name)


def _undo_button(locale: str, photo_id: str) -> discord.ui.Button[discord.ui.View]:
    return button(say(locale, "review-undo"), custom_id("review-undo", photo_id), row=0)
