"""What members may see and have done to their own photos and data."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import discord
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer
from bot.buttons import button, custom_id, laid_out
from bot.photos.lookalikes import LookAlikes
from bot.photos.previews import previews
from bot.photos.publisher import Publisher
from bot.photos.receipts import NAME_MAX, refusal
from bot.records import operators, photos, rights
from bot.records.tables import Photo
from foodgan.contract import dishname
from foodgan.contract.phrases import say

PAGE = 10  # photos
# 8-character ids with colons between, in a custom_id of 100 characters.
WITHDRAWN_MAX = 9
_HEADERS = 512  # bytes of a file's two entries in a ZIP, at most
_ROOM = 64 * 1024  # bytes of a part that are left for the ZIP's own directory and the request


@dataclass(frozen=True)
class Rights:
    """Lists, withdraws, packs and erases."""

    sessions: async_sessionmaker[AsyncSession]
    lookalikes: LookAlikes
    publisher: Publisher

    async def mine(self, member_id: int, locale: str, page: int = 0) -> Answer:
        """One page of the member's photos, and a menu to withdraw some.

        Those that were refused lately say why: there is nothing of them to withdraw.
        """
        async with self.sessions() as session:
            page = max(page, 0)
            shown, count = await rights.own_photos(session, member_id, PAGE, page * PAGE)
            if count and not shown:  # all of that page have been withdrawn
                page = (count - 1) // PAGE
                shown, count = await rights.own_photos(session, member_id, PAGE, page * PAGE)
            tally = await photos.tally(session, member_id)
        if not shown:
            return Answer(say(locale, "mine-none"))
        lines = [_head(locale, tally), *(f"- {_line(locale, photo)}" for photo in shown)]
        return Answer("\n".join(lines), _pages(locale, shown, page, count))

    async def confirm(self, member_id: int, locale: str, ids: Sequence[str], page: int) -> Answer:
        """Show one's own photos and ask once more before they go: there is no way back.

        page: where they were chosen, and where who thinks better of it goes on.
        """
        async with self.sessions() as session:
            theirs = await rights.still_own(session, member_id, ids)
        if not theirs:  # an older message: they have gone meanwhile
            return await self.mine(member_id, locale, page)
        yes = button(
            say(locale, "withdraw-yes"),
            custom_id("withdraw", *(photo.id for photo in theirs)),
            discord.ButtonStyle.danger,
        )
        no = button(say(locale, "withdraw-no"), custom_id("mine", str(page)))
        sure = say(locale, "withdraw-sure", count=len(theirs))
        lines = [sure, *(f"- {_line(locale, photo)}" for photo in theirs)]
        seen = await previews(self.publisher, locale, theirs)
        files = tuple(file for _, file in seen)
        return Answer("\n".join(lines), laid_out(yes, no), files)

    async def withdraw(self, member_id: int, locale: str, ids: Sequence[str]) -> Answer:
        """Withdraw one's own photos, at once from the records, at the next round from the store."""
        async with self.sessions.begin() as session:
            gone = await rights.withdraw(session, member_id, ids)
        if not gone:  # the second tap of two, or an older message: the first has told the count
            return await self.mine(member_id, locale)
        self.lookalikes.drop(gone)
        self.publisher.changed()
        return Answer(say(locale, "withdraw-done", count=len(gone)))

    async def erase(self, member_id: int, locale: str) -> Answer:
        """Erase the member altogether."""
        async with self.sessions.begin() as session:
            gone = await rights.erase(session, member_id)
            banned = await operators.banned(session, member_id)
        self.lookalikes.drop(gone)
        self.publisher.changed()
        done = say(locale, "erase-done", count=len(gone))
        return Answer(f"{done}\n{say(locale, 'erase-ban-stays')}" if banned else done)

    async def parts(self, member_id: int, limit: int) -> AsyncIterator[bytes]:
        """The member's data and photos as ZIP files, each below `limit` bytes."""
        async with self.sessions() as session:
            data = await rights.export(session, member_id)
            stored = await rights.stored_hashes(session, member_id)
        text = json.dumps(data, ensure_ascii=False, indent=2).encode()
        files, room = [("data.json", text)], limit - _ROOM - len(text)
        for sha256 in stored:
            photo = await self.publisher.bytes_of(sha256)
            if photo is None:
                continue
            if len(photo) > room and files:
                yield await asyncio.to_thread(_zipped, files)
                files, room = [], limit - _ROOM
            files.append((f"photos/{sha256[:12]}.jpg", photo))
            room -= len(photo) + _HEADERS
        yield await asyncio.to_thread(_zipped, files)


def _zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files:
            archive.writestr(path, data)
    return made.getvalue()


def _head(locale: str, tally: Mapping[str, int]) -> str:
    """How many photos we have, by the number of those in each state."""
    count = sum(tally.get(state, 0) for state in rights.ALIVE)
    if not count:
        return say(locale, "mine-none")
    accepted = tally.get("accepted", 0)
    waiting = tally.get("taken", 0) + tally.get("submitted", 0)
    return say(locale, "mine-head", count=count, accepted=accepted, waiting=waiting)


def _line(locale: str, photo: Photo) -> str:
    when = f"<t:{photo.submitted_at.timestamp():.0f}:d>"
    if photo.state == "refused":
        file = dishname.display(photo.filename[:NAME_MAX])
        told = say(locale, "mine-refused", file=file, why=refusal(locale, photo))
        return f"{when} **{dishname.display(photo.name)}** — {told}"
    state = say(locale, f"state-{photo.state}")
    if photo.state == "rejected":
        reason = say(locale, f"reason-{photo.reason or 'other'}")
        state = say(locale, "in-brackets", what=state, aside=reason)
    return f"{when} **{dishname.display(photo.name)}** — {state}"


def _pages(locale: str, shown: Sequence[Photo], page: int, count: int) -> discord.ui.View:
    turns = []
    if page > 0:
        turns.append(button("◀", custom_id("mine", str(page - 1)), row=1))
    if (page + 1) * PAGE < count:
        turns.append(button("▶", custom_id("mine", str(page + 1)), row=1))
    living = [photo for photo in shown if photo.state in rights.ALIVE]
    return laid_out(*([_menu(locale, living, page)] if living else []), *turns)


def _menu(locale: str, living: Sequence[Photo], page: int) -> discord.ui.Select[discord.ui.View]:
    return discord.ui.Select(
        custom_id=custom_id("withdraw-ask", str(page)),
        placeholder=say(locale, "withdraw-menu"),
        max_values=min(len(living), WITHDRAWN_MAX),
        row=0,
        options=[
            discord.SelectOption(
                label=photo.name[:100],
                value=photo.id,
                description=f"{say(locale, f'state-{photo.state}')} · {photo.filename}"[:100],
            )
            for photo in living
        ],
    )
