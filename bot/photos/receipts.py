"""The receipt: what became of the photos of one submission, with previews and look-alikes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer
from bot.photos.lookalikes import LookAlikes
from bot.photos.previews import previews
from bot.photos.publisher import Publisher
from bot.records import photos, submissions
from bot.records.tables import Photo, Submission
from foodgan.contract import dishname
from foodgan.contract.lookalikes import number
from foodgan.contract.phrases import say

NAME_MAX = 24  # characters of a file's name in a receipt
FAILED = "photo-failed"


@dataclass(frozen=True)
class Receipts:
    """Writes receipts. tells: whether members are told of a decision without asking."""

    sessions: async_sessionmaker[AsyncSession]
    lookalikes: LookAlikes
    publisher: Publisher
    tells: bool = True

    async def of(self, submission: Submission, handed: Sequence[Photo]) -> Answer:
        """What to tell the member once the intake has spoken about every photo."""
        locale = submission.locale
        async with self.sessions() as session:
            tally = await photos.tally(session, submission.member_id)
        taken = [photo for photo in handed if photo.state in photos.KNOWN]
        lines = [say(locale, "receipt-none")]
        if taken:
            name, read = dishname.display(taken[0].name), dishname.listed(taken[0].words or ())
            head = "receipt-head" if self.tells else "receipt-head-quiet"
            lines = [say(locale, head, count=len(taken), name=name)]
            lines += [say(locale, "receipt-words", words=read)] if read else []
        lines += [await self._line(locale, place, one) for place, one in enumerate(handed, 1)]
        waiting, accepted = tally.get("taken", 0), tally.get("accepted", 0)
        if waiting or accepted:
            lines += [say(locale, "receipt-tally", waiting=waiting, accepted=accepted)]
        seen = await previews(self.publisher, locale, taken)
        return Answer("\n".join(filter(None, lines)), None, tuple(file for _, file in seen))

    async def _line(self, locale: str, place: int, photo: Photo) -> str:
        """What is to be said of one photo; nothing where all is well."""
        file = dishname.display(photo.filename[:NAME_MAX])
        if photo.state == "refused":
            why = refusal(locale, photo)
            return say(locale, "receipt-refused", place=place, file=file, why=why)
        if photo.perceptual_hash is None:
            return ""
        alike = await self.lookalikes.of(photo.id, number(photo.perceptual_hash))
        async with self.sessions() as session:
            known = await photos.known(session, alike)
        names = {dishname.display(one.name) for one in known}
        if not names:
            return ""
        listed = say(locale, "list-comma").join(sorted(names))
        return say(locale, "receipt-alike", place=place, file=file, names=listed)

    async def photos_of(self, submission: Submission) -> Sequence[Photo]:
        """The photos of a submission."""
        async with self.sessions() as session:
            return await submissions.photos_of(session, submission.id)


def refusal(locale: str, photo: Photo) -> str:
    """The sentence that says why a photo was not taken in.

    An intake of a later version may have one that this bot has not: then only that it was not.
    """
    values: Mapping[str, str | int] = json.loads(photo.refusal_values or "{}")
    try:
        return say(locale, photo.refusal or FAILED, **values)
    except (LookupError, ValueError):
        return say(locale, FAILED)
